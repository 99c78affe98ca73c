"""Control charts against published data sets; the table of factors against their definitions.

Data and figures: D. C. Montgomery, Introduction to Statistical Quality Control (piston rings, orange juice cans, printed
circuit boards, personal computers, primer viscosity).
"""

import math
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongfang.engines.spc import (
    CONSTANTS,
    NELSON,
    WESTERN_ELECTRIC,
    Signal,
    attribute_chart,
    capability,
    individuals_chart,
    ranges_chart,
    signals,
    subgroup_chart,
)

RINGS = """
030 002 019 -8 008; -5 -8 001 011 004; -12 024 021 005 002; 002 -4 -7 015 009; -8 007 015 -11 014; 009 -6 -3 -15 -7;
-5 006 -6 000 005; -15 003 -7 015 -12; 008 -5 009 005 004; -2 000 -10 007 -5; -6 -2 -6 -5 -10; 004 000 007 000 -4;
-17 002 -2 -3 012; 006 -33 -6 000 -16; 012 014 -2 -1 007; 000 -16 005 -2 -4; -6 012 -14 005 007; 006 010 018 003 000;
-16 002 003 005 -3; 000 010 013 020 003; -18 001 015 005 -4; 004 -1 -10 006 009; 010 -11 -10 009 014; 015 008 -7 000 010;
-18 -16 -5 017 013
"""
PISTON = [[74 + D(value) / 1000 for value in group.split()] for group in RINGS.split(";")]
JUICE = [12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6]
BOARDS = [21, 24, 16, 12, 15, 5, 28, 20, 31, 25, 20, 24, 16, 19, 10, 17, 13, 22, 18, 39, 30, 24, 16, 19, 17, 15]
COMPUTERS = [10, 12, 8, 14, 10, 16, 11, 7, 10, 15, 9, 5, 7, 11, 12, 6, 8, 10, 7, 5]
PRIMER = "33.75 33.05 34.00 33.81 33.46 34.02 33.68 33.27 33.49 33.20 33.62 33.00 33.54 33.12 33.84"


def near(found: D, wanted: str) -> bool:
    """Equal at the decimals that were published."""
    return abs(found - D(wanted)) <= D(1).scaleb(D(wanted).as_tuple().exponent) * D("0.6")  # type: ignore[operator]


def integral(function, low: float = -8.0, high: float = 8.0, steps: int = 1600) -> float:
    width = (high - low) / steps
    return width * (sum(function(low + k * width) for k in range(1, steps)) + (function(low) + function(high)) / 2)


def phi(x: float) -> float:
    return math.erfc(-x / math.sqrt(2)) / 2


def relative_range(n: int) -> tuple[float, float]:
    """Mean and standard deviation of the range of n standard normal values, by integration (Tippett 1925)."""
    first = integral(lambda x: 1 - (1 - phi(x)) ** n - phi(x) ** n)
    steps, low = 240, -6.0
    width = -2 * low / steps
    cells = [phi(low + width * (k + 0.5)) for k in range(steps)]
    second = 2 * width**2 * sum(
        1 - top**n - (1 - bottom) ** n + (top - bottom) ** n
        for k, bottom in enumerate(cells) for top in cells[k + 1 :]
    )  # fmt: skip
    return first, math.sqrt(second + width**2 * sum(1 - c**n - (1 - c) ** n for c in cells) - first**2)


@pytest.mark.parametrize("n", [2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 20, 25])
def test_factors_follow_from_their_definitions(n: int) -> None:
    row = CONSTANTS[n]
    c4 = math.sqrt(2 / (n - 1)) * math.exp(math.lgamma(n / 2) - math.lgamma((n - 1) / 2))
    d2, d3 = relative_range(n)
    width = 3 * math.sqrt(1 - c4**2) / c4
    wanted = {
        "c4": c4, "d2": d2, "a2": 3 / (d2 * math.sqrt(n)), "a3": 3 / (c4 * math.sqrt(n)), "b3": max(0, 1 - width), "b4": 1 + width,
        "d3": max(0, 1 - 3 * d3 / d2), "d4": 1 + 3 * d3 / d2,
    }  # fmt: skip
    for name, value in wanted.items():
        assert abs(float(getattr(row, name)) - value) < 0.0021, (n, name, value)


def test_every_size_has_factors_that_move_one_way() -> None:
    assert list(CONSTANTS) == list(range(2, 26))
    for smaller, larger in zip(CONSTANTS.values(), list(CONSTANTS.values())[1:], strict=False):
        assert smaller.a2 > larger.a2 and smaller.a3 > larger.a3 and smaller.d4 > larger.d4 and smaller.b4 > larger.b4
        assert smaller.c4 < larger.c4 and smaller.d2 < larger.d2
        assert smaller.d3 <= larger.d3 and smaller.b3 <= larger.b3


def test_piston_rings() -> None:
    by_range, by_deviation = ranges_chart(PISTON), subgroup_chart(PISTON)
    assert near(by_range.main.centre, "74.0012") and by_range.spread and by_range.spread.centre == D("0.581") / 25
    assert near(by_range.main.upper[0], "74.014") and near(by_range.main.lower[0], "73.988")
    assert near(by_range.spread.upper[0], "0.049") and by_range.spread.lower[0] == 0
    assert near(by_range.sigma, "0.0100")
    assert by_deviation.spread and near(by_deviation.spread.centre, "0.0094")
    assert near(by_deviation.main.upper[0], "74.014") and near(by_deviation.spread.upper[0], "0.0196")
    assert by_range.main.outside == by_range.spread.outside == ()
    found = capability([value for group in PISTON for value in group], by_range.sigma, D("73.95"), D("74.05"))
    assert found.cp and found.cpk and near(found.cp, "1.67") and near(found.cpk, "1.63")
    assert found.pp and found.ppk and near(found.pp, "1.64") and found.ppk < found.pp


