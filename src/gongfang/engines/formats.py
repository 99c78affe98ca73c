"""Strict reading of the problem files that the engines take: every fault is named with its JSON path.

A reader collects faults in a `Faults` list and goes on, so that one run shows all that is wrong. Numbers stay exact: a
quantity is an integer of 10^-6, a ratio an integer of 10^-12, a date a proleptic day number (`date.toordinal`).
"""

import gzip
import json
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

QUANTITY_PLACES = 6
RATIO_PLACES = 12
QUANTITY_ONE = 10**QUANTITY_PLACES
RATIO_ONE = 10**RATIO_PLACES
LARGEST = 10**12
"""No single number in a file may reach this, so that sums stay far from the end of int64."""
QUANTITY_LIMIT = LARGEST * QUANTITY_ONE

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_TWICE = "\0twice"


@dataclass(frozen=True, slots=True)
class FormatFault:
    """One thing wrong with a file: where (JSON path, `$.items[3].qty`) and why."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


class FormatError(Exception):
    """A file that cannot be used, with all its faults."""

    def __init__(self, faults: Iterable[FormatFault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


class Faults(list[FormatFault]):
    """The faults found so far."""

    def add(self, path: str, reason: str) -> None:
        self.append(FormatFault(path, reason))

    def raise_any(self) -> None:
        """Refuse the file if anything was found."""
        if self:
            raise FormatError(self)


def read_json(path: str | Path) -> object:
    """Read a JSON file (plain or gzip) with exact decimals; keys given twice are kept as a fault for `check_keys`."""
    try:
        content = Path(path).read_bytes()
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise FormatError([FormatFault("$", f"cannot be read: {error}")]) from error
    return parse_json(content)


def parse_json(content: str | bytes) -> object:
    """Parse JSON text as `read_json` does."""
    try:
        value: object = json.loads(
            content, parse_float=Decimal, parse_constant=_refuse_constant, object_pairs_hook=_object
        )
    except (ValueError, InvalidOperation, RecursionError) as error:
        raise FormatError([FormatFault("$", f"not valid JSON: {error}")]) from error
    if (
        isinstance(content, str) or b"\\" in content or not _is_utf8(content)
    ):  # half of an escaped pair, or written raw?
        try:
            json.dumps(value, default=str, ensure_ascii=False).encode()
        except RecursionError as error:
            raise FormatError([FormatFault("$", f"not valid JSON: {error}")]) from error
        except UnicodeEncodeError as error:
            reason = f"{error.object[error.start]!a} is half a character: no text can hold it"
            raise FormatError([FormatFault("$", f"not valid JSON: {reason}")]) from error
    return value


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not a number")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    result = dict(pairs)
    if len(result) != len(pairs):
        keys = [key for key, _ in pairs]
        result[_TWICE] = next(key for key in keys if keys.count(key) > 1)
    return result


def check_keys(
    value: object, path: str, required: Iterable[str], optional: Iterable[str], faults: Faults
) -> dict[str, Any] | None:
    """Give the object if it has every required key and no unknown one (else faults; None if it cannot be used)."""
    if not isinstance(value, dict):
        faults.add(path, f"must be an object, not {_kind(value)}")
        return None
    known = {*required, *optional}
    complete = True
    for key in value:
        if key == _TWICE:
            faults.add(f"{path}.{value[key]}", "key given twice")
        elif key not in known:
            faults.add(f"{path}.{key}", "unknown key")
    for key in required:
        if key not in value:
            faults.add(f"{path}.{key}", "missing key")
            complete = False
    return value if complete else None


def check_list(value: object, path: str, faults: Faults) -> Sequence[Any]:
    """Give the list, or an empty one with a fault."""
    if isinstance(value, list):
        return value
    faults.add(path, f"must be a list, not {_kind(value)}")
    return []


def check_format(value: Mapping[str, object], name: str, faults: Faults) -> None:
    """Refuse a file that says it is something else."""
    if value.get("format") != name:
        faults.add("$.format", f'must be "{name}"')


def text(value: object, path: str, faults: Faults) -> str:
    """Read an id or name: a text that is not empty."""
    if isinstance(value, str) and value:
        return value
    faults.add(path, "must be a text that is not empty")
    return ""


def choice(value: object, path: str, allowed: Iterable[str], faults: Faults) -> str:
    """Read one of the allowed words."""
    words = tuple(allowed)
    if isinstance(value, str) and value in words:
        return value
    faults.add(path, f"must be one of {', '.join(words)}")
    return words[0]


def boolean(value: object, path: str, faults: Faults) -> bool:
    """Read true or false."""
    if isinstance(value, bool):
        return value
    faults.add(path, f"must be true or false, not {_kind(value)}")
    return False


def integer(value: object, path: str, faults: Faults, low: int | None = None, high: int | None = None) -> int:
    """Read a whole number between low and high, both included."""
    if isinstance(value, Decimal) and not -QUANTITY_LIMIT < value < QUANTITY_LIMIT:
        faults.add(path, "is out of range")
        return low or 0
    if isinstance(value, Decimal) and value == value.to_integral_value():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        faults.add(path, f"must be a whole number, not {_kind(value)}")
    elif low is not None and value < low:
        faults.add(path, f"must not be under {low}")
    elif high is not None and value > high:
        faults.add(path, f"must not be over {high}")
    else:
        return value
    return low or 0


def decimal(
    value: object,
    path: str,
    faults: Faults,
    *,
    places: int = QUANTITY_PLACES,
    low: int | None = None,
    above: int | None = None,
    high: int | None = None,
) -> int:
    """Read an exact decimal as an integer of 10^-places; low and high are included bounds, above an excluded one."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        faults.add(path, f"must be a number, not {_kind(value)}")
        return low or 0
    if not -LARGEST < value < LARGEST:
        faults.add(path, "is out of range: it must stay under 10^12")
        return low or 0
    if isinstance(value, int):
        scaled = value * int(10**places)
    else:
        if _exponent(value) < -places:
            faults.add(path, f"has more than {places} decimal places")
            return low or 0
        scaled = int(value.scaleb(places))
    if low is not None and value < low:
        faults.add(path, f"must not be under {low}")
        return int(low * 10**places)
    if above is not None and value <= above:
        faults.add(path, f"must be over {above}")
    elif high is not None and value > high:
        faults.add(path, f"must not be over {high}")
        return int(high * 10**places)
    return scaled


def day(value: object, path: str, faults: Faults) -> int:
    """Read an ISO 8601 date (YYYY-MM-DD) as its day number."""
    if isinstance(value, str) and _DATE.match(value):
        try:
            return date.fromisoformat(value).toordinal()
        except ValueError:
            pass
    faults.add(path, "must be a date YYYY-MM-DD")
    return 1


def _exponent(value: Decimal) -> int:
    """Give the power of ten of the last digit that is not zero."""
    _, digits, exponent = value.as_tuple()
    places = int(exponent)
    for digit in reversed(digits):
        if digit or places >= 0:
            break
        places += 1
    return places


def _kind(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, str):
        return "a text"
    if isinstance(value, int | Decimal):
        return "a number"
    return "a list" if isinstance(value, list) else "an object"
