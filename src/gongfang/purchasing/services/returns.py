"""Returns to the supplier at the value the goods came in with."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.kernel.pricing import Amounts, portion_of, quantity_problems, summed
from gongfang.kernel.states import Approval
from gongfang.ledger import queries as ledger_queries
from gongfang.ledger import services as ledger
from gongfang.platform.documents.editing import change, editable, new_document, save_lines
from gongfang.platform.documents.lifecycle import Effect, Lifecycle
from gongfang.platform.documents.links import Link, link, unlink
from gongfang.platform.documents.progress import execution_of, roll_up
from gongfang.platform.events import emit
from gongfang.platform.identity.models import User
from gongfang.platform.settings.services import declare
from gongfang.platform.setwise import update_rows
from gongfang.platform.verbs import verb
from gongfang.purchasing.events import GoodsReturned, ReceivedLine
from gongfang.purchasing.models import Handling, Place, PurchaseReturn, PurchaseReturnLine, Receipt, ReceiptLine
from gongfang.purchasing.rules.inputs import ReturnedGoods
from gongfang.purchasing.rules.receiving import GoingBack, return_problems
from gongfang.purchasing.services.incoming import locked_lines, order_lines
from gongfang.purchasing.services.receipts import execute
from gongfang.quality import queries as quality

KEEPERS = ("keeper", "buyer")
RETURN_MODES = (("draft", N_("draft the return")), ("credit", N_("return at once for a refund")), ("replace", N_("return at once for replacement")))  # fmt: skip
RETURN_AT_ONCE = declare("purchasing.return_at_once", N_("What incoming inspection sends back"), "choice", "draft", RETURN_MODES)  # fmt: skip
REASON = "purchasing.return"
INSTEAD = Problem("instead", "Or receive the goods again in an open month.")


def _receipt_lines(ids: Collection[int], *, lock: bool = False) -> dict[int, ReceiptLine]:
    rows = ReceiptLine.objects.filter(pk__in=set(ids)).select_related("document", "item__unit")
    if lock:
        receipts = ReceiptLine.objects.filter(pk__in=set(ids)).values("document_id")
        list(Receipt.objects.select_for_update().filter(pk__in=receipts).order_by("pk"))
        rows = rows.select_for_update(of=("self",)).order_by("pk")
    return {row.pk: row for row in rows}


def _rows(lines: Sequence[ReturnedGoods], supplier_id: int) -> tuple[list[dict[str, Any]], dict[int, ReceiptLine]]:
    known = _receipt_lines({line.receipt_line_id for line in lines})
    problems = [] if lines else [Problem("no_lines", "Enter at least one line.", "lines")]
    for index, line in enumerate(lines):
        source = known.get(line.receipt_line_id)
        if source is None:
            problems.append(
                Problem(
                    "line_unknown",
                    "Line {line} belongs to another document.",
                    f"lines.{index}.receipt_line",
                    line=index + 1,
                )
            )
            continue
        problems += quantity_problems(
            str(source.item), line.quantity, f"lines.{index}.quantity", source.item.unit.precision
        )
        if line.place not in Place.values:
            problems.append(Problem("bad_place", "Say from where it is taken.", f"lines.{index}.place"))
    refuse_if(problems)
    rows = [
        {
            "id": line.id, "receipt_line_id": line.receipt_line_id, "item_id": known[line.receipt_line_id].item_id,
            "lot_id": known[line.receipt_line_id].lot_id, "quantity": line.quantity, "place": line.place, "remark": line.remark,
        }
        for line in lines
    ]  # fmt: skip
    refuse_if(_check_rows(rows, known, supplier_id))
    return rows, known


def _check_rows(rows: Sequence[dict[str, Any]], known: dict[int, ReceiptLine], supplier_id: int) -> list[Problem]:
    wanted: dict[int, Decimal] = defaultdict(Decimal)
    first: dict[int, int] = {}
    for index, row in enumerate(rows):
        wanted[row["receipt_line_id"]] += row["quantity"]
        first.setdefault(row["receipt_line_id"], index)
    return return_problems(
        GoingBack(
            f"lines.{first[pk]}.quantity", source.document.number, source.line_no, source.item.code, source.quantity,
            source.returned_quantity, quantity, source.document.approval == Approval.APPROVED,
            source.document.supplier_id == supplier_id,
        )
        for pk, quantity in wanted.items()
        for source in (known[pk],)
    )  # fmt: skip


@verb("purchasing.create_return", N_("Create purchase return"), roles=KEEPERS)
def create_return(
    *, actor: User, request_id: uuid.UUID, supplier_id: int, warehouse_id: int, lines: Sequence[ReturnedGoods], reason: str,
    handling: str = "credit", business_date: date | None = None, remark: str = "",
) -> PurchaseReturn:  # fmt: skip
    """Draft a return of goods that were received. handling: credit, or replace (the order line opens again)."""
    problems = [] if reason.strip() else [Problem("reason_needed", "Say why.", "reason")]
    if handling not in Handling.values:
        problems.append(Problem("bad_handling", "Say whether it is credited or replaced.", "handling"))
    refuse_if(problems)
    rows, known = _rows(lines, supplier_id)
    document = new_document(
        PurchaseReturn, actor=actor, on=business_date, supplier_id=supplier_id, warehouse_id=warehouse_id, handling=handling,
        reason=reason.strip()[:200], remark=remark,
    )  # fmt: skip
    _save(document, rows, known)
    return document


@verb("purchasing.change_return", N_("Change purchase return"), roles=KEEPERS)
def change_return(
    *, actor: User, request_id: uuid.UUID, return_id: int, lines: Sequence[ReturnedGoods] | None = None,
    reason: str | None = None, handling: str | None = None, business_date: date | None = None, remark: str | None = None,
    version: int | None = None,
) -> PurchaseReturn:  # fmt: skip
    """Change a draft; what is left out stays."""
    document = editable(PurchaseReturn, return_id, version=version)
    if handling is not None and handling not in Handling.values:
        raise DomainError(Problem("bad_handling", "Say whether it is credited or replaced.", "handling"))
    header = {"reason": reason, "handling": handling, "business_date": business_date, "remark": remark}
    change(document, **{name: value for name, value in header.items() if value is not None})
    if lines is not None:
        rows, known = _rows(lines, document.supplier_id)
        unlink(document)
        _save(document, rows, known)
    return document


def _save(document: PurchaseReturn, rows: Sequence[dict[str, Any]], known: dict[int, ReceiptLine]) -> None:
    saved = save_lines(document, PurchaseReturnLine, rows)
    link(
        Link(known[line.receipt_line_id].document, document, line.receipt_line_id, line.pk, line.quantity)  # type: ignore[attr-defined]
        for line in saved
    )


@verb("purchasing.return_receipt", N_("Return to supplier"), roles=KEEPERS)
def return_receipt(*, actor: User, request_id: uuid.UUID, receipt_id: int, reason: str, handling: str = "credit") -> PurchaseReturn:  # fmt: skip
    """Draft a return of everything that is left of a receipt, from where its inspections left it."""
    receipt = Receipt.objects.filter(pk=receipt_id).first()
    lines = [line for line in receipt.lines.all() if line.quantity > line.returned_quantity] if receipt else []
    if receipt is None or not lines:
        raise DomainError(Problem("nothing_to_return", "Nothing is left to return."), Kind.CONFLICT)
    return create_return(
        actor=actor,
        request_id=request_id,
        supplier_id=receipt.supplier_id,
        warehouse_id=receipt.warehouse_id,
        reason=reason,
        handling=handling,
        lines=_where_they_are(receipt, lines),
    )


def _where_they_are(receipt: Receipt, lines: Sequence[ReceiptLine]) -> list[ReturnedGoods]:
    """What is left of receipt lines by place: what was rejected is blocked and went back first, what passed is in the store; one statement."""
    judged = {row.source_line: row for row in quality.inspections_of(receipt.doc_type, receipt.pk)}
    found = []
    for line in lines:
        left, one = line.quantity - line.returned_quantity, judged.get(line.pk) if line.is_inspected else None
        bad = min(left, max(one.rejected_quantity - line.returned_quantity, Decimal(0))) if one else Decimal(0)
        rest = "inspection" if one and one.approval != Approval.APPROVED else "store"
        found += [ReturnedGoods(line.pk, many, place) for many, place in ((bad, "blocked"), (left - bad, rest)) if many]
    return found


def _check(document: PurchaseReturn) -> list[Problem]:
    rows = [{"receipt_line_id": line.receipt_line_id, "quantity": line.quantity} for line in document.lines.all()]
    if not rows:
        return [Problem("no_lines", "Enter at least one line.", "lines")]
    return _check_rows(rows, _receipt_lines({row["receipt_line_id"] for row in rows}), document.supplier_id)


def _approved(actor: User, document: PurchaseReturn, request_id: uuid.UUID) -> None:
    """Post the goods out. Locks orders, receipts, their lines, then what the posting door locks. Constant statements."""
    lines = list(document.lines.select_related("receipt_line").order_by("line_no"))
    orders = locked_lines({line.receipt_line.order_line_id for line in lines})
    known = _receipt_lines({line.receipt_line_id for line in lines}, lock=True)
    refuse_if(_check_rows([vars(line) for line in lines], known, document.supplier_id), Kind.CONFLICT)
    _value(lines, known)
    places = {
        Place.STORE.value: ledger_queries.store_of, Place.INSPECTION.value: ledger_queries.inspection_of,
        Place.BLOCKED.value: ledger_queries.blocked_of,
    }  # fmt: skip
    found = {place: places[place](document.warehouse) for place in {line.place for line in lines}}
    supplier = ledger_queries.location("SUPPLIER")
    ledger.post(
        actor=actor, reason=REASON, source=document, on=document.business_date, partner_id=document.supplier_id,
        summary=f"采购退货 {document.number}",
        moves=ledger_queries.spread([
            ledger.Move(
                line.item_id, line.quantity, found[line.place], supplier, line.lot_id, line.net_amount, source_line=line.pk,
                partner_id=document.supplier_id,
            )
            for line in lines
        ], on=document.business_date),
    )  # fmt: skip
    update_rows(lines, ["net_amount", "tax_amount", "total_amount"])
    total = summed(Amounts(line.net_amount, line.tax_amount, line.total_amount) for line in lines)
    change(document, net_amount=total.net, tax_amount=total.tax, total_amount=total.total, execution="done")
    _apply(document, lines, known, orders, 1)
    emit(_event(document, lines))


def _value(lines: Sequence[PurchaseReturnLine], known: dict[int, ReceiptLine]) -> None:
    """Each line's share of what its receipt line was posted at."""
    before = {pk: source.returned_quantity for pk, source in known.items()}
    for line in lines:
        source = known[line.receipt_line_id]
        whole = Amounts(source.net_amount, source.tax_amount, source.total_amount)
        part = portion_of(whole, source.quantity, before[source.pk], line.quantity)
        before[source.pk] += line.quantity
        line.net_amount, line.tax_amount, line.total_amount = part.net, part.tax, part.total


