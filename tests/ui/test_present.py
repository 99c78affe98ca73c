"""Figures, dates and problems as people read them."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from gongfang.kernel.errors import Problem, counted
from gongfang.ui.present import cell, number_text
from gongfang.ui.screens import Column
from gongfang.ui.sentences import placed, sentence
from gongfang.ui.templatetags.gf import cards, tenth


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (Decimal("1234567.5"), "money", "1,234,567.50"),
        (Decimal("-0.5"), "money", "-0.50"),
        (Decimal("1200.500000"), "quantity", "1,200.5"),
        (Decimal("1200.000000"), "quantity", "1,200"),
        (Decimal("9.199999999999999999999999998"), "quantity", "9.2"),
        (Decimal("3.1"), "price", "3.10"),
        (Decimal("3.123456"), "price", "3.123456"),
        (Decimal("0.13"), "percent", "13%"),
        (Decimal("0.125"), "percent", "12.5%"),
        (12345, "number", "12,345"),
        (Decimal("100"), "number", "100"),
    ],
)
def test_numbers(value, kind, text):
    assert number_text(value, kind) == text


def test_negative_figures_are_marked_and_stand_right():
    shown = cell({"amount": Decimal(-5)}, Column("amount", kind="money"))
    assert (shown.text, shown.css) == ("-5.00", "gf-num gf-neg")


def test_dates_are_iso():
    assert cell({"on": date(2026, 1, 5)}, Column("on", kind="date")).text == "2026-01-05"


def test_a_sentence_names_its_figures():
    problem = Problem(
        "short",
        "{item}: {needed} needed, {present} present.",
        item="泵体",
        needed=Decimal("1200.500000"),
        present=Decimal(3),
    )
    assert sentence(problem) == "泵体: 1,200.5 needed, 3 present."


def test_a_sentence_survives_missing_figures():
    assert sentence(Problem("x", "{missing} is gone")) == "{missing} is gone"


def test_problems_go_where_they_are_mended():
    found = placed(
        [
            Problem("a", "A", where="customer"),
            Problem("b", "B", where="lines.2.quantity"),
            Problem("c", "C", where="nowhere"),
        ],
        ["customer_id"],
        {"lines": ["quantity"]},
    )
    assert found.fields == {"customer_id": "A"}
    assert found.cells == {"lines": [{"row": 2, "name": "quantity", "text": "B"}]}
    assert found.general[-1] == "C"
    assert len(found.general) == 2


def test_hours_have_one_decimal_and_thousands():
    assert [tenth(one) for one in (Decimal("1056"), Decimal("2.45"), None)] == ["1,056.0", "2.4", ""]


@pytest.mark.parametrize(
    ("free", "english", "chinese"),
    [
        (Decimal("1.000000"), "1 piece waits for inspection.", "待检数量为 1。"),
        (1, "1 piece waits for inspection.", "待检数量为 1。"),
        (0, "0 pieces wait for inspection.", "待检数量为 0。"),
        (Decimal("1.5"), "1.5 pieces wait for inspection.", "待检数量为 1.5。"),
        (Decimal(12), "12 pieces wait for inspection.", "待检数量为 12。"),
    ],
)
def test_one_is_said_otherwise_than_many(free, english, chinese):
    waiting = counted("{free} piece waits for inspection.", "{free} pieces wait for inspection.", "free")
    problem = Problem("nothing_to_inspect", waiting, free=free)
    with translation.override("en"):
        assert sentence(problem) == english
    with translation.override("zh-hans"):
        assert sentence(problem) == chinese
    assert str(problem).endswith("piece waits for inspection." if free == 1 else "pieces wait for inspection.")


def test_names_of_columns_cannot_leave_their_style():
    columns = [Column("a", "Quantity"), Column("b", '"}</style><b>\\&')]
    found = cards(columns, 1)
    name = found.css.removeprefix("gf-cards ")
    assert f'.{name} td:nth-child(2){{--gf-name:"Quantity"}}' in found.style
    assert rf'.{name} td:nth-child(3){{--gf-name:"\22 }}\3c /style\3e \3c b\3e \5c \26 "}}' in found.style
    assert found.style.count("<") == 2 and found.style.count('"') == 4
    assert cards(columns, 1).css == found.css != cards(columns).css
    assert cards(columns, least=3).css == cards(columns, least=3).style == ""
