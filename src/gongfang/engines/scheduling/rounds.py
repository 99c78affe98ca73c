"""Let seeded tabu walkers search side by side for a given time: what each finds after so many moves is always the same."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from time import perf_counter
from typing import Generic, TypeVar

import numpy as np

from gongfang.engines.scheduling.arrays import Ints

ROUND_SECONDS = 0.3  # between two looks at the clock
Watcher = Callable[[int], bool]
"""Told the best value so far; True asks the search to stop."""


Arrays = TypeVar("Arrays")
State = TypeVar("State")


@dataclass(slots=True)
class Walker(Generic[Arrays, State]):
    """One processor's search: where it is (`state`), the best plan it has seen and its value.

    search: compiled; (shop, state, best_state, best, moves, patience, random, tabu, clock, floor) -> best.
    patience: moves without a better plan before it goes on from the best one, shaken. tabu: forbidden until which move.
    """

    search: Callable[..., int]
    shop: Arrays
    state: State
    best_state: State
    best: int
    seed: int
    tabu: Ints
    patience: int
    random: Ints = field(init=False)
    clock: Ints = field(init=False)

    def __post_init__(self) -> None:
        self.random = np.array([self.seed * 7919 + 12345], np.int64)
        self.clock = np.zeros(2, np.int64)

    def walk(self, moves: int, floor: int) -> None:
        """Make so many moves; a plan of value `floor` ends them."""
        self.best = self.search(
            self.shop, self.state, self.best_state, self.best, moves, self.patience, self.random, self.tabu, self.clock, floor
        )  # fmt: skip


def search_in_rounds(
    walkers: Sequence[Walker[Arrays, State]], *, value: int, seconds: float, floor: int, watch: Watcher | None
) -> Walker[Arrays, State]:
    """Walk until time is over or a plan is as good as `floor`; returns the walker with the best plan.

    value: of the plan they all start from. The walkers' compiled code has to release the interpreter lock.
    """
    walkers[0].walk(0, floor)  # compiles where that was never done here; the time for it does not count
    began, moves, best = perf_counter(), 100, walkers[0]
    with ThreadPoolExecutor(len(walkers)) as pool:
        while (left := seconds - (perf_counter() - began)) > 0 and value > floor:
            round_began = perf_counter()
            for future in [pool.submit(walker.walk, moves, floor) for walker in walkers]:
                future.result()
            took = max(1e-4, perf_counter() - round_began)
            moves = int(min(max(1, moves * min(ROUND_SECONDS, left) / took), moves * 4))
            best = min(walkers, key=lambda walker: walker.best)
            value = min(value, best.best)
            if watch is not None and watch(value):
                break
    return best
