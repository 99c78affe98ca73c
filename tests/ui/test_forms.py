"""What people type becomes a value or a reason."""

from datetime import date
from decimal import Decimal

import pytest

from gongfang.ui import forms
from gongfang.ui.screens import Field

CHOICES = [("buy", "外购"), ("make", "自制")]


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        ("quantity", "1,234.5", Decimal("1234.5")),
        ("quantity", "１２", Decimal(12)),
        ("quantity", "", None),
        ("money", "￥1,000.00", Decimal("1000.00")),
        ("percent", "13", Decimal("0.13")),
        ("percent", "13%", Decimal("0.13")),
        ("number", "7", 7),
        ("date", "2026-01-05", date(2026, 1, 5)),
        ("date", "2026/1/5", date(2026, 1, 5)),
        ("date", "20260105", date(2026, 1, 5)),
        ("date", "2026年1月5日", date(2026, 1, 5)),
        ("choice", "make", "make"),
        ("choice", "自制", "make"),
        ("bool", "是", True),
        ("bool", "", False),
        ("ref", "17", 17),
        ("text", "  泵体 ", "泵体"),
    ],
)
def test_read(kind, typed, value):
    assert forms.read(Field("x", kind=kind, choices=CHOICES), typed) == value


@pytest.mark.parametrize(
    ("field", "typed", "code"),
    [
        (Field("x", kind="quantity"), "12abc", "not_a_number"),
        (Field("x", kind="quantity"), "NaN", "out_of_range"),
        (Field("x", kind="quantity"), "1e40", "out_of_range"),
        (Field("x", kind="quantity"), "0.0000001", "too_many_places"),
        (Field("x", kind="money"), "1.005", "too_many_places"),
        (Field("x", kind="quantity", minimum=Decimal(0)), "-1", "too_small"),
        (Field("x", kind="quantity", maximum=Decimal(9)), "10", "too_large"),
        (Field("x", kind="date"), "2026-02-30", "not_a_date"),
        (Field("x", kind="date"), "0001-01-01", "date_out_of_range"),
        (Field("x", kind="choice", choices=CHOICES), "steal", "not_a_choice"),
        (Field("x", kind="ref"), "'; drop", "unknown_ref"),
        (Field("x", kind="text", max_length=3), "four", "too_long"),
        (Field("x", kind="text"), "a\x00b", "bad_text"),
        (Field("x", kind="text", required=True), "  ", "required"),
        (Field("x", kind="bool"), "perhaps", "not_a_choice"),
    ],
)
def test_refused_with_a_reason(field, typed, code):
    with pytest.raises(forms.Unreadable) as refusal:
        forms.read(field, typed)
    assert refusal.value.code == code


def test_lines_that_nobody_filled_are_left_out():
    fields = [Field("item", kind="ref"), Field("quantity", kind="quantity"), Field("unit", kind="text", default="pcs")]
    rows = [
        {"item": "", "quantity": "", "unit": "pcs"},
        {"item": "3", "quantity": "", "unit": "pcs"},
        {"id": "9", "item": ""},
    ]
    assert forms.meant(rows, fields) == rows[1:]


@pytest.mark.parametrize("text", ["{", "7", '[1, "x"]', '"lines"'])
def test_lines_that_are_no_lines(text):
    rows, problems = forms.posted_lines(text, "lines")
    assert rows == []
    assert problems[0].code == "bad_lines"
