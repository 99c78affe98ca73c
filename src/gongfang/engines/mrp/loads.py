"""How full the weeks of the resources are, from which orders, and what one more hour of a resource would be worth.

Hours are int64 of 10^-6 as everywhere; weeks begin on Mondays, the first is that of `today`. An order loads the week it is released in
(one that should have been released before today loads the first week: it is still to be done).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .plan import FROM_ORDER, Orders, Plan
from .problem import Days, Integers, Problem, References

Floats = NDArray[np.float64]
_MICRO = 10**6
_LEAST_VALUE = 1e-7
_TRACE = 1e-6  # hours


@dataclass(frozen=True, slots=True, eq=False)
class OtherWork:
    """Hours beside the planned orders: what released work orders still have to do. Rows; `day` is any day of the week."""

    resource: References
    day: Days
    hours: Integers


@dataclass(frozen=True, slots=True, eq=False)
class OrderHours:
    """What each planned order takes of each resource: a row per pair."""

    order: References
    resource: References
    week: References
    hours: Integers


@dataclass(frozen=True, slots=True, eq=False)
class Loads:
    """By [resource, week]: hours there are, hours of planned orders, hours of other work. `monday` is the first week's day."""

    monday: int
    available: Integers
    planned: Integers
    other: Integers

    @property
    def needed(self) -> Integers:
        """Hours wanted of each resource and week."""
        return self.planned + self.other

    @property
    def over(self) -> Integers:
        """Hours over what there is, week by week."""
        return np.maximum(self.needed - self.available, 0)

    @property
    def behind(self) -> Integers:
        """Hours still not done at the end of each week if everything is worked off as it comes (the queue)."""
        result = np.zeros_like(self.available)
        queue = np.zeros(len(result), np.int64)
        for week in range(result.shape[1]):
            queue = np.maximum(queue + self.needed[:, week] - self.available[:, week], 0)
            result[:, week] = queue
        return result

    @property
    def utilisation(self) -> Floats:
        """Share of all hours that is wanted, by resource (infinite where there are none but some are wanted)."""
        needed, available = self.needed.sum(axis=1), self.available.sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(needed == 0, 0.0, needed / available)


def order_hours(problem: Problem, orders: Orders) -> OrderHours:
    """List what every planned order takes, rounded to 10^-6 hours. Cost O(orders × resources each works on)."""
    capacity = problem.capacity
    by_item = np.argsort(capacity.item, kind="stable")
    start = np.searchsorted(capacity.item[by_item], np.arange(len(problem.items.ids) + 1))
    counts = np.diff(start)[orders.item]
    order = np.repeat(np.arange(len(orders)), counts)
    inside = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
    line = by_item[np.repeat(start[orders.item], counts) + inside]
    quantity, per_unit = orders.quantity[order], capacity.hours_per_unit[line]
    hours = quantity // _MICRO * per_unit + (quantity % _MICRO * per_unit + _MICRO // 2) // _MICRO
    week = np.maximum(orders.release[order].astype(np.int64) - _monday(problem.today), 0) // 7
    return OrderHours(order.astype(np.int32), capacity.resource[line], week.astype(np.int32), hours)


