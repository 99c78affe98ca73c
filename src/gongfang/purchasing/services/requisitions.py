"""Requisitions: what somebody needs, turned into orders by the buyer."""

import uuid
from collections.abc import Sequence
from datetime import date

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.kernel.pricing import quantity_problems
from gongfang.kernel.states import Approval
from gongfang.masterdata import queries as masterdata
from gongfang.platform.documents.editing import change, editable, new_document, save_lines
from gongfang.platform.documents.lifecycle import Lifecycle
from gongfang.platform.documents.links import Link, link
from gongfang.platform.documents.models import LineLink
from gongfang.platform.documents.progress import add_done, roll_up
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb
from gongfang.purchasing.models import PurchaseOrder, Requisition, RequisitionLine, Rfq, RfqLine
from gongfang.purchasing.rules.inputs import NewPurchase, RequisitionItem

REQUESTERS = ("planner", "keeper", "supervisor", "engineer", "maintainer", "buyer", "sales")


def _rows(lines: Sequence[RequisitionItem]) -> list[dict[str, object]]:
    items = masterdata.items_by_ids({line.item_id for line in lines})
    problems = [] if lines else [Problem("no_lines", "Enter at least one line.", "lines")]
    for index, line in enumerate(lines):
        item = items.get(line.item_id)
        if item is None:
            problems.append(Problem("item_unknown", "There is no such item.", f"lines.{index}.item"))
        else:
            problems += quantity_problems(str(item), line.quantity, f"lines.{index}.quantity", item.unit.precision)
    refuse_if(problems)
    return [
        {
            "id": line.id, "item_id": line.item_id, "quantity": line.quantity, "due_date": line.due_date,
            "supplier_id": line.supplier_id, "remark": line.remark,
        }
        for line in lines
    ]  # fmt: skip


@verb("purchasing.create_requisition", N_("Create requisition"), roles=REQUESTERS)
def create_requisition(
    *, actor: User, request_id: uuid.UUID, lines: Sequence[RequisitionItem], business_date: date | None = None,
    department: str = "", purpose: str = "", remark: str = "",
) -> Requisition:  # fmt: skip
    """Ask for something to be bought."""
    rows = _rows(lines)
    document = new_document(
        Requisition, actor=actor, on=business_date, department=department, purpose=purpose, remark=remark
    )
    save_lines(document, RequisitionLine, rows)
    return document


@verb("purchasing.change_requisition", N_("Change requisition"), roles=REQUESTERS)
def change_requisition(
    *, actor: User, request_id: uuid.UUID, requisition_id: int, lines: Sequence[RequisitionItem] | None = None,
    department: str | None = None, purpose: str | None = None, remark: str | None = None, version: int | None = None,
) -> Requisition:  # fmt: skip
    """Change a draft; what is left out stays."""
    document = editable(Requisition, requisition_id, version=version)
    header = {"department": department, "purpose": purpose, "remark": remark}
    change(document, **{name: value for name, value in header.items() if value is not None})
    if lines is not None:
        save_lines(document, RequisitionLine, _rows(lines))
    return document


@verb("purchasing.order_requisition", N_("Make orders"), roles=("buyer",))
def order_requisition(*, actor: User, request_id: uuid.UUID, requisition_id: int) -> list[PurchaseOrder]:
    """Draft orders, one per supplier, of everything that is still open on an approved requisition."""
    from gongfang.purchasing.services.orders import create_orders

    document = Requisition.objects.select_for_update().filter(pk=requisition_id, approval=Approval.APPROVED).first()
    lines = list(document.lines.select_for_update().filter(execution__in=["open", "partial"])) if document else []
    if document is None or not lines:
        raise DomainError(
            Problem("nothing_open", "Only an approved requisition with open lines can be ordered."), Kind.CONFLICT
        )
    made = create_orders(
        actor,
        [
            NewPurchase(
                line.item_id, line.open_quantity, line.due_date, line.supplier_id, document.purpose or document.number
            )
            for line in lines
        ],
    )
    link(
        Link(document, ordered.document, line.pk, ordered.pk, line.open_quantity)
        for line, ordered in zip(lines, made, strict=True)
    )
    add_done(lines, {line.pk: line.open_quantity for line in lines})
    roll_up([document])
    return list({ordered.document_id: ordered.document for ordered in made}.values())


def unordered(order: PurchaseOrder) -> None:
    """Open the requisition and inquiry lines again that an order took up; called when the order is voided."""
    for model, line_model in ((Requisition, RequisitionLine), (Rfq, RfqLine)):
        rows = LineLink.objects.filter(
            source_type=model.doc_type, target_type=PurchaseOrder.doc_type, target_id=order.pk
        )
        taken = {row.source_line: row.quantity for row in rows}
        if not taken:
            continue
        lines = list(line_model.objects.select_for_update().filter(pk__in=taken).order_by("pk"))
        add_done(lines, {pk: -quantity for pk, quantity in taken.items()})
        roll_up(list(model.objects.select_for_update().filter(pk__in={line.document_id for line in lines})))


def _check(document: Requisition) -> list[Problem]:
    return [] if document.lines.exists() else [Problem("no_lines", "Enter at least one line.", "lines")]


LIFECYCLE = Lifecycle(
    Requisition, package="purchasing", noun="requisition", title=N_("requisition"), writers=REQUESTERS,
    approvers=("buyer", "owner", "planner"), check=_check,
)  # fmt: skip
