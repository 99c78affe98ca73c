"""A model of the ledger in plain fractions: a list of what happened, every figure reckoned anew from it when asked."""

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction as F
from math import floor
from typing import Any

METHODS = {
    "ma": "moving_average",
    "ff": "fifo",
    "sp/L1": "specific",
    "sp/L2": "specific",
    "sc": "standard",
    "mo": "month_average",
    "du": "moving_average",  # counted in a second unit too
}
ITEMS = list(METHODS)  # of the one valued lot by lot, each lot is an item to the model
PLACES = ["W1", "W2", "SUB-S1", "T2"]  # T2: on the way to W2
AREA = {"W1": "stock", "W2": "stock", "T2": "stock", "SUB-S1": "subcontract"}
PRICE = "3.333333"  # the standard at first


def split(item: str) -> tuple[str, str]:
    """Code and lot."""
    code, _, lot = item.partition("/")
    return code, lot


def cents(value: F) -> F:
    """Half up to the cent."""
    return F(floor(value * 100 + F(1, 2)), 100)


def share(value: F, part: F, whole: F) -> F:
    return value if part == whole else cents(value * part / whole)


@dataclass
class Event:
    """What happened, as a person would note it. source, target: place or ""; value: given, else reckoned.

    price: a new standard cost instead of goods. added: (amount, its posting) of cost that came later; document: what posted it.
    """

    n: int
    on: date
    item: str
    source: str
    target: str
    quantity: F
    value: F | None
    lot: str = ""
    undoes: "Event | None" = None
    added: list[tuple[F, Any]] = field(default_factory=list)
    price: F | None = None
    second: F = F(0)
    document: Any = None
    worth: F = F(0)
    kept: F = F(0)  # what the target pool took
    given: F = F(0)  # what the source pool gave
    posting: object = None
    is_undone: bool = False
    is_taken_back: bool = False  # as if it had never been


class Pool:
    """Goods and value of one pool, by a method, as a child would keep them."""

    def __init__(self, method: str, price: F) -> None:
        self.method, self.price, self.layers = method, price, []  # [receipt, quantity, value]

    @property
    def quantity(self) -> F:
        return sum((layer[1] for layer in self.layers), F(0))

    @property
    def value(self) -> F:
        return sum((layer[2] for layer in self.layers), F(0))

    def put(self, who, quantity: F, value: F) -> F:
        """Returns what is kept of the value."""
        if self.method == "standard":
            before = self.value
            total = self.quantity + quantity
            self.layers = [[None, total, cents(total * self.price)]]
            return self.value - before
        if self.method != "fifo" and self.layers:
            self.layers[0][1] += quantity
            self.layers[0][2] += value
        else:
            self.layers.append([who, quantity, value])
        return value

    def take(self, quantity: F, at: int = 0) -> F:
        if self.method == "standard":
            before, total = self.value, self.quantity - quantity
            self.layers = [[None, total, cents(total * self.price)]] if total else []
            return before - self.value
        cost = F(0)
        while quantity:
            layer = self.layers[at]
            part = min(quantity, layer[1])
            value = share(layer[2], part, layer[1])
            cost, quantity = cost + value, quantity - part
            layer[1], layer[2] = layer[1] - part, layer[2] - value
            if not layer[1]:
                del self.layers[at]
        return cost

    def reprice(self, price: F) -> None:
        self.price = price
        if total := self.quantity:
            self.layers = [[None, total, cents(total * price)]]

    def give_back(self, who, quantity: F, value: F) -> F:
        """Goods of a receipt go out at a value; returns what the pool really gave."""
        if self.method == "standard":
            return self.take(quantity)
        if self.method == "fifo":
            taken, own = F(0), next((n for n, layer in enumerate(self.layers) if layer[0] is who), None)
            if own is not None:
                part = min(quantity, self.layers[own][1])
                taken, quantity = self.take(part, own), quantity - part
            while quantity:
                part = min(quantity, self.layers[-1][1])
                taken, quantity = taken + self.take(part, len(self.layers) - 1), quantity - part
            return taken
        if quantity == self.quantity or value > self.value:
            return self.take(quantity)
        self.layers[0][1] -= quantity
        self.layers[0][2] -= value
        return value


