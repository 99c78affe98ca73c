"""A small store: plain, lot-kept and serial items, two warehouses, a supplier, a customer, a subcontractor."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from gongfang.ledger import queries
from gongfang.ledger.models import Account, Balance, Posting, ValueBalance, VoucherLine
from gongfang.ledger.services import AddedCost, Move, NewLot, add_costs, lots_for, post, reverse
from gongfang.ledger.services.histories import standing
from gongfang.masterdata.models import Item, ItemCategory, Partner, Plant, Unit, Warehouse
from gongfang.platform.identity.models import Role, User

D = Decimal


class Store:
    """Speaks of items and places by code; quantities and values as text."""

    def __init__(self) -> None:
        self.today: date = timezone.localdate()
        self.unit = Unit.objects.create(code="pcs", name="个")
        self.categories = {
            role: ItemCategory.objects.create(code=role, name=role, inventory_role=role)
            for role in ("raw", "semi", "finished")
        }
        plant = Plant.objects.create(code="P1", name="一厂")
        self.warehouses = {code: Warehouse.objects.create(code=code, name=code, plant=plant) for code in ("W1", "W2")}
        self.partners = {
            code: Partner.objects.create(code=code, name=code, pinyin=code.lower(), is_supplier=True, is_customer=True)
            for code in ("S1", "C1")
        }
        role = Role.objects.create(code="admin", name="admin", is_all=True)
        self.user = User.objects.create(username="boss", name="boss")
        self.user.roles.add(role)
        self.items: dict[str, Item] = {}
        self.item("shaft")
        self.item("wheel")
        self.item("pump", role="finished")
        self.item("casting", tracking="lot")
        self.item("motor", tracking="serial")

    def item(self, code: str, role: str = "raw", tracking: str = "none", **values: Any) -> Item:
        self.items[code] = Item.objects.create(
            code=code,
            name=code,
            pinyin="".join(sign for sign in code.lower() if sign.isalnum()),
            category=self.categories[role],
            unit=self.unit,
            tracking=tracking,
            **values,
        )
        return self.items[code]

    def at(self, name: str) -> Any:
        if name in self.warehouses:
            return queries.store_of(self.warehouses[name])
        if name.endswith("-QC"):
            return queries.inspection_of(self.warehouses[name[:-3]])
        if name.startswith("SUB-"):
            return queries.subcontractor_of(self.partners[name[4:]])
        return queries.location(name)

    def lot(self, item: str, code: str, **values: Any) -> int:
        pk = self.items[item].pk
        return lots_for([NewLot(pk, code, **values)])[pk, code].pk

    def move(
        self, item: str, quantity: str, source: str, target: str, value: str | None = None, lot: str = "", **more: Any
    ) -> Move:
        return Move(
            self.items[item].pk, D(quantity), self.at(source), self.at(target), self.lot(item, lot) if lot else None,
            D(value) if value is not None else None, **more,
        )  # fmt: skip

    def post(
        self,
        *moves: Move,
        on: date | None = None,
        entries: Any = (),
        reason: str = "test",
        partner: str = "S1",
        **more: Any,
    ) -> Posting:
        with transaction.atomic():
            return post(
                actor=self.user, reason=reason, source=None, on=on or self.today, moves=moves, entries=entries,
                partner_id=self.partners[partner].pk, **more,
            )  # fmt: skip

    def receive(
        self, item: str, quantity: str, value: str, to: str = "W1", lot: str = "", on: date | None = None
    ) -> Posting:
        return self.post(self.move(item, quantity, "SUPPLIER", to, value, lot), on=on)

    def ship(self, item: str, quantity: str, source: str = "W1", lot: str = "", on: date | None = None) -> Posting:
        return self.post(self.move(item, quantity, source, "CUSTOMER", lot=lot), on=on, partner="C1")

    def add_cost(self, posting: Posting, amount: str, on: date | None = None, line: int = 1) -> Posting:
        """Freight on a receipt."""
        cost = AddedCost(posting.moves.get(line_no=line).pk, D(amount), "payable", self.partners["S1"].pk)
        with transaction.atomic():
            return add_costs(actor=self.user, reason="test.freight", source=None, on=on or self.today, costs=[cost])

    def reverse(self, posting: Posting) -> Posting:
        with transaction.atomic():
            return reverse(actor=self.user, posting=posting, reason="undo")

    def on_hand(self, item: str, place: str = "W1") -> Decimal:
        rows = Balance.objects.filter(item=self.items[item], location=self.at(place)).values_list("quantity", flat=True)
        return sum(rows, D(0))

    def worth(self, item: str, area: str = "stock") -> tuple[Decimal, Decimal]:
        rows = ValueBalance.objects.filter(item=self.items[item], area=area)
        return sum((row.quantity for row in rows), D(0)), sum((row.value for row in rows), D(0))

    def stands_at(self, posting: Posting) -> Decimal:
        """What the goods of a posting are worth with all that was adjusted since."""
        done = standing(posting.moves.exclude(quantity=0).values_list("pk", flat=True))
        return sum((D(carried.value) / 100 for carried, _ in done.values()), D(0))

    def books(self) -> dict[str, Decimal]:
        """Account code → debit less credit over all voucher lines; zeros left out."""
        found: dict[str, Decimal] = {}
        for code, debit, credit in VoucherLine.objects.values_list("account__code", "debit", "credit"):
            found[code] = found.get(code, D(0)) + debit - credit
        return {code: amount for code, amount in sorted(found.items()) if amount}

    def code(self, role: str) -> str:
        return Account.objects.get(played__role=role).code


@pytest.fixture
def store(db: None) -> Store:
    return Store()
