"""Print a plan (format gongfang/mrp-plan/1): the same problem gives the same bytes."""

from collections.abc import Callable, Iterator
from datetime import date
from io import BytesIO
from json import dumps
from typing import IO

import numpy as np

from ..formats import QUANTITY_ONE
from .plan import (
    ABOUT_DEMAND,
    ABOUT_ORDER,
    ABOUT_SUPPLY,
    EXCEPTION_KINDS,
    FROM_BYPRODUCT,
    FROM_STOCK,
    FROM_SUPPLY,
    REASONS,
    Plan,
)
from .problem import PROCUREMENTS, Integers, References
from .rendering import DAY, NUMBER, ORDINAL, PLANNED, TEXT, Columns, DateTexts, Pieces, TextTable, render, template

FORMAT = "gongfang/mrp-plan/1"


def plan_to_json(plan: Plan) -> bytes:
    """Give the plan as JSON (UTF-8)."""
    out = BytesIO()
    write_plan(plan, out)
    return out.getvalue()


def write_plan(plan: Plan, out: IO[bytes]) -> None:
    """Write the plan as JSON, a row per line, as it is made: it need not fit in memory as text."""
    writer = _Writer(plan)
    out.write(b'{"format": "%s",\n"low_level_codes": {' % FORMAT.encode())
    out.write(writer.codes())
    out.write(b"}")
    for name, rows in (
        ("planned_orders", writer.orders()),
        ("requirements", writer.requirements()),
        ("pegging", writer.pegging()),
        ("projected", writer.projected()),
        ("exceptions", writer.exceptions()),
    ):
        out.write(f',\n"{name}": ['.encode())
        skip = 1  # the comma before the first row
        for chunk in rows:
            out.write(chunk[skip:])
            skip = 0
        out.write(b"]" if skip else b"\n]")
    if plan.promises is not None:
        promised = (f"\n{dumps(row, ensure_ascii=False)[:-1]}, {rest}}}" for row, rest in _promise_rows(plan))
        out.write(f',\n"promises": [{",".join(promised)}\n]'.encode())
    out.write(b"}\n")


def _promise_rows(plan: Plan) -> Iterator[tuple[dict[str, object], str]]:
    """Give each promise, the exact quantity and the reason as text."""
    problem, rows = plan.problem, plan.promises
    assert rows is not None
    items, resources, demands = problem.items.ids, problem.capacity.ids, problem.demands.ids
    for row in range(len(rows)):
        reason = None
        if rows.kind[row]:
            reason = {
                "kind": REASONS[rows.kind[row]],
                "item": str(items[rows.item[row]]),
                "resource": str(resources[rows.resource[row]]) if rows.resource[row] >= 0 else None,
                "week": _iso(int(rows.week[row])),
            }
        head: dict[str, object] = {
            "demand": str(demands[rows.demand[row]]),
            "date": _iso(int(rows.date[row])),
            "late_days": int(rows.late_days[row]),
        }
        yield head, f'"short_qty": {decimal_text(int(rows.short[row]))}, "reason": {dumps(reason, ensure_ascii=False)}'