def _apply(
    document: PurchaseReturn,
    lines: Sequence[PurchaseReturnLine],
    known: dict[int, ReceiptLine],
    orders: dict[int, Any],
    sign: int,
) -> None:
    sent: dict[int, Decimal] = defaultdict(Decimal)
    for line in lines:
        source = known[line.receipt_line_id]
        source.returned_quantity += sign * line.quantity
        source.returned_amount += sign * line.net_amount
        source.execution = execution_of(source.quantity - source.returned_quantity, source.done_quantity)
        sent[source.order_line_id] += sign * line.quantity
    update_rows(list(known.values()), ["returned_quantity", "returned_amount", "execution"])
    execute(orders, {}, sent, reopens=document.handling == Handling.REPLACE)
    roll_up(list({source.document_id: source.document for source in known.values()}.values()))


def _unapproved(actor: User, document: PurchaseReturn, request_id: uuid.UUID) -> None:
    lines = list(document.lines.select_related("receipt_line").order_by("line_no"))
    orders = locked_lines({line.receipt_line.order_line_id for line in lines})
    known = _receipt_lines({line.receipt_line_id for line in lines}, lock=True)
    ledger.reverse_all(
        actor=actor, postings=ledger_queries.postings_of(document, REASON), reason=REASON, instead=INSTEAD
    )
    _apply(document, lines, known, orders, -1)
    change(document, execution="open")
    emit(_event(document, lines, taken_back=True))


