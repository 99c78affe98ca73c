"""Let seeded walkers search side by side for a given time: what each finds after so many moves is always the same."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import Protocol, TypeVar

ROUND_SECONDS = 0.3  # between two looks at the clock
Watcher = Callable[[int], bool]
"""Told the best value so far; True asks the search to stop."""


class Walker(Protocol):
    """One processor's search; `best` is the value of the best plan it has seen."""

    best: int

    def walk(self, moves: int, floor: int) -> None:
        """Make so many moves; a plan of value `floor` ends them."""


OneWalker = TypeVar("OneWalker", bound=Walker)


def search_in_rounds(
    walkers: Sequence[OneWalker], *, value: int, seconds: float, floor: int, watch: Watcher | None
) -> OneWalker:
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
