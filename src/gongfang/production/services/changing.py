"""Change, split: what happens to an order after it was made."""

import uuid
from datetime import date
from decimal import Decimal

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.kernel.money import ZERO, to_micro
from gongfang.platform.documents.editing import change
from gongfang.platform.documents.links import Link, link
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb
from gongfang.production.models import WorkOrder, WorkOrderMaterial, WorkOrderOperation
from gongfang.production.rules import Stage, rounded_up
from gongfang.production.services.creating import NewMaterial, NewWorkOrder, create_work_orders, set_standards
from gongfang.production.services.holding import hold_materials_of, hold_operations, hold_orders
from gongfang.production.services.keeping import fit_to_need
from gongfang.production.services.life import PLANNERS
from gongfang.production.services.setrows import update_rows


def check_change(order: WorkOrder, quantity: Decimal, start: date, due: date) -> None:
    """Refuse an impossible plan. Raises DomainError."""
    problems = []
    if quantity <= 0:
        problems.append(Problem("not_positive", "Enter a quantity above 0.", where="quantity"))
    if due < start:
        problems.append(Problem("due_before_start", "The due date lies before the start.", where="due"))
    refuse_if(problems)


def rescale(order: WorkOrder) -> list[WorkOrderMaterial]:
    """Bring the components of a locked order in line with its quantity; three statements."""
    rows = list(order.materials.select_related("item__unit"))
    for row in rows:
        row.quantity = rounded_up(row.fixed + row.per_piece * order.quantity, row.item.unit.precision)
    update_rows(rows, ["quantity"])
    fit_to_need(rows)
    return rows


@verb("production.change_order", N_("Change order"), roles=PLANNERS)
def change_order(
    *, actor: User, request_id: uuid.UUID, document_id: int, quantity: Decimal, start: date, due: date, reason: str,
    priority: int | None = None, version: int | None = None,
) -> WorkOrder:  # fmt: skip
    """Change quantity or dates of an approved order, with the reason (变更). Not below what was already made.

    Standards are reckoned anew; what was issued and reported stays. Raises DomainError(below_made, order_finished).
    """
    order = hold_orders([document_id])[document_id]
    if version is not None and order.version != version:
        raise DomainError(
            Problem("stale", "{subject} was changed by somebody else meanwhile. Reload the page and enter the change again.",
                    subject=str(order)),
            Kind.CONFLICT,
        )  # fmt: skip
    check_change(order, quantity, start, due)
    if not reason.strip():
        raise DomainError(Problem("reason_needed", "Say why.", where="reason"))
    if order.stage not in (Stage.PLANNED, Stage.RELEASED, Stage.STARTED, Stage.PAUSED):
        raise DomainError(
            Problem("cannot_change", "{number} can no longer be changed.", number=order.number), Kind.CONFLICT
        )
    operations = hold_operations([order.pk])[order.pk]
    made = max([order.received_quantity + order.scrap_quantity, *(row.worked_quantity for row in operations)])
    if quantity < made:
        raise DomainError(
            Problem(
                "below_made",
                "{made} pieces are already made; the quantity cannot be less.",
                where="quantity",
                made=made,
            )
        )
    remark = f"{order.remark} {reason}".strip()[:500]
    values = {} if priority is None else {"priority": priority}
    change(order, quantity=to_micro(quantity), start=start, due=due, remark=remark, **values)
    materials = rescale(order)
    for row in [*materials, *operations]:
        row.document = order
    if not order.received_quantity:
        set_standards([order], materials, operations, list(order.outputs.all()))
    return order


@verb("production.split_order", N_("Split"), roles=PLANNERS)
def split_order(*, actor: User, request_id: uuid.UUID, document_id: int, quantity: Decimal) -> WorkOrder:
    """Move part of an order that has not begun to a new order; the quantities of both add up to the old one (拆分).

    Returns the new order, in the same state of approval and stage.
    """
    order = hold_orders([document_id])[document_id]
    if order.stage not in (Stage.PLANNED, Stage.RELEASED) or order.put_in or order.scrap_quantity:
        raise DomainError(
            Problem("already_begun", "{number} has issues or reports; take them back first.", number=order.number),
            Kind.CONFLICT,
        )
    if not ZERO < quantity < order.quantity:
        raise DomainError(
            Problem(
                "split_range", "Enter a quantity between 0 and {quantity}.", where="quantity", quantity=order.quantity
            )
        )
    materials = hold_materials_of([order.pk])[order.pk]
    operations = hold_operations([order.pk])[order.pk]
    taken = tuple(
        NewMaterial(
            row.item_id,
            to_micro(row.fixed + row.per_piece * quantity),
            row.issue_method,
            row.operation_no,
            row.warehouse_id,
        )
        for row in materials
    )
    part = create_work_orders(actor, [_part(order, quantity, taken)])[0]
    _copy_operations(part, operations)
    change(
        part, approval=order.approval, approved_by=order.approved_by, approved_at=order.approved_at, stage=order.stage,
        bom_id=order.bom_id, routing_id=order.routing_id,
    )  # fmt: skip
    change(order, quantity=order.quantity - to_micro(quantity))
    rows = rescale(order)
    for row in [*rows, *operations]:
        row.document = order
    set_standards([order], rows, operations, list(order.outputs.all()))
    steps = list(part.operations.select_related("document"))
    set_standards([part], list(part.materials.select_related("document")), steps)
    link([Link(order, part, quantity=part.quantity)])
    return part


def _part(order: WorkOrder, quantity: Decimal, materials: tuple[NewMaterial, ...]) -> NewWorkOrder:
    return NewWorkOrder(
        item_id=order.item_id, quantity=quantity, start=order.start, due=order.due, priority=order.priority,
        source_type=order.source_type, source_id=order.source_id, source_line=order.source_line, customer_id=order.customer_id,
        parent_id=order.parent_id, warehouse_id=order.warehouse_id, kind=order.kind, workshop=order.workshop, why=order.why,
        materials=materials, operations=(),
    )  # fmt: skip


def _copy_operations(part: WorkOrder, operations: list[WorkOrderOperation]) -> None:
    rows = []
    for row in operations:
        copy = WorkOrderOperation(
            **{
                field.attname: getattr(row, field.attname)
                for field in row._meta.concrete_fields
                if not field.primary_key
            }
        )
        copy.document = part
        rows.append(copy)
    WorkOrderOperation.objects.bulk_create(rows, batch_size=500)
