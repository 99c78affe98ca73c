"""When the books open, and whether they have been opened already: asked by the sheets of opening figures."""

from collections.abc import Iterable
from datetime import date, timedelta

from gongfang.ledger.models import Posting
from gongfang.platform.exchange.sheets import Context, Fault, fault
from gongfang.platform.settings.services import OPENING_DATE
from gongfang.platform.settings.services import get as setting


def evening_before(context: Context) -> date | None:
    """The day the opening is posted on: the one before the opening date."""
    opening = context.opening_date
    if opening is None and (saved := setting(OPENING_DATE)):
        opening = date.fromisoformat(saved)
    return opening - timedelta(days=1) if opening else None


def opened(sheet: str, reason: str, context: Context) -> Iterable[Fault]:
    if evening_before(context) is None:
        yield fault(sheet, 0, "", "no_opening_date", "Name the opening date in the sheet “Company”.")
    if Posting.objects.filter(reason=reason, reverses=None, reversed_by=None).exists():
        yield fault(sheet, 0, "", "opened", "The opening figures are in the books already; leave this sheet out.")