def _event(document: PurchaseReturn, lines: Sequence[PurchaseReturnLine], *, taken_back: bool = False) -> GoodsReturned:
    return GoodsReturned(
        document.pk, document.number, document.supplier_id, document.business_date,
        tuple(
            ReceivedLine(line.pk, line.receipt_line.order_line_id, line.item_id, line.quantity, line.net_amount, line.tax_amount)
            for line in lines
        ),
        taken_back,
    )  # fmt: skip


def _blockers(document: PurchaseReturn) -> list[Problem]:
    """A return whose replacement has come cannot be taken back: more would be received than was ordered."""
    if document.handling != Handling.REPLACE:
        return []
    back: dict[int, Decimal] = defaultdict(Decimal)
    for line in document.lines.select_related("receipt_line"):
        back[line.receipt_line.order_line_id] += line.quantity
    return [
        Problem(
            "replaced", "{order} line {line}: the replacement has come already; return it first.",
            order=known.document.number, line=known.line_no,
        )
        for pk, known in order_lines(back).items()
        if known.done_quantity + back[pk] > known.quantity * (1 + (known.over_receipt or 0))
    ]  # fmt: skip


def _effects(document: PurchaseReturn) -> list[Effect]:
    return [
        Effect(N_("{item}: {quantity} comes back into stock."), {"item": str(line.item), "quantity": line.quantity})
        for line in document.lines.select_related("item")[:20]
    ]


LIFECYCLE = Lifecycle(
    PurchaseReturn, package="purchasing", noun="return", title=N_("purchase return"), writers=KEEPERS, approvers=KEEPERS,
    check=_check, on_approve=_approved, on_unapprove=_unapproved, blockers=_blockers, effects=_effects, closable=False,
)  # fmt: skip


def send_at_once(actor: User, document: PurchaseReturn) -> None:
    """Approve a fresh draft inside another verb: the goods leave and the supplier's account is relieved now."""
    refuse_if(_check(document), Kind.CONFLICT)
    change(document, approval=Approval.APPROVED, submitted_by=actor, approved_by=actor, approved_at=timezone.now())
    _approved(actor, document, uuid.uuid4())


def take_back_at_once(actor: User, document: PurchaseReturn) -> None:
    """Un-approve a return inside the verb that takes back what had made it. Raises DomainError where it was replaced already."""
    refuse_if(_blockers(document), Kind.CONFLICT)
    change(document, approval=Approval.DRAFT, approved_by=None, approved_at=None)
    _unapproved(actor, document, uuid.uuid4())
