"""What a supplier brought and took back, for statements of account. Amounts with tax."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from django.db.models import Sum

from gongfang.kernel.deliveries import GoodsHeld, GoodsMoved
from gongfang.kernel.states import Approval
from gongfang.purchasing.models import PurchaseReturn, PurchaseReturnLine, Receipt, ReceiptLine


def goods_between(supplier_ids: Collection[int], since: date, until: date) -> list[GoodsMoved]:
    """Receipts and returns of some suppliers, the days included; two statements."""
    found = []
    for model, sign in ((Receipt, 1), (PurchaseReturn, -1)):
        rows = model.objects.filter(
            supplier__in=supplier_ids, approval=Approval.APPROVED, business_date__range=(since, until)
        )
        found += [
            GoodsMoved(partner, on, model.doc_type, pk, number, sign * amount)
            for partner, on, pk, number, amount in rows.order_by().values_list("supplier", "business_date", "pk", "number", "total_amount")
        ]  # fmt: skip
    return found


def goods_until(supplier_ids: Collection[int], until: date) -> list[GoodsHeld]:
    """What had come of each receipt line and not gone back at the end of a day; two statements."""
    back = PurchaseReturnLine.objects.filter(
        document__supplier__in=supplier_ids, document__approval=Approval.APPROVED, document__business_date__lte=until
    )
    sent = dict(back.order_by().values_list("receipt_line").annotate(Sum("quantity")))
    came = ReceiptLine.objects.filter(
        document__supplier__in=supplier_ids, document__approval=Approval.APPROVED, document__business_date__lte=until
    )
    return [
        GoodsHeld(partner, pk, quantity - sent.get(pk, Decimal(0)), quantity, amount)
        for partner, pk, quantity, amount in came.order_by("pk").values_list("document__supplier", "pk", "quantity", "total_amount")
    ]  # fmt: skip
