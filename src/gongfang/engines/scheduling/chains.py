"""Job shops as chains of operations: who follows whom in its job, what stands behind its end, one order for all."""

import numpy as np

from gongfang.engines.scheduling.arrays import Ints
from gongfang.engines.scheduling.shop import Shop

NOTHING = -(1 << 40)  # tail of what no job end waits for


def job_neighbours(shop: Shop) -> tuple[Ints, Ints]:
    """The operation before and the one after each in its job, or -1. Every job is a chain (`Shop.is_flexible`)."""
    before, after = (np.full(len(shop.operations), -1, np.int64) for _ in range(2))
    for index, operation in enumerate(shop.operations):
        for pred in operation.preds:
            before[index], after[pred] = pred, index
    return before, after


def end_tails(shop: Shop) -> Ints:
    """Minutes after each operation's end that count for the goal, due dates taken off; NOTHING where none do."""
    tail = np.full(len(shop.operations), NOTHING, np.int64)
    for term in shop.goal.terms:
        for op, minutes in term.ends:
            tail[op] = max(tail[op], minutes - (term.due or 0))
    return tail


def one_order(before: Ints, after: Ints, previous: Ints, following: Ints) -> list[int]:
    """All operations, each after the one before it in its job and the previous one on its machine. Cost: O(n)."""
    waits = [int(before[op] >= 0) + int(previous[op] >= 0) for op in range(len(before))]
    order = [op for op, count in enumerate(waits) if count == 0]
    for op in order:
        for following_op in (int(after[op]), int(following[op])):
            if following_op >= 0:
                waits[following_op] -= 1
                if waits[following_op] == 0:
                    order.append(following_op)
    assert len(order) == len(waits), "the moves of a search never make a circle"
    return order
