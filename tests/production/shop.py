"""A small workshop: a pump of a casting (by lot), two shafts and four bolts (backflushed), turned and assembled.

A lot of 10 should cost: material 1,000.00 + 600.00 + 20.00, turning 90 min (60.00 labour, 45.00 machine, 30.00 overhead),
assembly 120 min by two people (180.00 labour, 20.00 overhead): 1,955.00, or 195.50 each.
"""

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from gongfang.ledger import queries as ledger
from gongfang.ledger.models import Balance, VoucherLine
from gongfang.ledger.services import Move, NewLot, lots_for, post
from gongfang.masterdata.models import (
    Bom,
    BomLine,
    BomOutput,
    Item,
    ItemCategory,
    Partner,
    Plant,
    Routing,
    RoutingOperation,
    Unit,
    Warehouse,
    WorkCentre,
)
from gongfang.masterdata.services import initials
from gongfang.platform.identity.models import Role, User
from gongfang.platform.identity.services import sync_preset_roles
from gongfang.production import services
from gongfang.production.models import WorkOrder, WorkOrderMaterial, WorkOrderOperation
from gongfang.production.rules import CLOSING_WARNINGS

D = Decimal


class Shop:
    """Speaks of items, orders and people by code; quantities and values as text."""

    def __init__(self) -> None:
        sync_preset_roles()
        self.today: date = timezone.localdate()
        self.boss = self.person("boss", "admin")
        self.unit = Unit.objects.create(code="pcs", name="个")
        self.categories = {
            role: ItemCategory.objects.create(code=role, name=role, inventory_role=role)
            for role in ("raw", "semi", "finished")
        }
        self.plant = Plant.objects.create(code="P1", name="一厂")
        self.raw = Warehouse.objects.create(code="W1", name="原料库", plant=self.plant)
        self.finished = Warehouse.objects.create(code="W2", name="成品库", plant=self.plant)
        self.supplier = Partner.objects.create(
            code="S1", name="供应商", pinyin=initials("供应商"), is_supplier=True, is_subcontractor=True
        )
        self.items: dict[str, Item] = {}
        self.item("casting", "raw", "100", tracking="lot")
        self.item("shaft", "raw", "30")
        self.item("bolt", "raw", "0.5")
        self.item("pump", "finished", "0", source="make", tracking="lot", default_warehouse=self.finished)
        self.turning = self.centre("LATHE", "40", "30", "20")
        self.assembly = self.centre("ASSY", "45", "0", "10")
        self.bom("pump", casting="1", shaft="2", bolt=("4", "backflush", 20))
        self.routing("pump", (10, self.turning, "30", "6", 1), (20, self.assembly, "0", "12", 2))

    # ---- master data

    def person(self, username: str, role: str) -> User:
        user = User.objects.create(username=username, name=username)
        user.roles.add(Role.objects.get(code=role))
        return user

    def item(self, code: str, role: str, cost: str, **values: Any) -> Item:
        values.setdefault("default_warehouse", self.raw)
        self.items[code] = Item.objects.create(
            code=code,
            name=code,
            pinyin=initials(code),
            category=self.categories[role],
            unit=self.unit,
            standard_cost=D(cost),
            **values,
        )
        return self.items[code]

    def centre(self, code: str, labour: str, machine: str, overhead: str) -> WorkCentre:
        return WorkCentre.objects.create(
            code=code,
            name=code,
            plant=self.plant,
            labour_rate=D(labour),
            machine_rate=D(machine),
            overhead_rate=D(overhead),
        )

    def bom(self, parent: str, base: str = "1", by: dict[str, str] | None = None, **parts: Any) -> Bom:
        bom = Bom.objects.create(item=self.items[parent], base_quantity=D(base))
        for line_no, (code, part) in enumerate(parts.items(), start=1):
            quantity, method, operation = part if isinstance(part, tuple) else (part, "push", None)
            BomLine.objects.create(
                bom=bom, line_no=line_no, component=self.items[code], quantity=D(quantity), issue_method=method,
                operation_no=operation,
            )  # fmt: skip
        for code, quantity in (by or {}).items():
            BomOutput.objects.create(bom=bom, item=self.items[code], quantity=D(quantity))
        return bom

    def routing(self, code: str, *steps: Any, **more: Any) -> Routing:
        routing = Routing.objects.create(item=self.items[code])
        for number, centre, setup, run, crew in steps:
            RoutingOperation.objects.create(
                routing=routing, operation_no=number, name=f"op{number}", work_centre=centre, setup_minutes=D(setup),
                run_minutes=D(run), crew=crew, **more,
            )  # fmt: skip
        return routing

    # ---- verbs

    def do(
        self, verb: Callable[..., Any], actor: User | None = None, request_id: uuid.UUID | None = None, **values: Any
    ) -> Any:
        return verb(actor=actor or self.boss, request_id=request_id or uuid.uuid4(), **values)

    def stock(self, code: str, quantity: str, value: str, lot: str = "", warehouse: Warehouse | None = None) -> None:
        item = self.items[code]
        with transaction.atomic():
            lot_id = lots_for([NewLot(item.pk, lot)])[item.pk, lot].pk if lot else None
            move = Move(
                item.pk, D(quantity), ledger.location("OPENING"), ledger.store_of(warehouse or item.default_warehouse), lot_id,
                D(value),
            )  # fmt: skip
            post(actor=self.boss, reason="opening", source=None, on=self.today, moves=[move])

    def stock_up(self, pieces: int = 100) -> None:
        self.stock("casting", str(pieces), f"{pieces * 100}.00", lot="C1")
        self.stock("shaft", str(2 * pieces), f"{pieces * 60}.00")
        self.stock("bolt", str(4 * pieces), f"{pieces * 2}.00")

    def order(self, quantity: str = "10", code: str = "pump", release: bool = True, **values: Any) -> WorkOrder:
        order = self.do(
            services.create_order, item_id=self.items[code].pk, quantity=D(quantity), start=self.today,
            due=self.today + timedelta(days=7), **values,
        )  # fmt: skip
        if release:
            self.approve(order)
            self.do(services.release_orders, order_ids=[order.pk])
        return self.fresh(order)

    def approve(self, order: WorkOrder) -> None:
        self.do(services.submit_order, document_id=order.pk)
        while self.fresh(order).approval == "submitted":
            self.do(services.approve_order, document_id=order.pk)

    def fresh(self, order: WorkOrder) -> WorkOrder:
        return WorkOrder.objects.get(pk=order.pk)

    def material(self, order: WorkOrder, code: str) -> WorkOrderMaterial:
        return WorkOrderMaterial.objects.get(document=order, item=self.items[code])

    def operation(self, order: WorkOrder, number: int) -> WorkOrderOperation:
        return WorkOrderOperation.objects.get(document=order, operation_no=number)

    def issue(self, order: WorkOrder, code: str, quantity: str, **more: Any) -> Any:
        line = services.IssueInput(self.material(order, code).pk, D(quantity), **more)
        return self.do(services.issue_materials, lines=[line])

    def pick(self, *orders: WorkOrder) -> Any:
        return self.do(services.pick_orders, order_ids=[order.pk for order in orders])

    def report(self, order: WorkOrder, number: int, good: str = "0", minutes: str | None = None, **more: str) -> Any:
        return self.do(
            services.report_operation, operation_id=self.operation(order, number).pk, good=D(good),
            minutes=None if minutes is None else D(minutes), **{name: D(value) for name, value in more.items()},
        )  # fmt: skip

    def receive(self, order: WorkOrder, quantity: str, **more: Any) -> Any:
        return self.do(services.receive_output, lines=[services.ReceiptInput(order.pk, D(quantity), **more)])

    def close(self, *orders: WorkOrder, **more: Any) -> Any:
        more.setdefault("confirm", CLOSING_WARNINGS)
        return self.do(services.close_orders, order_ids=[order.pk for order in orders], **more)

    # ---- figures

    def on_hand(self, code: str, warehouse: Warehouse | None = None) -> Decimal:
        item = self.items[code]
        place = ledger.store_of(warehouse or item.default_warehouse)
        return sum(Balance.objects.filter(item=item, location=place).values_list("quantity", flat=True), D(0))

    def wip(self, order: WorkOrder) -> dict[str, Decimal]:
        """Work in process in the ledger, per element; zeros left out."""
        found = ledger.wip_of([order.cost_object_id])[order.cost_object_id]
        return {element: value for element, value in found.items() if value}

    def books(self) -> dict[str, Decimal]:
        """Account code → debit less credit over all voucher lines; zeros left out."""
        found: dict[str, Decimal] = {}
        for code, debit, credit in VoucherLine.objects.values_list("account__code", "debit", "credit"):
            found[code] = found.get(code, D(0)) + debit - credit
        return {code: amount for code, amount in sorted(found.items()) if amount}
