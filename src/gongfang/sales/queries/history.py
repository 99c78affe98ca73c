"""What was sold in the past, for forecasts."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from gongfang.kernel.states import Approval
from gongfang.sales.models import SalesOrderLine


def ordered_history(
    since: date, until: date, item_ids: Collection[int] | None = None
) -> list[tuple[int, date, Decimal]]:
    """(item, day, quantity) of approved order lines by the day they are wanted on, from `since` to `until`. One statement."""
    rows = SalesOrderLine.objects.filter(
        document__approval=Approval.APPROVED, promised_date__gte=since, promised_date__lte=until
    )
    if item_ids is not None:
        rows = rows.filter(item__in=list(item_ids))
    return list(rows.order_by("item", "promised_date", "pk").values_list("item_id", "promised_date", "quantity"))


def last_customers(item_ids: Collection[int]) -> dict[int, int]:
    """Item → the customer who ordered it last; one statement."""
    rows = SalesOrderLine.objects.filter(item__in=list(item_ids), document__approval=Approval.APPROVED)
    return dict(rows.order_by("document__business_date", "pk").values_list("item", "document__customer"))
