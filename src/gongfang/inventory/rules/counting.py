"""What a count has to hold, what is due to be counted, and how accurate it shows the books to be."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from gongfang.kernel.errors import Problem
from gongfang.kernel.money import to_cents

T = TypeVar("T")
ZERO = Decimal(0)
A_SHARE, B_SHARE = Decimal("0.80"), Decimal("0.95")


def count_problems(lines: Iterable[Any]) -> list[Problem]:
    """Every line of a count was counted, counted again where it has to be, and nothing stands on two lines."""
    problems, seen, n = [], set(), -1
    for n, line in enumerate(lines):
        key = (line.item_id, line.lot_id)
        code, lot = line.item.code, line.lot or ""
        if key in seen:
            problems.append(
                Problem(
                    "counted_twice", "{item} {lot} stands on two lines.", where=f"lines.{n}.item", item=code, lot=lot
                )
            )
        seen.add(key)
        if line.found is None:
            problems.append(
                Problem(
                    "not_counted", "{item} {lot} is not counted yet.", where=f"lines.{n}.counted", item=code, lot=lot
                )
            )
        elif line.needs_recount and line.recounted is None:
            problems.append(
                Problem("recount_needed", "{item} {lot} differs by more than is tolerated: count it again.", where=f"lines.{n}.recounted", item=code, lot=lot)
            )  # fmt: skip
        if line.found is not None:
            problems += _quantity_problems(line, n)
        if line.item.tracking != "none" and line.lot_id is None:
            problems.append(
                Problem(
                    "lot_needed",
                    "{item} is kept by lot or serial number: say which.",
                    where=f"lines.{n}.lot",
                    item=code,
                )
            )
    if n < 0:
        problems.append(Problem("no_lines", "Enter at least one line."))
    return problems


def _quantity_problems(line: Any, n: int) -> list[Problem]:
    where, code = f"lines.{n}.{'counted' if line.recounted is None else 'recounted'}", line.item.code
    if line.found < 0:
        return [Problem("quantity_negative", "{item}: the quantity cannot be negative.", where=where, item=code)]
    if line.item.tracking == "serial" and line.found > 1:
        return [Problem("serial_is_one", "{item}: a serial number is one piece.", where=where, item=code)]
    return []


def beyond_tolerance(book: Decimal, found: Decimal, tolerance: Decimal | None) -> bool:
    """Whether a difference is larger than a share of the book quantity. None: nothing is counted again."""
    return tolerance is not None and abs(found - book) > abs(book) * tolerance


def abc_classes(values: Mapping[T, Decimal]) -> dict[T, str]:
    """Class by value used in a year: the first 80 % are A, up to 95 % B, the rest C. O(n log n). Source: APICS.

    An item belongs to the class in which its share begins, so that one item alone is A.
    """
    total = sum((value for value in values.values() if value > 0), ZERO)
    classes: dict[T, str] = {}
    before = ZERO
    for key, value in sorted(values.items(), key=lambda pair: (-pair[1], str(pair[0]))):
        if value <= 0 or total == 0:
            classes[key] = "C"
            continue
        share = before / total
        classes[key] = "A" if share < A_SHARE else "B" if share < B_SHARE else "C"
        before += value
    return classes


def due_items(
    items: Iterable[int],
    classes: Mapping[int, str],
    counted_on: Mapping[int, date],
    every: Mapping[str, int],
    today: date,
) -> list[int]:
    """Items whose last count is as long ago as their class allows, those never counted first, then the longest ago."""
    due = []
    for item in items:
        last = counted_on.get(item)
        if last is None or last + timedelta(days=every[classes.get(item, "C")]) <= today:
            due.append((last or date.min, classes.get(item, "C"), item))
    return [item for _, _, item in sorted(due)]


def sheets_of(lines: Sequence[T], most: int) -> list[Sequence[T]]:
    """Lines cut into sheets of nearly equal size, none longer than `most`."""
    count = -(-len(lines) // most)
    size, longer = divmod(len(lines), count) if count else (0, 0)
    sheets, start = [], 0
    for n in range(count):
        end = start + size + (n < longer)
        sheets.append(lines[start:end])
        start = end
    return sheets


@dataclass(frozen=True, slots=True)
class CountFigures:
    """How a count came out. Values in company money."""

    lines: int
    right: int
    book_value: Decimal
    gain: Decimal
    loss: Decimal


def count_figures(lines: Iterable[Any]) -> CountFigures:
    """Lines counted, lines without difference, value by the books, value found too much and too little."""
    count = right = 0
    book, gain, loss = ZERO, ZERO, ZERO
    for line in lines:
        count += 1
        right += line.difference == 0
        book += line.quantity * line.unit_cost
        worth = line.difference * line.unit_cost
        gain, loss = (gain + worth, loss) if worth > 0 else (gain, loss - worth)
    return CountFigures(count, right, to_cents(book), to_cents(gain), to_cents(loss))
