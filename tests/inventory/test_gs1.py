"""GS1 codes in every shape scanners send them; the examples are those of the GS1 General Specifications and of hand-held scanners."""

from datetime import date
from decimal import Decimal as D

import pytest

from gongfang.inventory.rules.gs1 import is_gtin, plain_code, read_gs1

TODAY = date(2026, 11, 27)
GS = "\x1d"
GTIN = "09521234543213"


@pytest.mark.parametrize(
    ("text", "code", "lot", "count", "expires"),
    [
        (f"(01){GTIN}(10)ABC123(17)281231", GTIN, "ABC123", 1, date(2028, 12, 31)),
        (f"]C101{GTIN}17281231" + "10ABC123", GTIN, "ABC123", 1, date(2028, 12, 31)),
        (f"]C101{GTIN}10ABC123{GS}17281231", GTIN, "ABC123", 1, date(2028, 12, 31)),
        (f"]d201{GTIN}21S-77{GS}10LOT1{GS}1728020037" + "12", GTIN, "S-77", 12, date(2028, 2, 29)),
        (f"]Q301{GTIN}3012{GS}", GTIN, "", 12, None),
        (f"{GS}01{GTIN}10A{GS}", GTIN, "A", 1, None),
        (f"01{GTIN}10A/1{GS}11260101", GTIN, "A/1", 1, None),
        (f"01{GTIN}", GTIN, "", 1, None),
        (f"]C102{GTIN}3724", GTIN, "", 24, None),
        (f"]C101{GTIN}15270100", GTIN, "", 1, date(2027, 1, 31)),
        (f"]e001{GTIN}3103001750" + "10W", GTIN, "W", 1, None),
    ],
)  # fmt: skip
def test_what_a_code_says(text, code, lot, count, expires):
    found = read_gs1(text, TODAY)
    assert found is not None
    assert (found.code, found.lot, found.count, found.expires_on) == (code, lot, count, expires)


@pytest.mark.parametrize(
    "text",
    [
        "", "shaft", "6901234567892", "]E06901234567892", "]C0ABC", f"01{GTIN[:-1]}4", "0109521", "]C1", "]C199", "]C1XX", "]C10195212345432",
        "(10)only a lot", f"]C1{GTIN}", "]C110LOT" + GS + "17281231", f"01{GTIN}zz",
    ],
)  # fmt: skip
def test_what_is_no_trade_item(text):
    assert read_gs1(text, TODAY) is None


def test_weights_units_and_years():
    assert read_gs1(f"]C101{GTIN}3103001750", TODAY).weight == D("1.750")
    assert read_gs1("]C100006141411234567890", TODAY).sscc == "006141411234567890"
    years = {
        yy: read_gs1(f"]C101{GTIN}17{yy}0115", TODAY).expires_on.year for yy in ("26", "75", "76", "77", "99", "00")
    }
    assert years == {"26": 2026, "75": 2075, "76": 2076, "77": 1977, "99": 1999, "00": 2000}
    assert read_gs1(f"]C101{GTIN}17281300", TODAY).expires_on is None, "no thirteenth month"


@pytest.mark.parametrize(
    ("code", "right"),
    [("6901234567892", True), (GTIN, True), ("96385074", True), ("6901234567893", False), ("abc", False), ("", False)],
)
def test_check_digits(code, right):
    assert is_gtin(code) is right


def test_the_prefix_of_the_symbol_is_no_part_of_a_code():
    assert [plain_code(text) for text in ("]E0690", "]Q1shaft", "]x", "shaft")] == ["690", "shaft", "]x", "shaft"]
