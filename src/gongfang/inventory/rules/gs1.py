"""GS1 codes as scanners send them: application identifiers in brackets, or bare with FNC1 as a group separator.

Source: GS1 General Specifications, sections 3 (identifiers), 5.10.1 and 7.8 (processing), 7.12 (years of two digits).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

GS = "\x1d"
SYMBOLOGY = re.compile(r"^\]([A-Za-z][0-9A-Za-z])")
"""ISO/IEC 15424: what kind of symbol was read. Those below say that it holds GS1 element strings."""
GS1_SYMBOLS = frozenset({"C1", "d2", "Q3", "J1", "e0", "e1", "e2"})
FIXED: Mapping[str, int] = {
    "00": 18, "01": 14, "02": 14, "03": 14, "04": 16, "11": 6, "12": 6, "13": 6, "14": 6, "15": 6, "16": 6, "17": 6, "18": 6, "19": 6,
    "20": 2, "31": 6, "32": 6, "33": 6, "34": 6, "35": 6, "36": 6, "41": 13,
}  # fmt: skip
"""First two digits of an identifier → length of its value, where no separator is needed."""
LONG = {**dict.fromkeys(("23", "24", "25", "40", "41", "42", "71"), 3), **dict.fromkeys(("31", "32", "33", "34", "35", "36", "39", "43", "70", "72", "80", "81", "82"), 4)}  # fmt: skip
"""First two digits of an identifier → its own length, where it is not two."""
KNOWN = frozenset({*FIXED, *LONG, "10", "21", "22", "30", "37", *(str(n) for n in range(90, 100))})
BRACKETED = re.compile(r"\((\d{2,4})\)([^(]*)")


@dataclass(frozen=True, slots=True)
class Gs1:
    """What a code says. code: the trade item's number (GTIN), "" for a logistic unit by its sscc. count: pieces, 1 where none are said.

    weight: net kilograms. lot: batch or, before it, serial number.
    """

    code: str = ""
    lot: str = ""
    count: Decimal = Decimal(1)
    weight: Decimal | None = None
    made_on: date | None = None
    expires_on: date | None = None
    sscc: str = ""
    elements: Mapping[str, str] = field(default_factory=dict)


def plain_code(text: str) -> str:
    """A scanned text without the prefix by which the scanner says what kind of symbol it was."""
    return SYMBOLOGY.sub("", text, count=1)


def read_gs1(text: str, today: date) -> Gs1 | None:
    """What a GS1 code says; None where the text is none. today: for years of two digits."""
    elements = _elements(text)
    if not elements or not {"00", "01", "02"} & elements.keys():
        return None
    count = elements.get("30") or elements.get("37") or ""
    kilograms = next((ai for ai in elements if ai.startswith("310") and len(ai) == 4), "")
    return Gs1(
        code=elements.get("01") or elements.get("02") or "", lot=elements.get("21") or elements.get("10") or "",
        count=Decimal(count) if count.isdecimal() and int(count) else Decimal(1),
        weight=_scaled(elements[kilograms], int(kilograms[3])) if kilograms else None,
        made_on=_day(elements.get("11") or elements.get("13") or "", today),
        expires_on=_day(elements.get("17") or elements.get("15") or "", today), sscc=elements.get("00", ""), elements=elements,
    )  # fmt: skip


LOT_SIGNS = re.compile(r"""^[!"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,20}$""")
"""GS1 character set 82, as lots and serial numbers may be of it."""


def write_gs1(
    code: str, count: Decimal, lot: str = "", *, is_serial: bool = False, made_on: date | None = None, expires_on: date | None = None
) -> str:  # fmt: skip
    """Element strings of so many pieces of a trade item, as `read_gs1` reads them; "" where GS1 cannot say it: no GTIN, no whole number
    of up to eight digits, a lot of other signs or longer than 20."""
    whole = count == count.to_integral_value() and 0 < count < 10**8
    if not is_gtin(code) or not whole or (lot and not LOT_SIGNS.match(lot)):
        return ""
    days = "".join(f"{ai}{day:%y%m%d}" for ai, day in (("11", made_on), ("17", expires_on)) if day)
    own = f"{'21' if is_serial else '10'}{lot}" if lot else ""
    return f"01{code.zfill(14)}{days}30{int(count)}{GS if own else ''}{own}"


def _elements(text: str) -> dict[str, str]:
    found = SYMBOLOGY.match(text)
    if found and found[1] not in GS1_SYMBOLS:
        return {}
    body = plain_code(text)
    if body.startswith("("):
        return {ai: value.strip(f"{GS} ") for ai, value in BRACKETED.findall(body)}
    said = bool(found) or body.startswith(GS)
    body = body.lstrip(GS)
    if not said and not (body[:2] in ("01", "02") and is_gtin(body[2:16])):
        return {}  # a scanner that sends no prefix: only what surely is a trade item
    return _bare(body)


def _bare(body: str) -> dict[str, str]:
    """Split element strings by the lengths of their identifiers; {} where they do not fit."""
    found: dict[str, str] = {}
    while body:
        two = body[:2]
        if two not in KNOWN:
            return {}
        ai, body = body[: LONG.get(two, 2)], body[LONG.get(two, 2) :]
        if not ai.isdecimal():
            return {}
        if two in FIXED:
            value, body = body[: FIXED[two]], body[FIXED[two] :]
            if len(value) < FIXED[two] or not value.isdecimal():
                return {}
            body = body.removeprefix(GS)
        else:
            value, _, body = body.partition(GS)
        if not value:
            return {}
        found.setdefault(ai, value)
    return found


def is_gtin(code: str) -> bool:
    """Whether 8, 12, 13 or 14 digits end with the right check digit (weights 3 and 1 from the right)."""
    if len(code) not in (8, 12, 13, 14) or not code.isdecimal() or not code.isascii():
        return False
    total = sum(int(digit) * (3 if n % 2 else 1) for n, digit in enumerate(reversed(code)))
    return total % 10 == 0


def _scaled(digits: str, decimals: int) -> Decimal | None:
    return Decimal(digits).scaleb(-decimals) if digits.isdecimal() and decimals <= 6 else None


def _day(text: str, today: date) -> date | None:
    """yyMMdd; day 00 is the month's last. The year is the one within 49 years back and 50 ahead."""
    if len(text) != 6 or not text.isdecimal():
        return None
    years, month, day = int(text[:2]), int(text[2:4]), int(text[4:])
    year = today.year // 100 * 100 + years
    gap = years - today.year % 100
    year += -100 if gap >= 51 else 100 if gap <= -50 else 0
    try:
        if day or not 1 <= month <= 12:
            return date(year, month, day)
        return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    except ValueError:
        return None
