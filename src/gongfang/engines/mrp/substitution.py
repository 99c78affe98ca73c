"""Substitutes and successors: what an item is short of is taken from another, by rank and within dates.

Level by level from the top, each shortage that would need a planned order looks at the item's substitutes by rank: from one that is
only used up, what nobody else will need of stock and of what is on order; from one that is `replenished` (a successor), all of
it, which is then planned for like any demand. Each use stands in the plan as a supply of the item and a demand for the
substitute on the same day, so that balance, pegs and traces hold without exception.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..formats import QUANTITY_ONE
from .netchange import net_change
from .plan import Plan
from .problem import FIRST_DAY, LAST_DAY, Days, Demands, Flags, Integers, Problem, References, Supplies


@dataclass(frozen=True, slots=True, eq=False)
class Substitutes:
    """Rows: `substitute` may stand in for `item`, `quantity` (10^-6) of it for one, rank 1 before 2, needed within the dates.

    `valid_to` is the use-up date. `replenished`: it is ordered for this use too; else only what is left over is used.
    """

    item: References
    substitute: References
    quantity: Integers
    rank: References
    valid_from: Days
    valid_to: Days
    replenished: Flags

    @classmethod
    def of(
        cls, item: ArrayLike, substitute: ArrayLike, quantity: ArrayLike = QUANTITY_ONE, *, rank: ArrayLike = 1,
        valid_from: ArrayLike = FIRST_DAY, valid_to: ArrayLike = LAST_DAY, replenished: ArrayLike = False,
    ) -> "Substitutes":  # fmt: skip
        """Build the columns from lists or one value for all rows."""
        count = np.size(item)

        def column(values: ArrayLike, kind: type) -> np.ndarray:
            return np.broadcast_to(np.asarray(values, kind), (count,))

        return cls(
            column(item, np.int32), column(substitute, np.int32), column(quantity, np.int64), column(rank, np.int32),
            column(valid_from, np.int32), column(valid_to, np.int32), column(replenished, np.bool_),
        )  # fmt: skip


class Use(NamedTuple):
    """`quantity` of `item` (10^-6) needed on `day` is covered by `taken` of `substitute`; `id` names the supply and the demand."""

    id: str
    item: int
    substitute: int
    day: int
    quantity: int
    taken: int


@dataclass(frozen=True, slots=True, eq=False)
class Substituted:
    """The plan, whose problem has a supply and a demand more for each use (after the rows given), and the uses."""

    plan: Plan
    uses: tuple[Use, ...]


def substitute(plan: Plan, substitutes: Substitutes) -> Substituted:
    """Cover shortages of a plan (of `solve`) with substitutes. Cost: a net-change run per level that has shortages to cover.

    A substitute must not be made of what it stands in for; such rows are passed over.
    """
    problem, uses = plan.problem, list[Use]()
    options = _by_item(problem, plan, substitutes)
    levels = sorted({int(plan.low_level_codes[item]) for item in options})
    for level in levels:
        new = _cover(plan, [item for item in options if plan.low_level_codes[item] == level], options, substitutes, len(uses))  # fmt: skip
        if new:
            uses += new
            plan = net_change(plan, _with_uses(problem, uses))
    return Substituted(plan, tuple(uses))


def _by_item(problem: Problem, plan: Plan, rows: Substitutes) -> dict[int, list[int]]:
    """Rows by item in order of rank, then id of the substitute; items in netting order."""
    below = _below(problem)
    result: dict[int, list[int]] = {}
    place = {item: at for at, item in enumerate(plan.item_order.tolist())}
    ids = problem.items.ids
    order = sorted(range(len(rows.item)), key=lambda row: (place[int(rows.item[row])], int(rows.rank[row]), str(ids[int(rows.substitute[row])])))  # fmt: skip
    for row in order:
        item, other = int(rows.item[row]), int(rows.substitute[row])
        if item != other and rows.quantity[row] > 0 and item not in below(other) and not problem.items.phantom[item]:
            result.setdefault(item, []).append(row)
    return result


def _below(problem: Problem) -> Callable[[int], set[int]]:
    """Give a function for all that goes into an item."""
    parts: dict[int, set[int]] = {}
    for parent, component in zip(problem.bom.parent.tolist(), problem.bom.component.tolist(), strict=True):
        parts.setdefault(parent, set()).add(component)
    known: dict[int, set[int]] = {}

    def below(item: int) -> set[int]:
        if item not in known:
            found, waiting = set[int](), [item]
            while waiting:
                new = parts.get(waiting.pop(), set()) - found
                found |= new
                waiting += new
            known[item] = found
        return known[item]

    return below


def _cover(plan: Plan, items: list[int], options: Mapping[int, list[int]], rows: Substitutes, used: int) -> list[Use]:
    """Cover the shortages of one level's items, by day; what one takes of a substitute the next does not find."""
    free: dict[int, tuple[Integers, Integers]] = {}
    uses: list[Use] = []
    for item in items:
        for day, wanted in _shortages(plan, item):
            for row in options[item]:
                if wanted <= 0 or not rows.valid_from[row] <= day <= rows.valid_to[row]:
                    continue
                other, each = int(rows.substitute[row]), int(rows.quantity[row])
                if rows.replenished[row]:
                    taken = -(-wanted * each // QUANTITY_ONE)
                    quantity = wanted
                else:
                    if other not in free:
                        free[other] = _left_over(plan, other, sure=True)
                    quantity, taken = _take(free[other], day, wanted, each)
                if quantity > 0:
                    uses.append(Use(f"substitute-{used + len(uses) + 1:06d}", item, other, day, quantity, taken))
                    wanted -= quantity
    return uses


def _left_over(plan: Plan, item: int, *, sure: bool) -> tuple[Integers, Integers]:
    """Days on which an item's stock moves, and its stock above safety then if nothing is ordered (the whole plan's needs counted).

    sure: without what planned orders yield besides, which may not be needed any more.
    """
    at = int(np.flatnonzero(plan.item_order == item)[0])
    span, facts = plan.run.spans[at], plan.facts.items[at]
    needs = plan.run.needs[span["first_need"] : span["end_need"]]
    arrivals = plan.run.arrivals[span["first_arrival"] : span["end_arrival"]]
    if sure:
        arrivals = arrivals[arrivals["reference"] >= 0]
    days = np.concatenate([[plan.problem.today], needs["day"], arrivals["day"]]).astype(np.int64)
    change = np.concatenate([[int(facts["on_hand"]) - int(facts["safety"])], -needs["quantity"], arrivals["quantity"]])
    order = np.argsort(days, kind="stable")
    if facts["phantom"]:
        return days[:1], np.zeros(1, np.int64)
    return days[order], np.cumsum(change[order])


def _shortages(plan: Plan, item: int) -> list[tuple[int, int]]:
    """By day from today on: what is short of an item in addition on that day if nothing were ordered.

    Filling the safety stock is no shortage, and a need before today can no longer be met by anything.
    """
    days, stock = _left_over(plan, item, sure=False)
    filled = stock + max(0, int(plan.problem.items.safety_stock[item]) - int(plan.problem.items.on_hand[item]))
    ends = np.append(days[1:] != days[:-1], True)
    lacking = np.maximum.accumulate(np.maximum(-filled, 0))[ends]
    more = np.diff(lacking, prepend=0)
    return [
        (day, int(short))
        for day, short in zip(days[ends].tolist(), more, strict=True)
        if short > 0 and day >= plan.problem.today
    ]


def _take(free: tuple[Integers, Integers], day: int, wanted: int, each: int) -> tuple[int, int]:
    """Take of what stays free from a day on; give how much of the item that covers and what was taken of the substitute."""
    days, stock = free
    first = int(np.searchsorted(days, day, side="right")) - 1
    low = int(stock[max(first, 0) :].min())
    if first < 0 or low <= 0:
        return 0, 0
    quantity = min(wanted, low * QUANTITY_ONE // each)
    taken = -(-quantity * each // QUANTITY_ONE)
    stock[first:] -= taken
    return quantity, taken


def _with_uses(problem: Problem, uses: list[Use]) -> Problem:
    demands, supplies = problem.demands, problem.supplies
    return replace(
        problem,
        demands=Demands.of(
            [*demands.ids, *(use.id for use in uses)],
            np.concatenate([demands.item, np.array([use.substitute for use in uses], np.int32)]),
            np.concatenate([demands.quantity, np.array([use.taken for use in uses], np.int64)]),
            np.concatenate([demands.due, np.array([use.day for use in uses], np.int32)]),
            np.concatenate([demands.priority, np.ones(len(uses), np.int32)]),
        ),
        supplies=Supplies.of(
            [*supplies.ids, *(use.id for use in uses)],
            np.concatenate([supplies.item, np.array([use.item for use in uses], np.int32)]),
            np.concatenate([supplies.quantity, np.array([use.quantity for use in uses], np.int64)]),
            np.concatenate([supplies.available, np.array([use.day for use in uses], np.int32)]),
            np.concatenate([supplies.firm, np.ones(len(uses), np.bool_)]),
        ),
    )
