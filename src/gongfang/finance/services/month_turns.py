"""The turn of a month where estimates are reversed at its start 月初一次冲回: done by the clock, asked for by the month's check list."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from gongfang.finance.models import EstimateMethod, EstimatePolicy, EstimateRun
from gongfang.finance.services.estimates import (
    estimates_reversed,
    estimates_waiting,
    method_on,
    restate_estimates,
    reverse_estimates,
)
from gongfang.kernel.errors import N_, Problem
from gongfang.ledger import queries as ledger
from gongfang.platform.documents.editing import new_request_id
from gongfang.platform.identity.models import User
from gongfang.platform.tasks.schedules import scheduled


@scheduled(
    "finance.turn_month",
    N_("Estimate again at a month's end, reverse estimates at the next one's start"),
    at=time(0, 30),
)
def turn_month(*, actor: User, now: datetime) -> str:
    """Every night, so that what was entered late follows: this month's turn and, while the month before is open, that one's."""
    if not EstimatePolicy.objects.filter(method=EstimateMethod.MONTH_START).exists():
        return ""
    this = timezone.localdate(now).replace(day=1)
    before = (this - timedelta(1)).replace(day=1)
    runs = [run for first in (before, this) for run in _turn(actor, first)]
    return ", ".join(f"{run.number} {run.get_kind_display()} {run.amount}" for run in runs)


def _turn(actor: User, first: date) -> list[EstimateRun]:
    """Estimate again what is reversed at the end of the month before `first`, then reverse what waits from before; closed months stay."""
    done, end = [], first - timedelta(1)
    if _is_open(end) and estimates_reversed(end):
        done.append(restate_estimates(actor=actor, request_id=new_request_id(), on=end))
    if method_on(first) == EstimateMethod.MONTH_START and _may_open(first) and estimates_waiting(first, first):
        done.append(reverse_estimates(actor=actor, request_id=new_request_id(), on=first))
    return done


def _is_open(on: date) -> bool:
    period = ledger.period_of(on)
    return period is not None and period.state == "open"


def _may_open(on: date) -> bool:
    period = ledger.period_of(on)
    return period is None or period.state == "open"


def unfinished_estimates(period: Any) -> list[Problem]:
    """For the month's check list, where estimates are reversed at the start of a month: what came before it has to be reversed in it,
    and what was reversed and has no invoice by its end has to be estimated again.
    """
    found = []
    first = date(period.year, period.month, 1)
    if method_on(first) == EstimateMethod.MONTH_START:
        waiting = estimates_waiting(first, first)
        if waiting:
            found.append(Problem("estimates_not_reversed", "{amount} estimated before {month} was not reversed in it: reverse it on {day} (Finance → Estimate runs).", amount=sum(row.amount for row in waiting), month=str(period), day=first))  # fmt: skip
    left = [-amount for amount in ledger.partner_balances("grni_reversed", period).values()]
    if left:
        found.append(
            Problem(
                "estimates_reversed",
                "{amount} of reversed estimates has no invoice and is not estimated again.",
                amount=sum(left),
            )
        )
    return found
