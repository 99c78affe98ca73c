"""What a terminal does, each act under its request id. Entered without network it carries `at`, the moment it was entered in
milliseconds since 1970; `confirm` are the codes of warnings that the person has read and goes on with."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from gongfang.kernel.errors import DomainError, Kind, Problem, refuse_if
from gongfang.production import services
from gongfang.production.queries import last_report
from gongfang.production.views.reading import decimal_of, integer_of

COUNTS = ("good", "scrap_material", "scrap_worker", "rework")
LINES_MAX = 100
PEOPLE_MAX = 50
ZERO = Decimal(0)
SINCE = datetime(1970, 1, 1, tzinfo=UTC)
Data = dict[str, Any]
Act = Callable[[Any, uuid.UUID, Data], Data]


def _unreadable(where: str) -> DomainError:
    return DomainError(Problem("bad_request", "The request cannot be read.", where=where))


def _operation(data: Data, where: str = "operation") -> int:
    return integer_of(str(data.get("operation", "")), where)


def _at(data: Data) -> datetime | None:
    value = data.get("at")
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 10**14:
        raise _unreadable("at")
    return SINCE + timedelta(milliseconds=value)


def _confirm(data: Data) -> frozenset[str]:
    codes = data.get("confirm", [])
    if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
        raise _unreadable("confirm")
    return frozenset(codes)


def _rows(data: Data, name: str, most: int) -> list[Data]:
    rows = data.get(name, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows) or len(rows) > most:
        raise _unreadable(name)
    return rows


def _people(data: Data, where: str) -> tuple[services.PersonInput, ...]:
    """People with shares (empty: one each) and minutes (empty: the operation's)."""
    found = []
    for row in _rows(data, "people", PEOPLE_MAX):
        minutes = str(row.get("minutes", "") or "")
        found.append(
            services.PersonInput(
                integer_of(str(row.get("employee", "")), where), decimal_of(str(row.get("share", "")), where, default=Decimal(1)),
                decimal_of(minutes, where) if minutes else None,
            )
        )  # fmt: skip
    return tuple(found)


def _line(data: Data, at: str, people: tuple[services.PersonInput, ...] = ()) -> services.ReportInput:
    """One operation with its pieces. at: before the names of its fields, `lines.0.` in a list."""
    counts = {name: decimal_of(str(data.get(name, "")), f"{at}{name}", default=ZERO) for name in COUNTS}
    minutes = str(data.get("minutes", "") or "")
    return services.ReportInput(
        _operation(data, f"{at}operation"), **counts, minutes=decimal_of(minutes, f"{at}minutes") if minutes else None,
        machine=str(data.get("machine", "")), cause=str(data.get("cause", "")), people=_people(data, f"{at}people") or people,
    )  # fmt: skip


def _report(user: Any, request_id: uuid.UUID, data: Data) -> Data:
    line = _line(data, "")
    report = services.report_operation(
        actor=user, request_id=request_id, operation_id=line.operation_id, good=line.good, scrap_material=line.scrap_material,
        scrap_worker=line.scrap_worker, rework=line.rework, minutes=line.minutes, cause=line.cause, machine=line.machine,
        people=line.people, at=_at(data), confirm=_confirm(data),
    )  # fmt: skip
    return {"number": report.number}


def _report_many(user: Any, request_id: uuid.UUID, data: Data) -> Data:
    """Scanned operations of many orders as one report: all lines or none; every line that is wrong is named by its place.

    The people of the whole report did those lines that name none of their own.
    """
    people = _people(data, "people")
    lines: list[services.ReportInput] = []
    problems: list[Problem] = []
    seen: set[int] = set()
    for index, row in enumerate(_rows(data, "lines", LINES_MAX)):
        where = f"lines.{index}"
        try:
            line = _line(row, f"{where}.", people)
        except DomainError as error:
            problems += error.problems
            continue
        counts = [line.good, line.scrap_material, line.scrap_worker, line.rework]
        if min(counts) < 0 or not any(counts):
            problems.append(Problem("quantity_needed", "Enter a quantity above zero.", where=f"{where}.good"))
        if line.operation_id in seen:
            problems.append(Problem("scanned_twice", "This operation is in the list twice. Remove one.", where=where))
        seen.add(line.operation_id)
        lines.append(line)
    refuse_if(problems)
    report = services.report_work(actor=user, request_id=request_id, lines=lines, at=_at(data), confirm=_confirm(data))
    return {"number": report.number}


def _first(user: Any, request_id: uuid.UUID, data: Data) -> Data:
    services.request_first_piece(actor=user, request_id=request_id, operation_id=_operation(data))
    return {"first": "waiting"}


def _begin(user: Any, request_id: uuid.UUID, data: Data) -> Data:
    operation = services.begin_operation(actor=user, request_id=request_id, operation_id=_operation(data), at=_at(data))
    return {"state": operation.state}


def _stop(user: Any, request_id: uuid.UUID, data: Data) -> Data:
    time = services.stop_operation(actor=user, request_id=request_id, operation_id=_operation(data), at=_at(data))
    return {"minutes": f"{time.minutes.normalize():f}"}


def _acknowledge(user: Any, request_id: uuid.UUID, data: Data) -> Data:
    services.acknowledge_operation(actor=user, request_id=request_id, operation_id=_operation(data), at=_at(data))
    return {}


def _undo(user: Any, request_id: uuid.UUID, data: Data) -> Data:
    """Only the person's own latest report of the present shift's day: an older one, or another's, is taken back on its page."""
    asked, last = integer_of(str(data.get("report", "")), "report"), last_report(user)
    if last is None or last.pk != asked:
        raise DomainError(
            Problem("not_last", "Only your own latest report of today can be undone here."), Kind.CONFLICT
        )
    services.undo_report(actor=user, request_id=request_id, document_id=last.pk)
    return {"number": last.number}


def _help(user: Any, request_id: uuid.UUID, data: Data) -> Data:
    operation = str(data.get("operation") or "")
    row = services.call_help(
        actor=user, request_id=request_id, kind=str(data.get("kind", "")), text=str(data.get("text", "")),
        operation_id=integer_of(operation, "operation") if operation else None,
    )  # fmt: skip
    return {"call": row.pk}


ACTS: dict[str, Act] = {
    "report": _report, "report_many": _report_many, "begin": _begin, "stop": _stop, "acknowledge": _acknowledge, "first": _first,
    "undo": _undo, "help": _help,
}  # fmt: skip
