"""Perpetual costing methods behind one interface.

Units: quantities are integers of 10⁻⁶ base units, values integers of cents. Every method keeps the invariants
`quantity == 0 ⇒ value == 0`, `quantity ≥ 0`, `value ≥ 0`, and conserves money exactly:

    value after = value before + received − issued + residue

where residue is what a call returns as not kept by the pool; the ledger posts it to an adjustment or variance account.
Source: textbook perpetual inventory (移动加权平均, 先进先出, 个别计价, 标准成本); figures in tests/engines/valuation.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

MICRO = 1_000_000


class Method(StrEnum):
    MOVING_AVERAGE = "moving_average"
    FIFO = "fifo"
    SPECIFIC = "specific"
    STANDARD = "standard"
    MONTH_AVERAGE = "month_average"


class Shortage(Exception):
    """More was asked of a pool than it holds: the caller checks quantities first, so this is its bug."""


def share(value: int, part: int, whole: int) -> int:
    """The part of a value that belongs to part of a whole, rounded half up once; all of it for the whole."""
    if part == whole:
        return value
    return (2 * value * part + whole) // (2 * whole)


class Pool(Protocol):
    """What one item's goods in one value area are worth.

    mark: who a receipt is, so that its reversal finds the goods it brought; only layers remember it.
    """

    @property
    def quantity(self) -> int: ...

    @property
    def value(self) -> int: ...

    def receive(self, quantity: int, value: int, mark: object = None) -> int:
        """Goods come in at a value. Returns the part of the value the pool does not take (0 but for standard cost)."""
        ...

    def issue(self, quantity: int) -> int:
        """Goods leave at the method's cost, which is returned. Raises Shortage."""
        ...

    def withdraw(self, quantity: int, value: int, mark: object = None) -> int:
        """Goods leave at a given value (a return at original cost). Returns the residue put into the pool to keep it sound."""
        ...

    def revalue(self, value: int) -> int:
        """Change the worth of what is there. Returns the part that finds nothing left to stand on, or would fall below zero."""
        ...


class MovingAverage:
    """移动加权平均: one average, changed by each receipt. The last unit takes the remainder."""

    __slots__ = ("quantity", "value")

    def __init__(self, quantity: int = 0, value: int = 0) -> None:
        assert quantity >= 0 and value >= 0 and (quantity or not value)
        self.quantity = quantity
        self.value = value

    def receive(self, quantity: int, value: int, mark: object = None) -> int:
        assert quantity > 0 and value >= 0
        self.quantity += quantity
        self.value += value
        return 0

    def issue(self, quantity: int) -> int:
        if not 0 < quantity <= self.quantity:
            raise Shortage
        cost = share(self.value, quantity, self.quantity)
        self.quantity -= quantity
        self.value -= cost
        return cost

    def withdraw(self, quantity: int, value: int, mark: object = None) -> int:
        if not 0 < quantity <= self.quantity:
            raise Shortage
        fair = share(self.value, quantity, self.quantity)
        empty = quantity == self.quantity
        taken = fair if empty or value > self.value else value
        self.quantity -= quantity
        self.value -= taken
        return value - taken

    def revalue(self, value: int) -> int:
        if not self.quantity:
            return value
        kept = max(value, -self.value)
        self.value += kept
        return value - kept


@dataclass(slots=True)
class Layer:
    """What is left of one receipt. row: the caller's name for where it is kept (0: nowhere yet)."""

    quantity: int
    value: int
    mark: object = None
    row: int = 0


