"""Work in process to the cent: partial receipts, elements, equivalent units."""

from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st

from gongfang.engines.wip import ELEMENTS, Degree, Flow, balance, by_element, equivalent_units, output_value


def test_three_receipts_of_a_third_are_one_receipt_of_the_whole() -> None:
    unit_cost, taken = D("33.333333"), D(0)
    parts = []
    for come in (1, 2, 3):
        parts.append(output_value(unit_cost, D(come), taken))
        taken += parts[-1]
    assert parts == [D("33.33"), D("33.34"), D("33.33")]
    assert taken == output_value(unit_cost, D(3), D(0)) == D("100.00")


@given(
    st.decimals("0", "99999", places=6),
    st.lists(st.tuples(st.decimals("0.000001", "1000", places=6), st.booleans()), min_size=1, max_size=8),
)
def test_receipts_in_any_parts_take_out_the_same(unit_cost: D, receipts: list[tuple[D, bool]]) -> None:
    """Those marked are taken back again, at the value they came in at, before the last one comes."""
    standing = []
    come, taken = D(0), D(0)
    for quantity, is_taken_back in receipts:
        come += quantity
        value = output_value(unit_cost, come, taken)
        taken += value
        standing += [(quantity, value)] if is_taken_back else []
    for quantity, value in standing:
        come, taken = come - quantity, taken - value
    last = output_value(unit_cost, come + 1, taken)
    assert taken + last == max(output_value(unit_cost, come + 1, D(0)), taken)


def test_what_came_is_never_worth_less_than_nothing() -> None:
    assert output_value(D("0.01"), D("0.3"), D("0.01")) == 0


@given(st.decimals("-99999", "99999", places=2), st.lists(st.decimals("0", "999", places=2), min_size=5, max_size=5))
def test_elements_add_up(value: D, weights: list[D]) -> None:
    parts = by_element(value, dict(zip(ELEMENTS, weights, strict=True)))
    assert sum(parts.values()) == value
    assert set(parts) <= set(ELEMENTS)


def test_an_output_without_standard_takes_material() -> None:
    assert by_element(D("12.34"), {}) == {"material": D("12.34")}


def test_equivalent_units_of_the_textbook() -> None:
    finished, unfinished = equivalent_units(
        D(80), D(20),
        [Degree("material", D(20000), D(1)), Degree("labour", D(6000), D("0.5")), Degree("overhead", D(4000), D("0.5"))],
    )  # fmt: skip
    assert finished == {"material": D("16000.00"), "labour": D("5333.33"), "overhead": D("3555.56")}
    assert unfinished == {"material": D("4000.00"), "labour": D("666.67"), "overhead": D("444.44")}
    assert sum(finished.values()) == D("24888.89") and sum(unfinished.values()) == D("5111.11")


def test_cost_without_any_piece_stays_in_process() -> None:
    finished, unfinished = equivalent_units(D(0), D(5), [Degree("labour", D("10.00"), D(0))])
    assert finished == {"labour": D(0)} and unfinished == {"labour": D("10.00")}


def test_balance_is_what_is_left() -> None:
    flow = Flow({"material": D("10.00"), "labour": D("5.00")}, {"material": D("7.00")}, {"labour": D("5.00")})
    left = balance(flow)
    assert left["material"] == D("3.00") and left["labour"] == 0 and left["machine"] == 0
