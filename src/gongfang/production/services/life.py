"""The life of an order: approval, release, pause, completion, closing, cancelling; each for one or many orders."""

import uuid
from collections.abc import Callable, Sequence
from datetime import date, datetime

from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.kernel.states import Approval
from gongfang.ledger.services import release_ended
from gongfang.people.queries import team_of, teams
from gongfang.platform.documents.lifecycle import Lifecycle
from gongfang.platform.events import emit
from gongfang.platform.identity.models import User
from gongfang.platform.prepared import Prepared
from gongfang.platform.verbs import verb
from gongfang.production.events import OrdersClosed, OrdersReleased
from gongfang.production.models import OrderPause, WorkOrder, WorkOrderMaterial, WorkOrderOperation
from gongfang.production.models.changes import HoldReason
from gongfang.production.models.orders import OperationState
from gongfang.production.queries import OPEN_STAGES, outside_of
from gongfang.production.rules import (
    Stage,
    closing_problems,
    closing_warnings,
    stage_problem,
)
from gongfang.production.services.closing import closings
from gongfang.production.services.holding import hold_orders, save_orders, set_stage
from gongfang.production.services.keeping import reserve_approved
from gongfang.production.services.pointing import missing_operation
from gongfang.production.services.scheduled import change_centre
from gongfang.production.services.timing import moment_of, stop_clocks

PLANNERS = ("planner", "supervisor")


WITH_MATERIALS: Prepared[int] = Prepared(
    lambda ids: (
        WorkOrderMaterial.objects.filter(document__in=ids).order_by().values_list("document_id", flat=True).distinct()
    )
)
WITH_OPERATIONS: Prepared[int] = Prepared(
    lambda ids: (
        WorkOrderOperation.objects.filter(document__in=ids).order_by().values_list("document_id", flat=True).distinct()
    )
)


def orders_problems(orders: Sequence[WorkOrder]) -> list[Problem]:
    """What is missing before orders may be submitted or approved; two statements."""
    ids = [order.pk for order in orders]
    filled = set(WITH_MATERIALS(ids))
    filled |= set(WITH_OPERATIONS([pk for pk in ids if pk not in filled]))
    found = []
    for order in orders:
        if order.pk not in filled:
            found.append(
                Problem("empty_order", "{number} has neither components nor operations; enter them or give the item a BOM.", number=order.number)
            )  # fmt: skip
        if order.stage == Stage.CANCELLED:
            found.append(Problem("order_cancelled", "{number} is cancelled.", number=order.number))
    return found


def _unapprove_blockers(order: WorkOrder) -> list[Problem]:
    if order.stage in (Stage.PLANNED, Stage.CANCELLED):
        return []
    return [Problem("order_released", "{number} is released; take the release back first.", number=order.number)]


def _voided(actor: User, order: WorkOrder, request_id: uuid.UUID) -> None:
    set_stage(order, "cancel")
    save_orders([order])
    release_ended([order])


def _unapproved(actor: User, order: WorkOrder, request_id: uuid.UUID) -> None:
    release_ended([order])


LIFECYCLE = Lifecycle(
    WorkOrder, package="production", noun="order", title=N_("work order"), writers=PLANNERS,
    approvers=("planner", "keeper", "supervisor"), check_all=orders_problems, blockers=_unapprove_blockers, on_void=_voided,
    on_approve_all=reserve_approved, on_unapprove=_unapproved, closable=False,
)  # fmt: skip
submit_order, withdraw_order, approve_order, reject_order = (
    LIFECYCLE.submit, LIFECYCLE.withdraw, LIFECYCLE.approve, LIFECYCLE.reject,
)  # fmt: skip
unapprove_order, void_order = LIFECYCLE.unapprove, LIFECYCLE.void


