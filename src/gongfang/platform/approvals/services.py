"""Start a flow, decide its steps. Called by the documents' life cycle under the document's lock."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.platform.approvals.conditions import Condition, fulfilling, problems_of
from gongfang.platform.approvals.delegation import asked_for
from gongfang.platform.approvals.models import ApprovalFlow, ApprovalStep, ApprovalTask
from gongfang.platform.approvals.queries import asked_in_words
from gongfang.platform.bases import Document
from gongfang.platform.documents.registry import document_model
from gongfang.platform.identity.models import User
from gongfang.platform.identity.presets import ADMIN
from gongfang.platform.prepared import Prepared, give_children
from gongfang.platform.setwise import insert_rows, update_rows
from gongfang.platform.verbs import note, verb

DECISION = ["state", "decided_by", "decided_for", "decided_at", "comment"]


FLOWS = Prepared(lambda doc_type: ApprovalFlow.objects.filter(doc_type=doc_type, is_active=True))
STEPS = Prepared(lambda ids: ApprovalStep.objects.filter(flow__in=ids))


def flow_for(document: Document) -> ApprovalFlow | None:
    """The flow a document has to go through, or None."""
    return flows_for([document]).get(document.pk)


def flows_for(documents: Sequence[Document]) -> dict[int, ApprovalFlow]:
    """The flow that each of some documents of one type has to go through; those without one are left out.

    Two statements, and one for each condition that asks lines, roles or categories.
    """
    if not documents:
        return {}
    flows = FLOWS.all(documents[0].doc_type)
    give_children(flows, "steps", STEPS([flow.pk for flow in flows]))
    found: dict[int, ApprovalFlow] = {}
    left = list(documents)
    for flow in flows:
        fitting = {document.pk for document in left}
        for condition in flow.conditions:
            fitting &= fulfilling(left, condition)
        left = [document for document in left if document.pk not in fitting]
        if any(step.is_active for step in flow.steps.all()):
            found |= dict.fromkeys(fitting, flow)
    return found


def start(begun: Sequence[tuple[Document, ApprovalFlow]]) -> None:
    """Create the tasks of all steps; the first one is pending. A step that needs everybody asks each who holds the role now.

    Two statements at most.
    """
    steps = {flow.pk: [step for step in flow.steps.all() if step.is_active] for _, flow in begun}
    holders = _holders(
        {step.role for some in steps.values() for step in some if step.needs_all and step.role and not step.user_id}
    )
    tasks = []
    for document, flow in begun:
        first = min(step.order for step in steps[flow.pk])
        tasks += [
            ApprovalTask(
                doc_type=document.doc_type, document_id=document.pk, number=document.number, order=step.order, role=step.role,
                user=user, needs_all=step.needs_all,
                state=ApprovalTask.State.PENDING if step.order == first else ApprovalTask.State.WAITING,
            )
            for step in steps[flow.pk]
            for user in (step.needs_all and not step.user_id and holders.get(step.role)) or [step.user]
        ]  # fmt: skip
    if tasks:
        insert_rows(tasks)


def _holders(roles: set[str]) -> dict[str, list[User]]:
    if not roles:
        return {}
    holders: dict[str, list[User]] = {}
    for user in User.objects.filter(is_active=True, roles__code__in=roles).prefetch_related("roles").distinct():
        for role in user.roles.all():
            holders.setdefault(role.code, []).append(user)
    return holders


OPEN_TASKS = Prepared(
    lambda ids, doc_type: ApprovalTask.objects.filter(
        doc_type=doc_type, document_id__in=ids, state__in=[ApprovalTask.State.WAITING, ApprovalTask.State.PENDING]
    ).order_by("order", "pk")
)


def open_tasks(documents: Sequence[Document]) -> dict[int, list[ApprovalTask]]:
    """Waiting and pending tasks of documents of one type, in order; documents without any are left out. One statement."""
    found: dict[int, list[ApprovalTask]] = {}
    if documents:
        for task in OPEN_TASKS([document.pk for document in documents], documents[0].doc_type):
            found.setdefault(task.document_id, []).append(task)
    return found


def may_decide(task: ApprovalTask, actor: User) -> bool:
    """Whether the person is one whom the step asks, not counting those for whom they stand in."""
    if "*" in actor.grants():
        return True
    return task.user_id == actor.pk if task.user_id else task.role in actor.role_codes()


def _deciding(document: Any, tasks: Sequence[ApprovalTask], actor: User) -> tuple[ApprovalTask | None, User | None]:
    """The first step that the person may decide, and for whom they decide it when it is not themselves who is asked."""
    for task in tasks:
        if may_decide(task, actor):
            return task, None
    for task in tasks:
        if absent := asked_for(task, actor, (document.submitted_by_id, document.created_by_id)):
            return task, absent
    return None, None


def approve(documents: Sequence[Any], actor: User, comment: str) -> list[Any]:
    """Record a consent on the pending step of each document. Returns those whose whole flow is through; two statements.

    Raises DomainError(forbidden) when a pending step asks somebody else.
    """
    tasks = open_tasks(documents)
    decided = _decide(documents, tasks, actor, comment, ApprovalTask.State.APPROVED)
    through, asked = [], []
    for document in documents:
        rest = [task for task in tasks.get(document.pk, ()) if task not in decided]
        if not rest:
            through.append(document)
        elif not any(task.state == ApprovalTask.State.PENDING for task in rest):
            following = rest[0].order
            asked += [task for task in rest if task.order == following]
    for task in asked:
        task.state = ApprovalTask.State.PENDING
    update_rows([*decided, *asked], DECISION)
    return through


def reject(documents: Sequence[Document], actor: User, comment: str) -> None:
    """Record a refusal on the pending step of each document and withdraw the steps after it; two statements.

    Raises DomainError(forbidden) when a pending step asks somebody else.
    """
    tasks = open_tasks(documents)
    decided = _decide(documents, tasks, actor, comment, ApprovalTask.State.REJECTED)
    rest = [task for some in tasks.values() for task in some if task not in decided]
    for task in rest:
        task.state = ApprovalTask.State.WITHDRAWN
    update_rows([*decided, *rest], DECISION)


def _decide(
    documents: Sequence[Document], tasks: Mapping[int, list[ApprovalTask]], actor: User, comment: str, state: str
) -> set[ApprovalTask]:
    """Mark one pending task of each document, one that asks the person, as decided; what is marked is not yet written."""
    decided: set[ApprovalTask] = set()
    problems = []
    now = timezone.now()
    for document in documents:
        pending = [task for task in tasks.get(document.pk, ()) if task.state == ApprovalTask.State.PENDING]
        mine, absent = _deciding(document, pending, actor)
        if mine is not None:
            mine.decided_for = absent
            mine.state, mine.decided_by, mine.decided_at, mine.comment = state, actor, now, comment[:500]
            decided.add(mine)
        elif tasks.get(document.pk):
            asked = ", ".join(sorted(set(asked_in_words(pending).values())))
            problems.append(
                Problem("not_your_step", "{number} now waits for: {asked}.", number=document.number, asked=asked)
            )
    refuse_if(problems, Kind.FORBIDDEN)
    return decided


def cancel(documents: Sequence[Document]) -> None:
    """Withdraw what is still open of their flows."""
    pks = [task.pk for tasks in open_tasks(documents).values() for task in tasks]
    ApprovalTask.objects.filter(pk__in=pks).update(state=ApprovalTask.State.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class StepInput:
    """One step as entered: a role or a named person."""

    order: int
    role: str = ""
    user_id: int | None = None
    needs_all: bool = False
    is_active: bool = True
    id: int | None = None


@verb("platform.save_flow", N_("Save approval flow"), roles=(ADMIN,))
def save_flow(
    *, actor: User, request_id: uuid.UUID, doc_type: str, name: str, steps: Sequence[StepInput], priority: int = 10,
    is_active: bool = True, field: str = "", op: str = "", value: str = "", field_2: str = "", op_2: str = "", value_2: str = "",
    flow_id: int | None = None,
) -> ApprovalFlow:  # fmt: skip
    """Create or change a flow. field, op, value: an optional condition on the document, such as total_amount >= 10000; both must hold.

    Documents already in approval finish the flow that they began.
    """
    model = document_model(doc_type)
    conditions = [Condition(field, op, value), Condition(field_2, op_2, value_2, "_2")]
    problems = problems_of(model, conditions) + [
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
    flow.conditions = [{"field": one.field, "op": one.op, "value": one.value} for one in conditions if one.field]
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


@verb("platform.switch_flow", N_("Switch an approval flow on or off"), roles=(ADMIN,))
def switch_flow(*, actor: User, request_id: uuid.UUID, flow_id: int) -> ApprovalFlow:
    """Documents already in approval finish the flow that they began."""
    flow = ApprovalFlow.objects.select_for_update().filter(pk=flow_id).first()
    if flow is None:
        raise DomainError(Problem("missing", "There is no {title} {id}.", title="flow", id=flow_id), Kind.MISSING)
    note(flow, is_active=(flow.is_active, not flow.is_active))
    flow.is_active = not flow.is_active
    flow.save(update_fields=["is_active"])
    return flow
