"""What the buyer should know of suppliers: papers that expire, agreements that end, items with one source only."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum

from gongfang.kernel.states import Approval
from gongfang.masterdata import queries as masterdata
from gongfang.platform.settings.services import get as setting
from gongfang.purchasing.models import (
    ApprovedSupplier,
    Blanket,
    Certificate,
    CorrectiveRequest,
    Qualification,
    ReceiptLine,
)


def expiring_certificates(today: date) -> QuerySet[Certificate]:
    """Certificates that expired or do so within the company's warning time, the first first."""
    until = today + timedelta(int(setting("purchasing.certificate_days")))
    return (
        Certificate.objects.filter(is_replaced=False, expires_on__lte=until)
        .select_related("supplier")
        .order_by("expires_on", "pk")
    )


def ending_blankets(today: date, days: int = 30) -> QuerySet[Blanket]:
    """Approved blanket orders that end within some days and have something left."""
    rows = Blanket.objects.filter(approval=Approval.APPROVED, execution__in=["open", "partial"])
    return rows.filter(valid_to__lte=today + timedelta(days)).select_related("supplier").order_by("valid_to", "pk")


def unanswered_correctives(today: date) -> QuerySet[CorrectiveRequest]:
    """Corrective requests that were sent and are past the day of their answer."""
    rows = CorrectiveRequest.objects.filter(approval=Approval.APPROVED, execution="open", due_date__lt=today)
    return rows.select_related("supplier").order_by("due_date", "pk")


@dataclass(frozen=True, slots=True)
class SingleSource:
    """An item that one supplier delivered all of. others: suppliers with a price or an approval who delivered nothing."""

    item: Any
    supplier: Any
    amount: Decimal
    quantity: Decimal
    others: list[Any]


def single_sources(since: date, until: date) -> list[SingleSource]:
    """Items bought from one supplier alone in a period, by amount, with who else could deliver. Five statements."""
    rows = ReceiptLine.objects.filter(
        document__approval=Approval.APPROVED, document__business_date__gte=since, document__business_date__lte=until
    )
    bought: dict[int, dict[int, tuple[Decimal, Decimal]]] = defaultdict(dict)
    sums = rows.order_by().values_list("item", "document__supplier").annotate(Sum("net_amount"), Sum("quantity"))
    for item, supplier, amount, quantity in sums:
        bought[item][supplier] = (amount, quantity)
    single = {item: next(iter(by.items())) for item, by in bought.items() if len(by) == 1}
    others: dict[int, dict[int, None]] = defaultdict(dict)
    for item, prices in masterdata.supplier_prices(single, until).items():
        others[item] |= dict.fromkeys(price.supplier_id for price in prices)
    listed = ApprovedSupplier.objects.filter(item__in=single).exclude(status=Qualification.SUSPENDED)
    for item, supplier in listed.values_list("item", "supplier"):
        others[item][supplier] = None
    items = masterdata.items_by_ids(single)
    partners = masterdata.partners_by_ids({pk for pk, _ in single.values()} | {pk for by in others.values() for pk in by})  # fmt: skip
    found = [
        SingleSource(
            items[item], partners[supplier], amount, quantity, [partners[pk] for pk in others[item] if pk != supplier]
        )
        for item, (supplier, (amount, quantity)) in single.items()
    ]
    return sorted(found, key=lambda row: (-row.amount, row.item.code))