def test_orange_juice_cans() -> None:
    chart = attribute_chart("p", [D(n) for n in JUICE], [D(50)] * 30)
    assert (
        near(chart.main.centre, "0.2313")
        and near(chart.main.upper[0], "0.4102")
        and near(chart.main.lower[0], "0.0524")
    )
    assert chart.main.outside == (14, 22)
    counted = attribute_chart("np", [D(n) for n in JUICE], [D(50)] * 30)
    assert counted.main.centre == chart.main.centre * 50 and counted.main.outside == (14, 22)


def test_circuit_boards_and_computers() -> None:
    boards = attribute_chart("c", [D(n) for n in BOARDS], [D(1)] * 26)
    assert (
        near(boards.main.centre, "19.85") and near(boards.main.upper[0], "33.21") and near(boards.main.lower[0], "6.48")
    )
    assert boards.main.outside == (5, 19)
    computers = attribute_chart("u", [D(n) for n in COMPUTERS], [D(5)] * 20)
    assert (computers.main.centre, computers.main.outside) == (D("1.93"), ())
    assert near(computers.main.upper[0], "3.79") and near(computers.main.lower[0], "0.07")


def test_primer_viscosity() -> None:
    chart = individuals_chart([D(value) for value in PRIMER.split()])
    assert near(chart.main.centre, "33.52") and chart.spread and near(chart.spread.centre, "0.48")
    assert (
        near(chart.main.upper[0], "34.80")
        and near(chart.main.lower[0], "32.24")
        and near(chart.spread.upper[0], "1.57")
    )


@pytest.mark.parametrize(
    ("rule", "scores", "silent"),
    [
        ("N1", "0 3.1", "0 3"),
        ("N2", "1 1 1 1 1 1 1 1 1", "1 1 1 1 1 1 1 1 0"),
        ("N3", "-1 -.5 0 .1 .2 .3", "-1 -.5 0 .1 .1 .3"),
        ("N4", "1 0 1 0 1 0 1 0 1 0 1 0 1 0", "1 0 1 0 1 0 1 0 1 0 1 0 0 1"),
        ("N5", "2.1 0 2.1", "2.1 0 -2.1"),
        ("N6", "1.1 1.1 0 1.1 1.1", "1.1 1.1 0 0 1.1"),
        ("N7", ".5 -.5 " * 7 + ".9", ".5 -.5 " * 7 + "1"),
        ("N8", "1.5 -1.5 " * 4, "1.5 -1.5 " * 3 + "1.5 .9"),
        ("W1", "3.1", "3"), ("W2", "0 -2.5 -2.5", "0 -2.5 2.5"), ("W3", "1.1 1.1 1.1 0 1.1", "1.1 1.1 0 0 1.1"),
        ("W4", "-.1 " * 8, "-.1 " * 7),
    ],
)  # fmt: skip
def test_run_rules_at_their_border(rule: str, scores: str, silent: str) -> None:
    rules = {**NELSON, **WESTERN_ELECTRIC}

    def fired(text: str) -> list[Signal]:
        points = [D(score) for score in text.split()]
        return signals(points, D(0), [D(1)] * len(points), {rule: rules[rule]}, only=[len(points) - 1])

    assert fired(scores) == [Signal(rule, len(scores.split()) - 1)]
    assert fired(silent) == []


def test_what_no_chart_can_be_made_of() -> None:
    for groups in ([[D(1)]], [[D(1), D(2)], [D(1)]], [[D(1)] * 26], []):
        with pytest.raises(ValueError, match="subgroups"):
            ranges_chart(groups)
    with pytest.raises(ValueError, match="two values"):
        individuals_chart([D(1)])
    for kind, counts, sizes in [
        ("p", [2], [1]),
        ("c", [1, 1], [1, 2]),
        ("u", [1], [0]),
        ("u", [-1], [1]),
        ("x", [1], [1]),
        ("p", [], []),
    ]:
        with pytest.raises(ValueError, match=r"counts|size|defective"):
            attribute_chart(kind, [D(n) for n in counts], [D(n) for n in sizes])
    with pytest.raises(ValueError, match="no values"):
        capability([], D(1), None, None)
    assert capability([D(1), D(1)], D(0), D(0), D(2)).cpk is None
    assert capability([D(1), D(2)], D(1), None, D("4.5")).cpk == D(1)


values = st.lists(st.integers(-1000, 1000).map(lambda n: D(n) / 100), min_size=10, max_size=60)


@given(values, st.integers(-50, 50), st.integers(1, 9))
def test_a_chart_moves_with_its_values(values: list[D], shift: int, scale: int) -> None:
    """Adding a constant moves the centre, multiplying stretches the limits; the signals stay where they were."""
    chart = individuals_chart(values)
    moved = individuals_chart([value * scale + shift for value in values])
    assert abs(moved.main.centre - chart.main.centre * scale - shift) < D("1e-20")
    assert abs(moved.sigma - chart.sigma * scale) < D("1e-20")
    assert moved.main.outside == chart.main.outside
