"""Perpetual costing methods behind one interface.

Units: quantities are integers of 10⁻⁶ base units, values integers of cents. Every method keeps the invariants
`quantity == 0 ⇒ value == 0`, `quantity ≥ 0`, `value ≥ 0`, and conserves money exactly:

    value after = value before + received − issued + residue

where residue is what a call returns as not kept by the pool; the ledger posts it to an adjustment or variance account.
Source: textbook perpetual inventory (移动加权平均, 先进先出, 个别计价, 标准成本); figures in tests/engines/valuation.
"""

from collections import deque
from collections.abc import Iterable
from enum import StrEnum
from typing import Protocol

MICRO = 1_000_000


class Method(StrEnum):
    MOVING_AVERAGE = "moving_average"
    FIFO = "fifo"
    SPECIFIC = "specific"
    STANDARD = "standard"


class Shortage(Exception):
    """More was asked of a pool than it holds: the caller checks quantities first, so this is its bug."""


def share(value: int, part: int, whole: int) -> int:
    """The part of a value that belongs to part of a whole, rounded half up once; all of it for the whole."""
    if part == whole:
        return value
    return (2 * value * part + whole) // (2 * whole)


class Pool(Protocol):
    """What one item's goods in one value area are worth."""

    @property
    def quantity(self) -> int: ...

    @property
    def value(self) -> int: ...

    def receive(self, quantity: int, value: int, lot: int = 0) -> int:
        """Goods come in at a value. Returns the part of the value the pool does not take (0 but for standard cost)."""
        ...

    def issue(self, quantity: int, lot: int = 0) -> int:
        """Goods leave at the method's cost, which is returned. Raises Shortage."""
        ...

    def withdraw(self, quantity: int, value: int, lot: int = 0) -> int:
        """Goods leave at a given value (a return at original cost). Returns the residue put into the pool to keep it sound."""
        ...

    def revalue(self, value: int, lot: int = 0) -> int:
        """Change the worth of what is there. Returns the part that finds nothing left to stand on, or would fall below zero."""
        ...


class MovingAverage:
    """移动加权平均: one average, changed by each receipt. The last unit takes the remainder."""

    __slots__ = ("quantity", "value")

    def __init__(self, quantity: int = 0, value: int = 0) -> None:
        assert quantity >= 0 and value >= 0 and (quantity or not value)
        self.quantity = quantity
        self.value = value

    def receive(self, quantity: int, value: int, lot: int = 0) -> int:
        assert quantity > 0 and value >= 0
        self.quantity += quantity
        self.value += value
        return 0

    def issue(self, quantity: int, lot: int = 0) -> int:
        if not 0 < quantity <= self.quantity:
            raise Shortage
        cost = share(self.value, quantity, self.quantity)
        self.quantity -= quantity
        self.value -= cost
        return cost

    def withdraw(self, quantity: int, value: int, lot: int = 0) -> int:
        if not 0 < quantity <= self.quantity:
            raise Shortage
        fair = share(self.value, quantity, self.quantity)
        empty = quantity == self.quantity
        taken = fair if empty or value > self.value else value
        self.quantity -= quantity
        self.value -= taken
        return value - taken

    def revalue(self, value: int, lot: int = 0) -> int:
        if not self.quantity:
            return value
        kept = max(value, -self.value)
        self.value += kept
        return value - kept


