"""Co-products: one process yields several items that are wanted for themselves (a cut with its grades, a mould with its cavities).

The process is an item of its own with lead time, lot rule, bill of materials and work; its outputs come in as by-products of its
orders. What an output is short of is a demand for the process: on each day as much of it as the output that lacks most
needs, and what the others get too much lies in stock for their later needs. Netting stays as it is: the demands for the process
are found level by level, with a net-change run after each.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
from numpy.typing import ArrayLike

from ..formats import QUANTITY_ONE, RATIO_ONE
from . import solve
from .netchange import net_change
from .plan import Plan
from .problem import FIRST_DAY, LAST_DAY, Byproducts, Demands, Integers, Problem, References
from .remembering import Remembered

MOST_CALLS = 3
"""How often a process is called for one shortage: rounding may need a second time, a fence is not moved by any number."""


@dataclass(frozen=True, slots=True, eq=False)
class CoProducts:
    """Rows: `quantity` (10^-6) of `item` per unit ordered of `process`; `share` of the process's cost (10^-12; 10^12 in all)."""

    process: References
    item: References
    quantity: Integers
    share: Integers

    @classmethod
    def of(cls, process: ArrayLike, item: ArrayLike, quantity: ArrayLike, share: ArrayLike = 0) -> "CoProducts":
        """Build the columns from lists. Without shares cost is shared by quantity."""
        count = np.size(process)
        column = np.broadcast_to(np.asarray(share, np.int64), (count,))
        made, each = np.asarray(process, np.int32), np.asarray(quantity, np.int64)
        if not column.any():
            total = np.zeros(int(made.max(initial=-1)) + 1, np.float64)
            np.add.at(total, made, each.astype(np.float64))
            column = np.rint(each / total[made] * RATIO_ONE).astype(np.int64) if count else column
        return cls(made, np.asarray(item, np.int32), each, column)


@dataclass(frozen=True, slots=True, eq=False)
class CoPlan:
    """The plan, whose problem has the by-products of the processes and a demand for a process for each day it must yield by.

    `open_items`: outputs that still have planned orders, because their process comes too late for them (a fence, a need
    that is past): such an order says what is missing, nobody can carry it out.
    """

    plan: Plan
    called: tuple[tuple[str, int, int, int], ...]
    """(demand id, process, day, quantity 10^-6) of each demand put to a process."""
    open_items: tuple[int, ...]


def solve_with_coproducts(
    problem: Problem, rows: CoProducts, most_orders: int = 50_000_000, before: Remembered | None = None
) -> CoPlan:
    """Plan with co-products, from a plan before where one is given. Cost: `solve`, and a net-change run per level on which outputs are short."""
    byproducts = problem.byproducts
    base = replace(
        problem,
        byproducts=Byproducts.of(
            np.concatenate([byproducts.parent, rows.process]),
            np.concatenate([byproducts.item, rows.item]),
            np.concatenate([byproducts.quantity, rows.quantity]),
            valid_from=np.concatenate([byproducts.valid_from, np.full(len(rows.item), FIRST_DAY)]),
            valid_to=np.concatenate([byproducts.valid_to, np.full(len(rows.item), LAST_DAY)]),
        ),
    )
    tried: Counter[tuple[int, int]] = Counter()
    plan = solve(base, most_orders) if before is None else net_change(before, base, most_orders)
    called = list[tuple[str, int, int, int]]()
    outputs = set(rows.item.tolist())
    for _ in range(2 * len(problem.items.ids) + 2):
        new = _calls(plan, rows, len(called), tried)
        if not new:
            break
        called += new
        plan = net_change(plan, _with_calls(base, called), most_orders)
    still = sorted(outputs & set(plan.orders.item.tolist()))
    return CoPlan(plan, tuple(called), tuple(still))


def _calls(
    plan: Plan, rows: CoProducts, number: int, tried: Counter[tuple[int, int]]
) -> list[tuple[str, int, int, int]]:
    """What the topmost outputs with planned orders ask of their processes, day by day; nothing where no progress is possible."""
    short = [item for item in sorted(set(rows.item.tolist())) if _needed_days(plan, item, tried)]
    if not short:
        return []
    top = min(int(plan.low_level_codes[item]) for item in short)
    found: list[tuple[str, int, int, int]] = []
    for process in sorted(set(rows.process.tolist())):
        wanted = _wanted(plan, rows, process, [item for item in short if plan.low_level_codes[item] == top], tried)
        asked = 0
        for day in sorted(wanted):
            if wanted[day] > asked:
                found.append((f"co-product-{number + len(found) + 1:06d}", process, day, wanted[day] - asked))
                asked = wanted[day]
    return found


def _needed_days(plan: Plan, item: int, tried: Counter[tuple[int, int]]) -> list[tuple[int, int]]:
    """Days on which an output is short, and by how much; not what lies before today, nor what calling did not help."""
    orders = plan.orders
    own = np.flatnonzero((orders.item == item) & (orders.need >= plan.problem.today))
    short = sorted({(int(orders.need[order]), int(orders.net[order])) for order in own.tolist()})
    return [(day, net) for day, net in short if tried[item, day] < MOST_CALLS]


def _wanted(
    plan: Plan, rows: CoProducts, process: int, short: Sequence[int], tried: Counter[tuple[int, int]]
) -> dict[int, int]:
    """Give by day how much of the process must have come by then: the most that any of its short outputs needs."""
    running: list[dict[int, int]] = []
    for row in np.flatnonzero(rows.process == process).tolist():
        item = int(rows.item[row])
        total, by_day = 0, dict[int, int]()
        for day, net in _needed_days(plan, item, tried) if item in short else ():
            total += net
            tried[item, day] += 1
            by_day[day] = -(-total * QUANTITY_ONE // int(rows.quantity[row]))
        running.append(by_day)
    days = sorted({day for by_day in running for day in by_day})
    return {
        day: max(max((part for when, part in by_day.items() if when <= day), default=0) for by_day in running)
        for day in days
    }


def _with_calls(problem: Problem, called: Sequence[tuple[str, int, int, int]]) -> Problem:
    demands = problem.demands
    return replace(
        problem,
        demands=Demands.of(
            [*demands.ids, *(name for name, _, _, _ in called)],
            np.concatenate([demands.item, np.array([process for _, process, _, _ in called], np.int32)]),
            np.concatenate([demands.quantity, np.array([quantity for _, _, _, quantity in called], np.int64)]),
            np.concatenate([demands.due, np.array([day for _, _, day, _ in called], np.int32)]),
            np.concatenate([demands.priority, np.ones(len(called), np.int32)]),
        ),
    )


def share_out(amount: Decimal, shares: Sequence[int], places: int = 2) -> list[Decimal]:
    """Share an amount out by shares (10^-12, 10^12 in all) so that the parts add up to the amount: the last units go where
    most was cut off.
    """
    unit = Decimal(1).scaleb(-places)
    whole = int(amount / unit)
    exact = [whole * share for share in shares]
    parts = [value // RATIO_ONE for value in exact]
    rest = whole - sum(parts)
    for place in sorted(range(len(parts)), key=lambda place: (-(exact[place] % RATIO_ONE), place))[: max(0, rest)]:
        parts[place] += 1
    return [part * unit for part in parts]


__all__ = ["CoPlan", "CoProducts", "share_out", "solve_with_coproducts"]
