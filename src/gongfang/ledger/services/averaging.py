"""全月一次加权平均: at the end of a month, value its issues at the month's one average."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from django.db import connection
from django.utils import timezone

from gongfang.kernel.errors import DomainError, Kind, Problem
from gongfang.ledger.models import Period, Posting, StockMove, ValueBalance
from gongfang.ledger.rules.periods import last_day
from gongfang.ledger.services.facts import item_facts
from gongfang.ledger.services.locking import pass_gate
from gongfang.ledger.services.pools import pools_of
from gongfang.ledger.services.recosting import recost
from gongfang.platform.identity.models import User

METHOD = "month_average"
BATCH = 2000


def items_to_average(period: Period) -> list[int]:
    """Items costed by the month that have moved in it, by id; one statement."""
    moved = StockMove.objects.filter(on__year=period.year, on__month=period.month).values("item")
    rows = ValueBalance.objects.filter(method=METHOD, item__in=moved).order_by("item").values_list("item", flat=True)
    return list(rows.distinct())


def average_month(
    *, actor: User | None, period: Period, progress: Callable[[int, int], None] | None = None
) -> tuple[list[Posting], int]:  # fmt: skip
    """Value the issues of an open month at its average; returns the postings and how many items were reckoned.

    Call it inside a verb, with the period locked. Entries that come into the month afterwards change its average at once, so
    that it can be run at any time and again. Constant statements per 2,000 items. Raises DomainError(period_closed).
    """
    assert connection.in_atomic_block, "posting outside a transaction"
    if period.state != Period.State.OPEN:
        raise DomainError(Problem("period_closed", "{month} is closed.", month=str(period)), Kind.CONFLICT)
    pass_gate()
    ids = items_to_average(period)
    Period.objects.filter(pk=period.pk).update(averaged_at=timezone.now())
    made: list[Posting] = []
    for start in range(0, len(ids), BATCH):
        made += _batch(actor, period, ids[start : start + BATCH])
        if progress is not None:
            progress(min(start + BATCH, len(ids)), len(ids))
    return made, len(ids)


def _batch(actor: User | None, period: Period, ids: Sequence[int]) -> list[Posting]:
    items = item_facts(ids)
    before = date(period.year, period.month, 1) - timedelta(days=1)
    since = {(pk, 0): before for pk in ids}
    return recost(actor, pools_of(list(since), items), items, since, on=last_day(period), ask=False)