class Fifo:
    """先进先出: layers in the order of receipt, the oldest used first. A layer's last unit takes its remainder."""

    __slots__ = ("layers",)

    def __init__(self, layers: Iterable[tuple[int, int]] = ()) -> None:
        self.layers: deque[tuple[int, int]] = deque(layers)

    @property
    def quantity(self) -> int:
        return sum(quantity for quantity, _ in self.layers)

    @property
    def value(self) -> int:
        return sum(value for _, value in self.layers)

    def receive(self, quantity: int, value: int, lot: int = 0) -> int:
        assert quantity > 0 and value >= 0
        self.layers.append((quantity, value))
        return 0

    def issue(self, quantity: int, lot: int = 0) -> int:
        return self._take(quantity, oldest=True)

    def withdraw(self, quantity: int, value: int, lot: int = 0) -> int:
        """Taken from the newest layers: what goes back is what came last."""
        return value - self._take(quantity, oldest=False)

    def revalue(self, value: int, lot: int = 0) -> int:
        """Spread over the layers by quantity; the newest takes the remainder."""
        left, quantity = value, self.quantity
        if not quantity:
            return value
        left = kept = max(value, -self.value)
        for position, (layer_quantity, layer_value) in enumerate(list(self.layers)):
            part = left if layer_quantity == quantity else max(-layer_value, left * layer_quantity // quantity)
            self.layers[position] = (layer_quantity, layer_value + part)
            left -= part
            quantity -= layer_quantity
        return self._mended(value - kept)

    def _mended(self, residue: int) -> int:
        """Lift a layer that fell below zero at the cost of its neighbours, so that no layer is worth less than nothing."""
        debt = 0
        for position, (quantity, value) in enumerate(list(self.layers)):
            value += debt
            debt = min(value, 0)
            self.layers[position] = (quantity, max(value, 0))
        for position in range(len(self.layers) - 1, -1, -1):
            if not debt:
                break
            quantity, value = self.layers[position]
            paid = min(value, -debt)
            self.layers[position] = (quantity, value - paid)
            debt += paid
        return residue + debt

    def _take(self, quantity: int, *, oldest: bool) -> int:
        if not 0 < quantity <= self.quantity:
            raise Shortage
        cost = 0
        while quantity:
            layer_quantity, layer_value = self.layers.popleft() if oldest else self.layers.pop()
            part = min(quantity, layer_quantity)
            part_cost = share(layer_value, part, layer_quantity)
            cost += part_cost
            quantity -= part
            if part < layer_quantity:
                rest = (layer_quantity - part, layer_value - part_cost)
                self.layers.appendleft(rest) if oldest else self.layers.append(rest)
        return cost


class Specific:
    """个别计价: each lot or serial keeps its own cost."""

    __slots__ = ("lots",)

    def __init__(self, lots: Iterable[tuple[int, int, int]] = ()) -> None:
        """lots: (lot, quantity, value)."""
        self.lots = {lot: MovingAverage(quantity, value) for lot, quantity, value in lots}

    @property
    def quantity(self) -> int:
        return sum(pool.quantity for pool in self.lots.values())

    @property
    def value(self) -> int:
        return sum(pool.value for pool in self.lots.values())

    def receive(self, quantity: int, value: int, lot: int = 0) -> int:
        return self._of(lot).receive(quantity, value)

    def issue(self, quantity: int, lot: int = 0) -> int:
        return self._of(lot).issue(quantity)

    def withdraw(self, quantity: int, value: int, lot: int = 0) -> int:
        return self._of(lot).withdraw(quantity, value)

    def revalue(self, value: int, lot: int = 0) -> int:
        return self._of(lot).revalue(value)

    def _of(self, lot: int) -> MovingAverage:
        return self.lots.setdefault(lot, MovingAverage())


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

    def receive(self, quantity: int, value: int, lot: int = 0) -> int:
        assert quantity > 0
        before = self.value
        self.quantity += quantity
        return value - (self.value - before)

    def issue(self, quantity: int, lot: int = 0) -> int:
        if not 0 < quantity <= self.quantity:
            raise Shortage
        before = self.value
        self.quantity -= quantity
        return before - self.value

    def withdraw(self, quantity: int, value: int, lot: int = 0) -> int:
        return value - self.issue(quantity, lot)

    def revalue(self, value: int, lot: int = 0) -> int:
        """Standard goods stay at standard: all of it is variance."""
        return value

    def _worth(self, quantity: int) -> int:
        per_cent = MICRO * MICRO // 100
        return (2 * quantity * self.price + per_cent) // (2 * per_cent)


def new_pool(method: Method | str, *, quantity: int = 0, value: int = 0, price: int = 0) -> Pool:
    """A pool of a method, empty or holding one undivided stock. price: of the standard, 10⁻⁶ currency units."""
    match Method(method):
        case Method.MOVING_AVERAGE:
            return MovingAverage(quantity, value)
        case Method.FIFO:
            return Fifo([(quantity, value)] if quantity else ())
        case Method.SPECIFIC:
            return Specific([(0, quantity, value)] if quantity else ())
        case Method.STANDARD:
            return Standard(price, quantity)
