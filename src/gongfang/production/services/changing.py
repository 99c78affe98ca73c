"""Change, split: what happens to an order after it was made."""

import uuid
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django.db import models

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, counted, refuse_if
from gongfang.kernel.money import ZERO, to_micro
from gongfang.platform.documents.editing import change
from gongfang.platform.documents.links import Link, link
from gongfang.platform.identity.models import User
from gongfang.platform.setwise import update_rows
from gongfang.platform.verbs import verb
from gongfang.production.models import WorkOrder, WorkOrderMaterial, WorkOrderOperation, WorkOrderOutput
from gongfang.production.models.orders import OperationState
from gongfang.production.rules import Stage, scaled
from gongfang.production.services.creating import NewWorkOrder, create_work_orders, set_standards
from gongfang.production.services.holding import (
    execution_now,
    finish_if_through,
    hold_materials_of,
    hold_operations,
    hold_orders,
    hold_outputs_of,
    save_orders,
)
from gongfang.production.services.keeping import fit_to_need, hand_to
from gongfang.production.services.life import PLANNERS
from gongfang.production.services.outputs import planned_again
from gongfang.production.services.reporting import settle_states_of

M = TypeVar("M", bound=models.Model)


def check_change(order: WorkOrder, quantity: Decimal, start: date, due: date) -> None:
    """Refuse an impossible plan. Raises DomainError."""
    problems = []
    if quantity <= 0:
        problems.append(Problem("not_positive", "Enter a quantity above 0.", where="quantity"))
    if due < start:
        problems.append(Problem("due_before_start", "The due date lies before the start.", where="due"))
    refuse_if(problems)


def rescale(order: WorkOrder, before: Decimal) -> tuple[list[WorkOrderMaterial], list[WorkOrderOutput]]:
    """Bring components and further outputs of a locked order that was for `before` pieces in line with its quantity; five statements."""
    rows = list(order.materials.select_related("item__unit"))
    outputs = hold_outputs_of([order.pk])[order.pk]
    for row in [*rows, *outputs]:
        row.document = order
    if before != order.quantity:
        for row in rows:
            row.quantity = scaled(
                row.quantity, row.fixed, row.per_piece, before=before, after=order.quantity, precision=row.item.unit.precision
            )  # fmt: skip
            row.execution = execution_now(row)
        for output in outputs:
            output.quantity = to_micro(output.quantity * order.quantity / before)
        update_rows(rows, ["quantity", "execution"])
        update_rows(outputs, ["quantity"])
        fit_to_need(rows)
    return rows, outputs


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
    made = _made(order, operations)
    if quantity < made:
        raise DomainError(
            Problem(
                "below_made",
                counted(
                    "{made} piece is already made; the quantity cannot be less.",
                    "{made} pieces are already made; the quantity cannot be less.",
                    "made",
                ),
                where="quantity",
                made=made,
            )
        )
    remark = f"{order.remark} {reason}".strip()[:500]
    values = {} if priority is None else {"priority": priority}
    before = order.quantity
    change(order, quantity=to_micro(quantity), start=start, due=due, remark=remark, **values)
    materials, outputs = rescale(order, before)
    for row in operations:
        row.document = order
    update_rows(settle_states_of(order, operations), ["state"])
    if finish_if_through([order]):
        save_orders([order])
    if nothing_received(order, outputs):
        set_standards([order], materials, operations, outputs)
    return order


def _made(order: WorkOrder, operations: Sequence[WorkOrderOperation]) -> Decimal:
    """Pieces below which the quantity cannot go: received or scrapped, worked on, or needed for the further output that has come."""
    further = [
        min(planned_again(row, order, row.received_quantity), order.quantity)
        for row in order.outputs.filter(received_quantity__gt=0)
    ]
    return max([order.received_quantity + order.scrap_quantity, *(row.worked_quantity for row in operations), *further])


def nothing_received(order: WorkOrder, outputs: Sequence[WorkOrderOutput]) -> bool:
    """Whether the standards may still be reckoned anew: nothing was taken out at the present ones."""
    return not order.received_quantity and not any(row.received_quantity for row in outputs)


