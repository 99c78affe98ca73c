"""What an order needs and brings once it is for another number of pieces."""

from decimal import ROUND_HALF_UP, Decimal

from gongfang.kernel.money import ZERO, to_micro
from gongfang.production.rules.orders import rounded_up

HALF_MICRO = Decimal("0.0000005")


def needed(fixed: Decimal, per_piece: Decimal, pieces: Decimal, precision: int) -> Decimal:
    """Quantity of a component for so many pieces, in whole decimals of its unit.

    per_piece is known to a millionth: what lies within that of a whole decimal is meant to be it (20 for 3 pieces, not 21).
    """
    exact = fixed + per_piece * pieces
    near = exact.quantize(Decimal(1).scaleb(-precision), ROUND_HALF_UP)
    return near if abs(exact - near) <= HALF_MICRO * pieces else rounded_up(exact, precision)


def scaled(
    quantity: Decimal, fixed: Decimal, per_piece: Decimal, *, before: Decimal, after: Decimal, precision: int
) -> Decimal:
    """Quantity of a component when its order is for `after` pieces instead of `before`.

    What was taken off for substitutes goes in proportion, and so do the substitutes, which have neither a fixed quantity nor one per
    piece.
    """
    off = needed(fixed, per_piece, before, precision) - quantity
    left = needed(fixed, per_piece, after, precision) - off * after / before
    return max(rounded_up(to_micro(left), precision), ZERO)
