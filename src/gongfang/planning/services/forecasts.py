"""Forecasts: computed as a task, accepted or overridden by the planner, cell by cell."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.masterdata import queries as masterdata
from gongfang.planning.models import Forecast, ForecastPeriod
from gongfang.planning.rules import MONTH, WEEK, ZERO, next_period, period_start
from gongfang.platform.identity.models import User
from gongfang.platform.setwise import update_rows
from gongfang.platform.tasks.models import TaskRun
from gongfang.platform.tasks.services import Progress, job, start
from gongfang.platform.verbs import note, verb
from gongfang.sales.queries.history import ordered_history

JOB = "planning.compute_forecast"
ROLES = ("planner", "supervisor", "sales", "owner")
HISTORY = {WEEK: 104, MONTH: 48}
SEASON = {WEEK: 52, MONTH: 12}
AHEAD = {WEEK: 13, MONTH: 6}


@dataclass(frozen=True, slots=True)
class CellInput:
    """One cell as entered; quantity None: not planned with."""

    item_id: int
    start: date
    quantity: Decimal | None


def history_of(bucket: str, today: date, item_ids: Sequence[int] | None = None) -> dict[int, dict[date, Decimal]]:
    """Item → period → quantity ordered, of whole past periods; one statement."""
    first = next_period(period_start(today, bucket), bucket, -HISTORY[bucket])
    found: dict[int, dict[date, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for item, day, quantity in ordered_history(first, period_start(today, bucket) - timedelta(days=1), item_ids):
        found[item][period_start(day, bucket)] += quantity
    return found


@verb("planning.compute_forecast", N_("Compute forecast"), roles=ROLES)
def start_forecast(
    *, actor: User, request_id: uuid.UUID, bucket: str = WEEK, item_ids: Sequence[int] | None = None
) -> TaskRun:
    """Queue the forecast of all items that were ever ordered, or of some; what is accepted stays as it is."""
    if bucket not in HISTORY:
        raise DomainError(Problem("bad_choice", "Choose weeks or months.", where="bucket"))
    return start(JOB, actor=actor, bucket=bucket, item_ids=list(item_ids or []))


@job(JOB, N_("Forecast"))
def compute_forecast(progress: Progress, *, actor: User | None, bucket: str, item_ids: Sequence[int]) -> dict[str, Any]:
    """Work the forecast off."""
    return compute(bucket, item_ids or None, timezone.localdate(), progress)


def compute(bucket: str, item_ids: Sequence[int] | None, today: date, progress: Progress) -> dict[str, Any]:
    """Choose a method for each item by back-test and write its cells. Statements do not grow with the items."""
    from gongfang.planning.estimating import estimate

    alike = _alike(item_ids)
    wanted = None if item_ids is None else [*item_ids, *(like for like, _ in alike.values())]
    history = history_of(bucket, today, wanted)
    present = period_start(today, bucket)
    places = {pk: item.unit.precision for pk, item in masterdata.items_by_ids({*history, *alike}).items()}
    starts = {item: _between(min(cells), present, bucket) for item, cells in history.items()}
    series = {item: [cells.get(start, ZERO) for start in starts[item]] for item, cells in history.items()}
    series |= {item: [] for item in alike if item not in series and item in places}
    progress.tell(20, 100)
    answers = estimate(series, places, AHEAD[bucket], SEASON[bucket], alike)
    progress.tell(70, 100)
    asked = [one for one in answers if item_ids is None or one.item_id in set(item_ids)]
    with transaction.atomic():
        _write(bucket, present, asked, starts)
    progress.tell(100, 100)
    return {"items": len(asked)}


def _alike(item_ids: Sequence[int] | None) -> dict[int, tuple[int, Decimal | None]]:
    """Item → the item that it sells like, and how much of it; one statement."""
    rows = Forecast.objects.filter(like__isnull=False)
    if item_ids is not None:
        rows = rows.filter(item__in=list(item_ids))
    return {item: (like, scale) for item, like, scale in rows.values_list("item_id", "like_id", "scale")}


def _between(first: date, end: date, bucket: str) -> list[date]:
    found, at = [], first
    while at < end:
        found.append(at)
        at = next_period(at, bucket)
    return found


def _write(bucket: str, present: date, answers: Sequence[Any], starts: Mapping[int, Sequence[date]]) -> None:
    ids = [answer.item_id for answer in answers]
    Forecast.objects.bulk_create([Forecast(item_id=pk, bucket=bucket) for pk in ids], ignore_conflicts=True)
    heads = {row.item_id: row for row in Forecast.objects.select_for_update().filter(item__in=ids).order_by("pk")}
    changed = {pk for pk, row in heads.items() if row.bucket != bucket}
    ForecastPeriod.objects.filter(forecast__item__in=changed).delete()  # another period length: old cells mean nothing
    cells = ForecastPeriod.objects.filter(forecast__in=[row.pk for row in heads.values()])
    kept = {(row.forecast_id, row.start): row for row in cells}
    new, old, tamed = [], [], []
    for answer in answers:
        head = heads[answer.item_id]
        head.bucket, head.method, head.computed_at = bucket, answer.method, timezone.now()
        head.mase, head.rmsse, head.bias = answer.mase, answer.rmsse, answer.bias
        found = [
            [starts[answer.item_id][place].isoformat(), str(value), str(used)] for place, value, used in answer.outliers
        ]
        if found != head.outliers:
            head.outliers = found
            tamed.append(head)
        for number, figures in enumerate(answer.periods):
            at = next_period(present, bucket, number)
            row = kept.get((head.pk, at))
            if row is None:
                new.append(
                    ForecastPeriod(forecast=head, start=at, computed=figures[0], low=figures[1], high=figures[2])
                )
            else:
                row.computed, row.low, row.high = figures
                old.append(row)
    update_rows(list(heads.values()), ["bucket", "method", "mase", "rmsse", "bias", "computed_at"])
    Forecast.objects.bulk_update(tamed, ["outliers"], batch_size=500)
    ForecastPeriod.objects.bulk_create(new, batch_size=2000)
    update_rows(old, ["computed", "low", "high"])


@verb("planning.set_forecast", N_("Set forecast"), roles=ROLES)
def set_forecast(*, actor: User, request_id: uuid.UUID, cells: Sequence[CellInput]) -> list[Forecast]:
    """Set or clear cells: what is set is planned with from the next run on. Cells of items without a forecast begin one by week."""
    items = masterdata.items_by_ids({cell.item_id for cell in cells})
    refuse_if(_problems(cells, items))
    Forecast.objects.bulk_create([Forecast(item_id=pk) for pk in items], ignore_conflicts=True)
    heads = {
        row.item_id: row
        for row in Forecast.objects.select_for_update().select_related("item").filter(item__in=items).order_by("pk")
    }
    kept = {
        (row.forecast_id, row.start): row
        for row in ForecastPeriod.objects.select_for_update()
        .filter(forecast__in=[row.pk for row in heads.values()])
        .order_by("pk")
    }
    new, old = [], []
    for cell in cells:
        head = heads[cell.item_id]
        at = period_start(cell.start, head.bucket)
        row = kept.get((head.pk, at))
        if row is None:
            row = ForecastPeriod(forecast=head, start=at, quantity=cell.quantity)
            kept[head.pk, at] = row
            new.append(row)
        elif row.quantity != cell.quantity:
            if row.pk:
                note(head, **{f"{at}": (row.quantity, cell.quantity)})
                old.append(row)
            row.quantity = cell.quantity
    for head in heads.values():
        head.version += 1
    ForecastPeriod.objects.bulk_create(new, batch_size=2000)
    update_rows(list(dict.fromkeys(old)), ["quantity"])
    update_rows(list(heads.values()), ["version"])
    return list(heads.values())


def _problems(cells: Sequence[CellInput], items: Mapping[int, Any]) -> list[Problem]:
    found = [] if cells else [Problem("nothing_chosen", "Enter at least one quantity.")]
    for index, cell in enumerate(cells):
        if cell.item_id not in items:
            found.append(Problem("item_unknown", "There is no such item.", f"cells.{index}.item"))
        if cell.quantity is not None and not 0 <= cell.quantity < Decimal(10) ** 9:
            found.append(Problem("bad_forecast", "A forecast is 0 or more.", f"cells.{index}.quantity"))
    return found


@verb("planning.set_analogy", N_("Forecast as a similar item"), roles=ROLES)
def set_analogy(
    *, actor: User, request_id: uuid.UUID, item_id: int, like_id: int | None = None, percent: int | None = None
) -> Forecast:  # fmt: skip
    """Say what a new item is expected to sell like: the next computation gives it so many percent of that item's forecast.

    like_id None: no more. percent None: by the little that is known of it, else as much. Raises DomainError(item_unknown, like_itself,
    bad_scale).
    """
    items = masterdata.items_by_ids({item_id, like_id} - {None})
    problems = []
    if item_id not in items:
        problems.append(Problem("item_unknown", "There is no such item.", where="item"))
    if like_id is not None and like_id not in items:
        problems.append(Problem("item_unknown", "There is no such item.", where="like"))
    if like_id == item_id:
        problems.append(Problem("like_itself", "Choose another item that it sells like.", where="like"))
    if percent is not None and not 1 <= percent <= 10_000:
        problems.append(Problem("bad_scale", "Enter 1 to 10,000 percent.", where="percent"))
    refuse_if(problems)
    Forecast.objects.bulk_create([Forecast(item_id=item_id)], ignore_conflicts=True)
    head = Forecast.objects.select_for_update(of=("self",)).get(item_id=item_id)
    scale = None if percent is None or like_id is None else Decimal(percent) / 100
    note(head, like=(head.like_id, like_id), scale=(head.scale, scale))
    head.like_id, head.scale, head.version = like_id, scale, head.version + 1
    update_rows([head], ["like", "scale", "version"])
    return head


@verb("planning.accept_forecast", N_("Accept forecast"), roles=ROLES)
def accept_forecast(
    *, actor: User, request_id: uuid.UUID, forecast_ids: Sequence[int] | None = None, override: bool = False
) -> list[Forecast]:
    """Plan with what was computed, of some items or of all. override: also where the planner has set something else."""
    heads = Forecast.objects.select_for_update().order_by("pk")
    rows = list(heads.filter(pk__in=list(forecast_ids)) if forecast_ids is not None else heads)
    if not rows:
        raise DomainError(Problem("nothing_chosen", "Enter at least one quantity."), Kind.CONFLICT)
    cells = ForecastPeriod.objects.filter(forecast__in=[row.pk for row in rows], computed__isnull=False)
    present = timezone.localdate() - timedelta(days=31)
    cells = cells.filter(start__gte=present)
    if not override:
        cells = cells.filter(quantity__isnull=True)
    changed = list(cells.select_for_update().order_by("pk"))
    for cell in changed:
        cell.quantity = cell.computed
    update_rows(changed, ["quantity"])
    for row in rows:
        row.version += 1
    update_rows(rows, ["version"])
    return rows
