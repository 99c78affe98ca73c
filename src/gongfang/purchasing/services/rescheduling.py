"""What is on order or asked for comes on another day, or not at all: one line at a time, as planning proposes it."""

import uuid
from datetime import date
from typing import Any

from gongfang.kernel.errors import DomainError, Kind, Problem
from gongfang.kernel.states import Approval
from gongfang.platform.bases import Document
from gongfang.platform.documents.editing import change, locked, save_lines
from gongfang.platform.documents.progress import roll_up
from gongfang.platform.documents.registry import document_model
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import note
from gongfang.purchasing.models import PurchaseOrder, PurchaseOrderLine, Requisition, RequisitionLine, Rfq
from gongfang.purchasing.rules.inputs import Revision
from gongfang.purchasing.services import requisitions
from gongfang.purchasing.services.lines import foot
from gongfang.purchasing.services.orders import LIFECYCLE, carry_out, close_order_line

SUPPLIES = (PurchaseOrder.doc_type, Requisition.doc_type, Rfq.doc_type)


def move_line(doc_type: str, document_id: int, line_id: int, to: date) -> Document:
    """Want an open line of an order, a requisition or an inquiry on another day. Call it inside a verb.

    Raises DomainError: in_approval, line_over.
    """
    document, line = _open_line(doc_type, document_id, line_id)
    if isinstance(document, PurchaseOrder) and document.approval == Approval.APPROVED:
        carry_out(document, [Revision(id=line_id, due_date=to, promised_date=to)])
        return document
    dates = {"due_date": to} | ({"promised_date": to} if getattr(line, "promised_date", None) else {})
    note(line, **{name: (getattr(line, name), value) for name, value in dates.items()})
    for name, value in dates.items():
        setattr(line, name, value)
    line.save(update_fields=list(dates))
    _touched(document)
    return document


def drop_line(actor: User, doc_type: str, document_id: int, line_id: int) -> Document:
    """Expect nothing more of an open line: it leaves a draft (the last one voids it); of what is approved it is closed.

    An inquiry keeps its lines, closed, since suppliers were asked. Call it inside a verb. Raises DomainError: in_approval, line_over.
    """
    document, line = _open_line(doc_type, document_id, line_id)
    if isinstance(document, PurchaseOrder) and document.approval == Approval.APPROVED:
        return close_order_line(actor=actor, request_id=uuid.uuid4(), order_id=document_id, line_id=line_id)
    if document.is_editable and not isinstance(document, Rfq):
        return _leave_out(actor, document, line_id)
    note(line, execution=(line.execution, "closed"))
    line.execution = "closed"
    line.save(update_fields=["execution"])
    roll_up([document])
    _touched(document)
    return document


def _open_line(doc_type: str, document_id: int, line_id: int) -> tuple[Any, Any]:
    document: Any = locked(document_model(doc_type), document_id)
    if document.approval == Approval.SUBMITTED:
        raise DomainError(
            Problem("in_approval", "{number} is being approved; decide on it or withdraw it first.", number=document.number),
            Kind.CONFLICT,
        )  # fmt: skip
    line = document.lines.select_for_update(of=("self",)).filter(pk=line_id).first()
    if line is None or document.approval == Approval.VOID or line.execution in ("done", "closed"):
        raise DomainError(
            Problem("line_over", "Nothing of this line of {number} is open any more; run MRP anew.", number=document.number),
            Kind.CONFLICT,
        )  # fmt: skip
    return document, line


def _leave_out(actor: User, document: Any, line_id: int) -> Document:
    kept = [line for line in document.lines.order_by("line_no") if line.pk != line_id]
    is_order = isinstance(document, PurchaseOrder)
    if not kept:
        lifecycle: Any = LIFECYCLE if is_order else requisitions.LIFECYCLE
        voided: Document = lifecycle.void(actor=actor, request_id=uuid.uuid4(), document_id=document.pk)
        return voided
    rows = save_lines(document, PurchaseOrderLine if is_order else RequisitionLine, [{"id": line.pk} for line in kept])
    if is_order:
        change(document, **foot([vars(row) for row in rows]))
    _touched(document)
    return document


def _touched(document: Any) -> None:
    """Screens that show the document as it was are stale."""
    document.version += 1
    document.save(update_fields=["version", "updated_at"])
