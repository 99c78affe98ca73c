"""Andon: call for help from a work place, take the call, solve it; what nobody takes goes up by the clock."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem
from gongfang.masterdata.services.records import changed, created, lock
from gongfang.platform.documents.editing import new_request_id
from gongfang.platform.events import emit
from gongfang.platform.identity.models import User
from gongfang.platform.identity.presets import EVERYBODY, PRESET_ROLES
from gongfang.platform.notifications.services import notify
from gongfang.platform.tasks.schedules import scheduled
from gongfang.platform.verbs import verb
from gongfang.production.events import HelpCalled
from gongfang.production.models import EscalationRule, HelpCall, WorkOrderOperation
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
    emit(HelpCalled(call.pk, kind, call.work_centre_id, operation.machine if operation else "", call.text, actor.pk))
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


# --------------------------------------------------------------------------------------------------------------- escalation
@dataclass(frozen=True, slots=True)
class Step:
    """So many minutes after a call that nobody has taken, people of a role are told."""

    level: int
    after_minutes: int
    role: str


USUAL_STEPS = (Step(1, 10, "supervisor"), Step(2, 30, "owner"))
FIELDS = ("kind", "level", "after_minutes", "role")


def _known_role(values: dict[str, Any]) -> None:
    if values.get("role", "owner") not in PRESET_ROLES:
        raise DomainError(Problem("role_unknown", "There is no such role.", where="role"))


@verb("production.create_escalation", N_("Create escalation rule"), roles=("supervisor", "owner"))
def create_escalation(*, actor: User, request_id: uuid.UUID, **values: Any) -> EscalationRule:
    """Say whom a call of a kind reaches after how long."""
    _known_role(values)
    return created(EscalationRule, values, FIELDS)


@verb("production.change_escalation", N_("Change escalation rule"), roles=("supervisor", "owner"))
def change_escalation(*, actor: User, request_id: uuid.UUID, rule_id: int, **values: Any) -> EscalationRule:
    """Change whom a call reaches, or when."""
    _known_role(values)
    rule = lock(EscalationRule, rule_id)
    changed(rule, values, FIELDS)
    return rule


def steps_for() -> dict[str, list[Step]]:
    """Kind of call → its steps, lowest first; the usual ones where a kind has no rules. One statement."""
    found: dict[str, list[Step]] = {}
    for rule in EscalationRule.objects.order_by("kind", "after_minutes", "level"):
        found.setdefault(rule.kind, []).append(Step(rule.level, rule.after_minutes, rule.role))
    return {kind: found.get(kind, list(USUAL_STEPS)) for kind in HelpKind.values}


@verb("production.escalate_calls", N_("Escalate calls"), roles=("supervisor",))
def escalate_calls(*, actor: User, request_id: uuid.UUID, now: datetime | None = None) -> Sequence[HelpCall]:
    """Tell the next people about calls that nobody has taken in time, each step once."""
    moment = now or timezone.now()
    steps = steps_for()
    raised = []
    waiting = HelpCall.objects.select_for_update(of=("self",)).filter(state=CallState.OPEN)
    for call in waiting.select_related("work_centre", "operation__document").order_by("pk"):
        due = [
            step for step in steps[call.kind]
            if step.level > call.level and call.raised_at + timedelta(minutes=step.after_minutes) <= moment
        ]  # fmt: skip
        if not due:
            continue
        roles = {step.role for step in due}
        call.level = max(step.level for step in due)
        place = f"{call.work_centre or ''} {call.operation.document.number if call.operation else ''}".strip()
        notify(
            User.objects.filter(is_active=True, roles__code__in=roles).distinct(),
            title=f"{call.get_kind_display()}: {place}"[:200], text=call.text, url=f"/production/calls/{call.pk}/",
        )  # fmt: skip
        raised.append(call)
    HelpCall.objects.bulk_update(raised, ["level"])
    return raised


@scheduled("production.escalate_calls", N_("Escalate calls"), every=timedelta(minutes=1))
def escalate_by_the_clock(*, actor: User, now: datetime) -> str:
    """Every minute; nothing is written while no call waits."""
    if not HelpCall.objects.filter(state=CallState.OPEN).exists():
        return ""
    return str(len(escalate_calls(actor=actor, request_id=new_request_id(), now=now)))
