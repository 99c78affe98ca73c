"""The one-page quick order: product, materials, quantity → start → finish, creating what is missing on the way."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext

from gongfang.inventory.services import OTHER_RECEIPTS, ReceiptLineInput, create_other_receipt
from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.kernel.money import ZERO
from gongfang.masterdata import queries as masterdata
from gongfang.masterdata import services as records
from gongfang.platform.bases import ApprovalState
from gongfang.platform.documents.editing import change
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb
from gongfang.production.models import WorkOrder, WorkOrderOperation
from gongfang.production.queries import ready_quantities
from gongfang.production.rules import CLOSING_WARNINGS, STAGES, Stage
from gongfang.production.services.creating import NewMaterial, NewWorkOrder, create_work_orders
from gongfang.production.services.holding import hold_orders, save_orders, set_stage
from gongfang.production.services.issuing import as_line, issue, propose_picks
from gongfang.production.services.life import close_orders
from gongfang.production.services.receiving import ReceiptInput, make_receipt
from gongfang.production.services.reporting import ReportInput, make_report

QUICK = ("planner", "supervisor", "owner")


@dataclass(frozen=True, slots=True)
class QuickMaterial:
    """A material by code or name; quantity for the whole order; price per unit for what has to be taken into stock."""

    name: str
    quantity: Decimal
    price: Decimal | None = None


@verb("production.quick_order", N_("Quick order"), roles=QUICK)
def quick_order(
    *, actor: User, request_id: uuid.UUID, product: str, quantity: Decimal, materials: Sequence[QuickMaterial] = (),
    confirm: frozenset[str] = frozenset(),
) -> WorkOrder:  # fmt: skip
    """Make, approve, release and start an order in one go (快速开单). Names that nobody knows become items.

    Without materials the product's BOM is used. New materials are taken into stock as opening stock; for known ones that are
    short the person has to confirm (code `take_in`), then the missing quantity is taken in as found.
    """
    problems = [] if product.strip() else [Problem("required", "Name the product.", where="product")]
    if quantity <= 0:
        problems.append(Problem("not_positive", "Enter a quantity above 0.", where="quantity"))
    for index, material in enumerate(materials):
        if not material.name.strip():
            problems.append(Problem("required", "Name the material.", where=f"materials.{index}.name"))
        if material.quantity <= 0:
            problems.append(Problem("not_positive", "Enter a quantity above 0.", where=f"materials.{index}.quantity"))
    refuse_if(problems)
    maker = _Maker(actor, request_id)
    item = maker.item(product, "product", kind="finished", source="make")
    rows, fresh = [], {}
    for index, material in enumerate(materials):
        part = maker.item(
            material.name, f"materials.{index}.name", kind="raw", source="buy", price=material.price or ZERO
        )
        rows.append(
            NewMaterial(part.pk, material.quantity, warehouse_id=part.default_warehouse_id or maker.warehouse.pk)
        )
        if part.pk in maker.made:
            fresh[part.pk] = (part, material.quantity, material.price or ZERO)
    if fresh:
        maker.take_in(list(fresh.values()), "opening")
    today = timezone.localdate()
    new = NewWorkOrder(
        item.pk, quantity, today, today, warehouse_id=item.default_warehouse_id or maker.warehouse.pk,
        materials=tuple(rows) if rows else None,
    )  # fmt: skip
    order = create_work_orders(actor, [new])[0]
    change(order, approval=ApprovalState.APPROVED, submitted_by=actor, approved_by=actor, approved_at=timezone.now())
    _begin(actor, maker, order, confirm)
    return WorkOrder.objects.get(pk=order.pk)


def _begin(actor: User, maker: "_Maker", order: WorkOrder, confirm: frozenset[str]) -> None:
    """Release, issue what there is to issue, start."""
    held = hold_orders([order.pk])[order.pk]
    set_stage(held, "release")
    save_orders([held])
    picks = propose_picks([order.pk])
    short = [pick for pick in picks if pick.short]
    if short:
        items = masterdata.items_by_ids(pick.item_id for pick in short)
        if "take_in" not in confirm:
            raise DomainError(
                [
                    Problem("take_in", "{short} of {item} are missing. Take them in as found stock?",
                            short=pick.short, item=str(items[pick.item_id]))
                    for pick in short
                ],
                Kind.CONFIRM,
            )  # fmt: skip
        maker.take_in([(items[pick.item_id], pick.short, None) for pick in short], "found")
        picks = propose_picks([order.pk])
    if picks:
        issue(actor, [as_line(pick) for pick in picks], timezone.localdate(), "normal")
    held = hold_orders([order.pk])[order.pk]
    if held.stage == Stage.RELEASED:
        set_stage(held, "start")
        held.actual_start = timezone.now()
        save_orders([held])


@verb("production.quick_finish", N_("Finish"), roles=QUICK)
def quick_finish(
    *, actor: User, request_id: uuid.UUID, order_id: int, good: Decimal | None = None, scrap: Decimal = ZERO
) -> WorkOrder:
    """Report what is left at every operation, receive the good pieces, complete and close (快速完工).

    good: pieces that came out, None: all that are still open.
    """
    order = hold_orders([order_id])[order_id]
    wanted = order.quantity - order.received_quantity - order.scrap_quantity - scrap if good is None else good
    if wanted <= 0 or scrap < 0:
        raise DomainError(Problem("not_positive", "Enter a quantity above 0.", where="good"))
    today = timezone.localdate()
    steps = list(WorkOrderOperation.objects.filter(document=order).order_by("operation_no"))
    target = order.received_quantity + wanted
    for position, step in enumerate(steps):
        missing = target - step.good_quantity
        lost = scrap if position == len(steps) - 1 else ZERO
        through = missing + (scrap if position < len(steps) - 1 else ZERO)
        if through + lost > 0:
            make_report(actor, [ReportInput(step.pk, good=max(through, ZERO), scrap_worker=lost)], today)
    available = ready_quantities([order_id]).get(order_id, target) - order.received_quantity
    if available > 0:
        make_receipt(actor, [ReceiptInput(order_id, min(wanted, available))], today)
    held = hold_orders([order_id])[order_id]
    if held.stage in STAGES.transitions["complete"][0]:
        set_stage(held, "complete")
        held.actual_end = timezone.now()
        save_orders([held])
    close_orders(actor=actor, request_id=request_id, order_ids=[order_id], confirm=CLOSING_WARNINGS)
    return WorkOrder.objects.get(pk=order_id)


class _Maker:
    """Finds masters by name and makes those that are missing, each kind once."""

    def __init__(self, actor: User, request_id: uuid.UUID) -> None:
        self.actor, self.request_id = actor, request_id
        self.made: set[int] = set()
        self.seen: dict[str, Any] = {}
        self._warehouse: Any = None

    def _do(self, call: Any, **values: Any) -> Any:
        return call(actor=self.actor, request_id=self.request_id, **values)

    @property
    def warehouse(self) -> Any:
        if self._warehouse is None:
            model = WorkOrder._meta.get_field("warehouse").related_model
            self._warehouse = model._default_manager.filter(is_active=True).order_by("pk").first()
        if self._warehouse is None:
            plant = masterdata.first_plant() or self._do(records.create_plant, code="P1", name=gettext("Plant"))
            self._warehouse = self._do(
                records.create_warehouse, code="CK01", name=gettext("Warehouse"), plant=plant.pk, kind="mixed"
            )
        return self._warehouse

    def item(self, text: str, where: str, *, kind: str, source: str, price: Decimal = ZERO) -> Any:
        text = text.strip()
        if text in self.seen:
            return self.seen[text]
        known = [
            row
            for row in masterdata.search_items(text, 200)
            if text.casefold() in (row.code.casefold(), row.name.casefold())
        ]
        exact = [row for row in known if row.code.casefold() == text.casefold()] or known
        if len(exact) > 1:
            raise DomainError(
                Problem("ambiguous", "There are several items “{name}”; enter the item code.", where=where, name=text)
            )
        found = exact[0] if exact else self._new_item(text, kind, source, price)
        self.seen[text] = found
        return found

    def _new_item(self, name: str, kind: str, source: str, price: Decimal) -> Any:
        units = masterdata.units_by_codes()
        unit = next(iter(units.values()), None) or self._do(records.create_unit, code="PCS", name=gettext("Piece"))
        item_model = WorkOrder._meta.get_field("item").related_model
        categories = item_model._meta.get_field("category").related_model._default_manager
        role = "finished" if kind == "finished" else "raw"
        category = categories.filter(inventory_role=role).order_by("pk").first()
        if category is None:
            code, title = ("CP", gettext("Finished goods")) if role == "finished" else ("YL", gettext("Raw materials"))
            category = self._do(records.create_category, code=code, name=title, inventory_role=role)
        item = self._do(
            records.create_item, code="", name=name, category=category.pk, unit=unit.pk, kind=kind, source=source,
            default_warehouse=self.warehouse.pk, standard_cost=price,
        )  # fmt: skip
        self.made.add(item.pk)
        return item

    def take_in(self, rows: Sequence[tuple[Any, Decimal, Decimal | None]], purpose: str) -> None:
        """Put what is missing into the store with an other receipt, so that the books say where it came from."""
        lines = [
            ReceiptLineInput(item.pk, quantity, lot_code="" if item.tracking == "none" else "1", unit_cost=price)
            for item, quantity, price in rows
        ]
        receipt = self._do(create_other_receipt, warehouse=self.warehouse.pk, lines=lines, purpose=purpose)
        self._do(OTHER_RECEIPTS.approve, document_id=receipt.pk)