def weekly_loads(plan: Plan, other: OtherWork | None = None, weeks: int | None = None) -> Loads:
    """Add the hours up by resource and week, over so many weeks (default: up to the horizon, and the last order)."""
    problem = plan.problem
    monday = _monday(problem.today)
    taken = order_hours(problem, plan.orders)
    if weeks is None:
        weeks = max((problem.today + problem.horizon_days - monday) // 7 + 1, int(taken.week.max(initial=0)) + 1)
    resources = len(problem.capacity.ids)
    planned, rest = np.zeros((resources, weeks), np.int64), np.zeros((resources, weeks), np.int64)
    within = taken.week < weeks
    np.add.at(planned, (taken.resource[within], taken.week[within]), taken.hours[within])
    if other is not None:
        week = np.maximum(other.day.astype(np.int64) - monday, 0) // 7
        within = week < weeks
        np.add.at(rest, (other.resource[within], week[within]), other.hours[within])
    available = np.repeat(problem.capacity.hours_per_week[:, None], weeks, axis=1)
    return Loads(monday, available, planned, rest)


def hours_behind_demands(plan: Plan) -> Floats:
    """Give the hours [demand, resource] that lie behind each demand through all levels: an order's are shared out by its pegs.

    Estimates, so floats of hours. Cost O(levels × resources × pegs). What an order makes beyond its pegs burdens nobody.
    """
    problem, orders, pegging = plan.problem, plan.orders, plan.pegging
    taken = order_hours(problem, orders)
    level = plan.low_level_codes[orders.item] if len(orders) else np.empty(0, np.int32)
    made = np.flatnonzero(pegging.supply_kind == FROM_ORDER)
    source = pegging.supply[made]
    share = pegging.quantity[made] / orders.good[source]
    requirement = pegging.requirement[made]
    inner = requirement >= 0
    user, demand = np.full(len(made), -1, np.int64), pegging.demand[made].astype(np.int64)
    user[inner] = plan.requirements.order[requirement[inner]]
    demand[inner] = plan.requirements.demand[requirement[inner]]
    result = np.zeros((len(problem.demands.ids), len(problem.capacity.ids)), np.float64)
    steps = [np.flatnonzero(level[source] == depth) for depth in range(int(level.max(initial=-1)), -1, -1)]
    for resource in range(result.shape[1]):
        own = taken.resource == resource
        behind = np.zeros(len(orders), np.float64)
        np.add.at(behind, taken.order[own], taken.hours[own] / _MICRO)
        for pegs in steps:
            passed = behind[source[pegs]] * share[pegs]
            up, out = user[pegs] >= 0, demand[pegs] >= 0
            np.add.at(behind, user[pegs][up], passed[up])
            np.add.at(result[:, resource], demand[pegs][out], passed[out])
    return result


@dataclass(frozen=True, slots=True, eq=False)
class HourValues:
    """What the hours allow at best, and what one more would bring.

    `value` [resource, week] in money per hour more in that week; `served` the share of each demand (0 to 1) in the best mix;
    `gain` the margin of that mix and `lost` what stays unserved.
    """

    value: Floats
    served: Floats
    gain: float
    lost: float


def hour_values(plan: Plan, margin: Floats, loads: Loads | None = None) -> HourValues:
    """Value the hours: which demands to serve so that their margins add up to most, and the price of each scarce hour.

    margin: money for serving each demand whole (selling price less material and other costs of the piece). A demand's hours
    must be worked up to the week it is due, in what the other work of `loads` leaves; the dual values of the linear programme are
    the value of an hour (throughput accounting; Goldratt 1990, as the product-mix programme of Dantzig 1963). Solver: HiGHS.
    """
    from scipy.optimize import linprog  # takes a second to load: only who asks for values pays for it
    from scipy.sparse import csr_matrix

    problem = plan.problem
    loads = loads or weekly_loads(plan)
    resources, weeks = loads.available.shape
    behind = hours_behind_demands(plan)
    due = np.clip((problem.demands.due.astype(np.int64) - loads.monday) // 7, 0, max(weeks - 1, 0))
    asked = np.flatnonzero((margin > 0) & (problem.demands.due <= problem.today + problem.horizon_days))
    served = np.zeros(len(margin))
    if not len(asked) or not resources:
        served[asked] = 1.0
        return HourValues(np.zeros((resources, weeks)), served, float(margin[asked].sum()), 0.0)
    room, cleared = _room(loads)
    # a demand without any room up to its week is lost whatever the mix; left in, it would make the prices ambiguous
    wanted = asked[~((behind[asked] > 0) & (room[:, due[asked]].T == 0)).any(axis=1)]
    if not len(wanted):
        return HourValues(np.zeros((resources, weeks)), served, 0.0, float(margin[asked].sum()))
    spans = [np.arange(due[demand], weeks) for demand in wanted for _ in np.flatnonzero(behind[demand] > 0)]
    place, resource = np.nonzero(behind[wanted] > 0)
    lengths = [len(span) for span in spans]
    rows = np.concatenate(
        [resource_ * weeks + span for resource_, span in zip(resource, spans)] or [np.empty(0, np.int64)]
    )
    columns, values = np.repeat(place, lengths), np.repeat(behind[wanted[place], resource], lengths)
    limits = csr_matrix((values, (rows, columns)), shape=(resources * weeks, len(wanted)))
    # hours that just suffice have two prices, of one less and of one more: a trace more makes it the second
    traces = _TRACE * (1 + np.arange(resources * weeks) * 0.618034 % 1)
    answer = linprog(-margin[wanted], A_ub=limits, b_ub=room.ravel() / _MICRO + traces, bounds=(0, 1), method="highs")
    price = np.maximum(-np.asarray(answer.ineqlin.marginals).reshape(resources, weeks), 0)
    onwards = np.concatenate([np.cumsum(price[:, ::-1], axis=1)[:, ::-1], np.zeros((resources, 1))], axis=1)
    value = np.take_along_axis(onwards, cleared, axis=1)
    value[value < _LEAST_VALUE] = 0.0
    served[wanted] = answer.x
    gain = float(margin[wanted] @ answer.x)
    return HourValues(value, served, gain, max(0.0, float(margin[asked].sum()) - gain))


def _room(loads: Loads) -> tuple[Integers, Integers]:
    """[resource, week]: hours left by other work up to each week, and the week in which an hour more of it would be left over.

    Other work is done first and as it comes; what does not fit queues up, and an hour more helps only once the queue is gone (a week
    beyond the last: not at all).
    """
    resources, weeks = loads.available.shape
    left = np.zeros((resources, weeks), np.int64)
    cleared = np.full((resources, weeks), weeks, np.int64)
    queue = np.zeros(resources, np.int64)
    for week in range(weeks):
        balance = loads.available[:, week] - loads.other[:, week] - queue
        left[:, week], queue = np.maximum(balance, 0), np.maximum(-balance, 0)
        cleared[:, week] = np.where(queue == 0, week, weeks)
    for week in range(weeks - 2, -1, -1):
        cleared[:, week] = np.minimum(cleared[:, week], cleared[:, week + 1])
    return np.cumsum(left, axis=1), cleared


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """One resource: how full (share of its hours), weeks over, hours over in the worst week, demands it makes late and by how many
    days in all (of a finite plan's promises), and what an hour more in its dearest week would bring (None: no margins given).
    """

    resource: int
    utilisation: float
    weeks_over: int
    most_over: int
    worst_week: int
    late_demands: int
    late_days: int
    hour_value: float | None


def bottlenecks(plan: Plan, loads: Loads, values: HourValues | None = None) -> list[Bottleneck]:
    """Rank the resources: those that make demands late first, then by how full they are. `worst_week` is its Monday (0: none)."""
    late = np.zeros((len(loads.available), 2), np.int64)
    if plan.promises is not None:
        blamed = np.flatnonzero(plan.promises.resource >= 0)
        np.add.at(late[:, 0], plan.promises.resource[blamed], 1)
        np.add.at(late[:, 1], plan.promises.resource[blamed], np.maximum(plan.promises.late_days[blamed], 0))
    over, share = loads.over, loads.utilisation
    result = []
    for row in range(len(over)):
        worst = int(over[row].argmax()) if over.shape[1] else 0
        most = int(over[row, worst]) if over.shape[1] else 0
        result.append(
            Bottleneck(
                resource=row,
                utilisation=float(share[row]),
                weeks_over=int((over[row] > 0).sum()),
                most_over=most,
                worst_week=loads.monday + 7 * worst if most else 0,
                late_demands=int(late[row, 0]),
                late_days=int(late[row, 1]),
                hour_value=None if values is None else float(values.value[row].max(initial=0.0)),
            )
        )
    return sorted(result, key=lambda one: (-one.late_days, -one.late_demands, -one.utilisation, one.resource))


def _monday(day: int) -> int:
    return day - (day - 1) % 7
