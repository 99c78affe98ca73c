"""Material planning within weekly hours: nothing is released before today, no week is overloaded, and every demand gets a promise.

The plan starts from the unconstrained one, whose orders keep their quantities (those longer than half a week of a resource are
split where the lot rule allows) and whose pegs tell what waits for what. Then, pass after pass: supplies are given to needs by the
urgency of what these are for (`allocate`), each order is released as early as materials and hours allow, the most urgent first
(`schedule`, a serial schedule generation with latest-start priorities, Kolisch 1996), and some of the late demands, those
with most hours behind them for the days they lose, step back behind the rest (after Moore 1968), until neither fewer
demands nor fewer days are late. Where priorities differ, the same is tried with each need taking the latest supply that is in time for
it, which leaves the early ones to needs of a lower priority; kept where no priority is served worse than before. At last everything is moved as late as its use allows (`delay`, the justification
of Valls, Ballestín & Quintanilla 2005).

An order is made of what holds on the day it starts, also where that is another day than in the unconstrained plan (`versions`).

A demand never steps back behind one of a lower priority. Cost: O(pegs) per pass with a logarithm, MOST_PASSES passes.
"""

from dataclasses import dataclass, replace

import numpy as np

from ...formats import Faults, FormatError, FormatFault
from ..checking import check_problem
from ..plan import Plan
from ..preparation import Prepared, prepare
from ..problem import FIXED, Days, Integers, Problem, References
from ..regeneration import Run, regenerate
from ..tables import DONE
from ..worktable import days_for
from .allocation import allocate
from .assembly import Reasons, assemble_finite
from .network import NEVER, YEARS_AHEAD, Lacks, Links, Network, build_network, no_lacks
from .reasons import burdens, late_reasons, mark_useful
from .scheduling import delay, promises, schedule
from .versions import MOST_ROUNDS, Turns

MOST_PASSES = 24
PATIENCE = 4
"""Passes without a better plan before the search ends."""
STEP_BACK_SHARE = 50
"""One in so many demands steps back per pass."""
DAYS_PER_LATE_DEMAND = 7
"""A late demand weighs as much as so many days of lateness."""
WEEKS = YEARS_AHEAD * 52


@dataclass(frozen=True, slots=True, eq=False)
class Attempt:
    """One feasible plan: who serves whom, when each order is released, what the demands are promised. target: what they aimed at."""

    links: Links
    left: Integers
    release: Days
    due: Days
    ready: Days
    blocked: References
    lacks: Lacks
    promise: Days
    target: Days


def solve_finite(problem: Problem, most_orders: int) -> Plan:
    """Plan within the hours of `problem.capacity`. Raises FormatError as `solve`."""
    faults = Faults()
    check_problem(problem, faults)
    faults.raise_any()
    prepared = prepare(problem, days_for(problem.calendar, int(problem.items.lead_time.max(initial=0)) + 1))
    _limit_lots(problem, prepared)
    _start_today(problem, prepared)
    turns = Turns(prepared)
    for number in range(MOST_ROUNDS):
        run = _run(problem, prepared, most_orders, turns)
        network, fixed = build_network(problem, prepared, run, turns.windows(run))
        _check_hours(network)
        best = _search(network, fixed, run, prepared)
        useful = mark_useful(network, best.links, best.due, best.promise)
        if not turns.pass_over(run, best.release, best.promise, useful, number):
            break
    asked = _asked(problem, prepared)
    reasons = _reasons(network, best, asked)
    final = replace(best, release=best.release.copy(), due=best.due.copy())
    delay(network, final.links, final.left, network.quantity, final.promise, final.release, final.due)
    return assemble_finite(problem, prepared, run, network, final, reasons)


def _run(problem: Problem, prepared: Prepared, most_orders: int, turns: Turns) -> Run:
    """The unconstrained plan."""
    run = regenerate(prepared.facts, most_orders, turns.moving)
    if run.status != DONE:
        row = int(prepared.item_at[run.position])
        reason = "needs quantities out of range or too many orders"
        raise FormatError([FormatFault(f"$.items[{row}]", f"{problem.items.ids[row]} {reason}")])
    return run


def _reasons(network: Network, best: Attempt, asked: Days) -> Reasons:
    """Why each demand is late, and which orders on its way waited for hours."""
    room = 16 + 2 * len(asked)
    while True:
        told = Reasons(
            np.zeros(len(asked), np.int64), *(np.zeros(len(asked), np.int32) for _ in range(3)),
            *(np.zeros(room, np.int32) for _ in range(2)),
        )  # fmt: skip
        count = late_reasons(
            network, best.links, best.release, best.due, best.ready, best.blocked, best.promise, asked, network.need_item, *told, best.lacks
        )  # fmt: skip
        if count <= room:
            return told._replace(bound_demand=told.bound_demand[:count], bound_order=told.bound_order[:count])
        room = count


def _asked(problem: Problem, prepared: Prepared) -> Days:
    """Give the day each planned demand was asked for, also where that is past."""
    return problem.demands.due[prepared.demand_at]