class Fifo:
    """先进先出: layers in the order of receipt, the oldest used first. A layer's last unit takes its remainder."""

    __slots__ = ("layers", "quantity", "value")

    def __init__(self, layers: Iterable[Layer] = ()) -> None:
        self.layers = list(layers)
        self.quantity = sum(layer.quantity for layer in self.layers)
        self.value = sum(layer.value for layer in self.layers)

    @classmethod
    def unread(cls, quantity: int, value: int) -> "Fifo":
        """A pool that only receives: its older layers need not be known."""
        pool = cls()
        pool.quantity, pool.value = quantity, value
        return pool

    def receive(self, quantity: int, value: int, mark: object = None) -> int:
        assert quantity > 0 and value >= 0
        self.layers.append(Layer(quantity, value, mark))
        self.quantity += quantity
        self.value += value
        return 0

    def issue(self, quantity: int) -> int:
        if not 0 < quantity <= self.quantity:
            raise Shortage
        return self._take(quantity, 0)

    def withdraw(self, quantity: int, value: int, mark: object = None) -> int:
        """Taken from the receipt's own layer, then from the newest: what goes back is what came last."""
        if not 0 < quantity <= self.quantity:
            raise Shortage
        own = next((n for n, layer in enumerate(self.layers) if mark is not None and layer.mark == mark), None)
        taken, left = 0, quantity
        if own is not None:
            part = min(left, self.layers[own].quantity)
            taken, left = self._take(part, own), left - part
        while left:
            part = min(left, self.layers[-1].quantity)
            taken, left = taken + self._take(part, len(self.layers) - 1), left - part
        return value - taken

    def revalue(self, value: int) -> int:
        """Spread over the layers by quantity; the newest takes the remainder."""
        left, quantity = value, self.quantity
        if not quantity:
            return value
        left = kept = max(value, -self.value)
        for layer in self.layers:
            part = left if layer.quantity == quantity else left * layer.quantity // quantity
            layer.value += part
            left -= part
            quantity -= layer.quantity
        self.value += kept
        self._mend()
        return value - kept

    def _mend(self) -> None:
        """Lift a layer that fell below zero at the cost of its neighbours, so that no layer is worth less than nothing."""
        debt = 0
        for layer in [*self.layers, *reversed(self.layers)]:
            layer.value += debt
            debt = min(layer.value, 0)
            layer.value = max(layer.value, 0)

    def _take(self, quantity: int, start: int) -> int:
        cost = 0
        while quantity:
            layer = self.layers[start]
            part = min(quantity, layer.quantity)
            part_cost = share(layer.value, part, layer.quantity)
            cost += part_cost
            quantity -= part
            layer.quantity -= part
            layer.value -= part_cost
            self.quantity -= part
            if not layer.quantity:
                del self.layers[start]
        self.value -= cost
        return cost


class Standard:
    """标准成本: the pool is worth quantity × standard price; the difference of a receipt is a price variance.

    price: of one unit, in 10⁻⁶ currency units.
    """

    __slots__ = ("price", "quantity")

    def __init__(self, price: int, quantity: int = 0) -> None:
        assert price >= 0 and quantity >= 0
        self.price = price
        self.quantity = quantity

    @property
    def value(self) -> int:
        return self._worth(self.quantity)

    def receive(self, quantity: int, value: int, mark: object = None) -> int:
        assert quantity > 0
        before = self.value
        self.quantity += quantity
        return value - (self.value - before)

    def issue(self, quantity: int) -> int:
        if not 0 < quantity <= self.quantity:
            raise Shortage
        before = self.value
        self.quantity -= quantity
        return before - self.value

    def withdraw(self, quantity: int, value: int, mark: object = None) -> int:
        return value - self.issue(quantity)

    def revalue(self, value: int) -> int:
        """Standard goods stay at standard: all of it is variance."""
        return value

    def reprice(self, price: int) -> int:
        """Put another standard in force. Returns what the stock is worth more."""
        before, self.price = self.value, price
        return self.value - before

    def _worth(self, quantity: int) -> int:
        per_cent = MICRO * MICRO // 100
        return (2 * quantity * self.price + per_cent) // (2 * per_cent)


def new_pool(method: Method | str, *, quantity: int = 0, value: int = 0, price: int = 0) -> Pool:
    """A pool of a method, empty or holding one undivided stock. price: of the standard, 10⁻⁶ currency units.

    SPECIFIC: one pool per lot, each an average of its own. MONTH_AVERAGE: the moving average until the month is reckoned.
    """
    match Method(method):
        case Method.FIFO:
            return Fifo([Layer(quantity, value)] if quantity else ())
        case Method.STANDARD:
            return Standard(price, quantity)
        case _:
            return MovingAverage(quantity, value)
