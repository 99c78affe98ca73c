"""Work orders by hand: new, changed, split."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from gongfang.kernel.errors import N_
from gongfang.kernel.money import to_micro
from gongfang.platform.documents.editing import change, editable, save_lines
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb
from gongfang.production.models import WorkOrder, WorkOrderMaterial
from gongfang.production.services.creating import NewMaterial, NewWorkOrder, create_work_orders, set_standards
from gongfang.production.services.life import PLANNERS
from gongfang.production.services.prices import prices_of


@dataclass(frozen=True, slots=True)
class MaterialInput:
    """A component of a draft order. id: of the line that is changed."""

    item_id: int
    quantity: Decimal
    issue_method: str = "push"
    operation_no: int | None = None
    warehouse_id: int | None = None
    id: int | None = None


@verb("production.create_order", N_("New work order"), roles=PLANNERS)
def create_order(
    *, actor: User, request_id: uuid.UUID, item_id: int, quantity: Decimal, start: date | None = None, due: date | None = None,
    priority: int = 5, warehouse_id: int | None = None, customer_id: int | None = None, lot_code: str = "", workshop: str = "",
    kind: str = "normal", why: str = "", remark: str = "", materials: Sequence[MaterialInput] | None = None,
    bom_id: int | None = None, routing_id: int | None = None,
) -> WorkOrder:  # fmt: skip
    """Make a draft order by hand. Components entered replace those of the BOM; without any the BOM is copied.

    bom_id, routing_id: an alternative instead of what holds when the order starts.
    """
    today = timezone.localdate()
    begin = start or today
    given = None
    if materials:
        given = tuple(
            NewMaterial(row.item_id, row.quantity, row.issue_method, row.operation_no, row.warehouse_id)
            for row in materials
        )
    new = NewWorkOrder(
        item_id=item_id, quantity=quantity, start=begin, due=due or begin, priority=priority, warehouse_id=warehouse_id,
        customer_id=customer_id, lot_code=lot_code, workshop=workshop, kind=kind, why=why, remark=remark, materials=given,
        bom_id=bom_id, routing_id=routing_id,
    )  # fmt: skip
    return create_work_orders(actor, [new])[0]


@verb("production.edit_order", N_("Change work order"), roles=PLANNERS)
def edit_order(
    *, actor: User, request_id: uuid.UUID, document_id: int, quantity: Decimal, start: date, due: date, priority: int = 5,
    warehouse_id: int | None = None, customer_id: int | None = None, lot_code: str = "", workshop: str = "", why: str = "",
    remark: str = "", materials: Sequence[MaterialInput] | None = None, version: int | None = None,
) -> WorkOrder:  # fmt: skip
    """Change a draft. A new quantity scales the components that were not entered anew."""
    from gongfang.production.services.changing import check_change, rescale

    order = editable(WorkOrder, document_id, version=version)
    check_change(order, quantity, start, due)
    before = order.quantity
    change(
        order, quantity=to_micro(quantity), start=start, due=due, priority=priority, warehouse_id=warehouse_id,
        customer_id=customer_id, lot_code=lot_code, workshop=workshop, why=why, remark=remark,
    )  # fmt: skip
    rescale(order, before)
    if materials is not None:
        _save_materials(order, materials)
    rows, steps, outputs = list(order.materials.all()), list(order.operations.all()), list(order.outputs.all())
    for row in (*rows, *steps, *outputs):
        row.document = order
    set_standards([order], rows, steps, outputs)
    return order


def _save_materials(order: WorkOrder, materials: Sequence[MaterialInput]) -> None:
    known = {row.pk: row for row in order.materials.all()}
    rows: list[dict[str, Any]] = []
    for line in materials:
        old = known.get(line.id or 0)
        fixed = (
            old.fixed
            if old is not None and old.item_id == line.item_id and old.quantity == line.quantity
            else Decimal(0)
        )
        per_piece = old.per_piece if fixed else to_micro(line.quantity / order.quantity)
        rows.append(
            {
                "id": line.id, "item_id": line.item_id, "quantity": to_micro(line.quantity), "issue_method": line.issue_method,
                "operation_no": line.operation_no, "warehouse_id": line.warehouse_id, "fixed": fixed, "per_piece": per_piece,
            }
        )  # fmt: skip
    saved = save_lines(order, WorkOrderMaterial, rows)
    items = {row.item_id: row.item for row in WorkOrderMaterial.objects.filter(document=order).select_related("item")}
    prices = prices_of(items.values())
    for row in saved:
        row.standard_price = prices[row.item_id]  # type: ignore[attr-defined]
    WorkOrderMaterial.objects.bulk_update(saved, ["standard_price"])  # type: ignore[arg-type]
