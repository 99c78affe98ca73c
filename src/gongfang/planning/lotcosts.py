"""What an order costs and what stock costs to hold: the figures of the economic lot rules."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_UP, Decimal
from typing import Any

from gongfang.kernel.errors import N_
from gongfang.masterdata import queries as masterdata
from gongfang.platform.settings.services import declare, get

ORDER_COST = declare("planning.order_cost", N_("Cost of placing an order (CNY)"), "ratio", "80")
HOLDING = declare(
    "planning.holding_rate", N_("Cost of holding stock for a year, as a share of its value"), "percent", "0.2"
)
DAYS_A_YEAR = 365
MICRO = 1_000_000
ECONOMIC = ("least_unit_cost", "part_period", "silver_meal", "wagner_whitin")


def lot_costs(items: Sequence[Any], setups: Mapping[int, Decimal]) -> tuple[list[int], list[int]]:
    """(set-up, holding per unit and day) of each item in 10^-6 of the currency; 0 for items without an economic rule.

    What is made costs its routing's set-up, anything else the company's cost of an order; what is held costs a share of its
    standard cost, rounded up so that it is never free.
    """
    if not any(item.lot_rule in ECONOMIC for item in items):
        return [0] * len(items), [0] * len(items)
    order, rate = Decimal(get(ORDER_COST)), Decimal(get(HOLDING)) / DAYS_A_YEAR
    setup, holding = [], []
    for item in items:
        counts = item.lot_rule in ECONOMIC
        once = setups.get(item.pk, Decimal(0)) if item.source == "make" else order
        setup.append(int(once * MICRO) if counts else 0)
        holding.append(int((item.standard_cost * rate * MICRO).to_integral_value(ROUND_UP)) if counts else 0)
    return setup, holding


def weighed(item: Any, today: date) -> tuple[Decimal, Decimal]:
    """What an economic rule weighs for one item, as people read it: the cost of an order, and of holding one unit for a year."""
    once = masterdata.setup_costs(today).get(item.pk, Decimal(0)) if item.source == "make" else Decimal(get(ORDER_COST))
    cent = Decimal("0.01")
    return once.quantize(cent), (item.standard_cost * Decimal(get(HOLDING))).quantize(cent)
