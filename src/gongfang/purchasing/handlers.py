"""Reactions of purchasing to what happens below."""

from gongfang.platform.documents.editing import change, new_document
from gongfang.platform.documents.links import Link, link, targets, unlink
from gongfang.purchasing.models import PurchaseReturn, PurchaseReturnLine, ReceiptLine
from gongfang.quality.events import NonconformanceDisposed


def send_back(event: NonconformanceDisposed) -> None:
    """A report that says "return to supplier" drafts the return; taking the report back voids the draft."""
    if event.disposition != "return" or event.source_type != "purchasing.receipt":
        return
    line = ReceiptLine.objects.select_related("document__created_by").filter(pk=event.source_line).first()
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
        place="blocked",
    )  # fmt: skip
    link([Link(receipt, document, line.pk, made.pk, event.quantity)])


def _void_drafts(event: NonconformanceDisposed, line: ReceiptLine) -> None:
    ids = [pk for _, pk in targets(line.document, PurchaseReturn.doc_type)]
    for document in PurchaseReturn.objects.filter(pk__in=ids, remark=event.number, approval__in=["draft", "rejected"]):
        unlink(document)
        change(document, approval="void")