class _Writer:
    """The texts and dates of one plan, ready for the row printer. Every row begins with a comma."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        problem = plan.problem
        table = TextTable()
        self._item = table.add(problem.items.ids)
        self._demand = table.add(problem.demands.ids)
        self._supply = table.add(problem.supplies.ids)
        self._word = table.add(PROCUREMENTS)
        self._stock = table.add(["stock:"])
        self._plus = table.add(["+"])
        self._above = table.add([">"])
        self._texts = table.arrays()
        days = [plan.orders.release, plan.orders.due, plan.requirements.due, plan.projection.day]
        filled = [column for column in days if len(column)]
        first = min((int(column.min()) for column in filled), default=problem.today)
        last = max((int(column.max()) for column in filled), default=problem.today)
        self._dates = DateTexts.between(first, last)

    def codes(self) -> bytes:
        ids, codes = self.plan.problem.items.ids, self.plan.low_level_codes.tolist()
        return ", ".join(
            f"{dumps(str(ids[row]), ensure_ascii=False)}: {codes[row]}" for row in self.plan.item_order.tolist()
        ).encode()

    def orders(self) -> Iterator[memoryview]:
        orders, procurement = self.plan.orders, self.plan.problem.items.procurement
        pieces = template(
            ',\n{"id": "', (PLANNED, 0), '", "item": "', (TEXT, 1), '", "kind": "', (TEXT, 2), '", "qty": ', (NUMBER, 3),
            ', "release": ', (DAY, 4), ', "due": ', (DAY, 5), "}",
        )  # fmt: skip

        def columns(part: slice) -> Columns:
            item = orders.item[part]
            numbers = np.arange(part.start, part.start + len(item))
            kind = procurement[item].astype(np.int64) + self._word
            return numbers, item + self._item, kind, orders.quantity[part], orders.release[part], orders.due[part]

        return self._rows(pieces, len(orders), columns)

    def requirements(self) -> Iterator[memoryview]:
        rows = self.plan.requirements
        pieces = template(
            ',\n{"item": "', (TEXT, 0), '", "qty": ', (NUMBER, 1), ', "due": ', (DAY, 2),
            ', "from": "', (PLANNED, 3), (TEXT, 4), '"}',
        )  # fmt: skip

        def columns(part: slice) -> Columns:
            source = self._texts_of(rows.demand[part], self._demand)
            return rows.item[part] + self._item, rows.quantity[part], rows.due[part], rows.order[part], source

        return self._rows(pieces, len(rows), columns)

    def pegging(self) -> Iterator[memoryview]:
        pieces = template(
            ',\n{"supply": "', (TEXT, 0), (PLANNED, 1), (TEXT, 2), (TEXT, 3),
            '", "demand": "', (PLANNED, 4), (TEXT, 5), (TEXT, 6), (TEXT, 7), (ORDINAL, 8), '", "qty": ', (NUMBER, 9), "}",
        )  # fmt: skip
        return self._rows(pieces, len(self.plan.pegging), self._pegging_columns)

    def _pegging_columns(self, part: slice) -> Columns:
        """Name supplies (stock:A, PO7, P1, P1+Z) and demands (SO1, P1>B, P1>B#2) piece by piece."""
        rows, needed = self.plan.pegging, self.plan.requirements
        kind, supply, requirement = rows.supply_kind[part], rows.supply[part], rows.requirement[part]
        item = rows.item[part] + self._item
        of_item = (kind == FROM_STOCK) | (kind == FROM_BYPRODUCT)
        inner = requirement >= 0
        order, demand, ordinal = np.full(len(item), -1), rows.demand[part].copy(), np.ones(len(item), np.int64)
        above = requirement[inner]
        order[inner], demand[inner] = needed.order[above], needed.demand[above]
        ordinal[inner] = self.plan.requirement_ordinals[above]
        return (
            np.where(kind == FROM_STOCK, self._stock, 0),
            np.where(kind > FROM_SUPPLY, supply, -1),
            np.where(kind == FROM_BYPRODUCT, self._plus, 0),
            np.where(of_item, item, np.where(kind == FROM_SUPPLY, supply + self._supply, 0)),
            order,
            self._texts_of(demand, self._demand),
            np.where(inner, self._above, 0),
            np.where(inner, item, 0),
            ordinal,
            rows.quantity[part],
        )

    def projected(self) -> Iterator[memoryview]:
        rows = self.plan.projection
        return self._rows(
            template(',\n{"item": "', (TEXT, 0), '", "date": ', (DAY, 1), ', "qty": ', (NUMBER, 2), "}"),
            len(rows),
            lambda part: (rows.item[part] + self._item, rows.day[part], rows.quantity[part]),
        )

    def exceptions(self) -> Iterator[bytes]:
        plan, rows = self.plan, self.plan.exceptions
        for row, message in enumerate(exception_messages(plan)):
            quantity = int(rows.quantity[row])
            cells = {
                "kind": EXCEPTION_KINDS[rows.kind[row]],
                "subject": subject_of(plan, row),
                "from": _iso(int(rows.moved_from[row])),
                "to": _iso(int(rows.moved_to[row])),
            }
            text = dumps(cells, ensure_ascii=False)[:-1]
            number = "null" if quantity < 0 else decimal_text(quantity)
            yield f',\n{text}, "qty": {number}, "message": {dumps(message, ensure_ascii=False)}}}'.encode()

    def _texts_of(self, rows: References | Integers, first: int) -> Integers:
        return np.where(rows >= 0, rows + first, 0).astype(np.int64)

    def _rows(self, pieces: Pieces, count: int, columns: Callable[[slice], Columns]) -> Iterator[memoryview]:
        names = self.plan.order_names
        return render(pieces, count, columns, self._texts, self._dates, names.first, names.width)


def decimal_text(quantity: int) -> str:
    """Write a quantity of 10^-6 without needless zeros."""
    whole, rest = divmod(abs(quantity), QUANTITY_ONE)
    sign = "-" if quantity < 0 else ""
    return f"{sign}{whole}" + (f".{rest:06d}".rstrip("0") if rest else "")


def subject_of(plan: Plan, row: int) -> str:
    """Give the id of what an exception is about."""
    about, subject = int(plan.exceptions.about[row]), int(plan.exceptions.subject[row])
    if about == ABOUT_ORDER:
        return plan.order_names[subject]
    if about == ABOUT_DEMAND:
        return str(plan.problem.demands.ids[subject])
    if about == ABOUT_SUPPLY:
        return str(plan.problem.supplies.ids[subject])
    return str(plan.problem.items.ids[subject])


def exception_messages(plan: Plan) -> Iterator[str]:
    """Say each exception in a sentence (English; screens say it from the columns in the user's language)."""
    rows, problem = plan.exceptions, plan.problem
    horizon = _iso(problem.today + problem.horizon_days)
    for row, (kind, subject, item) in enumerate(
        zip(rows.kind.tolist(), rows.subject.tolist(), rows.item.tolist(), strict=True)
    ):
        name = subject_of(plan, row)
        goods = problem.items.ids[item]
        before, after = _iso(int(rows.moved_from[row])), _iso(int(rows.moved_to[row]))
        if kind == 0:
            release = int(plan.orders.release[subject])
            late = problem.today - release
            yield f"{name} of {goods} should have been released on {_iso(release)}, {late} days before today."
        elif kind == 1:
            yield f"{name} of {goods} was due on {before}; it counts as due today."
        elif kind == 2:
            yield f"{name} of {goods} is needed on {after}, before it comes on {before}."
        elif kind == 3:
            yield f"{name} of {goods} can move from {before} to {after}."
        elif kind == 4:
            yield f"{name} of {goods} is not needed within the horizon."
        elif kind == 5:
            stock = decimal_text(int(problem.items.safety_stock[item]))
            yield f"{goods} starts {decimal_text(int(rows.quantity[row]))} under its safety stock of {stock}."
        else:
            yield f"{name} of {goods} lies beyond the end of the horizon, {horizon}."


def _iso(day: int) -> str | None:
    return date.fromordinal(day).isoformat() if day else None
