"""全月一次加权平均: at the end of a month, value its issues at the month's one average."""

import uuid
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem
from gongfang.ledger.models import Period, Posting, StockMove, ValueBalance
from gongfang.ledger.rules.moves import ItemFacts
from gongfang.ledger.rules.periods import last_day
from gongfang.ledger.services.facts import item_facts
from gongfang.ledger.services.locking import pass_gate
from gongfang.ledger.services.pools import Pools, pools_of
from gongfang.ledger.services.recosting import ask_about, foreseen, recost, told
from gongfang.platform.documents.editing import locked
from gongfang.platform.identity.models import User
from gongfang.platform.tasks.services import Progress, job, start
from gongfang.platform.verbs import confirming, note, verb

COSTERS = ("cost_accountant", "accountant")

METHOD = "month_average"
BATCH = 2000
AT_ONCE = 1000
"""Items up to which a run is done while the person waits."""
JOB = "ledger.reckon_month_average"


@verb("ledger.start_month_average", N_("Reckon month average"), roles=COSTERS)
def start_month_average(*, actor: User, request_id: uuid.UUID, period_id: int) -> Period:
    """月末加权平均: value the month's issues at its average, at once or, for many items, as a task with progress.

    Asks first. Raises DomainError: period_closed; recost (kind CONFIRM) naming each document and amount.
    """
    period = locked(Period, period_id)  # type: ignore[type-var]
    if period.state != Period.State.OPEN:
        raise DomainError(Problem("period_closed", "{month} is closed.", month=str(period)), Kind.CONFLICT)
    if len(items_to_average(period)) > AT_ONCE:
        _ask_first(actor, period)
        start(JOB, actor=actor, title=str(period), period_id=period.pk)
        return period
    return reckon_month_average(actor=actor, request_id=request_id, period_id=period_id)


@job(JOB, N_("Month average"))
def _as_task(progress: Progress, *, actor: User | None, period_id: int) -> dict[str, Any]:
    assert actor is not None
    period = reckon_month_average(actor=actor, request_id=uuid.uuid4(), period_id=period_id, tell=progress.tell)
    return {"month": str(period)}


@verb("ledger.reckon_month_average", N_("Reckon month average"), roles=COSTERS)
def reckon_month_average(
    *, actor: User, request_id: uuid.UUID, period_id: int, tell: Callable[..., None] | None = None
) -> Period:  # fmt: skip
    """Do it, in one transaction. tell: is told the progress. Asks first, as `start_month_average` does."""
    period = locked(Period, period_id)  # type: ignore[type-var]
    _ask_first(actor, period)
    before = period.averaged_at
    average_month(actor=actor, period=period, progress=tell)
    period.refresh_from_db()
    note(period, averaged_at=(before, period.averaged_at))
    return period


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
    ids = _begin(period)
    made: list[Posting] = []
    for first in range(0, len(ids), BATCH):
        made += _batch(actor, period, ids[first : first + BATCH])
        if progress is not None:
            progress(min(first + BATCH, len(ids)), len(ids))
    return made, len(ids)


def _begin(period: Period) -> list[int]:
    """Let the month count as averaged; returns the items that this concerns."""
    assert connection.in_atomic_block, "posting outside a transaction"
    if period.state != Period.State.OPEN:
        raise DomainError(Problem("period_closed", "{month} is closed.", month=str(period)), Kind.CONFLICT)
    pass_gate()
    ids = items_to_average(period)
    Period.objects.filter(pk=period.pk).update(averaged_at=timezone.now())
    return ids


def _ask_first(actor: User, period: Period) -> None:
    """Say what the run will change, where the running verb takes questions: the whole month is reckoned once for it."""
    if not confirming("recost"):
        return
    with transaction.atomic():
        ids = _begin(period)
        rows: list[list[Any]] = []
        for first in range(0, len(ids), BATCH):
            rows += told(foreseen(*_window(period, ids[first : first + BATCH]))[1])
        ask_about(actor, sorted(rows, key=lambda row: row[0]))


def _window(period: Period, ids: Sequence[int]) -> tuple[Pools, dict[int, ItemFacts], dict[tuple[int, int], date]]:
    """The locked pools of items, what is known of them, and the evening before the month for each."""
    items = item_facts(ids)
    before = date(period.year, period.month, 1) - timedelta(days=1)
    since = {(pk, 0): before for pk in ids}
    return pools_of(list(since), items), items, since


def _batch(actor: User | None, period: Period, ids: Sequence[int]) -> list[Posting]:
    pools, items, since = _window(period, ids)
    return recost(actor, pools, items, since, on=last_day(period), ask=False)
