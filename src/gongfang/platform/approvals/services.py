"""Start a flow, decide its steps. Called by the documents' life cycle under the document's lock."""

import operator
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.platform.approvals.models import ApprovalFlow, ApprovalStep, ApprovalTask
from gongfang.platform.bases import Document
from gongfang.platform.documents.registry import document_model
from gongfang.platform.fields import MoneyField, PriceField, QuantityField
from gongfang.platform.identity.models import User
from gongfang.platform.identity.presets import ADMIN
from gongfang.platform.verbs import verb

OPERATORS = {
    ">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt, "==": operator.eq, "!=": operator.ne,
    "in": lambda value, options: value in options,
}  # fmt: skip


def flow_for(document: Document) -> ApprovalFlow | None:
    """The flow a document has to go through, or None."""
    flows = ApprovalFlow.objects.filter(doc_type=document.doc_type, is_active=True).prefetch_related("steps")
    for flow in flows:
        if all(_holds(document, condition) for condition in flow.conditions):
            return flow if any(step.is_active for step in flow.steps.all()) else None
    return None


def _holds(document: Document, condition: dict[str, Any]) -> bool:
    value: Any = document
    for part in str(condition["field"]).split("__"):
        value = getattr(value, part, None)
    wanted = condition["value"]
    if isinstance(value, Decimal):
        try:
            wanted = Decimal(str(wanted))
        except InvalidOperation:
            return False
    elif condition["op"] != "in":
        value, wanted = str(value), str(wanted)
    return bool(OPERATORS[condition["op"]](value, wanted))


def start(document: Document, flow: ApprovalFlow) -> None:
    """Create the tasks of all steps; the first one is pending. A step that needs everybody asks each who holds the role now."""
    steps = [step for step in flow.steps.all() if step.is_active]
    first = min(step.order for step in steps)
    everybody = {step.role for step in steps if step.needs_all and step.role and not step.user_id}
    holders: dict[str, list[User]] = {}
    for user in User.objects.filter(is_active=True, roles__code__in=everybody).prefetch_related("roles").distinct():
        for role in user.roles.all():
            holders.setdefault(role.code, []).append(user)
    ApprovalTask.objects.bulk_create(
        [
            ApprovalTask(
                doc_type=document.doc_type, document_id=document.pk, number=document.number, order=step.order, role=step.role,
                user=user, needs_all=step.needs_all,
                state=ApprovalTask.State.PENDING if step.order == first else ApprovalTask.State.WAITING,
            )
            for step in steps
            for user in (step.needs_all and not step.user_id and holders.get(step.role)) or [step.user]
        ]
    )  # fmt: skip


def open_tasks(document: Document) -> list[ApprovalTask]:
    """Waiting and pending tasks of a document, in order."""
    return list(
        ApprovalTask.objects.filter(
            doc_type=document.doc_type,
            document_id=document.pk,
            state__in=[ApprovalTask.State.WAITING, ApprovalTask.State.PENDING],
        ).order_by("order", "pk")
    )


def may_decide(task: ApprovalTask, actor: User) -> bool:
    """Whether the person is one whom the step asks."""
    if "*" in actor.grants():
        return True
    return task.user_id == actor.pk if task.user_id else task.role in actor.role_codes()


