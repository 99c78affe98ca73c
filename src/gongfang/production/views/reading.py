"""What people type on the hand-written pages, read strictly."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from gongfang.kernel.errors import DomainError, Problem

LARGEST = Decimal(10) ** 12


def decimal_of(text: str, where: str, default: Decimal | None = None) -> Decimal:
    """A number as typed (thousands separators allowed). Raises DomainError at the field."""
    text = text.strip().replace(",", "").replace("，", "")
    if not text and default is not None:
        return default
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise DomainError(Problem("not_a_number", "“{text}” is not a number.", where=where, text=text[:40])) from error
    exponent = number.as_tuple().exponent
    if not number.is_finite() or abs(number) >= LARGEST or not isinstance(exponent, int) or exponent < -6:
        raise DomainError(Problem("not_a_number", "“{text}” is not a number.", where=where, text=text[:40]))
    return number


def integer_of(text: str, where: str) -> int:
    """A key as sent by a form. Raises DomainError."""
    if not text.isdigit() or len(text) > 18:
        raise DomainError(Problem("not_a_number", "“{text}” is not a number.", where=where, text=text[:40]))
    return int(text)


def receiver_of(text: str) -> dict[str, Any]:
    """Who gets an operation, as the choice of people and teams writes it: an id, or `team:` and its name."""
    if text.startswith("team:"):
        return {"team": text.removeprefix("team:")}
    return {"user_id": integer_of(text, "person") if text else None}


def date_of(text: str, where: str) -> date | None:
    """A day as typed, None where nothing is. Raises DomainError at the field."""
    text = text.strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise DomainError(
            Problem("not_a_date", "“{value}” is not a date; write 2026-01-31.", where=where, value=text[:20])
        ) from error


def rows_of(data: Mapping[str, str], lists: Mapping[str, list[str]]) -> list[dict[str, str]]:
    """Parallel lists of a form as rows: {"name": [...], "quantity": [...]} → [{"name": …, "quantity": …}]."""
    length = max((len(values) for values in lists.values()), default=0)
    return [
        {name: values[index] if index < len(values) else "" for name, values in lists.items()}
        for index in range(length)
    ]
