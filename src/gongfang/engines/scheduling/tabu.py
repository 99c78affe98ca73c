"""Plain job shops (one machine per operation, no set-ups or closed time, latest end counts): tabu search, all processors."""

import numpy as np

from gongfang.engines.scheduling.arrays import Ints
from gongfang.engines.scheduling.chains import end_tails, job_neighbours, one_order
from gongfang.engines.scheduling.retiming import in_order_of_time, left_shifted, replay
from gongfang.engines.scheduling.rounds import Walker, Watcher, search_in_rounds
from gongfang.engines.scheduling.shop import Plan, Shop
from gongfang.engines.scheduling.tabu_kernel import JobShop, search

PATIENCE = 8_000  # moves without a better plan before the search goes on from the best one, shaken


def improve(shop: Shop, plan: Plan, *, seconds: float, workers: int, floor: int, watch: Watcher | None = None) -> Plan:
    """Make a plan of a plain shop (`Shop.is_plain`) better for `seconds`; never worse. Cost of a move: O(n)."""
    start = left_shifted(shop, plan)
    arrays = _job_shop(shop)
    sequence = _sequence(shop, start, arrays)
    value = shop.goal.value([spot.end for spot in start])
    widest = int(np.diff(arrays.machine_at).max())
    walkers = [
        Walker(
            search,
            arrays,
            sequence.copy(),
            sequence.copy(),
            value,
            seed,
            np.zeros((len(start), widest), np.int64),
            PATIENCE,
        )
        for seed in range(1, max(1, workers) + 1)
    ]
    best = search_in_rounds(walkers, value=value, seconds=seconds, floor=floor, watch=watch)
    return _plan(shop, start, best.best_state, arrays)


def _job_shop(shop: Shop) -> JobShop:
    count = len(shop.operations)
    before, after = job_neighbours(shop)
    machine = np.array([op.modes[0].resources[0] for op in shop.operations], np.int64)
    sizes = np.bincount(machine, minlength=len(shop.capacities))
    used = np.flatnonzero(sizes)  # machines without work are left out
    machine = np.searchsorted(used, machine).astype(np.int64)
    local = np.zeros(count, np.int64)
    for number in range(len(used)):
        mine = np.flatnonzero(machine == number)
        local[mine] = np.arange(len(mine))
    return JobShop(
        minutes=np.array([op.modes[0].duration for op in shop.operations], np.int64),
        release=np.array([op.release for op in shop.operations], np.int64),
        tail=end_tails(shop),
        before=before,
        after=after,
        machine=machine,
        machine_at=np.concatenate([[0], np.cumsum(sizes[used])]).astype(np.int64),
        local=local,
    )


def _sequence(shop: Shop, plan: Plan, arrays: JobShop) -> Ints:
    order = np.array(in_order_of_time(shop, plan), np.int64)
    return order[np.argsort(arrays.machine[order], kind="stable")]


def _plan(shop: Shop, plan: Plan, sequence: Ints, arrays: JobShop) -> Plan:
    """Times from machine sequences: operations in an order that respects both jobs and machines."""
    previous, following = (np.full(len(plan), -1, np.int64) for _ in range(2))
    for number in range(len(arrays.machine_at) - 1):
        row = sequence[arrays.machine_at[number] : arrays.machine_at[number + 1]]
        previous[row[1:]], following[row[:-1]] = row[:-1], row[1:]
    order = one_order(arrays.before, arrays.after, previous, following)
    result = replay(shop, plan, order)
    assert result is not None, "a plain job shop has no pins and no closed time"
    return result
