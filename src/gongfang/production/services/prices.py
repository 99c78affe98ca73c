"""What a component is expected to cost when an order is made."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from gongfang.ledger import queries as ledger


def prices_of(items: Iterable[Any]) -> dict[int, Decimal]:
    """Item → standard cost where it has one, else what the stock is worth per unit, else 0. One statement at most."""
    rows = list(items)
    prices = {item.pk: item.standard_cost for item in rows}
    without = [pk for pk, price in prices.items() if not price]
    if without:
        for pk, price in ledger.unit_costs(without).items():
            prices[pk] = price
    return prices