def _advance(
    order_ids: Sequence[int],
    action: str,
    check: Callable[[WorkOrder], Sequence[Problem]] = lambda order: (),
    *more: str,
) -> list[WorkOrder]:
    """Lock orders, refuse all or move all along one transition; three statements."""
    if not order_ids:
        raise DomainError(Problem("no_orders", "Choose at least one work order."))
    orders = list(hold_orders(order_ids).values())
    problems = [problem for order in orders if (problem := stage_problem(order.number, order.stage, action))]
    refuse_if(problems, Kind.CONFLICT)
    refuse_if([problem for order in orders for problem in check(order)], Kind.CONFLICT)
    for order in orders:
        set_stage(order, action)
    return orders


def why_not_release(order: WorkOrder) -> list[Problem]:
    if order.approval != Approval.APPROVED:
        return [Problem("not_approved", "{number} is not approved yet.", number=order.number)]
    problem = stage_problem(order.number, order.stage, "release")
    return [problem] if problem else []


@verb("production.release_order", N_("Release"), roles=PLANNERS)
def release_orders(*, actor: User, request_id: uuid.UUID, order_ids: Sequence[int]) -> list[WorkOrder]:
    """Give approved orders to the shop: their operations appear on the lists of the work centres."""
    orders = _advance(order_ids, "release", why_not_release)
    save_orders(orders)
    emit(OrdersReleased(tuple(order.pk for order in orders)))
    return orders


def why_not_unrelease(order: WorkOrder) -> list[Problem]:
    problem = stage_problem(order.number, order.stage, "unrelease")
    if problem:
        return [problem]
    return _touched(order)


def _touched(order: WorkOrder) -> list[Problem]:
    if order.put_in or order.received_quantity or order.scrap_quantity or order.wip:
        return [Problem("already_begun", "{number} has issues or reports; take them back first.", number=order.number)]
    return []


@verb("production.unrelease_order", N_("Take back the release"), roles=PLANNERS)
def unrelease_orders(*, actor: User, request_id: uuid.UUID, order_ids: Sequence[int]) -> list[WorkOrder]:
    """Take orders back from the shop that nobody has begun."""
    orders = _advance(order_ids, "unrelease", _touched)
    save_orders(orders)
    return orders


@verb("production.start_order", N_("Start"), roles=("supervisor", "planner", "operator"))
def start_orders(*, actor: User, request_id: uuid.UUID, order_ids: Sequence[int]) -> list[WorkOrder]:
    """Mark released orders as begun; the first issue or report does it by itself."""
    orders = _advance(order_ids, "start")
    for order in orders:
        order.actual_start = timezone.now()
    save_orders(orders)
    return orders


@verb("production.pause_order", N_("Pause"), roles=("supervisor", "planner"))
def pause_orders(
    *, actor: User, request_id: uuid.UUID, order_ids: Sequence[int], reason: str, kind: str = "other"
) -> list[WorkOrder]:
    """Hold orders with a reason (kind: one of HoldReason); nothing can be issued, reported or received until they are resumed, and the
    clocks at their operations stop."""
    if not reason.strip():
        raise DomainError(Problem("reason_needed", "Say why.", where="reason"))
    if kind not in HoldReason.values:
        raise DomainError(Problem("unknown_hold", "There is no such reason to hold an order.", where="kind"))
    orders = _advance(order_ids, "pause")
    for order in orders:
        order.pause_reason = reason.strip()[:200]
    save_orders(orders, "pause_reason")
    now = timezone.now()
    stop_clocks([order.pk for order in orders], now)
    OrderPause.objects.bulk_create(
        [
            OrderPause(order=order, kind=kind, reason=order.pause_reason, began_at=now, began_by=actor)
            for order in orders
        ],
        batch_size=500,
    )
    return orders


@verb("production.resume_order", N_("Resume"), roles=("supervisor", "planner"))
def resume_orders(*, actor: User, request_id: uuid.UUID, order_ids: Sequence[int], answer: str = "") -> list[WorkOrder]:
    """Let held orders go on. answer: what was done about the reason."""
    orders = _advance(order_ids, "resume")
    for order in orders:
        order.pause_reason = ""
        order.actual_start = order.actual_start or timezone.now()
    save_orders(orders, "pause_reason")
    OrderPause.objects.filter(order__in=[order.pk for order in orders], ended_at=None).update(
        ended_at=timezone.now(), ended_by=actor, answer=answer.strip()[:200]
    )
    return orders


