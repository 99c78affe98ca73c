"""Kit check: which orders have all their material now, which on what day, and which are short of what.

All orders compete for the same stock and incoming supplies, by priority (1 first), then date, then id. Quantities are
Decimals in the stock unit of the item and only ever added, subtracted and compared, so the answer is exact.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum

NOTHING, SIXTH = Decimal(0), Decimal("0.000001")
Day = date  # where a field is itself called `date`


class KitState(StrEnum):
    """Whether an order could be started."""

    READY = "ready"  # everything lies in stock, or comes before a later operation needs it
    READY_ON = "ready_on"  # everything is in stock or on its way
    SHORT = "short"  # something is neither in stock nor on its way


class Holding(StrEnum):
    """What an order that stays short does with material that the orders after it could use."""

    KEEP = "keep"  # it holds what it got
    YIELD = "yield"  # it takes nothing, so that others can be complete


@dataclass(frozen=True, slots=True)
class KitSubstitute:
    """What may be taken in place of an item: `ratio` of it for one. is_first: its stock is used up before the item itself."""

    item: str
    ratio: Decimal = Decimal(1)
    is_first: bool = False


@dataclass(frozen=True, slots=True)
class KitNeed:
    """Material that an order still needs. substitutes: taken in this order when the item is short.

    after_days: working days after the start on which it is needed (at a later operation).
    """

    item: str
    quantity: Decimal
    line: str = ""
    substitutes: tuple[KitSubstitute, ...] = ()
    after_days: int = 0


@dataclass(frozen=True, slots=True)
class KitOrder:
    """An open order. date: when it is to start, the second word in the competition. kept: (item, quantity) of the stock that is its alone."""

    id: str
    priority: int
    date: date
    needs: tuple[KitNeed, ...]
    kept: tuple[tuple[str, Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class KitSupply:
    """Material on its way: a purchase, a transfer, another order's output. source: from whom."""

    id: str
    item: str
    quantity: Decimal
    date: date
    source: str = ""


@dataclass(frozen=True, slots=True)
class KitTake:
    """Material set aside for a line. supply: None from stock, else the supply that brings it on `date`.

    start: the first day on which the order may start as far as this goes. covers: how much of the line that is, where another item
    stands in (None: the quantity).
    """

    line: str
    item: str
    quantity: Decimal
    supply: str | None
    date: date | None
    source: str = ""
    start: Day | None = None
    covers: Decimal | None = None

    @property
    def of_line(self) -> Decimal:
        return self.quantity if self.covers is None else self.covers


@dataclass(frozen=True, slots=True)
class KitShortage:
    line: str
    item: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class KitAnswer:
    """One order's answer. ready_on: when it may start, None while short. waits_for: what that waits for. share: part of needs in stock, 0 to 1."""

    order: str
    state: KitState
    ready_on: date | None
    taken: tuple[KitTake, ...]
    short: tuple[KitShortage, ...]
    waits_for: str | None
    share: Decimal


Back = Callable[[date, int], date]


def _calendar_days(day: date, days: int) -> date:
    return day - timedelta(days=days)


def check_kits(
    orders: Iterable[KitOrder],
    stock: Mapping[str, Decimal],
    supplies: Iterable[KitSupply],
    today: date,
    holding: Holding = Holding.KEEP,
    back: Back = _calendar_days,
) -> list[KitAnswer]:
    """Answer every order, in the order in which they were served. Cost: O(n log n) in needs and supplies.

    What is kept for an order serves it before all else, and nobody else. Stock goes next, then supplies by date; a supply that is overdue counts as arriving today, not as being here.
    An item given twice in an order's needs is served line by line. back: the day so many working days before another.
    """
    orders = list(orders)
    pool = _Pool(_free(stock, orders), supplies, today)
    served = sorted(orders, key=lambda order: (order.priority, order.date, order.id))
    return [_serve(order, pool, today, holding, back) for order in served]


def _free(stock: Mapping[str, Decimal], orders: Iterable[KitOrder]) -> dict[str, Decimal]:
    """What of the stock is kept for none of the orders."""
    free = dict(stock)
    for order in orders:
        for item, quantity in order.kept:
            free[item] = max(free.get(item, NOTHING) - quantity, NOTHING)
    return free


@dataclass(slots=True, eq=False)
class _Lot:
    """What is left of stock (supply None) or of one supply."""

    left: Decimal
    supply: str | None
    date: date | None
    source: str


