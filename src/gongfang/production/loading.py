"""When work centres were meant to work: their shifts of a day, night shifts to their end, and how many machines were scheduled."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from gongfang.maintenance import queries as maintenance
from gongfang.masterdata import queries as masterdata
from gongfang.production.models import ReportLine, WorkOrderOperation

DAY_START = time(8)
Spans = Sequence[tuple[datetime, datetime]]


def shift_spans(centre: Any, day: date, *, worked: bool) -> Spans:
    """The day's shifts of a centre; one over midnight ends on the next day. Without shifts its hours a day from eight o'clock on.

    A day off has none, unless work was reported on it. The calendar and its exceptions must be loaded.
    """
    calendar = centre.calendar
    if calendar is not None and not worked and not masterdata.as_working(calendar).is_working(day):
        return []
    spans = []
    for shift in calendar.shifts if calendar else []:
        begin, end = time.fromisoformat(shift["start"]), time.fromisoformat(shift["end"])
        spans.append((_at(day, begin), _at(day if end > begin else day + timedelta(days=1), end)))
    if not spans:
        start = _at(day, DAY_START)
        spans = [(start, start + timedelta(minutes=int((calendar.hours_per_day if calendar else Decimal(8)) * 60)))]
    return spans


def _at(day: date, clock: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, clock))


def minutes_over(spans: Spans, now: datetime) -> Decimal:
    """Minutes of some shifts that are over."""
    seconds = sum(int(max(min(end, now) - begin, timedelta()).total_seconds()) for begin, end in spans)
    return Decimal(seconds) / 60


def scheduled_machines(
    centres: Collection[Any], day: date, spans: Mapping[int, Spans], stops: Mapping[int, maintenance.Stops]
) -> dict[int, int]:
    """Work centre → machines that were to work on a day: those that reports, the published schedule or stops of the day name.

    Where none is named, or a report names none, all that are registered there as in use, else the number the centre states.
    Three statements.
    """
    named: dict[int, set[str]] = defaultdict(set)
    unnamed: set[int] = set()
    ids = [centre.pk for centre in centres]
    reports = ReportLine.objects.filter(document__business_date=day, document__approval="approved", subcontractor=None)
    for centre_id, machine in reports.values_list("operation__work_centre_id", "machine"):
        if machine:
            named[centre_id].add(machine)
        else:
            unnamed.add(centre_id)
    for centre_id, machine, start, end in _planned(ids, [span for pk in ids for span in spans[pk]]):
        if any(start < until and end > since for since, until in spans[centre_id]):
            named[centre_id].add(machine)
    used = maintenance.machines_in_use(ids)
    found = {}
    for centre in centres:
        found[centre.pk] = used.get(centre.pk) or centre.machines
        if named[centre.pk] and centre.pk not in unnamed:
            stood = stops[centre.pk].codes if centre.pk in stops else frozenset()
            found[centre.pk] = min(len(named[centre.pk] | stood), centre.machines)
    return found


def _planned(centre_ids: Collection[int], whole: Spans) -> list[tuple[int, str, datetime, datetime]]:
    """Work centre, machine, start and end of what the published schedule puts on a machine in these times."""
    if not whole:
        return []
    rows = WorkOrderOperation.objects.filter(
        planned_start__lt=max(end for _, end in whole), planned_end__gt=min(begin for begin, _ in whole), work_centre__in=centre_ids
    )  # fmt: skip
    return list(rows.exclude(machine="").values_list("work_centre_id", "machine", "planned_start", "planned_end"))
