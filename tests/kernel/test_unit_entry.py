"""A quantity entered in another unit is kept without loss, or refused before anything is kept."""

from decimal import Decimal as D
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongfang.kernel.pricing import base_problems
from gongfang.kernel.units import Factor, fits

factors = st.builds(Factor, st.integers(1, 5_000), st.integers(1, 5_000))
quantities = st.integers(1, 10**12).map(lambda micro: D(micro).scaleb(-6)) | st.integers(1, 10**6).map(D)


@given(factors, quantities, st.integers(0, 6))
def test_what_is_accepted_comes_back_as_it_was_entered(factor: Factor, quantity: D, precision: int) -> None:
    base = factor.to_base(quantity)
    if base_problems("轴", quantity, "quantity", factor, precision, "件"):
        exact = Fraction(quantity) * factor.numerator / factor.denominator
        assert Fraction(base) != exact or not fits(base, precision) or base > D(10**9)
    elif factor != Factor():  # in the base unit itself the decimals are judged with the quantity
        assert Fraction(base) == Fraction(quantity) * factor.numerator / factor.denominator
        assert fits(base, precision)
        assert factor.from_base(base) == quantity


@pytest.mark.parametrize(
    ("numerator", "denominator", "quantity", "precision", "refused"),
    [(12, 1, "0.1", 0, True), (12, 1, "0.5", 0, False), (12, 1, "0.1", 1, False), (1, 3, "1", 6, True), (1, 3, "3", 0, False), (1, 8, "1", 3, False), (1, 8, "1", 2, True)],
)  # fmt: skip
def test_uneven_quantities(numerator: int, denominator: int, quantity: str, precision: int, refused: bool) -> None:
    found = base_problems("轴", D(quantity), "lines.0.quantity", Factor(numerator, denominator), precision, "件")
    assert [one.code for one in found] == (["uneven_unit"] if refused else [])
