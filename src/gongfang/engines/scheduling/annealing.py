"""Improve a plan of any kind and size for a given time: simulated annealing on all processors."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from gongfang.engines.scheduling.arrays import Ints, ShopArrays, mode_numbers, to_arrays, to_plan
from gongfang.engines.scheduling.kernels import IMPOSSIBLE, anneal
from gongfang.engines.scheduling.retiming import in_order_of_time, left_shifted
from gongfang.engines.scheduling.shop import Plan, Shop

CHUNK_SECONDS = 0.25  # between two looks at the clock
WARM, COLD = 0.3, 0.01  # temperature at the beginning, in mean losses of a worse change; at the end, of the beginning
CHANGES_PER_OPERATION = 300  # with fewer changes to come the search starts colder: it has no time to wander
Watcher = Callable[[int], bool]
"""Told the best value so far; True asks the search to stop."""


@dataclass(slots=True)
class _Walker:
    """One processor's plan and its best so far."""

    order: Ints
    modes: Ints
    random: Ints
    starts: Ints
    ends: Ints
    held_by: Ints
    units: Ints
    best_modes: Ints
    best_starts: Ints
    best_ends: Ints
    best_units: Ints
    best: int
    loss: float = 1.0

    def walk(self, arrays: ShopArrays, moves: int, temperature: float, block: int) -> None:
        self.best, loss = anneal(
            arrays,
            self.order,
            self.modes,
            self.random,
            moves,
            temperature,
            block,
            self.starts,
            self.ends,
            self.held_by,
            self.units,
            self.best_modes,
            self.best_starts,
            self.best_ends,
            self.best_units,
            self.best,
        )
        self.loss = loss or self.loss


def improve(shop: Shop, plan: Plan, *, seconds: float, workers: int, floor: int, watch: Watcher | None = None) -> Plan:
    """Make a plan better for `seconds`; never worse. Seeded, but what is reached depends on the clock.

    Cost of one change tried: O(n) worst, about half of that on average.
    """
    arrays = to_arrays(shop)
    start = left_shifted(shop, plan)
    walkers = [_walker(shop, arrays, start, 1 + number) for number in range(max(1, workers))]
    block = max(16, len(start) // 32)
    value = shop.goal.value([spot.end for spot in start])
    walkers[0].walk(arrays, 0, 1.0, block)  # compiles where that was never done here; the time for it does not count
    began, moves, done, best = perf_counter(), 50, 0, walkers[0]
    with ThreadPoolExecutor(len(walkers)) as pool:
        while (passed := perf_counter() - began) < seconds and value > floor:
            chunk_began = perf_counter()
            share = passed / seconds
            to_come = done / max(passed, 1e-3) * seconds / len(start) / CHANGES_PER_OPERATION
            heat = WARM * min(1.0, to_come) * COLD**share
            for future in [pool.submit(w.walk, arrays, moves, max(1e-9, heat * w.loss), block) for w in walkers]:
                future.result()
            took = max(1e-4, perf_counter() - chunk_began)
            done += moves
            span = min(CHUNK_SECONDS, seconds - (perf_counter() - began))
            moves = int(min(max(20, moves * span / took), moves * 3))
            best = min(walkers, key=lambda walker: walker.best)
            value = min(value, best.best)
            if watch is not None and watch(value):
                break
    if best.best >= shop.goal.value([spot.end for spot in start]):
        return start
    return to_plan(shop, arrays, best.best_modes, best.best_starts, best.best_ends, best.best_units)


def _walker(shop: Shop, arrays: ShopArrays, plan: Plan, seed: int) -> _Walker:
    count, uses = len(plan), len(arrays.uses)
    modes = mode_numbers(shop, plan)
    starts, ends, held_by = np.zeros(count, np.int64), np.zeros(count, np.int64), np.full(count, -1, np.int64)
    return _Walker(
        order=np.array(in_order_of_time(shop, plan), np.int64),
        modes=modes,
        random=np.array([seed * 7919 + 12345], np.int64),
        starts=starts,
        ends=ends,
        held_by=held_by,
        units=np.zeros(uses, np.int64),
        best_modes=modes.copy(),
        best_starts=starts.copy(),
        best_ends=ends.copy(),
        best_units=np.zeros(uses, np.int64),
        best=IMPOSSIBLE,
    )
