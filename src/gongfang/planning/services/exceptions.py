"""Act on an exception in one click: move or cancel the purchase, work or firm order or transfer that it is about."""

import uuid
from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext

from gongfang.inventory import services as inventory
from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.planning.models import FirmOrder, PlanException, PlanSource
from gongfang.planning.services.firming import cancel_firm_orders
from gongfang.platform.documents.registry import document_model
from gongfang.platform.identity.models import User
from gongfang.platform.setwise import update_rows
from gongfang.platform.verbs import verb
from gongfang.production import services as production
from gongfang.purchasing import services as purchasing

ACTIONS = ("expedite", "defer", "cancel")
PURCHASE, WORK, FIRM = "purchasing.order", "production.work_order", "planning.firm_order"
TRANSFER = "inventory.transfer"


def why_not_follow(row: PlanException) -> list[Problem]:
    """Why nothing can be done with one click; empty where it can."""
    if row.handled_as:
        return [Problem("handled", "{document} was dealt with already.", document=row.document)]
    if row.kind not in ACTIONS or row.doc_type not in (PURCHASE, WORK, FIRM, TRANSFER):
        return [Problem("no_action", "This exception has no action of its own; open the item or the suggestion.")]
    return []


@verb("planning.follow_exception", N_("Do as proposed"), roles=("planner", "buyer", "supervisor"))
def follow_exceptions(*, actor: User, request_id: uuid.UUID, exception_ids: Sequence[int]) -> list[PlanException]:
    """Move (expedite, defer) or cancel the orders that some exceptions of the live plan are about; all or none."""
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
    sources = {
        source.seq: source
        for source in PlanSource.objects.filter(
            run=rows[0].run, side=PlanSource.Side.SUPPLY, seq__in=[row.subject_seq for row in rows]
        )
    }
    for row in rows:
        _follow(actor, row, sources[row.subject_seq])
        row.handled_as = row.get_kind_display()[:80]
    update_rows(rows, ["handled_as"])
    return rows


def _follow(actor: User, row: PlanException, source: PlanSource) -> None:
    reason = gettext("MRP: {what}").format(what=row.get_kind_display())
    if row.doc_type == FIRM:
        _firm(actor, row, source)
    elif row.doc_type == WORK:
        _work_order(actor, row, source, reason)
    elif row.doc_type == TRANSFER:
        _transfer(actor, row, source)
    elif row.kind == "cancel":
        purchasing.close_order_line(
            actor=actor, request_id=uuid.uuid4(), order_id=source.document_id, line_id=source.line_id
        )
    else:
        moved = purchasing.Revision(id=source.line_id, due_date=row.moved_to, promised_date=row.moved_to)
        purchasing.revise_order(actor=actor, request_id=uuid.uuid4(), order_id=source.document_id, lines=[moved])


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
