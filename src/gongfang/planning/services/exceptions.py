"""Act on an exception in one click: move or cancel the order that it is about, release a suggestion that is late, firm one in time."""

import uuid
from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext

from gongfang.inventory import services as inventory
from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.planning.models import FirmOrder, PlanException, PlannedOrder, PlanSource
from gongfang.planning.services.firming import cancel_firm_orders, firm_suggestions
from gongfang.planning.services.release import locked_suggestions, release_suggestions
from gongfang.platform.documents.registry import document_model
from gongfang.platform.identity.models import User
from gongfang.platform.setwise import update_rows
from gongfang.platform.verbs import verb
from gongfang.production import services as production
from gongfang.purchasing import services as purchasing

MOVES = ("expedite", "defer")
WORK, FIRM, TRANSFER = "production.work_order", "planning.firm_order", "inventory.transfer"
MOVED = (*purchasing.SUPPLIES, WORK, FIRM, TRANSFER)
OPEN_IT = N_("Open the item or the document and decide there.")
NO_ACTION = {
    "past_due_demand": N_("Its date is past: ship it, or agree on another date with the customer."),
    "below_safety_stock": N_("The suggestions of this run fill it up; release or bring forward the first of them."),
    "beyond_horizon": N_("It lies beyond the days planned; run MRP over a longer horizon."),
    "data_fault": N_("Mend the data first: see the data faults."),
}


def proposal_of(row: PlanException) -> Problem | None:
    """What one click would do, as a sentence; None: nothing can be done with one click."""
    if row.about == "order":
        if row.kind == "past_due_release":
            return Problem("release_now", "Start and release it today.")
        if row.kind in MOVES and row.moved_to:
            return Problem("firm_then", "Firm it for {to}, before the time fence lets MRP.", to=row.moved_to)
        return None
    if row.doc_type not in MOVED:
        return None
    if row.kind in MOVES and row.moved_to:
        return Problem("move_to", "Move {document} to {to}.", document=row.document, to=row.moved_to)
    if row.kind == "cancel":
        return Problem("cancel_it", "Cancel what is open of it on {document}.", document=row.document)
    return None


def why_not_follow(row: PlanException) -> list[Problem]:
    """Why nothing can be done with one click; empty where it can."""
    if row.handled_as:
        return [
            Problem("handled", "{document} was dealt with already.", document=row.document or row.get_kind_display())
        ]
    if proposal_of(row) is None:
        text = NO_ACTION.get(row.kind, OPEN_IT)
        return [Problem("no_action", text)]
    return []


@verb("planning.follow_exception", N_("Do as proposed"), roles=("planner", "buyer", "supervisor"))
def follow_exceptions(*, actor: User, request_id: uuid.UUID, exception_ids: Sequence[int]) -> list[PlanException]:
    """Do what some exceptions of the live plan propose; all or none. Orders move (expedite, defer) or are cancelled; a suggestion
    whose start is past begins today and is released; one behind a time fence is firmed for the day on which it is needed.
    """
    rows = list(
        PlanException.objects.select_for_update(of=("self",))
        .select_related("run", "item")
        .filter(pk__in=list(exception_ids), run__is_current=True)
        .order_by("pk")
    )
    if not rows:
        raise DomainError(
            Problem("plan_gone", "The plan was made anew meanwhile; open the present one and choose again."),
            Kind.CONFLICT,
        )
    refuse_if([problem for row in rows for problem in why_not_follow(row)], Kind.CONFLICT)
    run = rows[0].run
    wanted = [row.subject_seq for row in rows if row.about != "order"]
    sources = {
        source.seq: source for source in PlanSource.objects.filter(run=run, side=PlanSource.Side.SUPPLY, seq__in=wanted)
    }
    _suggestions(actor, [row for row in rows if row.about == "order"])
    for row in rows:
        if row.about != "order":
            _follow(actor, row, sources[row.subject_seq])
        row.handled_as = row.get_kind_display()[:80]
    update_rows(rows, ["handled_as"])
    return rows


def _suggestions(actor: User, rows: Sequence[PlanException]) -> None:
    """Release what should have begun, firm what a fence holds back; as many statements for many as for one."""
    if not rows:
        return
    found = PlannedOrder.objects.filter(run=rows[0].run, seq__in=[row.subject_seq for row in rows])
    by_seq = {order.seq: order for order in locked_suggestions(list(found.values_list("pk", flat=True)))}
    late, fenced = [], []
    for row in rows:
        order = by_seq[row.subject_seq]
        if row.kind == "past_due_release":
            start = max(order.release_on, row.run.today)
            order.release_on, order.due_on = start, max(order.due_on, start)
            late.append(order.pk)
        else:
            order.release_on, order.due_on = _moved(order.release_on, order.due_on, row.moved_to or order.due_on)
            fenced.append(order.pk)
        order.version += 1
    update_rows(list(by_seq.values()), ["release_on", "due_on", "version"])
    if late:
        release_suggestions(actor=actor, request_id=uuid.uuid4(), order_ids=late)
    if fenced:
        firm_suggestions(actor=actor, request_id=uuid.uuid4(), order_ids=fenced)


def _follow(actor: User, row: PlanException, source: PlanSource) -> None:
    reason = gettext("MRP: {what}").format(what=row.get_kind_display())
    if row.doc_type == FIRM:
        _firm(actor, row, source)
    elif row.doc_type == WORK:
        _work_order(actor, row, source, reason)
    elif row.doc_type == TRANSFER:
        _transfer(actor, row, source)
    elif row.kind == "cancel":
        purchasing.drop_line(actor, row.doc_type, source.document_id, source.line_id)
    else:
        purchasing.move_line(row.doc_type, source.document_id, source.line_id, row.moved_to or source.on)


def _transfer(actor: User, row: PlanException, source: PlanSource) -> None:
    """Leave out the line, or move the transfer: what has not left leaves by as much earlier or later."""
    if row.kind == "cancel":
        inventory.drop_transfer_line(
            actor=actor, request_id=uuid.uuid4(), document_id=source.document_id, line_id=source.line_id
        )
        return
    transfer = document_model(TRANSFER)._default_manager.get(pk=source.document_id)
    leaves, due = _moved(transfer.ship_on or source.on, source.on, row.moved_to or source.on)
    inventory.reschedule_transfer(
        actor=actor, request_id=uuid.uuid4(), document_id=transfer.pk, ship_on=leaves, due_on=due
    )


def _work_order(actor: User, row: PlanException, source: PlanSource, reason: str) -> None:
    if row.kind == "cancel":
        production.cancel_orders(actor=actor, request_id=uuid.uuid4(), order_ids=[source.document_id], reason=reason)
        return
    order = document_model(WORK)._default_manager.get(pk=source.document_id)
    start, due = _moved(order.start, order.due, row.moved_to or order.due)
    production.change_order(
        actor=actor, request_id=uuid.uuid4(), document_id=order.pk, quantity=order.quantity, start=start, due=due, reason=reason,
    )  # fmt: skip


def _firm(actor: User, row: PlanException, source: PlanSource) -> None:
    if row.kind == "cancel":
        cancel_firm_orders(actor=actor, request_id=uuid.uuid4(), order_ids=[source.document_id])
        return
    firm = FirmOrder.objects.select_for_update().get(pk=source.document_id)
    firm.release_on, firm.due_on = _moved(firm.release_on, firm.due_on, row.moved_to or firm.due_on)
    firm.version += 1
    update_rows([firm], ["release_on", "due_on", "version"])


def _moved(start: date, due: date, to: date) -> tuple[date, date]:
    """Both dates by as much."""
    return start + (to - due), to
