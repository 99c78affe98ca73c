"""全月一次加权平均: the cost of a month's issues is known at its end."""

from collections.abc import Sequence
from dataclasses import dataclass

from gongfang.engines.valuation.pools import Shortage, share


@dataclass(frozen=True, slots=True)
class MonthAverage:
    """issues: value of each issue in the order given, cents. quantity, value: what is left at the end of the month."""

    issues: tuple[int, ...]
    quantity: int
    value: int


def month_average(
    opening_quantity: int, opening_value: int, receipts: Sequence[tuple[int, int]], issues: Sequence[int]
) -> MonthAverage:
    """Value a month's issues at (opening value + receipts) ÷ (opening quantity + receipts).

    receipts: (quantity, value). Values are cumulative shares of the total, so that parts always add up and an emptied stock
    is worth exactly nothing. O(n). Raises Shortage when more was issued than there was.
    """
    total_quantity = opening_quantity + sum(quantity for quantity, _ in receipts)
    total_value = opening_value + sum(value for _, value in receipts)
    if sum(issues) > total_quantity:
        raise Shortage
    values, done_quantity, done_value = [], 0, 0
    for quantity in issues:
        done_quantity += quantity
        upto = share(total_value, done_quantity, total_quantity)
        values.append(upto - done_value)
        done_value = upto
    return MonthAverage(tuple(values), total_quantity - done_quantity, total_value - done_value)
