"""How much to order at once: the economic order quantity, also where the supplier gives discounts.

Sources: Harris (1913); discounts: Hadley & Whitin (1963), Analysis of Inventory Systems, ch. 2; Snyder & Shen (2019),
Fundamentals of Supply Chain Theory, ch. 3. Units: money, stock units, demand and holding per the same period (a year).
"""

from collections.abc import Sequence
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


def with_all_units_discount(demand: float, order_cost: float, rate: float, breaks: Sequence[PriceBreak]) -> Lot:
    """The cheapest lot where the quantity ordered decides the price of every unit.

    rate: holding cost per period as a share of the price. breaks: by quantity rising, the first at 0, prices falling.
    Looks at each price's best quantity, or the least that earns it.
    """
    lots = []
    for number, step in enumerate(breaks):
        best = economic_order_quantity(demand, order_cost, rate * step.price).quantity
        quantity = max(best, step.quantity)
        if number + 1 < len(breaks) and quantity >= breaks[number + 1].quantity:
            continue  # a lower price would hold: looked at in its turn
        if quantity > 0:
            cost = cost_of(quantity, demand, order_cost, rate * step.price, step.price)
            lots.append(Lot(quantity, cost, step.price))
    return min(lots, key=lambda lot: (lot.cost, lot.quantity), default=Lot(0.0, 0.0, breaks[0].price))


def with_incremental_discount(demand: float, order_cost: float, rate: float, breaks: Sequence[PriceBreak]) -> Lot:
    """The cheapest lot where each price holds only for the units above its quantity. Arguments as above.

    The part of the price that the first, dearer units cost more works like a further cost of ordering.
    """
    lots, extra = [], 0.0
    for number, step in enumerate(breaks):
        if number:
            extra += (breaks[number - 1].price - step.price) * step.quantity
        quantity = sqrt(2 * (order_cost + extra) * demand / (rate * step.price))
        upper = breaks[number + 1].quantity if number + 1 < len(breaks) else float("inf")
        if step.quantity <= quantity < upper and quantity > 0:
            average = step.price + extra / quantity
            lots.append(Lot(quantity, cost_of(quantity, demand, order_cost, rate * average, average), average))
    return min(lots, key=lambda lot: (lot.cost, lot.quantity), default=Lot(0.0, 0.0, breaks[0].price))