@verb("production.complete_order", N_("Complete"), roles=("supervisor", "planner"))
def complete_orders(*, actor: User, request_id: uuid.UUID, order_ids: Sequence[int]) -> list[WorkOrder]:
    """Say that no more will be made, also where less came out than planned."""
    orders = _advance(order_ids, "complete")
    for order in orders:
        order.actual_end = order.actual_end or timezone.now()
    save_orders(orders)
    release_ended(orders)
    stop_clocks([order.pk for order in orders], timezone.now())
    return orders


@verb("production.uncomplete_order", N_("Take back the completion"), roles=("supervisor", "planner"))
def uncomplete_orders(*, actor: User, request_id: uuid.UUID, order_ids: Sequence[int]) -> list[WorkOrder]:
    """Let completed orders go on."""
    orders = _advance(order_ids, "uncomplete")
    for order in orders:
        order.actual_end = None
    save_orders(orders)
    return orders


@verb("production.close_order", N_("Close"), roles=("supervisor", "planner", "cost_accountant"))
def close_orders(
    *, actor: User, request_id: uuid.UUID, order_ids: Sequence[int], on: date | None = None,
    confirm: frozenset[str] = frozenset(),
) -> list[WorkOrder]:  # fmt: skip
    """Close completed orders after their check list: nothing more can be posted on them.

    confirm: codes of the warnings that the person has accepted (`rules.CLOSING_WARNINGS`).
    """
    orders = _advance(order_ids, "close")
    lists = closings(orders)
    refuse_if([problem for one in lists for problem in closing_problems(one)], Kind.CONFLICT)
    warnings = [problem for one in lists for problem in closing_warnings(one) if problem.code not in confirm]
    refuse_if(warnings, Kind.CONFIRM)
    for order in orders:
        order.closed_on = on or timezone.localdate()
    save_orders(orders, "closed_on")
    release_ended(orders)
    emit(OrdersClosed(tuple(order.pk for order in orders)))
    return orders


@verb("production.reopen_order", N_("Reopen"), roles=("supervisor", "planner", "cost_accountant"))
def reopen_orders(*, actor: User, request_id: uuid.UUID, order_ids: Sequence[int]) -> list[WorkOrder]:
    """Open closed orders again; a settled one has to be un-settled first."""
    orders = _advance(order_ids, "reopen")
    for order in orders:
        order.closed_on = None
    save_orders(orders, "closed_on")
    return orders


@verb("production.cancel_order", N_("Cancel the order"), roles=PLANNERS)
def cancel_orders(*, actor: User, request_id: uuid.UUID, order_ids: Sequence[int], reason: str = "") -> list[WorkOrder]:
    """Give up orders that nobody has begun."""
    orders = _advance(order_ids, "cancel", _touched)
    for order in orders:
        order.remark = (f"{order.remark} {reason}".strip())[:500]
    save_orders(orders, "remark")
    release_ended(orders)
    return orders


def check_stage(orders: Sequence[WorkOrder], action: str) -> None:
    """Refuse unless all locked orders are in a stage from which the action is possible."""
    refuse_if(
        [problem for order in orders if (problem := stage_problem(order.number, order.stage, action))], Kind.CONFLICT
    )


def mark_settled(orders: Sequence[WorkOrder], *, settled: bool) -> None:
    """Put locked orders into (or out of) the settled stage; called by the settlement, which has posted the variances."""
    action = "settle" if settled else "unsettle"
    check_stage(orders, action)
    for order in orders:
        set_stage(order, action)
    save_orders(orders)


