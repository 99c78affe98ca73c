"""Corrective requests to suppliers: asked, answered, verified."""

import uuid
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.masterdata import queries as masterdata
from gongfang.platform.bases import ApprovalState, ExecutionState
from gongfang.platform.documents.editing import change, editable, locked, new_document
from gongfang.platform.documents.lifecycle import Lifecycle
from gongfang.platform.documents.links import Link, link, targets
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb
from gongfang.purchasing.models import CorrectiveRequest
from gongfang.quality import queries as quality

ASKERS = ("buyer", "inspector")
ANSWER_DAYS = 7


def _problems(supplier_id: int, problem: str, quantity: Decimal | None) -> list[Problem]:
    found = []
    if supplier_id not in masterdata.partners_by_ids([supplier_id]):
        found.append(Problem("supplier_unknown", "There is no such supplier.", "supplier"))
    if not problem.strip():
        found.append(Problem("problem_missing", "Say what was wrong.", "problem"))
    if quantity is not None and not quantity > 0:
        found.append(Problem("bad_quantity", "{item}: the quantity must be more than 0.", "quantity", item=""))
    return found


@verb("purchasing.create_corrective", N_("Ask supplier to correct"), roles=ASKERS)
def create_corrective(
    *, actor: User, request_id: uuid.UUID, supplier_id: int, problem: str, item_id: int | None = None, quantity: Decimal | None = None,
    reference: str = "", due_date: date | None = None, business_date: date | None = None, remark: str = "",
) -> CorrectiveRequest:  # fmt: skip
    """Draft a request: what was wrong, with what, and until when an answer is expected (a week)."""
    refuse_if(_problems(supplier_id, problem, quantity))
    on = business_date or timezone.localdate()
    return new_document(
        CorrectiveRequest, actor=actor, on=on, supplier_id=supplier_id, problem=problem.strip()[:500], item_id=item_id, quantity=quantity,
        reference=reference, due_date=due_date or on + timedelta(ANSWER_DAYS), remark=remark,
    )  # fmt: skip


@verb("purchasing.correct_nonconformance", N_("Ask supplier to correct"), roles=ASKERS)
def correct_nonconformance(
    *, actor: User, request_id: uuid.UUID, nonconformance_id: int, due_date: date | None = None
) -> CorrectiveRequest:
    """Draft a request to the supplier of what a report found bad; it leads back to the report. Raises DomainError: no_supplier, asked_already."""
    report = quality.nonconformance(nonconformance_id)
    return _ask(actor, request_id, report, report.quantity, report.defect, due_date)


@verb("purchasing.correct_inspection", N_("Ask supplier to correct"), roles=ASKERS)
def correct_inspection(
    *, actor: User, request_id: uuid.UUID, inspection_id: int, due_date: date | None = None
) -> CorrectiveRequest:
    """Draft a request to the supplier of goods that an inspection rejected; it leads back to it. Raises DomainError: no_supplier, asked_already."""
    found = quality.inspection(inspection_id)
    return _ask(
        actor, request_id, found, found.rejected_quantity, quality.defects_in(found.pk) or found.remark, due_date
    )


def _ask(
    actor: User, request_id: uuid.UUID, source: Any, quantity: Decimal, words: str, due: date | None
) -> CorrectiveRequest:
    if source.partner_id is None:
        raise DomainError(Problem("no_supplier", "{number} names no supplier.", number=source.number), Kind.CONFLICT)
    asked = [pk for code, pk in targets(source) if code == CorrectiveRequest.doc_type]
    before = CorrectiveRequest.objects.filter(pk__in=asked).exclude(approval=ApprovalState.VOID).first()
    if before is not None:
        raise DomainError(
            Problem("asked_already", "{request} asks about {number} already.", request=before.number, number=source.number), Kind.CONFLICT
        )  # fmt: skip
    lot = f" {source.lot.code}" if source.lot else ""
    made = create_corrective(
        actor=actor, request_id=request_id, supplier_id=source.partner_id, item_id=source.item_id, quantity=quantity or None,
        problem=f"{source.item}{lot}: {words or source.number}"[:500], reference=source.number, due_date=due,
    )  # fmt: skip
    link([Link(source, made)])
    return made


@verb("purchasing.change_corrective", N_("Change corrective request"), roles=ASKERS)
def change_corrective(
    *, actor: User, request_id: uuid.UUID, corrective_id: int, problem: str | None = None, quantity: Decimal | None = None,
    reference: str | None = None, due_date: date | None = None, remark: str | None = None, version: int | None = None,
) -> CorrectiveRequest:  # fmt: skip
    """Change a draft; what is left out stays."""
    row = editable(CorrectiveRequest, corrective_id, version=version)
    refuse_if(_problems(row.supplier_id, row.problem if problem is None else problem, quantity))
    values = {"problem": problem, "quantity": quantity, "reference": reference, "due_date": due_date, "remark": remark}
    change(row, **{name: value for name, value in values.items() if value is not None})
    return row


def _sent(row: CorrectiveRequest, *states: str) -> None:
    if row.approval != ApprovalState.APPROVED or row.execution not in states:
        raise DomainError(Problem("not_now", "{number} is not at this step.", number=row.number), Kind.CONFLICT)


@verb("purchasing.answer_corrective", N_("Enter answer"), roles=ASKERS)
def answer_corrective(
    *, actor: User, request_id: uuid.UUID, corrective_id: int, root_cause: str, action: str, containment: str = "",
    prevention: str = "", answered_on: date | None = None, version: int | None = None,
) -> CorrectiveRequest:  # fmt: skip
    """Write down what the supplier answered: cause and action at least."""
    row = locked(CorrectiveRequest, corrective_id, version=version)
    _sent(row, ExecutionState.OPEN, ExecutionState.PARTIAL)
    refuse_if(
        Problem("answer_missing", "Cause and action have to be answered.", name)
        for name, text in (("root_cause", root_cause), ("action", action))
        if not text.strip()
    )
    change(
        row, root_cause=root_cause.strip()[:500], action=action.strip()[:500], containment=containment.strip()[:500],
        prevention=prevention.strip()[:500], answered_on=answered_on or timezone.localdate(), execution=ExecutionState.PARTIAL,
    )  # fmt: skip
    return row


@verb("purchasing.verify_corrective", N_("Verify effect"), roles=ASKERS)
def verify_corrective(
    *, actor: User, request_id: uuid.UUID, corrective_id: int, is_effective: bool, remark: str = "", version: int | None = None
) -> CorrectiveRequest:  # fmt: skip
    """Say whether the action worked. If it did not, the request is open again and waits for a better answer."""
    row = locked(CorrectiveRequest, corrective_id, version=version)
    _sent(row, ExecutionState.PARTIAL)
    change(
        row, is_effective=is_effective, verified_on=timezone.localdate(), remark=remark or row.remark,
        execution=ExecutionState.DONE if is_effective else ExecutionState.OPEN,
        answered_on=row.answered_on if is_effective else None,
    )  # fmt: skip
    return row


LIFECYCLE = Lifecycle(
    CorrectiveRequest, package="purchasing", noun="corrective", title=N_("corrective request"), writers=ASKERS, approvers=(*ASKERS, "owner"),
    closable=False,
)  # fmt: skip
