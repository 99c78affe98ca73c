"""Integers below, decimals above: nothing is lost on either database."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from gongfang.kernel.money import split, tax_excluded, tax_included
from gongfang.platform.fields import MoneyField, QuantityField


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("123456789012.123457", 123456789012123457),
        ("0.000001", 1),
        ("-2.5", -2500000),
        ("9223372036854.775807", 2**63 - 1),
    ],
)
def test_quantities_are_exact(text, stored):
    field = QuantityField()
    assert field.get_prep_value(text) == stored
    assert field.from_db_value(stored, None, None) == Decimal(text)


@pytest.mark.parametrize("bad", ["abc", "NaN", "Infinity", "1e400", "0.0000001", "9223372036854.775808", ""])
def test_what_does_not_fit_is_refused(bad):
    with pytest.raises(ValidationError):
        QuantityField().get_prep_value(bad)


def test_money_has_two_places():
    assert MoneyField().get_prep_value("884.96") == 88496
    with pytest.raises(ValidationError):
        MoneyField().get_prep_value("0.005")


@pytest.mark.parametrize(
    ("amount", "weights", "parts"),
    [
        ("10.00", [1, 1, 1], ["3.33", "3.33", "3.34"]),
        ("15.00", [1] * 13, None),
        ("4.00", [1] * 1000, None),
        ("-10.00", [1, 1, 1], ["-3.33", "-3.33", "-3.34"]),
        ("0.01", [0, 0], ["0.00", "0.01"]),
        ("100.00", [1, 0], ["100.00", "0.00"]),
    ],
)
def test_parts_add_up(amount, weights, parts):
    result = split(Decimal(amount), [Decimal(w) for w in weights])
    assert sum(result) == Decimal(amount)
    if parts:
        assert [str(part) for part in result] == parts


@pytest.mark.parametrize(
    ("rate", "net", "tax"),
    [
        ("0.13", "884.96", "115.04"),
        ("0.09", "917.43", "82.57"),
        ("0.06", "943.40", "56.60"),
        ("0.03", "970.87", "29.13"),
        ("0.01", "990.10", "9.90"),
    ],
)
def test_tax_out_of_a_price_that_includes_it(rate, net, tax):
    assert tax_included(Decimal("1000.00"), Decimal(rate)) == (Decimal(net), Decimal(tax))


def test_tax_on_top():
    assert tax_excluded(Decimal("884.96"), Decimal("0.13")) == (Decimal("115.04"), Decimal("1000.00"))