@verb("production.split_order", N_("Split"), roles=PLANNERS)
def split_order(*, actor: User, request_id: uuid.UUID, document_id: int, quantity: Decimal) -> WorkOrder:
    """Move part of an order that nobody has begun to a new order; the quantities of both add up to the old one (拆分).

    What is made, issued and in process stays with the old order; what is kept for the part goes with it. Returns the new order, in the
    same state of approval, planned or released. Raises DomainError: cannot_split, split_range, split_rest, issued_for_part,
    has_subcontract.
    """
    order = hold_orders([document_id])[document_id]
    operations = hold_operations([order.pk])[order.pk]
    materials = hold_materials_of([order.pk])[order.pk]
    _refuse_split(order, operations, materials, quantity)
    part = create_work_orders(actor, [_part(order, quantity)])[0]
    steps = _copies(part, operations, **AS_NEW)
    stage = order.stage if order.stage == Stage.PLANNED else Stage.RELEASED
    change(
        part, approval=order.approval, approved_by=order.approved_by, approved_at=order.approved_at, stage=stage,
        bom_id=order.bom_id, routing_id=order.routing_id, over_issue=order.over_issue, over_report=order.over_report,
    )  # fmt: skip
    copies = _share_materials(order, part, materials)
    outputs = _share_outputs(order, part)
    change(order, quantity=order.quantity - part.quantity)
    for one, rows, own_steps, own_outputs in (
        (order, materials, operations, outputs[0]),
        (part, copies, steps, outputs[1]),
    ):
        for row in (*rows, *own_steps, *own_outputs):
            row.document = one
        if nothing_received(one, own_outputs):
            set_standards([one], rows, own_steps, own_outputs)
    update_rows(settle_states_of(order, operations), ["state"])
    if finish_if_through([order]):
        save_orders([order])
    link([Link(order, part, quantity=part.quantity)])
    return part


def _refuse_split(
    order: WorkOrder, operations: Sequence[WorkOrderOperation], materials: Sequence[WorkOrderMaterial], quantity: Decimal
) -> None:  # fmt: skip
    if order.stage not in (Stage.PLANNED, Stage.RELEASED, Stage.STARTED, Stage.PAUSED):
        raise DomainError(
            Problem("cannot_split", "{number} can no longer be split.", number=order.number), Kind.CONFLICT
        )
    if not ZERO < quantity < order.quantity:
        raise DomainError(
            Problem(
                "split_range", "Enter a quantity between 0 and {quantity}.", where="quantity", quantity=order.quantity
            )
        )
    made = _made(order, operations)
    if quantity > order.quantity - made:
        raise DomainError(
            Problem(
                "split_rest",
                counted(
                    "{made} piece is already made; at most {rest} can go into a new order.",
                    "{made} pieces are already made; at most {rest} can go into a new order.",
                    "made",
                ),
                where="quantity", made=made, rest=order.quantity - made,
            ),
            Kind.CONFLICT,
        )  # fmt: skip
    if any(row.outside_quantity for row in materials) or order.subcontracts.exclude(approval="void").exists():
        raise DomainError(
            Problem("has_subcontract", "{number} has subcontract orders; void them first.", number=order.number), Kind.CONFLICT
        )  # fmt: skip
    items = dict(order.materials.values_list("pk", "item__code")) if any(row.done_quantity for row in materials) else {}
    own = _shares(order, materials, order.quantity - quantity)
    refuse_if(
        [
            Problem("issued_for_part", "{item}: {quantity} more is issued than {number} then needs; return it first.",
                    item=items[row.pk], quantity=row.done_quantity - own[row.pk], number=order.number)
            for row in materials
            if row.done_quantity > own[row.pk] and own[row.pk] < row.quantity
        ],
        Kind.CONFLICT,
    )  # fmt: skip


def _shares(order: WorkOrder, rows: Sequence[WorkOrderMaterial], pieces: Decimal) -> dict[int, Decimal]:
    """Component → what so many pieces of an order need of it."""
    units = dict(order.materials.values_list("pk", "item__unit__precision"))
    return {
        row.pk: scaled(row.quantity, row.fixed, row.per_piece, before=order.quantity, after=pieces, precision=units[row.pk])
        for row in rows
    }  # fmt: skip


