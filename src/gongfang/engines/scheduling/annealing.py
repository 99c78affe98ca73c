"""Improve a plan of any kind and size for a given time: simulated annealing on all processors."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from gongfang.engines.scheduling.arrays import Ints, ShopArrays, mode_numbers, to_arrays, to_plan
from gongfang.engines.scheduling.kernels import IMPOSSIBLE, Timing, anneal
from gongfang.engines.scheduling.retiming import in_order_of_time, left_shifted
from gongfang.engines.scheduling.rounds import Watcher
from gongfang.engines.scheduling.shop import Plan, Shop

CHUNK_SECONDS = 0.25  # between two looks at the clock
WARM, COLD = 0.3, 0.01  # temperature at the beginning, in mean losses of a worse change; at the end, of the beginning
CHANGES_PER_OPERATION = 300  # with fewer changes to come the search starts colder: it has no time to wander


@dataclass(slots=True)
class _Walker:
    """One processor's plan and its best so far."""

    order: Ints
    modes: Ints
    random: Ints
    plan: Timing
    best_modes: Ints
    best_plan: Timing
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
            self.plan,
            self.best_modes,
            self.best_plan,
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
    found = best.best_plan
    return to_plan(shop, arrays, best.best_modes, found.starts, found.ends, found.units)


def _walker(shop: Shop, arrays: ShopArrays, plan: Plan, seed: int) -> _Walker:
    modes = mode_numbers(shop, plan)
    return _Walker(
        order=np.array(in_order_of_time(shop, plan), np.int64),
        modes=modes,
        random=np.array([seed * 7919 + 12345], np.int64),
        plan=_no_timing(len(plan), len(arrays.uses)),
        best_modes=modes.copy(),
        best_plan=_no_timing(len(plan), len(arrays.uses)),
        best=IMPOSSIBLE,
    )


def _no_timing(count: int, uses: int) -> Timing:
    return Timing(*(np.zeros(size, np.int64) for size in (count, count, count, uses)))
