"""Exact products and quotients of int64 quantities, also where the product in between does not fit 64 bits."""

from ..compiled import compiled, compiled_part

LIMIT = 2 * 10**18
"""The largest quantity (10^-6) the engine computes with: the sum of two stays within int64."""
OVERFLOW = -1
_SAFE = 2.0e18


@compiled
def ratio_up(value: int, b: int, c: int, d: int) -> int:
    """Give value × b × c / d rounded up, or OVERFLOW. None is negative, d is over 0 and under 2^62."""
    if c == 1 and float(value) * float(b) < _SAFE:
        product = value * b
        if d == 1:
            return product
        quotient = product // d
        return quotient + 1 if quotient * d < product else quotient
    return _wide(value, b, c, d, True)


@compiled
def ratio_down(value: int, b: int, c: int, d: int) -> int:
    """Give value × b × c / d rounded down, or OVERFLOW, as `ratio_up`."""
    if c == 1 and float(value) * float(b) < _SAFE:
        return (value * b) // d
    return _wide(value, b, c, d, False)


@compiled_part
def _wide(value: int, b: int, c: int, d: int, up: bool) -> int:
    """Divide after each factor, carrying the rest: (value × b) / d, then × c."""
    quotient, rest = _product(value, b, d)
    if quotient == OVERFLOW or float(quotient) * float(c) > _SAFE:
        return OVERFLOW
    more, rest = _product(rest, c, d)
    total = quotient * c + more
    if more == OVERFLOW or total > LIMIT:
        return OVERFLOW
    return total + 1 if up and rest > 0 else total


@compiled_part
def _product(value: int, factor: int, d: int) -> tuple[int, int]:
    """Give quotient and rest of value × factor by d, doubling and adding bit by bit so that nothing exceeds 63 bits."""
    whole, part = value // d, value % d
    quotient = rest = 0
    bit = 62
    while bit >= 0:
        quotient += quotient
        rest += rest
        if rest >= d:
            rest -= d
            quotient += 1
        if (factor >> bit) & 1:
            quotient += whole
            rest += part
            if rest >= d:
                rest -= d
                quotient += 1
        if quotient > LIMIT:
            return OVERFLOW, 0
        bit -= 1
    return quotient, rest
