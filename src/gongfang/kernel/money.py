"""Money and quantity: exact decimals, rounded once, split without loss."""

from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
MICRO = Decimal("0.000001")
ZERO = Decimal(0)


def to_cents(value: Decimal) -> Decimal:
    """Round to the currency's minor unit, half up. The only rounding of money; done once, at posting."""
    return value.quantize(CENT, ROUND_HALF_UP)


def to_micro(value: Decimal) -> Decimal:
    """Round to the six decimals in which quantities and unit prices are kept."""
    return value.quantize(MICRO, ROUND_HALF_UP)


def split_if_given(amount: Decimal | None, weights: Sequence[Decimal]) -> Sequence[Decimal | None]:
    """A quantity over several parts to six decimals; what was not entered of the whole is not known of the parts."""
    return [None] * len(weights) if amount is None else split(amount, weights, MICRO)


def split(amount: Decimal, weights: Sequence[Decimal], unit: Decimal = CENT) -> list[Decimal]:
    """Divide an amount over weights so that the parts add up to it exactly: the largest fractions take the remainder.

    Equal fractions are served from the last, so that 10.00 over three pieces is 3.33 + 3.33 + 3.34. All weights zero: equal shares. Negative amounts split as their mirror image.
    """
    if not weights:
        raise ValueError("nothing to split over")
    if amount < 0:
        return [-part for part in split(-amount, weights, unit)]
    total = sum(weights, ZERO)
    if total == 0:
        weights, total = [Decimal(1)] * len(weights), Decimal(len(weights))
    exact = [amount * weight / total for weight in weights]
    parts = [value.quantize(unit, ROUND_FLOOR) for value in exact]
    left = int((amount - sum(parts, ZERO)) / unit)
    by_fraction = sorted(range(len(parts)), key=lambda i: (exact[i] - parts[i], i), reverse=True)
    for i in by_fraction[:left]:
        parts[i] += unit
    parts[by_fraction[0]] += amount - sum(parts, ZERO)
    return parts


def tax_included(total: Decimal, rate: Decimal) -> tuple[Decimal, Decimal]:
    """Net amount and tax of a price that includes tax. rate: a ratio (0.13). 1,000.00 at 13 % is 884.96 + 115.04."""
    net = to_cents(total / (1 + rate))
    return net, total - net


def tax_excluded(net: Decimal, rate: Decimal) -> tuple[Decimal, Decimal]:
    """Tax and gross total of a net amount. rate: a ratio (0.13)."""
    tax = to_cents(net * rate)
    return tax, net + tax
