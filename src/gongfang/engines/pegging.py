"""Follow pegs through all levels: from a supply up to what it is for, from a demand down to all it is made of."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """Rows by key: which pegs have this supply, or this demand."""

    order: Integers
    start: Integers

    @classmethod
    def of(cls, keys: Integers, count: int) -> "Index":
        """Group rows by their key in [0, count); rows whose key is negative are left out. Cost O(n log n)."""
        order = np.argsort(keys, kind="stable")
        order = order[np.searchsorted(keys[order], 0) :]
        start = np.zeros(count + 1, np.int64)
        np.cumsum(np.bincount(keys[order], minlength=count), out=start[1:])
        return cls(order, start)

    def rows(self, keys: Integers) -> Integers:
        """Give the rows of all the keys, key by key."""
        first, counts = self.start[keys], self.start[keys + 1] - self.start[keys]
        if not len(keys):
            return np.empty(0, np.int64)
        inside = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
        found: Integers = self.order[np.repeat(first, counts) + inside]
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """The pegs on the way, each once, with the level (0: nearest) on which it was first met."""

    level: Integers
    peg: Integers


def follow(index: Index, start: Integers, onward: Callable[[Integers], Integers]) -> Trace:
    """Walk level by level: the pegs of the keys, then `onward(pegs)` gives the keys of the next level.

    Every key is followed once, so the cost is linear in the pegs met, however many ways lead to them.
    """
    levels, pegs = [], []
    seen = np.zeros(len(index.start) - 1, np.bool_)
    keys = np.unique(start)
    level = 0
    while len(keys):
        seen[keys] = True
        found = index.rows(keys)
        levels.append(np.full(len(found), level, np.int64))
        pegs.append(found)
        keys = np.unique(onward(found))
        keys = keys[~seen[keys]]
        level += 1
    if not pegs:
        return Trace(np.empty(0, np.int64), np.empty(0, np.int64))
    return Trace(np.concatenate(levels), np.concatenate(pegs))
