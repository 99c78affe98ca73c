"""The figures of a run by which runs are compared, made once while its columns are at hand."""

from typing import Any

import numpy as np

from gongfang.engines.mrp.plan import Plan
from gongfang.planning.snapshot import Snapshot

WEEKS_MAX = 60
MICRO = 1_000_000


def summary(snapshot: Snapshot, plan: Plan) -> dict[str, Any]:
    """Late starts and their days, and the value of the projected stock at the end of each week, in cents at standard cost."""
    problem, orders = plan.problem, plan.orders
    late = np.maximum(problem.today - orders.release.astype(np.int64), 0)
    return {
        "late_orders": int(np.count_nonzero(late)),
        "late_days": int(late.sum()),
        "longest_late_days": int(late.max()) if len(late) else 0,
        "stock_cents": _stock_value(snapshot, plan),
    }


def _stock_value(snapshot: Snapshot, plan: Plan) -> list[int]:
    """By week from the run's own, Monday to Sunday. Negative projections count as nothing in stock."""
    problem, rows = plan.problem, plan.projection
    cents = np.array([int(cost * 100) for cost in snapshot.costs], np.int64)
    weeks = min(problem.horizon_days // 7 + 1, WEEKS_MAX)
    monday = problem.today - (problem.today - 1) % 7  # day number 1 is a Monday
    order = np.lexsort((rows.day, rows.item))
    item, day = rows.item[order], rows.day[order].astype(np.int64)
    level = np.maximum(rows.quantity[order], 0)
    on_hand = np.maximum(problem.items.on_hand, 0)
    first = np.diff(item, prepend=-1) != 0
    before = np.where(first, on_hand[item], np.concatenate([[0], level[:-1]])[: len(level)])
    change = (level - before) // 1000 * cents[item]  # thousandths: sums stay far from the end of int64
    week = np.clip((day - monday) // 7, 0, weeks)
    moved = np.zeros(weeks + 1, np.int64)
    np.add.at(moved, week, change)
    start = int(((on_hand // 1000) * cents).sum())
    return [(start + total) // 1000 for total in np.cumsum(moved[:weeks]).tolist()]
