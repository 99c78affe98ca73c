"""Units of measure: exact rational factors, rounding at the unit's precision."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_HALF_UP, Decimal

from gongfang.kernel.money import MICRO

MAX_PRECISION = 6


@dataclass(frozen=True, slots=True)
class Factor:
    """1 unit = numerator / denominator base units."""

    numerator: int = 1
    denominator: int = 1

    def __post_init__(self) -> None:
        if self.numerator <= 0 or self.denominator <= 0:
            raise ValueError("a unit factor is positive")

    def to_base(self, quantity: Decimal) -> Decimal:
        """Base units in so many units, to six decimals. 2 cartons of 12 = 24."""
        return (quantity * self.numerator / self.denominator).quantize(MICRO, ROUND_HALF_UP)

    def from_base(self, quantity: Decimal) -> Decimal:
        """Units in so many base units, to six decimals."""
        return (quantity * self.denominator / self.numerator).quantize(MICRO, ROUND_HALF_UP)

    def is_exact(self, quantity: Decimal) -> bool:
        """Whether the quantity converts without a remainder beyond six decimals."""
        scaled = quantity.scaleb(6) * self.numerator
        return scaled == scaled.to_integral_value() and scaled % self.denominator == 0


def rounded(quantity: Decimal, precision: int) -> Decimal:
    """Round half up to the unit's decimals."""
    return quantity.quantize(Decimal(1).scaleb(-precision), ROUND_HALF_UP)


def rounded_up(quantity: Decimal, precision: int) -> Decimal:
    """The smallest quantity at the unit's decimals that is not less: what must be bought or issued to have enough."""
    return quantity.quantize(Decimal(1).scaleb(-precision), ROUND_CEILING)


def fits(quantity: Decimal, precision: int) -> bool:
    """Whether the quantity has no more decimals than the unit allows."""
    return quantity == quantity.quantize(Decimal(1).scaleb(-precision), ROUND_DOWN)
