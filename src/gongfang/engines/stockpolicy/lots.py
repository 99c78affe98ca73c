"""How much to order at once: the economic order quantity, also where the supplier gives discounts.

Sources: Harris (1913); discounts: Hadley & Whitin (1963), Analysis of Inventory Systems, ch. 2; Snyder & Shen (2019),
Fundamentals of Supply Chain Theory, ch. 3. Units: money, stock units, demand and holding per the same period (a year).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt


@dataclass(frozen=True, slots=True)
class Lot:
    """quantity to order; cost per period in all: purchase (0 where no price is given), ordering and holding."""

    quantity: float
    cost: float
    price: float = 0.0


@dataclass(frozen=True, slots=True)
class PriceBreak:
    """From this quantity on (all units), or what is above it (incremental), a unit costs `price`."""

    quantity: float
    price: float


def economic_order_quantity(demand: float, order_cost: float, holding: float) -> Lot:
    """holding: cost of keeping one unit for a period. Demand and order cost not negative, holding positive."""
    quantity = sqrt(2 * order_cost * demand / holding)
    return Lot(quantity, sqrt(2 * order_cost * demand * holding))


def cost_of(quantity: float, demand: float, order_cost: float, holding: float, price: float = 0.0) -> float:
    """Cost per period of ordering so much at a time; quantity positive."""
    return price * demand + order_cost * demand / quantity + holding * quantity / 2


def price_at(breaks: Sequence[PriceBreak], quantity: float) -> float:
    """What every unit costs where so many are ordered (all units). breaks: by quantity rising, the first at 0, prices falling."""
    return [step.price for step in breaks if quantity >= step.quantity or step is breaks[0]][-1]


def average_price(breaks: Sequence[PriceBreak], quantity: float) -> float:
    """What a unit costs on average where each price holds only for the units above its quantity (incremental)."""
    if quantity <= 0:
        return breaks[0].price
    ends = [step.quantity for step in breaks[1:]] + [quantity]
    paid = sum(
        step.price * max(0.0, min(end, quantity) - step.quantity) for step, end in zip(breaks, ends, strict=True)
    )
    return paid / quantity


def _any(quantity: float) -> float:
    return quantity


def with_all_units_discount(
    demand: float,
    order_cost: float,
    rate: float,
    breaks: Sequence[PriceBreak],
    allowed: Callable[[float], float] = _any,
) -> Lot:
    """The cheapest lot where the quantity ordered decides the price of every unit.

    rate: holding cost per period as a share of the price. breaks: as above. allowed: the smallest quantity that can be ordered and is
    not under the one given. Looks at each price's best quantity, or the least that earns it, at the price that it really has.
    """
    lots = []
    for step in breaks:
        best = economic_order_quantity(demand, order_cost, rate * step.price).quantity
        quantity = allowed(max(best, step.quantity))
        if quantity > 0:
            price = price_at(breaks, quantity)
            lots.append(Lot(quantity, cost_of(quantity, demand, order_cost, rate * price, price), price))
    return min(lots, key=lambda lot: (lot.cost, lot.quantity), default=Lot(0.0, 0.0, breaks[0].price))


def with_incremental_discount(
    demand: float,
    order_cost: float,
    rate: float,
    breaks: Sequence[PriceBreak],
    allowed: Callable[[float], float] = _any,
) -> Lot:
    """The cheapest lot where each price holds only for the units above its quantity. Arguments as above.

    The part of the price that the first, dearer units cost more works like a further cost of ordering.
    """
    lots, extra = [], 0.0
    for number, step in enumerate(breaks):
        if number:
            extra += (breaks[number - 1].price - step.price) * step.quantity
        best = sqrt(2 * (order_cost + extra) * demand / (rate * step.price))
        quantity = allowed(max(best, step.quantity))
        if quantity > 0:
            price = average_price(breaks, quantity)
            lots.append(Lot(quantity, cost_of(quantity, demand, order_cost, rate * price, price), price))
    return min(lots, key=lambda lot: (lot.cost, lot.quantity), default=Lot(0.0, 0.0, breaks[0].price))
