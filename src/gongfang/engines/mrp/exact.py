"""Exact products and quotients of int64 quantities, also where the product in between does not fit 64 bits."""

import numpy as np

from ..compiled import compiled

LIMIT = 4 * 10**18
"""The largest quantity (10^-6) the engine computes with: the sum of two stays within int64."""
OVERFLOW = -1
_SAFE = 4.0e18
_LIMB = 30
_LIMBS = 9


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


@compiled
def _wide(value: int, b: int, c: int, d: int, up: bool) -> int:
    """Multiply in limbs of 30 bits, divide bit by bit."""
    limbs = np.zeros(_LIMBS, np.int64)
    limbs[0] = 1
    mask = (1 << _LIMB) - 1
    for factor in (value, b, c):
        product = np.zeros(_LIMBS, np.int64)
        for j in range(3):
            digit = (factor >> (_LIMB * j)) & mask
            carry = 0
            for i in range(_LIMBS - j):
                total = product[i + j] + limbs[i] * digit + carry
                product[i + j] = total & mask
                carry = total >> _LIMB
        limbs = product
    quotient = 0
    rest = 0
    for position in range(_LIMBS - 1, -1, -1):
        for bit in range(_LIMB - 1, -1, -1):
            rest = rest * 2 + ((limbs[position] >> bit) & 1)
            quotient = quotient * 2
            if rest >= d:
                rest -= d
                quotient += 1
            if quotient > LIMIT:
                return OVERFLOW
    if up and rest > 0:
        quotient += 1
    return quotient