AS_NEW: dict[str, Any] = {
    "state": OperationState.OPEN, "released_quantity": ZERO, "first_passed": False, "started_at": None, "good_quantity": ZERO,
    "scrap_material": ZERO, "scrap_worker": ZERO, "rework_quantity": ZERO, "minutes": ZERO, "labour_minutes": ZERO,
    "labour_value": ZERO, "machine_value": ZERO, "overhead_value": ZERO, "subcontract_value": ZERO,
}  # fmt: skip
"""What an operation has when nobody has worked at it."""


def _part(order: WorkOrder, quantity: Decimal) -> NewWorkOrder:
    """The new order without its lines, which are copied as they are on the old one."""
    return NewWorkOrder(
        item_id=order.item_id, quantity=quantity, start=order.start, due=order.due, priority=order.priority,
        source_type=order.source_type, source_id=order.source_id, source_line=order.source_line, customer_id=order.customer_id,
        parent_id=order.parent_id, warehouse_id=order.warehouse_id, kind=order.kind, workshop=order.workshop, why=order.why,
        remark=order.remark, materials=(), operations=(),
    )  # fmt: skip


def _copies(part: WorkOrder, rows: Sequence[M], **changed: Any) -> list[M]:
    """Save copies of some lines on another order; one statement."""
    made = []
    for row in rows:
        fields = {
            field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key
        }
        made.append(type(row)(**{**fields, "document_id": part.pk, **changed}))
    type(made[0])._default_manager.bulk_create(made, batch_size=500) if made else None
    return made


def _share_materials(order: WorkOrder, part: WorkOrder, rows: Sequence[WorkOrderMaterial]) -> list[WorkOrderMaterial]:
    """Copy every component as it is, with nothing issued; each order needs its share. What is at the line or kept stays with the old order
    as far as it needs it. Returns the copies."""
    own, theirs = (_shares(order, rows, pieces) for pieces in (order.quantity - part.quantity, part.quantity))
    originals = [row for row in rows if row.substitute_for_id is None]
    copied: dict[int, WorkOrderMaterial] = {}
    fresh = {
        "staged_quantity": ZERO,
        "done_quantity": ZERO,
        "issued_quantity": ZERO,
        "returned_quantity": ZERO,
        "value": ZERO,
    }
    for group in (originals, [row for row in rows if row.substitute_for_id is not None]):
        for row, copy in zip(group, _copies(part, group, **fresh), strict=True):
            row.quantity, copy.quantity = own[row.pk], theirs[row.pk]
            still = max(row.quantity - row.done_quantity, ZERO)
            copy.staged_quantity = max(row.staged_quantity - still, ZERO)
            row.staged_quantity -= copy.staged_quantity
            stood_for = copied.get(row.substitute_for_id or 0)
            copy.substitute_for_id = stood_for.pk if stood_for else None
            for one in (row, copy):
                one.execution = execution_now(one)
            copied[row.pk] = copy
    update_rows(list(rows), ["quantity", "staged_quantity", "execution"])
    update_rows(list(copied.values()), ["quantity", "staged_quantity", "substitute_for", "execution"])
    hand_to(part, [(row, copied[row.pk]) for row in rows])
    fit_to_need(rows)
    return list(copied.values())


def _share_outputs(order: WorkOrder, part: WorkOrder) -> tuple[list[WorkOrderOutput], list[WorkOrderOutput]]:
    """Each order plans its share of further output; together they plan what the old one did. Returns the rows of both."""
    rows = hold_outputs_of([order.pk])[order.pk]
    copies = _copies(part, rows, received_quantity=ZERO)
    for row, copy in zip(rows, copies, strict=True):
        copy.quantity = to_micro(row.quantity * part.quantity / order.quantity)
        row.quantity -= copy.quantity
    update_rows([*rows, *copies], ["quantity"])
    return rows, copies
