"""Reactions of purchasing to what happens below."""

from django.db.models import F, QuerySet, Value

from gongfang.kernel.errors import DomainError, Kind, Problem
from gongfang.platform.documents.editing import change, new_document
from gongfang.platform.documents.links import Link, link, targets, unlink
from gongfang.platform.fields import QuantityField
from gongfang.platform.identity.models import User
from gongfang.platform.settings.services import get as setting
from gongfang.purchasing.models import Place, PurchaseReturn, PurchaseReturnLine, Receipt, ReceiptLine
from gongfang.purchasing.services import returns
from gongfang.quality.events import NonconformanceDisposed


def send_back(event: NonconformanceDisposed) -> None:
    """A report that says "return to supplier" makes the return; taking the report back voids the draft.

    Where the company sends returns at once, it is approved in the same transaction: goods and money move with the disposition.
    """
    if event.disposition != "return" or event.source_type not in ("purchasing.receipt", ""):
        return
    lines = ReceiptLine.objects.select_related("document__created_by")
    line = lines.filter(pk=event.source_line).first() if event.source_type else _reported_by_hand(event, lines)
    if line is None:
        return
    if event.taken_back:
        _void_drafts(event, line)
        return
    receipt = line.document
    document = new_document(
        PurchaseReturn, actor=receipt.created_by, supplier_id=receipt.supplier_id, warehouse_id=receipt.warehouse_id,
        reason=f"不合格处理 {event.number}", remark=event.number,
    )  # fmt: skip
    made = PurchaseReturnLine.objects.create(
        document=document, line_no=1, receipt_line=line, item_id=line.item_id, lot_id=line.lot_id, quantity=event.quantity,
        place=event.place if event.place in Place.values and not event.source_type else Place.BLOCKED,
    )  # fmt: skip
    link([Link(receipt, document, line.pk, made.pk, event.quantity)])
    at_once = str(setting(returns.RETURN_AT_ONCE))
    if at_once != "draft":
        change(document, handling=at_once)
        returns.send_at_once(_person(event, receipt), document)


def _reported_by_hand(event: NonconformanceDisposed, lines: QuerySet[ReceiptLine]) -> ReceiptLine | None:
    """The receipt that goods found bad in stock came with: the newest of that supplier, item and lot with so many left."""
    if event.taken_back:
        return lines.filter(return_lines__document__remark=event.number).order_by("-return_lines__document_id").first()
    known = lines.filter(
        item_id=event.item_id, document__approval="approved", document__warehouse_id=event.warehouse_id
    )
    known = known.filter(quantity__gte=F("returned_quantity") + Value(event.quantity, QuantityField()))
    if event.lot_id:
        known = known.filter(lot_id=event.lot_id)
    if event.partner_id:
        known = known.filter(document__supplier_id=event.partner_id)
    line = known.order_by("-document__business_date", "-pk").first()
    if line is None:
        raise DomainError(
            Problem(
                "receipt_unknown",
                "{number}: no receipt into this warehouse has so many left to return. Check supplier, lot and place, or choose another disposition.",
                "disposition",
                number=event.number,
            ),
            Kind.CONFLICT,
        )
    return line


def _person(event: NonconformanceDisposed, receipt: Receipt) -> User:
    """Who disposed of the goods; where the event does not say, who received them."""
    return User.objects.filter(pk=event.actor_id).first() or receipt.created_by


def _void_drafts(event: NonconformanceDisposed, line: ReceiptLine) -> None:
    ids = [pk for _, pk in targets(line.document, PurchaseReturn.doc_type)]
    mine = PurchaseReturn.objects.select_for_update().filter(pk__in=ids, remark=event.number).order_by("pk")
    if str(setting(returns.RETURN_AT_ONCE)) != "draft":
        for document in mine.filter(approval="approved"):
            returns.take_back_at_once(_person(event, line.document), document)
    for document in mine.filter(approval__in=["draft", "rejected"]):
        unlink(document)
        change(document, approval="void")
