"""The history of one item, reckoned from its moves: what each was worth, in the order of days and, within a day, of entry.

Posting costs goods one move after another; this does the same for all of them at once, so that an entry before others, a cost
that comes later or the end of a month can be compared with what was booked. The two agree where nothing came late.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from gongfang.engines.valuation.flow import NOTHING, Carried, carry, undo
from gongfang.engines.valuation.pools import MovingAverage, Pool, Standard, share

PoolKey = tuple[str, int]
"""(value area, lot or 0)"""
Month = tuple[int, int]


@dataclass(slots=True)
class Event:
    """One move. quantity: ≥ 0, also of an undoing one. value: where it was given, else None. undoes: key of the one it takes back.

    price: a new standard cost of `target` instead of a move. mark: who a receipt is, for layers; undone: of the one taken back.
    """

    key: int
    on: date
    source: PoolKey | None
    target: PoolKey | None
    quantity: int
    value: int | None
    undoes: int = 0
    price: int | None = None
    mark: object = None
    undone: object = None


def reckon(
    pools: dict[PoolKey, Pool], events: Sequence[Event], known: Mapping[int, Carried] | None = None, averaged: frozenset[Month] = frozenset()
) -> dict[int, Carried]:  # fmt: skip
    """What each event was worth, by key; the pools are left as they are after the last. O(events).

    events: in the order of (day, key). known: earlier events that some of these undo. averaged: months whose issues are
    valued at the month's one average (全月一次加权平均). Goods that left on a day before they came wait for them.
    """
    found: dict[int, Carried] = dict(known or {})
    for month, group in groupby(events, key=lambda event: (event.on.year, event.on.month)):
        of_month = list(group)
        for _, of_day in groupby(of_month, key=lambda event: event.on):
            _day(pools, list(of_day), found)
        if month in averaged:
            _average(pools, of_month, found)
    return found


def _day(pools: dict[PoolKey, Pool], events: list[Event], found: dict[int, Carried]) -> None:
    waiting: list[Event] = []
    for event in events:
        if not _apply(pools, event, found):
            waiting.append(event)
            continue
        if waiting:
            waiting = [late for late in waiting if not _apply(pools, late, found)]
    for event in waiting:  # nothing to stand on at all: only in books that were never sound
        found[event.key] = NOTHING


def _apply(pools: dict[PoolKey, Pool], event: Event, found: dict[int, Carried]) -> bool:
    source = pools[event.source] if event.source is not None else None
    target = pools[event.target] if event.target is not None else None
    giver = target if event.undoes else source
    if giver is not None and giver.quantity < event.quantity:
        return False
    if event.price is not None:
        assert isinstance(target, Standard)
        found[event.key] = Carried(target.reprice(event.price))
        for pool in pools.values():
            if isinstance(pool, Standard) and not pool.quantity:
                pool.price = event.price
    elif event.undoes:
        if event.undoes not in found:
            return False
        found[event.key] = undo(source, target, event.quantity, found[event.undoes], event.undone, event.mark)
    else:
        found[event.key] = carry(source, target, event.quantity, event.value, event.mark)
    return True


def _average(
    pools: dict[PoolKey, Pool], events: Sequence[Event], found: dict[int, Carried]
) -> None:  # fmt: skip
    """Value the month's issues of each pool at (opening + receipts) ÷ quantity; transfers between pools keep their value.

    Cumulative shares, so that parts add up and an emptied pool is worth exactly nothing. An issue taken back within the month
    is left out with what took it back.
    """
    undone = {event.undoes for event in events if event.undoes}
    issues: dict[PoolKey, list[Event]] = defaultdict(list)
    for event in events:
        if (
            event.source
            and not event.target
            and event.quantity
            and event.value is None
            and not event.undoes
            and event.key not in undone
        ):
            issues[event.source].append(event)
    for key, of_pool in issues.items():
        pool = pools[key]
        issued = sum(event.quantity for event in of_pool)
        quantity = pool.quantity + issued
        value = pool.value + sum(found[event.key].value for event in of_pool)
        done_quantity = done_value = 0
        for event in of_pool:
            done_quantity += event.quantity
            upto = share(value, done_quantity, quantity)
            found[event.key] = Carried(upto - done_value)
            done_value = upto
        pools[key] = MovingAverage(pool.quantity, value - done_value)
