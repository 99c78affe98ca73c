"""Job shops with alternative machines and nothing else (`Shop.is_flexible`): tabu search over machines and orders at once."""

import numpy as np

from gongfang.engines.scheduling.chains import end_tails, job_neighbours, one_order
from gongfang.engines.scheduling.flexible_kernel import FlexibleShop, State, search
from gongfang.engines.scheduling.retiming import in_order_of_time, left_shifted, replay
from gongfang.engines.scheduling.rounds import Walker, Watcher, search_in_rounds
from gongfang.engines.scheduling.shop import Plan, Shop, Spot

PATIENCE = 25_000  # moves without a better plan before the search goes on from the best one, shaken


def improve(shop: Shop, plan: Plan, *, seconds: float, workers: int, floor: int, watch: Watcher | None = None) -> Plan:
    """Make a plan of a flexible shop better for `seconds`; never worse. Cost of a move: O(n x length of a critical path)."""
    start = left_shifted(shop, plan)
    value = shop.goal.value([spot.end for spot in start])
    walkers = [walker(shop, start, seed) for seed in range(1, max(1, workers) + 1)]
    best = search_in_rounds(walkers, value=value, seconds=seconds, floor=floor, watch=watch)
    return start if best.best >= value else plan_of(shop, best.shop, best.best_state)


def _arrays(shop: Shop) -> FlexibleShop:
    before, after = job_neighbours(shop)
    modes = [mode for operation in shop.operations for mode in operation.modes]
    return FlexibleShop(
        release=np.array([operation.release for operation in shop.operations], np.int64),
        tail=end_tails(shop),
        before=before,
        after=after,
        modes_at=np.cumsum([0, *(len(operation.modes) for operation in shop.operations)], dtype=np.int64),
        machine=np.array([mode.resources[0] for mode in modes], np.int64),
        minutes=np.array([mode.duration for mode in modes], np.int64),
    )


def walker(shop: Shop, plan: Plan, seed: int) -> Walker[FlexibleShop, State]:
    """A search that begins at a plan."""
    arrays = _arrays(shop)
    mode = arrays.modes_at[:-1] + np.array([spot.mode for spot in plan], np.int64)
    machines = len(shop.capacities)
    state = State(
        mode=mode,
        previous=np.full(len(plan), -1, np.int64),
        following=np.full(len(plan), -1, np.int64),
        first=np.full(machines, -1, np.int64),
        minutes=arrays.minutes[mode],
    )
    last: dict[int, int] = {}
    for op in in_order_of_time(shop, plan):
        machine = int(arrays.machine[mode[op]])
        if machine in last:
            state.previous[op], state.following[last[machine]] = last[machine], op
        else:
            state.first[machine] = op
        last[machine] = op
    best = State(*(values.copy() for values in state))
    value = shop.goal.value([spot.end for spot in plan])
    return Walker(search, arrays, state, best, value, seed, np.zeros((len(plan), machines), np.int64), PATIENCE)


def plan_of(shop: Shop, arrays: FlexibleShop, state: State) -> Plan:
    """Times from machines and orders: operations one by one, each after those before it in its job and on its machine."""
    order = one_order(arrays.before, arrays.after, state.previous, state.following)
    result = replay(shop, _spots(arrays, state), order)
    assert result is not None, "a flexible shop has no pins and no closed time"
    return result


def _spots(arrays: FlexibleShop, state: State) -> Plan:
    return [Spot(int(mode), 0, 0, (0,)) for mode in state.mode - arrays.modes_at[:-1]]
