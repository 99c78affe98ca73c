"""One pricing function for all documents."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongfang.kernel.pricing import Amounts, line_amounts, net_price, portion, portion_of, summed

D = Decimal


@pytest.mark.parametrize(
    ("rate", "net", "tax"),
    [("0.13", "884.96", "115.04"), ("0.09", "917.43", "82.57"), ("0.06", "943.40", "56.60"), ("0.03", "970.87", "29.13"), ("0.01", "990.10", "9.90"), ("0", "1000.00", "0.00")],
)  # fmt: skip
def test_a_thousand_with_tax(rate: str, net: str, tax: str) -> None:
    assert line_amounts(D(10), D(100), D(0), D(rate), includes_tax=True) == Amounts(D(net), D(tax), D("1000.00"))


def test_without_tax_and_with_discount() -> None:
    assert line_amounts(D(3), D("33.335"), D("0.1"), D("0.13"), includes_tax=False) == Amounts(
        D("90.00"), D("11.70"), D("101.70")
    )


@given(
    st.decimals("0.000001", "100000", places=6), st.decimals("0", "10000", places=6), st.decimals("0", "1", places=4),
    st.sampled_from([D(0), D("0.01"), D("0.03"), D("0.06"), D("0.09"), D("0.13")]), st.booleans(),
)  # fmt: skip
def test_net_and_tax_make_the_total(quantity: D, price: D, discount: D, rate: D, included: bool) -> None:
    one = line_amounts(quantity, price, discount, rate, includes_tax=included)
    assert one.net + one.tax == one.total and one.net >= 0 and one.tax >= 0
    assert summed([one, one]).total == 2 * one.total


@given(st.decimals("0", "99999", places=2), st.lists(st.decimals("0.000001", "999", places=6), min_size=1, max_size=12))
def test_parts_add_up(net: D, parts: list[D]) -> None:
    quantity, before, found = sum(parts), D(0), []
    for part in parts:
        found.append(portion(net, quantity, before, part))
        before += part
    assert sum(found) == net and min(found) >= 0


def test_an_excess_goes_on_at_the_same_rate() -> None:
    whole = Amounts(D("100.00"), D("13.00"), D("113.00"))
    assert portion_of(whole, D(10), D(9), D(2)) == Amounts(D("20.00"), D("2.60"), D("22.60"))
    assert portion(D(5), D(0), D(0), D(1)) == 0
    assert net_price(D("10.00"), D(3)) == D("3.333333")
