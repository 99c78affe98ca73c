"""When an order will be finished, from the pace of its work centres and the queue before it, and how likely that is too late.

Minutes of work centres at their present pace; each order goes through its operations in sequence, each centre works its queue in
the order given (priority, due date) on so many machines. Deviations of operations are taken as independent, the finish as normal.
Source: first-order queueing of a job shop with priorities (Hopp and Spearman, Factory Physics, chapter 8). O(operations).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)
ONE = Decimal(1)
USUAL_SPREAD = Decimal("0.25")
LEAST_REPORTS = 5
PACE_LOW, PACE_HIGH = Decimal("0.3"), Decimal(4)


@dataclass(frozen=True, slots=True)
class Pace:
    """Minutes really needed per standard minute, and the deviation of one operation relative to its mean."""

    factor: Decimal = ONE
    spread: Decimal = USUAL_SPREAD


@dataclass(frozen=True, slots=True)
class Job:
    """An open operation: standard minutes still to be worked at a centre. In the order in which centres take them."""

    order_id: int
    centre_id: int
    minutes: Decimal


@dataclass(frozen=True, slots=True)
class Finish:
    """Working minutes from now until an order is finished: expected, and their standard deviation."""

    minutes: Decimal
    deviation: Decimal


def pace_of(standard: Sequence[Decimal], actual: Sequence[Decimal]) -> Pace:
    """The pace of a centre from its reports (standard and actual minutes of each); too few say nothing."""
    pairs = [(plan, spent) for plan, spent in zip(standard, actual, strict=True) if plan > 0 and spent > 0]
    if len(pairs) < LEAST_REPORTS:
        return Pace()
    factor = sum((spent for _, spent in pairs), ZERO) / sum((plan for plan, _ in pairs), ZERO)
    factor = min(max(factor, PACE_LOW), PACE_HIGH)
    ratios = [spent / plan / factor for plan, spent in pairs]
    middle = sum(ratios, ZERO) / len(ratios)
    spread = (sum(((ratio - middle) ** 2 for ratio in ratios), ZERO) / (len(ratios) - 1)).sqrt()
    return Pace(factor, min(max(spread, Decimal("0.05")), ONE))


def finishes(jobs: Iterable[Job], paces: Mapping[int, Pace], machines: Mapping[int, int]) -> dict[int, Finish]:
    """Order → when it will be finished."""
    free: dict[int, tuple[Decimal, Decimal]] = {}
    done: dict[int, tuple[Decimal, Decimal]] = {}
    for job in jobs:
        pace = paces.get(job.centre_id, Pace())
        minutes = job.minutes * pace.factor
        variance = (minutes * pace.spread) ** 2
        start, start_variance = max(done.get(job.order_id, (ZERO, ZERO)), free.get(job.centre_id, (ZERO, ZERO)))
        done[job.order_id] = (start + minutes, start_variance + variance)
        count = max(machines.get(job.centre_id, 1), 1)
        queue, queue_variance = free.get(job.centre_id, (ZERO, ZERO))
        free[job.centre_id] = (queue + minutes / count, queue_variance + variance / count**2)
    return {pk: Finish(minutes, variance.sqrt()) for pk, (minutes, variance) in done.items()}


def chance_of_delay(finish: Finish, available: Decimal) -> Decimal:
    """Probability that an order needs more than the working minutes until its due date."""
    if finish.deviation <= 0:
        return ONE if finish.minutes > available else ZERO
    distance = (available - finish.minutes) / finish.deviation
    tail = math.erfc(max(min(distance, Decimal(8)), Decimal(-8)) / Decimal(2).sqrt()) / 2
    return Decimal(str(round(tail, 4)))