def decide(document: Document, actor: User, *, approve: bool, comment: str) -> bool:
    """Record a decision on the pending step. Returns True when the whole flow is through.

    Raises DomainError(forbidden) when the pending step asks somebody else.
    """
    tasks = open_tasks(document)
    pending = [task for task in tasks if task.state == ApprovalTask.State.PENDING]
    mine = [task for task in pending if may_decide(task, actor)]
    if not tasks:
        return True
    if not mine:
        asked = ", ".join(sorted({task.role or str(task.user) for task in pending}))
        raise DomainError(
            Problem("not_your_step", "{number} now waits for: {asked}.", number=document.number, asked=asked),
            Kind.FORBIDDEN,
        )
    task = mine[0]
    task.state = ApprovalTask.State.APPROVED if approve else ApprovalTask.State.REJECTED
    task.decided_by, task.decided_at, task.comment = actor, timezone.now(), comment[:500]
    task.save(update_fields=["state", "decided_by", "decided_at", "comment"])
    rest = [other for other in tasks if other.pk != task.pk]
    if not approve:
        cancel(document)
        return False
    if any(other.state == ApprovalTask.State.PENDING for other in rest):
        return False
    waiting = [other for other in rest if other.state == ApprovalTask.State.WAITING]
    if not waiting:
        return True
    following = min(other.order for other in waiting)
    ApprovalTask.objects.filter(pk__in=[other.pk for other in waiting if other.order == following]).update(
        state=ApprovalTask.State.PENDING
    )
    return False


def cancel(document: Document) -> None:
    """Withdraw what is still open of a flow."""
    ApprovalTask.objects.filter(pk__in=[task.pk for task in open_tasks(document)]).update(
        state=ApprovalTask.State.WITHDRAWN
    )


@dataclass(frozen=True, slots=True)
class StepInput:
    """One step as entered: a role or a named person."""

    order: int
    role: str = ""
    user_id: int | None = None
    needs_all: bool = False
    is_active: bool = True
    id: int | None = None


def _condition_problems(model: type[Document], path: str, op: str, value: str) -> list[Problem]:
    """Why a condition could never be answered on a document of the type."""
    if not path:
        return []
    problems = []
    if op not in OPERATORS:
        problems.append(Problem("bad_operator", "“{op}” is not a comparison.", where="op", op=op))
    column: Any = None
    for part in path.split("__"):
        owner = model if column is None else column.related_model
        try:
            column = owner._meta.get_field(part)
        except (FieldDoesNotExist, AttributeError):
            return [
                *problems,
                Problem("no_such_field", "This document has no field “{field}”.", where="field", field=path),
            ]
    if not value:
        problems.append(Problem("required", "Required.", where="value"))
    elif isinstance(column, MoneyField | QuantityField | PriceField) and not _is_number(value):
        problems.append(Problem("not_a_number", "“{value}” is not a number.", where="value", value=value))
    return problems


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


@verb("platform.save_flow", N_("Save approval flow"), roles=(ADMIN,))
def save_flow(
    *, actor: User, request_id: uuid.UUID, doc_type: str, name: str, steps: Sequence[StepInput], priority: int = 10,
    is_active: bool = True, field: str = "", op: str = "", value: str = "", flow_id: int | None = None,
) -> ApprovalFlow:  # fmt: skip
    """Create or change a flow. field, op, value: an optional condition on the document, such as total_amount >= 10000.

    Documents already in approval finish the flow that they began.
    """
    model = document_model(doc_type)
    problems = _condition_problems(model, field, op, value) + [
        Problem("step_empty", "Each step names a role or a person.", where=f"steps.{index}.role")
        for index, step in enumerate(steps)
        if not step.role and not step.user_id
    ]
    if not steps:
        problems.append(Problem("no_steps", "Enter at least one step.", where="steps"))
    refuse_if(problems)
    flow = ApprovalFlow.objects.select_for_update().filter(pk=flow_id).first() if flow_id else ApprovalFlow()
    if flow is None:
        raise DomainError(Problem("missing", "There is no {title} {id}.", title="flow", id=flow_id), Kind.MISSING)
    flow.doc_type, flow.name, flow.priority, flow.is_active = doc_type, name, priority, is_active
    flow.conditions = [{"field": field, "op": op, "value": value}] if field else []
    flow.save()
    flow.steps.all().delete()
    ApprovalStep.objects.bulk_create(
        [
            ApprovalStep(
                flow=flow, order=s.order, role=s.role, user_id=s.user_id, needs_all=s.needs_all, is_active=s.is_active
            )
            for s in steps
        ]
    )
    return flow
