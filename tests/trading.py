"""A trading company for the tests of purchasing, sales and quality: builders that speak of items and partners by code."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gongfang.ledger import queries as ledger_queries
from gongfang.ledger import services as ledger
from gongfang.ledger.models import Balance, VoucherLine
from gongfang.masterdata.models import Item, ItemCategory, ItemUnit, Partner, Plant, SupplierPrice, Unit, Warehouse
from gongfang.masterdata.services.pinyin import initials
from gongfang.platform.identity.models import Role, User
from gongfang.purchasing import services as purchasing
from gongfang.purchasing.services import IncomingGoods, OrderLine
from gongfang.sales import services as sales
from gongfang.sales.services import ShippedGoods

D = Decimal


class Trade:
    """Two warehouses, two suppliers, two customers, some items; everybody may do everything (`boss`)."""

    def __init__(self) -> None:
        self.is_spoilt = False
        self.today: date = timezone.localdate()
        self.unit = Unit.objects.create(code="pcs", name="个")
        self.box = Unit.objects.create(code="box", name="箱")
        self.categories = {
            role: ItemCategory.objects.create(code=role, name=role, inventory_role=role)
            for role in ("raw", "semi", "finished")
        }
        plant = Plant.objects.create(code="P1", name="一厂")
        self.warehouses = {code: Warehouse.objects.create(code=code, name=code, plant=plant) for code in ("W1", "W2")}
        self.partners = {
            code: Partner.objects.create(
                code=code,
                name=code,
                pinyin=initials(code),
                is_supplier=code[0] == "S",
                is_customer=code[0] == "C",
                price_includes_tax=False,
            )
            for code in ("S1", "S2", "C1", "C2")
        }
        role = Role.objects.create(code="admin", name="admin", is_all=True)
        self.boss = User.objects.create(username="boss", name="老板")
        self.boss.roles.add(role)
        self.items: dict[str, Item] = {}
        for code, values in {
            "shaft": {}, "wheel": {}, "casting": {"tracking": "lot"}, "motor": {"tracking": "serial"},
            "seal": {"inspect_incoming": True}, "grease": {"tracking": "lot", "shelf_life_days": 100, "inspect_incoming": True},
            "pump": {"role": "finished", "sales_price": D(1000)},
        }.items():  # fmt: skip
            self.item(code, **values)

    # ---- masters

    def item(self, code: str, role: str = "raw", **values: Any) -> Item:
        self.items[code] = Item.objects.create(
            code=code, name=code, pinyin=initials(code), category=self.categories[role], unit=self.unit, **values
        )
        return self.items[code]

    def in_boxes(self, code: str, numerator: int, denominator: int = 1) -> Unit:
        ItemUnit.objects.create(item=self.items[code], unit=self.box, numerator=numerator, denominator=denominator)
        return self.box

    def agree(self, supplier: str, item: str, price: str, **values: Any) -> SupplierPrice:
        return SupplierPrice.objects.create(
            supplier=self.partners[supplier], item=self.items[item], price=D(price), **{"tax_included": False, **values}
        )

    def user(self, *roles: str) -> User:
        from gongfang.platform.identity.services import sync_preset_roles

        sync_preset_roles()
        user = User.objects.create(username="-".join(roles), name="-".join(roles))
        user.roles.set(Role.objects.filter(code__in=roles))
        return user

    # ---- doing

    def do(self, verb: Callable[..., Any], **values: Any) -> Any:
        return verb(**{"actor": self.boss, "request_id": uuid.uuid4(), **values})

    def order(self, supplier: str = "S1", approved: bool = True, **lines: Any) -> Any:
        """A purchase order: item=(quantity, price) or item=quantity at 10.00."""
        rows = []
        for item, what in lines.items():
            quantity, price = what if isinstance(what, tuple) else (what, "10")
            rows.append(OrderLine(self.items[item].pk, D(str(quantity)), D(str(price))))
        order = self.do(
            purchasing.create_order, supplier_id=self.partners[supplier].pk, lines=rows, due_date=self.today + timedelta(10),
            warehouse_id=self.warehouses["W1"].pk,
        )  # fmt: skip
        return self.do(purchasing.approve_order, document_id=order.pk) if approved else order

    def goods(self, order: Any, **quantities: Any) -> list[IncomingGoods]:
        """Goods of the lines of an order by item code; a pair names the lot or serials."""
        by_code = {line.item.code: line for line in order.lines.select_related("item")}
        found = []
        for code, what in quantities.items():
            quantity, lot = what if isinstance(what, tuple) else (what, "")
            found.append(IncomingGoods(by_code[code].pk, D(str(quantity)), lot_code="" if "-" in lot else lot, serials=lot if "-" in lot else ""))  # fmt: skip
        return found

    def receive(self, order: Any, **quantities: Any) -> Any:
        lines = self.goods(order, **quantities) if quantities else None
        return self.do(purchasing.receive_order, order_id=order.pk, lines=lines)

    def stock(self, item: str, quantity: Any, value: str, lot: str = "", on: date | None = None, **dates: Any) -> None:
        """Goods in W1 from nowhere in particular."""
        from django.db import transaction

        pk = self.items[item].pk
        with transaction.atomic():
            lot_id = ledger.lots_for([ledger.NewLot(pk, lot, **dates)])[pk, lot].pk if lot else None
            move = ledger.Move(pk, D(str(quantity)), self.place("OPENING"), self.place("W1"), lot_id, D(value))
            ledger.post(actor=self.boss, reason="test", source=None, on=on or self.today, moves=[move])

    def sell(self, customer: str = "C1", approved: bool = True, **lines: Any) -> Any:
        """A sales order: item=(quantity, price) or item=quantity at 100.00; header fields as `_name`."""
        header = {name[1:]: lines.pop(name) for name in list(lines) if name.startswith("_")}
        rows = []
        for item, what in lines.items():
            quantity, price = what if isinstance(what, tuple) else (what, "100")
            rows.append(sales.OrderLine(self.items[item].pk, D(str(quantity)), D(str(price))))
        values = {"promised_date": self.today + timedelta(10), "warehouse_id": self.warehouses["W1"].pk, **header}
        order = self.do(sales.create_order, customer_id=self.partners[customer].pk, lines=rows, **values)
        return self.do(sales.approve_order, document_id=order.pk) if approved else order

    def shipped(self, order: Any, **quantities: Any) -> list[ShippedGoods]:
        """Goods for the lines of a sales order by item code; a pair names the lot or the serials."""
        by_code = {line.item.code: line for line in order.lines.select_related("item")}
        found = []
        for code, what in quantities.items():
            quantity, lot = what if isinstance(what, tuple) else (what, "")
            found.append(ShippedGoods(by_code[code].pk, D(str(quantity)), serials=lot))
        return found

    def ship(self, order: Any, **quantities: Any) -> Any:
        lines = self.shipped(order, **quantities) if quantities else None
        return self.do(sales.ship_order, order_id=order.pk, lines=lines)

    # ---- looking

    def place(self, name: str) -> Any:
        code, _, kind = name.partition("-")
        if code in self.warehouses:
            reader = {
                "": ledger_queries.store_of,
                "QC": ledger_queries.inspection_of,
                "HOLD": ledger_queries.blocked_of,
            }[kind]
            return reader(self.warehouses[code])
        return ledger_queries.location(name)

    def on_hand(self, item: str, place: str = "W1") -> Decimal:
        rows = Balance.objects.filter(item=self.items[item], location=self.place(place)).values_list(
            "quantity", flat=True
        )
        return sum(rows, D(0))

    def worth(self, item: str) -> tuple[Decimal, Decimal]:
        return ledger_queries.value_of([self.items[item].pk]).get(self.items[item].pk, (D(0), D(0)))

    def books(self) -> dict[str, Decimal]:
        """Account code → debit less credit over all voucher lines; zeros left out."""
        found: dict[str, Decimal] = {}
        for code, debit, credit in VoucherLine.objects.values_list("account__code", "debit", "credit"):
            found[code] = found.get(code, D(0)) + debit - credit
        return {code: amount for code, amount in sorted(found.items()) if amount}

    def proven(self) -> list[str]:
        """What `gongfang verify` finds wrong; empty when everything adds up."""
        from gongfang.platform.verification import run_all

        return [str(fault) for fault in run_all()]

    @contextmanager
    def counted(self) -> Iterator[list[int]]:
        """The number of statements of a block, in a list of one."""
        found = [0]
        with CaptureQueriesContext(connection) as queries:
            yield found
        found[0] = len(queries)


def busy() -> Trade:
    """A company in the middle of its work: drafts, open and finished orders, stock, receipts, a shipment."""
    trade = Trade()
    trade.stock("pump", 5, "3000")
    trade.stock("casting", 10, "500", lot="L1")
    trade.agree("S1", "seal", "8")
    trade.receive(trade.order(seal=10, shaft=(5, "20")))
    trade.order(wheel=3, approved=False)
    trade.sell(pump=2)
    trade.ship(trade.sell(pump=1))
    trade.sell(shaft=1, approved=False)
    return trade