@verb("production.dispatch_operation", N_("Dispatch"), roles=PLANNERS)
def dispatch_operations(
    *, actor: User, request_id: uuid.UUID, operation_ids: Sequence[int], user_id: int | None = None, machine: str = "",
    work_centre_id: int | None = None, team: str = "",
) -> list[WorkOrderOperation]:  # fmt: skip
    """Give operations to a person, a team or a machine; the person, or one of the team, acknowledges on the shop page.

    work_centre_id: another work centre that the routing names as an alternative. Raises DomainError: missing, user_unknown,
    person_or_team, team_unknown, done_outside, nothing_to_dispatch, no_alternative.
    """
    wanted = sorted(set(operation_ids))
    locked = WorkOrderOperation.objects.select_for_update(of=("self",)).filter(pk__in=wanted).order_by("pk")
    rows = list(locked.select_related("document"))
    team = team.strip()
    _refuse_dispatch(wanted, rows, user_id, team)
    if work_centre_id is not None:
        refuse_if(
            [
                Problem("no_alternative", "{operation} cannot be done there; the routing names no such alternative.", where="work_centre", operation=str(row))
                for row in rows
                if work_centre_id not in (row.work_centre_id, *row.alternatives)
            ]
        )  # fmt: skip
        for row in rows:
            change_centre(row, work_centre_id)
    for row in rows:
        row.assigned_to_id, row.team, row.machine, row.acknowledged_at = user_id, team, machine[:40], None
    WorkOrderOperation.objects.bulk_update(
        rows, ["assigned_to", "team", "machine", "acknowledged_at", "work_centre", "alternatives"]
    )
    return rows


def _refuse_dispatch(wanted: Sequence[int], rows: Sequence[WorkOrderOperation], user_id: int | None, team: str) -> None:
    """Unknown operations and people, work of subcontractors, operations that are through, orders that are not on the floor any more."""
    there = {row.pk for row in rows}
    refuse_if([missing_operation(pk) for pk in wanted if pk not in there], Kind.MISSING)
    if user_id is not None and not User.objects.filter(pk=user_id, is_active=True).exists():
        raise DomainError(Problem("user_unknown", "There is no such active user.", where="user"))
    if user_id is not None and team:
        raise DomainError(Problem("person_or_team", "Name a person or a team, not both.", where="team"))
    if team and team not in teams():
        raise DomainError(
            Problem(
                "team_unknown",
                "Nobody employed is in the team “{team}”. Choose another, or enter it at its people.",
                where="team",
                team=team,
            )
        )
    outside = outside_of(rows)
    refuse_if(
        [
            Problem("done_outside", "{number}, {operation}: a subcontractor does this. Send it out by a subcontract order.",
                    number=row.document.number, operation=str(row))
            for row in rows
            if row.pk in outside and not outside[row.pk].for_here
        ]
    )  # fmt: skip
    refuse_if(
        [
            Problem("nothing_to_dispatch", "{number}, {operation}: nothing is left to do there; reload the list.",
                    number=row.document.number, operation=str(row))
            for row in rows
            if row.state == OperationState.DONE or row.document.stage not in OPEN_STAGES
        ],
        Kind.CONFLICT,
    )  # fmt: skip


@verb("production.acknowledge_operation", N_("Acknowledge"), roles=("operator", "supervisor"))
def acknowledge_operation(
    *, actor: User, request_id: uuid.UUID, operation_id: int, at: datetime | None = None
) -> WorkOrderOperation:
    """Say that one has seen a dispatched operation; one that is nobody's becomes the person's, one of a team stays the team's.

    at: entered without network.
    The first time stays. Raises DomainError: missing, not_yours.
    """
    moment = moment_of(at)
    row = WorkOrderOperation.objects.select_for_update(of=("self",)).filter(pk=operation_id).first()
    if row is None:
        raise DomainError(missing_operation(operation_id), Kind.MISSING)
    if row.assigned_to_id not in (None, actor.pk):
        raise DomainError(Problem("not_yours", "This work was given to somebody else."), Kind.FORBIDDEN)
    if row.team and row.team != team_of(actor):
        raise DomainError(
            Problem("not_yours", "This work was given to the team “{team}”; you are not in it.", team=row.team),
            Kind.FORBIDDEN,
        )
    row.acknowledged_at = row.acknowledged_at or moment
    row.assigned_to = row.assigned_to or (None if row.team else actor)
    row.save(update_fields=["acknowledged_at", "assigned_to"])
    return row
