"""Solve a snapshot: netting, then co-products and substitutes where there are any. What the engine adds is named like any source.

From a plan before (net change) the netting plans anew only what a change touches; the result is the same.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from gongfang.engines.mrp import OutOfRange, Remembered, net_change, solve
from gongfang.engines.mrp.coproducts import solve_with_coproducts
from gongfang.engines.mrp.netchange import changed_rows
from gongfang.engines.mrp.plan import Plan
from gongfang.engines.mrp.substitution import substitute
from gongfang.planning.faults import Fault
from gongfang.planning.mending import lot_for_lot, unasked
from gongfang.planning.outlook import Source
from gongfang.planning.snapshot import Snapshot

CO_PRODUCT, SUBSTITUTE = "planning.co_product", "planning.substitute"


@dataclass(frozen=True, slots=True)
class Solved:
    """replanned: rows of items that were planned anew, where a plan before was there to begin with; None: all were."""

    seen: Snapshot
    plan: Plan
    replanned: frozenset[int] | None


def solved(seen: Snapshot) -> tuple[Snapshot, Plan]:
    """The plan, and the snapshot with a demand for each call of a process, a demand and a supply for each use of a substitute.

    An item that cannot be reckoned with (needs multiply out of range, lots make millions of orders) is named as a fault and nothing is
    asked of it any more, or it is ordered lot for lot; the rest is planned. Each such item costs a run.
    """
    found = solved_from(seen, None)
    return found.seen, found.plan


def solved_from(seen: Snapshot, before: Remembered | None) -> Solved:
    """The same from a plan before."""
    while True:
        try:
            return _solved(seen, before)
        except OutOfRange as error:
            row, first = error.item, Fault(seen.item_ids[error.item], "too_many_orders")
            if error.too_many and first not in seen.faults:
                fault, problem = first, lot_for_lot(seen.problem, row)
            else:
                fault, problem = Fault(seen.item_ids[row], "needs_out_of_range"), unasked(seen.problem, row)
            if fault in seen.faults:
                raise
            seen = replace(seen, problem=problem, faults=[*seen.faults, fault])


def _solved(seen: Snapshot, before: Remembered | None) -> Solved:
    demands, supplies = list(seen.demands), list(seen.supplies)
    if seen.joint is None:
        plan = solve(seen.problem) if before is None else net_change(before, seen.problem)
    else:
        together = solve_with_coproducts(seen.problem, seen.joint, before=before)
        plan = together.plan
        demands += [_source(seen, CO_PRODUCT, row, row, quantity, day) for _, row, day, quantity in together.called]
    if seen.substitutes is not None:
        covered = substitute(plan, seen.substitutes)
        plan = covered.plan
        for use in covered.uses:
            demands.append(_source(seen, SUBSTITUTE, use.substitute, use.item, use.taken, use.day))
            supplies.append(_source(seen, SUBSTITUTE, use.item, use.substitute, use.quantity, use.day))
    replanned = changed_rows(before, plan) if before is not None else None
    return Solved(replace(seen, demands=demands, supplies=supplies), plan, replanned)


def _source(seen: Snapshot, kind: str, row: int, other: int, quantity: int, day: int) -> Source:
    """Of an item, named by the other item that it is about."""
    return Source(
        kind, seen.item_ids[other], 0, seen.codes[other], seen.item_ids[row], Decimal(quantity).scaleb(-6), date.fromordinal(day),
        plant=seen.plants[row] or 0,
    )  # fmt: skip
