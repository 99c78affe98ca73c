"""Reads whose SQL is made once: for a short statement the ORM's work of making it costs more than the database's of answering it."""

import threading
from collections.abc import Callable, Hashable, Sequence
from typing import Any, Generic, TypeVar

from django.db import connection, models
from django.db.models.query import get_related_populators

M = TypeVar("M", bound=models.Model)
IDS_MAX = 64  # more at once pay for their own SQL
EXACT = 4  # so many ids have SQL of their own; more are filled up to the next power of two by the last of them, which changes nothing
STAND_IN = 7_310_000_000_000_000_000  # nobody's id: marks where the ids go among the parameters


class Prepared(Generic[M]):
    """A query for rows by some ids, compiled once per thread and number of ids; it gives the same instances as the query would.

        HELD = Prepared(lambda ids: WorkOrder.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
        HELD([7])

    The query must not depend on anything but its ids and, where it is given, on `also`, which the SQL is kept by.
    """

    def __init__(self, build: Callable[..., models.QuerySet[M]]) -> None:
        self.build = build
        self.kept = threading.local()  # a compiler holds the connection of its thread

    def all(self, *also: Hashable) -> list[M]:
        """The rows of a query that asks for no ids; one statement."""
        return self._rows(None, also)

    def __call__(self, ids: Sequence[int], *also: Hashable) -> list[M]:
        """The rows of the ids; one statement, none without ids."""
        if not ids:
            return []
        if len(ids) > IDS_MAX or not all(isinstance(one, int) and 0 <= one < STAND_IN for one in ids):
            return list(self.build(list(ids), *also))
        if len(ids) > EXACT:
            ids = [*ids, *[ids[-1]] * ((1 << (len(ids) - 1).bit_length()) - len(ids))]
        return self._rows(ids, also)

    def _rows(self, ids: Sequence[int] | None, also: tuple[Hashable, ...]) -> list[M]:
        sql, params, compiler = self._compiled(None if ids is None else len(ids), also)
        assert connection.in_atomic_block or not compiler.query.select_for_update, "a lock outside a transaction"
        values = [
            ids[value - STAND_IN] if ids and isinstance(value, int) and value >= STAND_IN else value for value in params
        ]
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            found = cursor.fetchall()
        return _instances(compiler, found)

    def _compiled(self, count: int | None, also: tuple[Hashable, ...]) -> tuple[str, Sequence[Any], Any]:
        known: dict[Any, Any] = self.kept.__dict__.setdefault(connection.vendor, {})
        key = (count, also)
        if key not in known:
            if len(known) > 20:  # `also` of yesterday
                known.clear()
            given = () if count is None else ([STAND_IN + n for n in range(count)],)
            compiler = self.build(*given, *also).query.get_compiler(connection=connection)
            known[key] = (*compiler.as_sql(), compiler)
        return known[key]  # type: ignore[no-any-return]


def _instances(compiler: Any, found: Sequence[tuple[Any, ...]]) -> list[Any]:
    """Rows as the ORM makes them: fields converted, related rows of select_related filled in, annotations set."""
    model, start, end = compiler.klass_info["model"], *_span(compiler)
    names = [column[0].target.attname for column in compiler.select[start:end]]
    populators = get_related_populators(compiler.klass_info, compiler.select, connection.alias)
    rows = []
    for values in compiler.results_iter([found]):
        row = model.from_db(connection.alias, names, values[start:end])
        for populator in populators:
            populator.populate(values, row)
        for name, place in compiler.annotation_col_map.items():
            setattr(row, name, values[place])
        rows.append(row)
    return rows


def _span(compiler: Any) -> tuple[int, int]:
    fields = compiler.klass_info["select_fields"]
    return fields[0], fields[-1] + 1
