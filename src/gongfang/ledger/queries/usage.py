"""What was used and delivered out of stock, for stock policies."""

from datetime import date
from decimal import Decimal

from django.db.models import Sum

from gongfang.ledger.models import Location, StockMove

INSIDE = (Location.Kind.STORE, Location.Kind.LINE)
USED = (Location.Kind.CUSTOMER, Location.Kind.PRODUCTION, Location.Kind.SUBCONTRACTOR)


def usage_by_day(since: date, until: date) -> list[tuple[int, date, Decimal]]:
    """(item, day, quantity) that left the stores for customers, production or subcontractors, what came back taken off; two statements."""
    gone = StockMove.objects.filter(on__gte=since, on__lte=until, source__kind__in=INSIDE, target__kind__in=USED)
    back = StockMove.objects.filter(
        on__gte=since, on__lte=until, source__kind=Location.Kind.CUSTOMER, target__kind__in=INSIDE
    )
    found = [
        (item, on, total)
        for item, on, total in gone.order_by().values_list("item_id", "on").annotate(total=Sum("quantity"))
    ]
    found += [
        (item, on, -total)
        for item, on, total in back.order_by().values_list("item_id", "on").annotate(total=Sum("quantity"))
    ]
    return found