def _limit_lots(problem: Problem, prepared: Prepared) -> None:
    """Let no order take more than half a week of a resource, or a week where the lot rule allows nothing smaller."""
    capacity, rows = problem.capacity, prepared.facts.items
    position = np.empty(len(prepared.item_at), np.int64)
    position[prepared.item_at] = np.arange(len(position))
    hours = capacity.hours_per_unit
    worked = hours > 0
    within = np.full(len(position), 2**62, np.int64)
    weekly = (capacity.hours_per_week[capacity.resource[worked]] * 10**6) // hours[worked]
    np.minimum.at(within, position[capacity.item[worked]], weekly)
    limited = (within < 2**62) & (rows["rule"] != FIXED)
    multiple = rows["multiple"]
    smallest = np.maximum(-(-rows["lot"] // multiple), 1) * multiple
    half, whole = within // 2 // multiple * multiple, within // multiple * multiple
    largest = np.where(half >= smallest, half, whole)
    largest = np.where(rows["largest"] > 0, np.minimum(largest, rows["largest"]), largest)
    use = limited & (largest >= smallest)
    rows["largest"][use] = largest[use]


def _start_today(problem: Problem, prepared: Prepared) -> None:
    """Let no order come in before it could if it were released today, so that what is under way is used where it comes sooner."""
    rows, work = prepared.facts.items, prepared.work
    index = int(work.index[problem.today - work.base])
    first = index if work.day[index] == problem.today else index + 1
    rows["earliest"] = np.maximum(rows["earliest"], work.day[first + rows["lead"]])


def _check_hours(network: Network) -> None:
    longest = int(network.work_hours.max(initial=0)) * float(network.quantity.max(initial=0))
    if longest > 9e18 or int(network.capacity.max(initial=0)) > 4 * 10**18:
        raise FormatError([FormatFault("$.work", "hours are out of range")])


def _search(network: Network, fixed: Links, run: Run, prepared: Prepared) -> Attempt:
    """Try plans in which ever more of the late demands step back; give the best. The same problem gives the same plan."""
    stock = np.maximum(0, prepared.facts.items["on_hand"])
    good = np.ascontiguousarray(run.orders["good"])
    weight = 1.0 / np.maximum(network.capacity, 1)
    target = network.demand_day.copy()
    end = int(network.demand_day.max(initial=network.today)) + 7
    best, best_score, since = None, None, 0
    for _ in range(MOST_PASSES):
        attempt = _attempt(network, fixed, run, stock, target)
        score = _score(network, attempt)
        since += 1
        if best is None or best_score is None or score < best_score:
            best, best_score, since = attempt, score, 0
        late = (attempt.promise > network.demand_day) & (attempt.promise < NEVER) & (target < end)
        if since > PATIENCE or not late.any():
            break
        candidates = np.flatnonzero(late)
        loss = attempt.promise[attempt.promise < NEVER].max() - network.demand_day[candidates] + 1
        gain = burdens(network, attempt.links, good, weight)[candidates] / loss
        back = candidates[np.argsort(-gain, kind="stable")[: max(1, len(target) // STEP_BACK_SHARE)]]
        target[back] = end + (network.demand_day[back] - network.today) // 7
    assert best is not None and best_score is not None
    settled = np.where(best.promise < NEVER, best.promise, best.target)
    attempt = _attempt(network, fixed, run, stock, settled)
    if _score(network, attempt) < best_score:
        best = attempt
    if not len(network.demand_priority) or np.ptp(network.demand_priority) == 0:
        return best
    by_priority = _scores(network, best)
    for aim in (network.demand_day.copy(), best.target, np.where(best.promise < NEVER, best.promise, best.target)):
        attempt = _attempt(network, fixed, run, stock, aim, spare=True)
        scores = _scores(network, attempt)
        if (scores <= by_priority).all() and (scores < by_priority).any():
            best, by_priority = attempt, scores
    return best


def _score(network: Network, attempt: Attempt) -> int:
    late = np.minimum(attempt.promise, 7 * WEEKS + network.today).astype(np.int64) - network.demand_day
    return int(late.sum()) + DAYS_PER_LATE_DEMAND * int((late > 0).sum())


def _scores(network: Network, attempt: Attempt) -> Integers:
    """The score of the demands of each priority, the most urgent first."""
    late = np.minimum(attempt.promise, 7 * WEEKS + network.today).astype(np.int64) - network.demand_day
    _, place = np.unique(network.demand_priority, return_inverse=True)
    result = np.zeros(int(place.max()) + 1, np.int64)
    np.add.at(result, place, late + DAYS_PER_LATE_DEMAND * (late > 0))
    return result


def _attempt(
    network: Network, fixed: Links, run: Run, stock: Integers, target: Days, *, spare: bool = False
) -> Attempt:
    """Allocate and schedule once."""
    needs, orders = len(network.consumer), len(network.item)
    room = needs + len(run.arrivals) + orders + 1
    links = Links(
        np.zeros(needs, np.int64), np.zeros(needs, np.int64), np.empty(room, np.int32), np.empty(room, np.int64)
    )
    latest, rank = np.empty(orders, np.int32), np.empty(orders, np.int32)
    allocate(
        network, run.spans, run.arrivals, run.orders, fixed, stock, target.astype(np.int32), links, latest, rank, spare
    )
    place = np.empty(orders, np.int64)
    place[np.lexsort((-network.item, latest, rank))] = np.arange(orders)
    left = np.repeat(network.capacity[:, None], WEEKS, axis=1)
    if network.taken.size:
        weeks = min(network.taken.shape[1], WEEKS)
        left[:, :weeks] = np.maximum(left[:, :weeks] - network.taken[:, :weeks], 0)
    release, due, ready, blocked = (np.full(orders, NEVER, np.int32) for _ in range(4))
    lacks = no_lacks(network)
    schedule(network, links, place, left, network.quantity, release, due, ready, blocked, lacks)
    return Attempt(links, left, release, due, ready, blocked, lacks, promises(network, links, due), target)


__all__ = ["solve_finite"]
