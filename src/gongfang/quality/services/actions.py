"""Complaints, and corrective actions in eight steps: owners, dates, a check whether they helped."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.platform.bases import ApprovalState
from gongfang.platform.documents.editing import change, locked, new_document, save_lines
from gongfang.platform.documents.links import Link, link
from gongfang.platform.identity.models import User
from gongfang.platform.notifications.services import notify
from gongfang.platform.verbs import verb
from gongfang.quality.models import (  # fmt: skip
    ActionStage,
    ActionStep,
    Complaint,
    ComplaintStage,
    CorrectiveAction,
    Grade,
    Nonconformance,
    StepCode,
)

WRITERS = ("inspector", "engineer", "supervisor")
EFFECT_AFTER = timedelta(days=30)
ANSWER_DAYS = 5
BEFORE_CLOSING = tuple(StepCode.values[:7])
"""D1 to D7 have to be done before the effect is checked; D8 is courtesy."""
AGAIN = ("D4", "D5", "D6", "D7")
"""Steps that are open again when the effect is missing."""


@dataclass(frozen=True, slots=True)
class StepInput:
    """A step as entered: who does what by when."""

    code: str
    task: str = ""
    owner: int | None = None
    due: date | None = None
    result: str = ""
    id: int | None = None


def _positive(quantity: Decimal, cost: Decimal = Decimal(0)) -> list[Problem]:
    found = [] if quantity > 0 else [Problem("not_positive", "Enter a quantity above 0.", "quantity")]
    return found + ([] if cost >= 0 else [Problem("negative", "Quantities and times cannot be negative.", "cost")])


# -------------------------------------------------------------------------------------------------------------- complaints
@verb("quality.create_complaint", N_("Record a complaint"), roles=("inspector", "sales"))
def create_complaint(
    *, actor: User, request_id: uuid.UUID, customer_id: int, item_id: int, quantity: Decimal, defect: str, lot_id: int | None = None,
    source_number: str = "", grade: str = "major", answer_due: date | None = None, business_date: date | None = None,
    cost: Decimal = Decimal(0), remark: str = "",
) -> Complaint:  # fmt: skip
    """Write down what a customer complains about; the inspectors are told."""
    refuse_if(_positive(quantity, cost))
    if not defect.strip():
        raise DomainError(Problem("defect_missing", "Say what is wrong with it.", "defect"))
    if grade not in Grade.values:
        raise DomainError(Problem("grade_unknown", "There is no such grade.", "grade"))
    now = timezone.now()
    day = business_date or timezone.localdate()
    complaint = new_document(
        Complaint, actor=actor, on=day, approval=ApprovalState.APPROVED, approved_by=actor, approved_at=now, customer_id=customer_id,
        item_id=item_id, lot_id=lot_id, quantity=quantity, source_number=source_number[:40], defect=defect.strip()[:300], grade=grade,
        answer_due=answer_due or day + timedelta(days=ANSWER_DAYS), cost=cost, remark=remark,
    )  # fmt: skip
    notify(
        User.objects.filter(is_active=True, roles__code="inspector").distinct(), title=f"{complaint.number} {complaint.customer}"[:200],
        text=complaint.defect, doc_type=Complaint.doc_type, document_id=complaint.pk, url=f"/quality/complaints/{complaint.pk}/",
    )  # fmt: skip
    return complaint


@verb("quality.change_complaint", N_("Change a complaint"), roles=("inspector", "sales"))
def change_complaint(
    *, actor: User, request_id: uuid.UUID, document_id: int, defect: str | None = None, grade: str | None = None,
    quantity: Decimal | None = None, source_number: str | None = None, answer_due: date | None = None, cost: Decimal | None = None,
    remark: str | None = None, version: int | None = None,
) -> Complaint:  # fmt: skip
    """Change an open complaint, or enter what it cost."""
    complaint = locked(Complaint, document_id, version=version)
    refuse_if(_closed(complaint))
    refuse_if(_positive(complaint.quantity if quantity is None else quantity, complaint.cost if cost is None else cost))
    values = {
        "defect": defect, "grade": grade, "quantity": quantity, "source_number": source_number, "answer_due": answer_due, "cost": cost,
        "remark": remark,
    }  # fmt: skip
    change(complaint, **{name: value for name, value in values.items() if value is not None})
    return complaint


def _closed(complaint: Complaint) -> list[Problem]:
    if complaint.stage != ComplaintStage.CLOSED:
        return []
    return [Problem("complaint_closed", "{number} is closed.", number=complaint.number)]


@verb("quality.answer_complaint", N_("Answer"), roles=("inspector", "sales"))
def answer_complaint(*, actor: User, request_id: uuid.UUID, document_id: int, answer: str) -> Complaint:
    """Say what the customer was told."""
    complaint = locked(Complaint, document_id)
    refuse_if(_closed(complaint), Kind.CONFLICT)
    if not answer.strip():
        raise DomainError(Problem("answer_missing", "Say what the customer was told.", "answer"))
    change(
        complaint,
        stage=ComplaintStage.ANSWERED,
        answer=answer.strip()[:500],
        answered_on=timezone.localdate(),
        execution="partial",
    )
    return complaint


@verb("quality.close_complaint", N_("Close the complaint"), roles=("inspector",))
def close_complaint(*, actor: User, request_id: uuid.UUID, document_id: int) -> Complaint:
    """Nothing more is to be done; refused before it is answered, or while an action on it is under way."""
    complaint = locked(Complaint, document_id)
    if complaint.stage != ComplaintStage.ANSWERED:
        raise DomainError(
            Problem("not_answered", "{number} is not answered yet, or closed already.", number=complaint.number),
            Kind.CONFLICT,
        )
    waiting = complaint.actions.exclude(stage=ActionStage.CLOSED).exclude(approval="void").first()
    if waiting is not None:
        raise DomainError(Problem("action_open", "{number} is still under way.", number=waiting.number), Kind.CONFLICT)
    change(complaint, stage=ComplaintStage.CLOSED, execution="done")
    return complaint


# ----------------------------------------------------------------------------------------------------------------- actions
@verb("quality.create_action", N_("Start a corrective action (8D)"), roles=WRITERS)
def create_action(
    *, actor: User, request_id: uuid.UUID, title: str, problem: str, due: date, leader_id: int | None = None,
    nonconformance_id: int | None = None, complaint_id: int | None = None, cost: Decimal = Decimal(0), steps: Sequence[StepInput] = (),
) -> CorrectiveAction:  # fmt: skip
    """Begin an action on a nonconformance, a complaint or anything else; without steps all eight are laid out."""
    day = timezone.localdate()
    if not title.strip() or not problem.strip():
        raise DomainError(
            Problem("problem_missing", "Name the subject and the problem.", "title" if not title.strip() else "problem")
        )
    if due < day:
        raise DomainError(Problem("due_over", "The due date is over already.", "due"))
    refuse_if(_positive(Decimal(1), cost))
    action = new_document(
        CorrectiveAction, actor=actor, on=day, approval=ApprovalState.APPROVED, approved_by=actor, approved_at=timezone.now(),
        title=title.strip()[:120], problem=problem.strip()[:500], due=due, leader_id=leader_id or actor.pk, cost=cost,
        nonconformance_id=nonconformance_id, complaint_id=complaint_id,
    )  # fmt: skip
    laid_out = steps or [StepInput(code, owner=leader_id or actor.pk, due=due) for code in StepCode.values]
    _save_steps(action, laid_out)
    for source in (action.nonconformance, action.complaint):
        if source is not None:
            link([Link(source, action)])
    _tell_owners(action)
    return action


def start_action(
    actor: User, request_id: uuid.UUID, source: Nonconformance | Complaint, due: date | None
) -> CorrectiveAction:
    """An action from a document, with its words. Call it inside a verb."""
    field = "complaint_id" if isinstance(source, Complaint) else "nonconformance_id"
    return create_action(
        actor=actor, request_id=request_id, title=f"{source.item}"[:120], problem=source.defect,
        due=due or timezone.localdate() + timedelta(days=14), **{field: source.pk},
    )  # fmt: skip


@verb("quality.act_on_complaint", N_("Start a corrective action (8D) from it"), roles=WRITERS)
def act_on_complaint(
    *, actor: User, request_id: uuid.UUID, document_id: int, due: date | None = None
) -> CorrectiveAction:
    """Begin the eight steps for a complaint."""
    return start_action(actor, request_id, locked(Complaint, document_id), due)


@verb("quality.act_on_nonconformance", N_("Start a corrective action (8D) from it"), roles=WRITERS)
def act_on_nonconformance(
    *, actor: User, request_id: uuid.UUID, document_id: int, due: date | None = None
) -> CorrectiveAction:
    """Begin the eight steps for a nonconformance."""
    return start_action(actor, request_id, locked(Nonconformance, document_id), due)


@verb("quality.change_action", N_("Change a corrective action"), roles=WRITERS)
def change_action(
    *, actor: User, request_id: uuid.UUID, document_id: int, title: str | None = None, problem: str | None = None,
    due: date | None = None, leader_id: int | None = None, cost: Decimal | None = None, steps: Sequence[StepInput] | None = None,
    version: int | None = None,
) -> CorrectiveAction:  # fmt: skip
    """Change words, dates, owners and results of steps."""
    action = locked(CorrectiveAction, document_id, version=version)
    refuse_if(_finished(action))
    refuse_if(_positive(Decimal(1), cost or Decimal(0)))
    values = {"title": title, "problem": problem, "due": due, "leader_id": leader_id, "cost": cost}
    change(action, **{name: value for name, value in values.items() if value is not None})
    if steps is not None:
        _save_steps(action, steps)
    return action


def _finished(action: CorrectiveAction) -> list[Problem]:
    if action.stage != ActionStage.CLOSED:
        return []
    return [Problem("action_closed", "{number} is closed.", number=action.number)]


def _save_steps(action: CorrectiveAction, steps: Sequence[StepInput]) -> None:
    codes = [step.code for step in steps]
    problems = [
        Problem("step_unknown", "A step is one of D1 to D8.", f"steps.{index}.code")
        for index, code in enumerate(codes)
        if code not in StepCode.values
    ]
    problems += [
        Problem("step_missing", "Step {step} is missing.", "steps", step=code)
        for code in BEFORE_CLOSING
        if code not in codes
    ]
    refuse_if(problems)
    save_lines(
        action, ActionStep,
        [
            {"id": step.id, "code": step.code, "task": step.task[:300], "owner_id": step.owner, "due": step.due, "result": step.result[:500]}
            for step in sorted(steps, key=lambda one: one.code)
        ],
    )  # fmt: skip


def _tell_owners(action: CorrectiveAction) -> None:
    owners = {step.owner for step in action.steps.select_related("owner") if step.owner is not None}
    notify(
        owners, title=f"{action.number} {action.title}"[:200], text=action.problem, doc_type=CorrectiveAction.doc_type,
        document_id=action.pk, url=f"/quality/actions/{action.pk}/",
    )  # fmt: skip


@verb("quality.complete_step", N_("Step done"), roles=(*WRITERS, "maintainer", "buyer", "planner", "keeper", "sales"))
def complete_step(
    *, actor: User, request_id: uuid.UUID, document_id: int, code: str, result: str, task: str = ""
) -> CorrectiveAction:
    """Write down what came of a step. With the last of D1 to D7 the effect waits to be checked, thirty days on."""
    action = locked(CorrectiveAction, document_id)
    refuse_if(_finished(action), Kind.CONFLICT)
    rows = list(action.steps.select_for_update().filter(code=code, done_on=None).order_by("line_no"))
    if not rows:
        raise DomainError(
            Problem("step_done", "Step {step} is done already, or does not exist.", "code", step=code), Kind.CONFLICT
        )
    if not result.strip():
        raise DomainError(Problem("result_missing", "Say what came of it.", "result"))
    row: Any = rows[0]
    row.done_on, row.result, row.task = timezone.localdate(), result.strip()[:500], task.strip()[:300] or row.task
    row.save(update_fields=["done_on", "result", "task"])
    open_codes = set(action.steps.filter(done_on=None).values_list("code", flat=True))
    if action.stage == ActionStage.ACTING and not open_codes & set(BEFORE_CLOSING):
        change(action, stage=ActionStage.VERIFYING, effect_due=timezone.localdate() + EFFECT_AFTER, execution="partial")
    return action


@verb("quality.check_effect", N_("Check the effect"), roles=("inspector", "engineer", "owner"))
def check_effect(
    *, actor: User, request_id: uuid.UUID, document_id: int, is_effective: bool, effect: str
) -> CorrectiveAction:
    """It helped: closed. It did not: root cause and correction are open again, in another round."""
    action = locked(CorrectiveAction, document_id)
    if action.stage != ActionStage.VERIFYING:
        raise DomainError(
            Problem("steps_open", "{number}: steps D1 to D7 have to be done first.", number=action.number),
            Kind.CONFLICT,
        )
    if not effect.strip():
        raise DomainError(Problem("effect_missing", "Say by which figures the effect was judged.", "effect"))
    values: dict[str, Any] = {"effect": effect.strip()[:300], "checked_by": actor}
    if is_effective:
        change(action, stage=ActionStage.CLOSED, closed_on=timezone.localdate(), execution="done", **values)
    else:
        action.steps.filter(code__in=AGAIN).update(done_on=None)
        change(action, stage=ActionStage.ACTING, rounds=action.rounds + 1, effect_due=None, execution="open", **values)
    return action
