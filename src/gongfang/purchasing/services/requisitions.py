"""Requisitions: what somebody needs, turned into orders by the buyer."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.kernel.pricing import quantity_problems
from gongfang.kernel.states import Approval
from gongfang.masterdata import queries as masterdata
from gongfang.platform.bases import Document
from gongfang.platform.documents.editing import change, editable, new_document, save_lines
from gongfang.platform.documents.lifecycle import Lifecycle
from gongfang.platform.documents.links import Link, link
from gongfang.platform.documents.models import LineLink
from gongfang.platform.documents.progress import add_done, roll_up
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb
from gongfang.purchasing.models import Blanket, BlanketLine, PurchaseOrder, Requisition, RequisitionLine, Rfq, RfqLine
from gongfang.purchasing.rules.inputs import NewPurchase, RequisitionItem

REQUESTERS = ("planner", "keeper", "supervisor", "engineer", "maintainer", "buyer", "sales")


def _rows(lines: Sequence[RequisitionItem]) -> list[dict[str, object]]:
    lines = masterdata.in_base(lines, lambda line: line.item_id, "quantity")
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
            "supplier_id": line.supplier_id, "warehouse_id": line.warehouse_id, "remark": line.remark,
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
    """Draft orders, one per supplier and warehouse, of everything that is still open on an approved requisition."""
    return _order(actor, open_lines(requisition_ids=[requisition_id]))


@verb("purchasing.order_open", N_("Order what is requested"), roles=("buyer",))
def order_open(
    *, actor: User, request_id: uuid.UUID, needed_until: date | None = None, requisition_ids: Sequence[int] = ()
) -> list[PurchaseOrder]:
    """Merge all open lines of approved requisitions into orders: one per supplier and warehouse, one line per item and day.

    Constant statements.
    """
    return _order(actor, open_lines(requisition_ids=requisition_ids, until=needed_until))


def open_lines(*, requisition_ids: Sequence[int] = (), until: date | None = None) -> list[RequisitionLine]:
    """Lines to be ordered, locked, the requisitions before them. Raises DomainError(nothing_open)."""
    rows = Requisition.objects.select_for_update().filter(approval=Approval.APPROVED, execution__in=["open", "partial"])
    if requisition_ids:
        rows = rows.filter(pk__in=list(requisition_ids))
    documents = {row.pk: row for row in rows.order_by("pk")}
    lines = RequisitionLine.objects.select_for_update().filter(
        document__in=documents, execution__in=["open", "partial"]
    )
    if until is not None:
        lines = lines.filter(due_date__lte=until)
    found = list(lines.order_by("document_id", "line_no"))
    if not found:
        raise DomainError(
            Problem("nothing_open", "Only an approved requisition with open lines can be ordered."), Kind.CONFLICT
        )
    for line in found:
        line.document = documents[line.document_id]
    return found


def _order(actor: User, lines: list[RequisitionLine]) -> list[PurchaseOrder]:
    """Orders of the lines; those of one item, day, supplier and warehouse become one line that is linked to each of them."""
    from gongfang.purchasing.services.orders import create_orders

    groups: dict[tuple[int, date, int | None, int | None], list[RequisitionLine]] = {}
    for line in lines:
        groups.setdefault((line.item_id, line.due_date, line.supplier_id, line.warehouse_id), []).append(line)
    made = create_orders(
        actor,
        [
            NewPurchase(
                item, sum((line.open_quantity for line in own), Decimal(0)), due, supplier,
                ", ".join(dict.fromkeys(line.document.purpose or line.document.number for line in own)),
                warehouse_id=warehouse,
            )
            for (item, due, supplier, warehouse), own in groups.items()
        ],
    )  # fmt: skip
    link(
        Link(line.document, ordered.document, line.pk, ordered.pk, line.open_quantity)
        for own, ordered in zip(groups.values(), made, strict=True)
        for line in own
    )
    take_up(lines)
    return list({ordered.document_id: ordered.document for ordered in made}.values())


def take_up(lines: list[RequisitionLine]) -> None:
    """Note that everything open on locked lines is ordered or asked for now."""
    add_done(lines, {line.pk: line.open_quantity for line in lines})
    roll_up(list({line.document_id: line.document for line in lines}.values()))


def request_purchase(
    actor: User, lines: Sequence[RequisitionItem], *, origin: str, purpose: str = "", source: Document | None = None
) -> Requisition:
    """Draft a requisition for planning, a reorder point or a work order (`source`, linked). Call it inside a verb."""
    document = new_document(Requisition, actor=actor, origin=origin, purpose=purpose[:200])
    save_lines(document, RequisitionLine, _rows(lines))
    if source is not None:
        link([Link(source, document)])
    return document


def unordered(order: Document) -> None:
    """Open the requisition, inquiry and blanket lines again that a document took up; called when it is voided."""
    pairs = ((Requisition, RequisitionLine), (Rfq, RfqLine), (Blanket, BlanketLine))
    for model, line_model in pairs:
        rows = LineLink.objects.filter(
            source_type=model.doc_type, target_type=order.doc_type, target_id=order.pk, quantity__gt=0
        )
        taken: dict[int, Decimal] = defaultdict(Decimal)
        for row in rows:
            taken[row.source_line] += row.quantity
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