class _Pool:
    """What is not yet set aside, by item, in the order of use; used-up lots are passed over once and for all."""

    def __init__(self, stock: Mapping[str, Decimal], supplies: Iterable[KitSupply], today: date) -> None:
        self.lots: dict[str, list[_Lot]] = defaultdict(list)
        self.first: dict[str, int] = defaultdict(int)
        for item, quantity in stock.items():
            if quantity > 0:
                self.lots[item].append(_Lot(quantity, None, None, ""))
        for supply in sorted(supplies, key=lambda supply: (supply.date, supply.id)):
            if supply.quantity > 0:
                arrival = max(supply.date, today)
                self.lots[supply.item].append(_Lot(supply.quantity, supply.id, arrival, supply.source))

    def open(self, kept: Iterable[tuple[str, Decimal]]) -> list[_Lot]:
        """Lay what is kept for the order that is served next before all else."""
        own = []
        for item, quantity in kept:
            own.append(_Lot(quantity, None, None, ""))
            self.lots[item].insert(self.first[item], own[-1])
        return own

    def take(self, need: KitNeed) -> tuple[list[KitTake], list[_Lot], Decimal]:
        """(what was set aside, the lots it came from, what is missing)."""
        left, taken, touched = need.quantity, list[KitTake](), list[_Lot]()
        own = KitSubstitute(need.item)
        for one in need.substitutes:
            if one.is_first:
                left = self._take(need, one, left, taken, touched, only_stock=True)
        for one in (own, *need.substitutes):
            left = self._take(need, one, left, taken, touched)
        return taken, touched, left

    def _take(
        self, need: KitNeed, one: KitSubstitute, left: Decimal, taken: list[KitTake], touched: list[_Lot], only_stock: bool = False
    ) -> Decimal:  # fmt: skip
        """Set aside of one item's lots; give what of the need is then still open. What a part of a lot covers is rounded down."""
        lots = self.lots[one.item]
        while left > 0 and self.first[one.item] < len(lots):
            lot = lots[self.first[one.item]]
            if only_stock and lot.supply is not None:
                break
            wanted = left * one.ratio
            quantity = min(wanted, lot.left)
            if quantity > 0:
                covers = left if quantity == wanted else (quantity / one.ratio).quantize(SIXTH, ROUND_DOWN)
                lot.left -= quantity
                left -= covers
                other = covers if one.item != need.item else None
                taken.append(KitTake(need.line, one.item, quantity, lot.supply, lot.date, lot.source, covers=other))
                touched.append(lot)
            if lot.left == 0:
                self.first[one.item] += 1
        return left

    def give_back(self, taken: Sequence[KitTake], touched: Sequence[_Lot]) -> None:
        """Undo takes."""
        for take, lot in zip(taken, touched):
            lot.left += take.quantity
            self.first[take.item] = min(self.first[take.item], self.lots[take.item].index(lot))


def _serve(order: KitOrder, pool: _Pool, today: date, holding: Holding, back: Back) -> KitAnswer:
    taken: list[KitTake] = []
    touched: list[_Lot] = []
    short: list[KitShortage] = []
    own = pool.open(order.kept)
    for need in order.needs:
        takes, lots, missing = pool.take(need)
        taken += [replace(take, start=back(take.date, need.after_days)) if take.date else take for take in takes]
        touched += lots
        if missing > 0:
            short.append(KitShortage(need.line, need.item, missing))
    if short and holding is Holding.YIELD:
        pool.give_back(taken, touched)
    for lot in own:
        lot.left = NOTHING
    waited = [take for take in taken if take.start is not None and (take.start > today or take.start == take.date)]
    last = max(waited, key=lambda take: take.start or today, default=None)
    if short:
        state, ready_on = KitState.SHORT, None
    elif last is not None:
        state, ready_on = KitState.READY_ON, last.start
    else:
        state, ready_on = KitState.READY, today
    return KitAnswer(
        order=order.id,
        state=state,
        ready_on=ready_on,
        taken=tuple(taken),
        short=tuple(short),
        waits_for=None if short or last is None else last.supply,
        share=_share(order, taken),
    )


def _share(order: KitOrder, taken: Sequence[KitTake]) -> Decimal:
    """Mean over the lines of what lies in stock for them; an order that needs nothing is complete."""
    wanted: dict[str, Decimal] = defaultdict(Decimal)
    here: dict[str, Decimal] = defaultdict(Decimal)
    for need in order.needs:
        wanted[need.line or need.item] += need.quantity
    names = {need.line: need.line or need.item for need in order.needs if need.line}
    for take in taken:
        if take.supply is None:
            here[names.get(take.line, take.item)] += take.of_line
    shares = [min(Decimal(1), here[key] / quantity) for key, quantity in wanted.items() if quantity > 0]
    return sum(shares, NOTHING) / len(shares) if shares else Decimal(1)


@dataclass(frozen=True, slots=True)
class KitChange:
    """What a what-if did to one order."""

    order: str
    before: KitState
    after: KitState
    ready_before: date | None
    ready_after: date | None


def what_if_priority(
    orders: Sequence[KitOrder],
    stock: Mapping[str, Decimal],
    supplies: Sequence[KitSupply],
    today: date,
    priorities: Mapping[str, int],
    holding: Holding = Holding.KEEP,
    back: Back = _calendar_days,
) -> list[KitChange]:
    """The orders whose answer would change if some had other priorities (id -> priority), by id."""
    changed = [replace(order, priority=priorities.get(order.id, order.priority)) for order in orders]
    before = {answer.order: answer for answer in check_kits(orders, stock, supplies, today, holding, back)}
    after = {answer.order: answer for answer in check_kits(changed, stock, supplies, today, holding, back)}
    return [
        KitChange(name, before[name].state, after[name].state, before[name].ready_on, after[name].ready_on)
        for name in sorted(before)
        if (before[name].state, before[name].ready_on) != (after[name].state, after[name].ready_on)
    ]
