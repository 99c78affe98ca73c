"""Low-level codes: in which order items are netted, so that all needs of an item are known before it is its turn."""

import numpy as np

from ..compiled import compiled
from .problem import Integers, Problem, References

Edges = tuple[References, References]


def edges_of(problem: Problem) -> Edges:
    """Give (before, after) rows: a parent is netted before its components and before what it yields besides."""
    return (
        np.concatenate([problem.bom.parent, problem.byproducts.parent]),
        np.concatenate([problem.bom.component, problem.byproducts.item]),
    )


def low_level_codes(item_count: int, edges: Edges) -> References:
    """Give each item's longest way down from the top, -1 for items on a cycle or under one. Cost O(items + edges)."""
    before, after = edges
    order = np.argsort(before, kind="stable")
    start = np.zeros(item_count + 1, np.int64)
    np.cumsum(np.bincount(before, minlength=item_count), out=start[1:])
    return _levels(item_count, start, after[order], np.bincount(after, minlength=item_count))


@compiled
def _levels(item_count: int, start: Integers, after: References, waiting: Integers) -> References:
    """Peel the items all of whose parents are done, level by level (Kahn 1962)."""
    level = np.zeros(item_count, np.int32)
    queue = np.empty(item_count, np.int32)
    done = np.zeros(item_count, np.bool_)
    tail = 0
    for item in range(item_count):
        if waiting[item] == 0:
            queue[tail] = item
            tail += 1
    head = 0
    while head < tail:
        item = queue[head]
        head += 1
        done[item] = True
        for edge in range(start[item], start[item + 1]):
            child = after[edge]
            if level[child] <= level[item]:
                level[child] = level[item] + 1
            waiting[child] -= 1
            if waiting[child] == 0:
                queue[tail] = child
                tail += 1
    for item in range(item_count):
        if not done[item]:
            level[item] = -1
    return level


def find_cycles(edges: Edges, codes: References) -> list[list[int]]:
    """Name the cycles among items that got no code: each a list of rows whose last is used in its first.

    One cycle for each group of items that need each other.
    """
    before, after = edges
    inside = (codes[before] < 0) & (codes[after] < 0)
    above: dict[int, list[int]] = {}
    for parent, child in sorted(set(zip(before[inside].tolist(), after[inside].tolist(), strict=True))):
        above.setdefault(child, []).append(parent)
    cycles: list[list[int]] = []
    finished: set[int] = set()
    for first in sorted(above):
        path: list[int] = []
        position: dict[int, int] = {}
        item = first
        while item not in finished and item not in position:
            position[item] = len(path)
            path.append(item)
            item = next(parent for parent in above[item] if codes[parent] < 0)
        if item in position:
            cycles.append(path[position[item] :][::-1])
        finished.update(path)
    return [_smallest_first(cycle) for cycle in cycles]


def _smallest_first(cycle: list[int]) -> list[int]:
    """Turn the ring so that it starts at its smallest row."""
    at = cycle.index(min(cycle))
    return cycle[at:] + cycle[:at]
