"""What went to a customer and came back, for statements of account. Amounts with tax."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from django.db.models import Sum

from gongfang.kernel.deliveries import GoodsHeld, GoodsMoved
from gongfang.kernel.states import Approval
from gongfang.sales.models import SalesReturn, SalesReturnLine, Shipment, ShipmentLine


def goods_between(customer_ids: Collection[int], since: date, until: date) -> list[GoodsMoved]:
    """Shipments and returns of some customers, the days included; two statements."""
    found = []
    for model, sign in ((Shipment, 1), (SalesReturn, -1)):
        rows = model.objects.filter(
            customer__in=customer_ids, approval=Approval.APPROVED, business_date__range=(since, until)
        )
        found += [
            GoodsMoved(partner, on, model.doc_type, pk, number, sign * amount)
            for partner, on, pk, number, amount in rows.order_by().values_list("customer", "business_date", "pk", "number", "total_amount")
        ]  # fmt: skip
    return found


def goods_until(customer_ids: Collection[int], until: date) -> list[GoodsHeld]:
    """What had gone of each shipment line and not come back at the end of a day; two statements."""
    back = SalesReturnLine.objects.filter(
        document__customer__in=customer_ids, document__approval=Approval.APPROVED, document__business_date__lte=until
    )
    sent = dict(back.order_by().values_list("shipment_line").annotate(Sum("quantity")))
    came = ShipmentLine.objects.filter(
        document__customer__in=customer_ids, document__approval=Approval.APPROVED, document__business_date__lte=until
    )
    return [
        GoodsHeld(partner, pk, quantity - sent.get(pk, Decimal(0)), quantity, amount)
        for partner, pk, quantity, amount in came.order_by("pk").values_list("document__customer", "pk", "quantity", "total_amount")
    ]  # fmt: skip
