"""The engineer's page: changes with what they touch, structures and times that are missing or run out, trouble that design causes."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from gongfang.kernel.money import ZERO
from gongfang.masterdata import queries as masterdata
from gongfang.masterdata.services import impacts_of_each
from gongfang.production.models import ReportLine
from gongfang.quality import queries as quality

SHOWN = 30
IMPACTS_SHOWN = 20
TROUBLE_DAYS = 30
TIME_DAYS = 60
TIME_REPORTS = 3
TIME_OFF = Decimal("0.2")
CAUSES = ("design", "method")


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """One column on a phone, cards beside each other on a desk."""
    today = timezone.localdate()
    changes = list(masterdata.open_changes()[:SHOWN])
    touched = impacts_of_each(changes)
    trouble = today - timedelta(days=TROUBLE_DAYS)
    context = {
        "today": today,
        "changes": [{"change": row, "touched": Counter(one.kind for one in touched[row.pk]),
                     "impacts": [one for one in touched[row.pk] if one.kind != "operation"][:IMPACTS_SHOWN]} for row in changes],
        "no_bom": list(masterdata.without_bom(today)[:SHOWN]), "no_routing": list(masterdata.without_routing(today)[:SHOWN]),
        "turning": masterdata.turning(today)[:SHOWN], "no_times": list(masterdata.without_times(today)[:SHOWN]),
        "at_none": list(masterdata.at_no_operation(today)[:SHOWN]),
        "first_pieces": list(quality.first_pieces_failed(trouble)[:SHOWN]), "caused": list(quality.caused_by(CAUSES, trouble)[:SHOWN]),
        "times": times_off(today)[:SHOWN], "trouble_days": TROUBLE_DAYS, "time_days": TIME_DAYS,
        "may_change": request.user.may("masterdata.create_change"),
    }  # fmt: skip
    return render(request, "production/engineer.html", context)


@dataclass(frozen=True, slots=True)
class TimeOff:
    """An operation of an item whose reports take longer or less than its standard. factor: minutes per standard minute."""

    item: Any
    operation_no: int
    name: str
    reports: int
    standard: Decimal
    factor: Decimal

    @property
    def needed(self) -> Decimal:
        """Minutes per piece as reported."""
        return round(self.standard * self.factor, 2)


def times_off(today: date) -> list[TimeOff]:
    """Operations whose reported minutes of the last weeks are off their standard by more than a fifth, the farthest first.

    The set-up of each order is taken off once. At least three reports; the latest 5,000 lines are looked at. One statement.
    """
    rows = ReportLine.objects.filter(
        document__business_date__gt=today - timedelta(days=TIME_DAYS), document__approval="approved", minutes__gt=0,
        operation__run_minutes__gt=0, operation__is_subcontracted=False,
    ).select_related("order__item", "operation")  # fmt: skip
    found: dict[tuple[int, int], list[ReportLine]] = defaultdict(list)
    for row in rows.order_by("-pk")[:5000]:
        found[row.order.item_id, row.operation.operation_no].append(row)
    off = []
    for lines in found.values():
        latest = lines[0]
        setups = {row.operation_id: row.operation.setup_minutes for row in lines}
        standard = sum(
            (row.operation.run_minutes * (row.good + row.scrap_material + row.scrap_worker) for row in lines), ZERO
        )
        spent = sum((row.minutes for row in lines), ZERO) - sum(setups.values(), ZERO)
        if len(lines) >= TIME_REPORTS and standard > 0 and spent > 0 and abs(spent / standard - 1) > TIME_OFF:
            operation = latest.operation
            off.append(
                TimeOff(latest.order.item, operation.operation_no, operation.name, len(lines), operation.run_minutes, spent / standard)
            )  # fmt: skip
    return sorted(off, key=lambda one: (-abs(one.factor - 1), one.item.code, one.operation_no))
