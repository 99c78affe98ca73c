"""Rework: received pieces taken out of the store and worked on again, by a routing, by steps of it, or by work of its own."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from django.utils import timezone
from django.utils.translation import gettext

from gongfang.kernel.errors import N_, DomainError, Problem, counted, refuse_if
from gongfang.kernel.money import ZERO
from gongfang.masterdata import queries as masterdata
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb
from gongfang.production.models import WorkOrder
from gongfang.production.services.creating import NewMaterial, NewOperation, NewWorkOrder, create_work_orders
from gongfang.production.services.holding import hold_orders
from gongfang.production.services.life import PLANNERS


@dataclass(frozen=True, slots=True)
class StepInput:
    """One step of rework: what is done, where, minutes per piece and once for all. operation_no: an operation that is done once more;
    what is left empty then is as there."""

    name: str = ""
    work_centre_id: int | None = None
    minutes: Decimal | None = None
    setup_minutes: Decimal | None = None
    operation_no: int | None = None


class Step(Protocol):
    @property
    def operation_no(self) -> int | None: ...
    @property
    def name(self) -> str: ...
    @property
    def work_centre_id(self) -> int | None: ...
    @property
    def minutes(self) -> Decimal | None: ...
    @property
    def setup_minutes(self) -> Decimal | None: ...


@verb("production.create_rework", N_("Rework order"), roles=(*PLANNERS, "inspector"))
def create_rework(
    *, actor: User, request_id: uuid.UUID, document_id: int, quantity: Decimal, reason: str, routing_id: int | None = None,
    from_operation: int | None = None, steps: Sequence[StepInput] = (), operation: str = "", work_centre_id: int | None = None,
    minutes: Decimal = ZERO,
) -> WorkOrder:  # fmt: skip
    """An order that takes received pieces of another one from the store, works on them again and gives them back (返工工单).

    The work, in this order: steps: named one by one, operations by their numbers in the routing named, else in the original; routing_id:
    of the item, kept for rework, as a whole; from_operation: the original's operations from this number on; operation, work_centre_id,
    minutes: one of its own, left out the last of the original.
    Raises DomainError: rework_range, routing_unknown, operation_unknown, step_incomplete, negative_time.
    """
    order = hold_orders([document_id])[document_id]
    if not reason.strip():
        raise DomainError(Problem("reason_needed", "Say why.", where="reason"))
    if not ZERO < quantity <= order.received_quantity:
        raise DomainError(
            Problem("rework_range", counted("Only {received} piece of {number} was received.", "Only {received} pieces of {number} were received.", "received"), where="quantity",
                    received=order.received_quantity, number=order.number)
        )  # fmt: skip
    work: tuple[NewOperation, ...] | None = None
    if steps:
        work = steps_of_rework(steps, operations_known(order, routing_id, order.item_id), "steps")
    elif routing_id is None:
        work = _repeated(order, from_operation) or _one_step(order, operation, work_centre_id, minutes)
    today = timezone.localdate()
    new = NewWorkOrder(
        order.item_id, quantity, today, today, priority=order.priority, kind="rework", parent_id=order.pk, why=reason.strip(),
        warehouse_id=order.warehouse_id, customer_id=order.customer_id, lot_code=f"{order.lot_code or order.number}-R",
        materials=(NewMaterial(order.item_id, quantity, warehouse_id=order.warehouse_id),), operations=work, routing_id=routing_id,
    )  # fmt: skip
    return create_work_orders(actor, [new])[0]


def operations_known(order: WorkOrder | None, routing_id: int | None, item_id: int) -> dict[int, Any]:
    """Number → operation that a step may name: of the routing, else of the order, else of the item's routing of today.

    Raises DomainError(routing_unknown) for a routing of another item.
    """
    if routing_id is not None:
        found = masterdata.routings_by_ids([routing_id]).get(routing_id)
        if found is None or found.item_id != item_id:
            raise DomainError(Problem("routing_unknown", "This routing is not of this item.", where="routing"))
        return {row.operation_no: row for row in found.operations.all()}
    if order is not None:
        return {row.operation_no: row for row in order.operations.all()}
    routing = masterdata.default_routings([item_id], timezone.localdate()).get(item_id)
    return {row.operation_no: row for row in routing.operations.all()} if routing else {}


def steps_of_rework(steps: Sequence[Step], known: Mapping[int, Any], field: str) -> tuple[NewOperation, ...]:
    """The operations of a rework order, in the order they are named. field: what the steps are called where they were entered.

    An operation done once more is like the one it repeats (crew, piece rate, skill …), at another work centre only its times are.
    """
    problems, found = [], []
    for n, step in enumerate(steps):
        like = known.get(step.operation_no) if step.operation_no else None
        name, centre = step.name.strip(), step.work_centre_id
        if step.operation_no and like is None:
            problems.append(
                Problem("operation_unknown", "The routing has no operation {number}.", where=f"{field}.{n}.operation_no", number=step.operation_no)
            )  # fmt: skip
        elif like is None and not centre:
            problems.append(
                Problem("step_incomplete", "Name an operation of the routing, or the work and where it is done.", where=f"{field}.{n}.work_centre")
            )  # fmt: skip
        elif min(step.minutes or ZERO, step.setup_minutes or ZERO) < 0:
            problems.append(Problem("negative_time", "Times cannot be negative.", where=f"{field}.{n}.minutes"))
        else:
            run, setup = (like.run_minutes, like.setup_minutes) if like else (ZERO, ZERO)
            found.append(
                NewOperation(
                    (name or (like.name if like else "") or gettext("Rework"))[:60], centre or like.work_centre_id,
                    run if step.minutes is None else step.minutes, setup if step.setup_minutes is None else step.setup_minutes,
                    like=like if like and centre in (None, like.work_centre_id) else None,
                )
            )  # fmt: skip
    refuse_if(problems)
    return tuple(found)


def _repeated(order: WorkOrder, first: int | None) -> tuple[NewOperation, ...]:
    """The operations of an order from a number on, once more; their sequence is that of their numbers."""
    if first is None:
        return ()
    rows = list(order.operations.filter(operation_no__gte=first).order_by("operation_no"))
    if not rows:
        raise DomainError(Problem("operation_unknown", "The order has no such operation.", where="from_operation"))
    return tuple(
        NewOperation(row.name, row.work_centre_id, row.run_minutes, row.setup_minutes, row.operation_no, like=row)
        for row in rows
    )


def _one_step(
    order: WorkOrder, operation: str, work_centre_id: int | None, minutes: Decimal
) -> tuple[NewOperation, ...]:
    last = order.operations.order_by("operation_no").last()
    centre = work_centre_id or (last.work_centre_id if last else None)
    if centre is None:
        return ()
    name = operation.strip() or (last.name if last else "") or gettext("Rework")
    return (NewOperation(name[:60], centre, minutes or (last.run_minutes if last else ZERO)),)