class Model:
    """Everything that happened; what follows from it is reckoned when asked."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.kept: dict[
            tuple[int, str, str, str], F
        ] = {}  # (paper, item, place, hard or soft), in the order they were made
        self.seconds: dict[str, F] = {}  # place → what is there of "du" in its second unit
        self.averaged: set[tuple[int, int]] = set()
        self.price = F(PRICE)  # before the first new one

    def of(self, item: str) -> list[Event]:
        return sorted((event for event in self.events if event.item == item), key=lambda event: (event.on, event.n))

    def at(self, item: str, place: str, on: date | None = None) -> F:
        total = F(0)
        for event in self.events:
            if event.item == item and (on is None or event.on <= on):
                sign = -1 if event.undoes else 1
                total += sign * event.quantity * ((event.target == place) - (event.source == place))
        return total

    def reserved(self, item: str, place: str) -> F:
        return sum((kept for key, kept in self.kept.items() if key[1:] == (item, place, "hard")), F(0))

    def let_go(self, paper: int, code: str, quantity: F) -> None:
        """Free so much of what a paper keeps of an item's lots, what is kept firmly first."""
        rows = [key for key in self.kept if key[0] == paper and split(key[1])[0] == code]
        for key in sorted(rows, key=lambda key: key[3] != "hard"):
            part = min(quantity, self.kept[key])
            quantity -= part
            self.kept[key] -= part
            if not self.kept[key]:
                del self.kept[key]

    def share_of_second(self, place: str, quantity: F) -> F:
        """What goes along in the second unit: its share of what is there, rounded half up at the sixth place."""
        there = self.at("du", place)
        second = self.seconds.get(place, F(0))
        return second if quantity == there else F(floor(second * quantity / there * 10**6 + F(1, 2)), 10**6)

    def misfits(self, event: Event) -> bool:
        """Whether taking it back would leave the second unit below zero, or weight without goods."""
        if event.item != "du" or not event.target or not event.second:
            return False
        left = self.seconds.get(event.target, F(0)) - event.second
        return left < 0 or (self.at("du", event.target) == event.quantity and left != 0)

    def refuses(self, item: str, place: str, quantity: F, on: date) -> bool:
        """Whether taking this would touch what is reserved, or leave some day below zero."""
        free = self.at(item, place) - self.reserved(item, place)
        days = {event.on for event in self.events if event.item == item and event.on >= on} | {on}
        return quantity > free or any(self.at(item, place, day) < quantity for day in days)

    def reckoned(self, item: str) -> dict[str, Pool]:
        """The pools of an item after all that happened; puts on each event what it is worth."""
        method = METHODS[item]
        pools = {area: Pool(method, self.price) for area in ("stock", "subcontract")}
        events = [event for event in self.of(item) if not event.undoes and not event.is_taken_back]
        for month in sorted({(event.on.year, event.on.month) for event in events}):
            of_month = [event for event in events if (event.on.year, event.on.month) == month]
            for day in sorted({event.on for event in of_month}):
                waiting: list[Event] = []
                for event in (event for event in of_month if event.on == day):
                    waiting = [late for late in [event, *waiting] if not self._apply(pools, late)]
            if method == "month_average" and month in self.averaged:
                self._average(pools, of_month)
        return pools

    def _apply(self, pools: dict[str, Pool], event: Event) -> bool:
        if event.price is not None:
            for pool in pools.values():
                pool.reprice(event.price)
            return True
        source, target = pools.get(AREA.get(event.source, "")), pools.get(AREA.get(event.target, ""))
        if source is target:
            return True
        quantity = event.quantity
        if source is not None and source.quantity < quantity:
            return False
        value = None if event.value is None else event.value + sum(amount for amount, _ in event.added)
        if source and value is not None:  # a return at what it came in for
            event.worth, event.given = value, source.give_back(event, quantity, value)
        else:
            event.given = event.worth = source.take(quantity) if source else value
        event.kept = target.put(event, quantity, event.worth) if target else event.worth
        return True

    def _average(self, pools: dict[str, Pool], events: list[Event]) -> None:
        for area, pool in pools.items():
            issues = [
                event for event in events
                if AREA.get(event.source) == area and not event.target and event.value is None
            ]  # fmt: skip
            quantity = pool.quantity + sum((event.quantity for event in issues), F(0))
            value = pool.value + sum((event.worth for event in issues), F(0))
            left, done = pool.quantity, [F(0), F(0)]
            for event in issues:
                upto = share(value, done[0] + event.quantity, quantity)
                event.worth = event.given = event.kept = upto - done[1]
                done = [done[0] + event.quantity, upto]
            pool.layers = [[None, left, value - done[1]]] if left else []
