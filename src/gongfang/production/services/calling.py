"""Andon: call for help from a work place, take the call, solve it."""

import uuid

from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem
from gongfang.platform.events import emit
from gongfang.platform.identity.models import User
from gongfang.platform.identity.presets import EVERYBODY
from gongfang.platform.notifications.services import notify
from gongfang.platform.verbs import verb
from gongfang.production.events import HelpCalled
from gongfang.production.models import HelpCall, WorkOrderOperation
from gongfang.production.models.calls import CallState, HelpKind

WHO_COMES = {"material": "keeper", "quality": "inspector", "machine": "maintainer", "help": "supervisor"}


@verb("production.call_help", N_("Call for help"), roles=EVERYBODY)
def call_help(
    *, actor: User, request_id: uuid.UUID, kind: str, operation_id: int | None = None, work_centre_id: int | None = None,
    text: str = "",
) -> HelpCall:  # fmt: skip
    """Call the keeper, the inspector, the maintainer or the supervisor; they are told at once."""
    if kind not in HelpKind.values:
        raise DomainError(Problem("unknown_kind", "There is no such kind of call.", where="kind"))
    operation = (
        WorkOrderOperation.objects.select_related("document").filter(pk=operation_id).first() if operation_id else None
    )
    call = HelpCall.objects.create(
        kind=kind, operation=operation, work_centre_id=operation.work_centre_id if operation else work_centre_id,
        text=text[:200], raised_by=actor,
    )  # fmt: skip
    people = User.objects.filter(is_active=True, roles__code__in=[WHO_COMES[kind], "supervisor"]).distinct()
    place = str(call.work_centre or "")
    number = operation.document.number if operation else ""
    notify(
        people, title=f"{HelpKind(kind).label}: {place} {number}".strip(), text=text[:200] or str(actor),
        url="/production/calls/", doc_type="production.work_order" if operation else "",
        document_id=operation.document_id if operation else None,
    )  # fmt: skip
    emit(HelpCalled(call.pk, kind))
    return call


def _held(call_id: int, *states: str) -> HelpCall:
    call = HelpCall.objects.select_for_update(of=("self",)).filter(pk=call_id).first()
    if call is None:
        raise DomainError(
            Problem("missing", "There is no {title} {id}.", title=str(HelpCall._meta.verbose_name), id=call_id),
            Kind.MISSING,
        )
    if call.state not in states:
        raise DomainError(Problem("call_done", "Somebody else has already taken or solved this call."), Kind.CONFLICT)
    return call


@verb("production.take_call", N_("I am coming"), roles=EVERYBODY)
def take_call(*, actor: User, request_id: uuid.UUID, call_id: int) -> HelpCall:
    """Say that one is on the way."""
    call = _held(call_id, CallState.OPEN)
    call.state, call.taken_by, call.taken_at = CallState.COMING, actor, timezone.now()
    call.save(update_fields=["state", "taken_by", "taken_at"])
    return call


@verb("production.solve_call", N_("Solved"), roles=EVERYBODY)
def solve_call(*, actor: User, request_id: uuid.UUID, call_id: int, answer: str = "") -> HelpCall:
    """End a call, with what was done."""
    call = _held(call_id, CallState.OPEN, CallState.COMING)
    now = timezone.now()
    call.taken_by, call.taken_at = call.taken_by or actor, call.taken_at or now
    call.state, call.solved_at, call.answer = CallState.SOLVED, now, answer[:200]
    call.save(update_fields=["state", "taken_by", "taken_at", "solved_at", "answer"])
    return call
