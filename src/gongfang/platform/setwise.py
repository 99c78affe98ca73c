"""Many rows in one statement on both databases: arrays on PostgreSQL, one JSON text on SQLite.

The number of statements and of parameters does not depend on the number of rows. A column with one value for all rows is sent once.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, models
from django.utils import timezone

from gongfang.platform.fields import ScaledField
from gongfang.platform.statements import ROWS_MAX, database, run

INT, TEXT, DATE, BOOL, TIME, JSON = "bigint", "text", "date", "boolean", "timestamptz", "jsonb"
UNQUOTED = {INT, DATE, BOOL, "integer", "smallint"}
Columns = Sequence[tuple[str, str]]
"""(name, INT | TEXT | DATE | BOOL | TIME) of each column."""


def rows_as_table(columns: Columns, rows: Sequence[Sequence[Any]]) -> tuple[str, list[Any]]:
    """SQL of a SELECT that yields the rows under the columns' names, and its parameters.

    The text of few rows depends on nothing but whether they are one or more, so that its plan is kept.
    """
    is_postgresql = database().vendor == "postgresql"
    if len(rows) == 1:
        places = ", ".join(
            [f'%s::{kind} AS "{name}"' if is_postgresql else f'%s AS "{name}"' for name, kind in columns]
        )
        return f"SELECT {places}", [_text(one) if is_postgresql else _iso(one) for one in rows[0]]
    values: list[Sequence[Any]] = list(zip(*rows, strict=True)) if rows else [() for _ in columns]
    alike = [len(rows) > ROWS_MAX and column.count(column[0]) == len(rows) for column in values]
    alike[0] = False  # one column has to say how many rows there are
    once = [column[0] for column, same in zip(values, alike, strict=True) if same]
    varying = [column for column, same in zip(values, alike, strict=True) if not same]
    if is_postgresql:
        picks = ", ".join(f'%s::{kind} AS "{name}"' if same else f'"{name}"' for (name, kind), same in zip(columns, alike, strict=True))  # fmt: skip
        given = [column for column, same in zip(columns, alike, strict=True) if not same]
        casts, names = ", ".join(f"%s::{kind}[]" for _, kind in given), ", ".join(f'"{name}"' for name, _ in given)
        return f"SELECT {picks} FROM unnest({casts}) AS given({names})", [
            *map(_text, once),
            *(_array(kind, column) for (_, kind), column in zip(given, varying, strict=True)),
        ]
    place = iter(range(len(varying)))
    picks = ", ".join(
        f'%s AS "{name}"' if same else f"json_extract(value, '$[{next(place)}]') AS \"{name}\""
        for (name, _), same in zip(columns, alike, strict=True)
    )
    text = json.dumps(list(zip(*varying, strict=True)), default=_iso, ensure_ascii=False)
    return f"SELECT {picks} FROM json_each(%s)", [*map(_iso, once), text]


@models.ForeignKey.register_lookup
@models.IntegerField.register_lookup
class Among(models.Lookup[Any]):
    """`among`: one of many keys, given to the database as one value; ten thousand places in a statement take longer than its work."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} IN (SELECT value FROM json_each(%s))", [*parameters, json.dumps(self.rhs)]

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s::bigint[])", [*parameters, self.rhs]


def _text(value: Any) -> str | None:
    """A value for PostgreSQL, which is told the kind beside it: always text, so that the plan does not depend on what is left empty."""
    return None if value is None else str(value)


def _array(kind: str, column: Sequence[Any]) -> str:
    """A column for PostgreSQL, as one text; numbers and days need no quotes."""
    if kind in UNQUOTED:
        return "{" + ",".join(["NULL" if one is None else str(one) for one in column]) + "}"
    return "{" + ",".join(["NULL" if one is None else _quoted(str(one)) for one in column]) + "}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _iso(value: Any) -> Any:
    """A value for SQLite, which keeps days and moments as text."""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, int | str):
        return value
    raise TypeError(f"{value!r} is not written by a set-wise statement")


def _run(rows: Sequence[Any], sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Few rows by a plan that is kept; many by one made for their number, and for the table as it is now."""
    return run(sql, params, planned=len(rows) <= ROWS_MAX)


def insert(
    table: str, columns: Columns, rows: Sequence[Sequence[Any]], fetch: Sequence[str] = (), unless: Sequence[str] = (),
    changing: Sequence[str] = (),
) -> list[tuple[Any, ...]]:  # fmt: skip
    """Insert all rows; one statement. fetch: columns to give back of the new rows, in any order: name what tells them apart.

    unless: key by which a row may be there already; it is left out then, or its `changing` columns are brought up to date, and
    rivals meet in the order of the key.
    """
    if not rows:
        return []
    source, params = rows_as_table(columns, rows)
    names = ", ".join(f'"{name}"' for name, _ in columns)
    if unless:
        keys = ", ".join(f'"{name}"' for name in unless)
        known = ", ".join(f'"{name}" = excluded."{name}"' for name in changing)
        act = f"UPDATE SET {known}" if changing else "NOTHING"
        source = f"SELECT {names} FROM ({source}) given WHERE true ORDER BY {keys} ON CONFLICT ({keys}) DO {act}"
    giving = f" RETURNING {', '.join(fetch)}" if fetch else ""
    return _run(rows, f"INSERT INTO {table} ({names}) {source}{giving}", params)


def ensure(table: str, columns: Columns, key: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert the rows whose key is not there yet, in the order of the key, so that rivals meet in one order; one statement."""
    if not rows:
        return
    source, params = rows_as_table(columns, rows)
    names = ", ".join(f'"{name}"' for name, _ in columns)
    same = " AND ".join(f'{table}."{name}" = given."{name}"' for name in key)
    keys = ", ".join(f'"{name}"' for name in key)
    _run(
        rows,
        f"INSERT INTO {table} ({names}) SELECT {names} FROM ({source}) given"
        f" WHERE NOT EXISTS (SELECT 1 FROM {table} WHERE {same}) ORDER BY {keys} ON CONFLICT ({keys}) DO NOTHING",
        params,
    )


def lock(table: str, columns: Columns, rows: Sequence[Sequence[Any]], fetch: Sequence[str]) -> list[tuple[Any, ...]]:
    """Read rows by key and lock them until commit, in the order of the key; one statement. Dates come as `date`."""
    if not rows:
        return []
    source, params = rows_as_table(columns, rows)
    same = " AND ".join(f'{table}."{name}" = given."{name}"' for name, _ in columns)
    order = ", ".join(f'{table}."{name}"' for name, _ in columns)
    wanted = ", ".join(f'{table}."{name}"' for name in fetch)
    locking = f" FOR UPDATE OF {table}" if connection.vendor == "postgresql" else ""
    return _run(rows, f"SELECT {wanted} FROM ({source}) given JOIN {table} ON {same} ORDER BY {order}{locking}", params)


def update(table: str, columns: Columns, rows: Sequence[Sequence[Any]], assign: str) -> None:
    """Change rows by id (the first column); one statement. assign: the SET clause, reading the new values from `given`."""
    if not rows:
        return
    source, params = rows_as_table(columns, rows)
    _run(rows, f'UPDATE {table} SET {assign} FROM ({source}) given WHERE {table}.id = given."id"', params)


def delete(table: str, column: str, values: Sequence[int]) -> None:
    """Delete the rows whose column has one of the values; one statement."""
    if not values:
        return
    source, params = rows_as_table([(column, INT)], [(value,) for value in values])
    _run(values, f'DELETE FROM {table} WHERE "{column}" IN ({source})', params)


@dataclass(frozen=True, slots=True)
class _Column:
    """A model's field as it is written: known once, since a field's kind is found by taking it apart."""

    field: Any
    name: str
    kind: str
    plain: type | None  # a value of exactly this type is written as it is
    stamped: bool

    def values(self, rows: Sequence[models.Model], own: Any) -> list[Any]:
        """The rows' values as the database takes them; what all have in common is prepared once."""
        field, plain, name = self.field, self.plain, self.field.attname
        given = [getattr(row, name) for row in rows]
        if self.kind == JSON:
            return [None if one is None else json.dumps(one, cls=field.encoder, ensure_ascii=False) for one in given]
        if len(given) > ROWS_MAX and given.count(given[0]) == len(given):
            return [field.get_db_prep_save(given[0], own)] * len(given)
        return [one if one is None or type(one) is plain else field.get_db_prep_save(one, own) for one in given]


@cache
def _columns(model: type[models.Model], names: tuple[str, ...] = ()) -> tuple[_Column, ...]:
    """Columns of a model, all but its key where none are named."""
    meta = model._meta
    found = [meta.get_field(name) for name in names] or [one for one in meta.concrete_fields if not one.primary_key]
    return tuple(
        _Column(
            one, one.column, JSON if isinstance(one, models.JSONField) else _kind(one), _plain_type(one),  # type: ignore[union-attr]
            bool(getattr(one, "auto_now", False) or getattr(one, "auto_now_add", False)),
        )
        for one in found
    )  # fmt: skip


def update_rows(rows: Sequence[models.Model], fields: Sequence[str]) -> None:
    """Write some fields of rows of one model, each its own values; one statement, for any number of rows.

    What `bulk_update` does in many statements that grow with the rows. Dates, texts, numbers, references and JSON.
    """
    if not rows:
        return
    found, own = _columns(type(rows[0]), tuple(fields)), database()
    columns = [("id", INT), *((one.name, one.kind) for one in found)]
    assign = ", ".join([f'"{one.name}" = given."{one.name}"' for one in found])
    values = zip([row.pk for row in rows], *(one.values(rows, own) for one in found), strict=True)
    update(rows[0]._meta.db_table, columns, list(values), assign)


def insert_rows(
    rows: Sequence[models.Model], key: Sequence[str] = (), unless: Sequence[str] = (), changing: Sequence[str] = (), *,
    in_order: bool = False,
) -> None:  # fmt: skip
    """Write new rows of one model, all their fields; one statement for any number of rows.

    What `bulk_create` does with a place in the statement for every value, in a third of the time. key: fields that tell the rows
    apart, by which they are given their ids; without it they have none afterwards. in_order: they are given ids that rise from row to
    row, as the rows are written one after the other. unless: fields of a unique key; a row that is
    there by it is left out, or its fields `changing` are written. Fields as `update_rows` has them.
    """
    if not rows:
        return
    model, now, own = type(rows[0]), timezone.now(), database()
    meta = model._meta
    written = []
    for column in _columns(model):
        if column.stamped:
            for row in rows:
                setattr(row, column.field.attname, now)
        written.append((column, column.values(rows, own)))
    if len(rows) > ROWS_MAX:  # of the first column every value is sent
        written.sort(key=lambda pair: pair[1].count(pair[1][0]) == len(rows))
    telling = [column.name for column in _columns(model, tuple(key))] if key else []
    made = insert(
        meta.db_table, [(column.name, column.kind) for column, _ in written], list(zip(*(values for _, values in written), strict=True)),
        fetch=["id", *telling] if telling or in_order else (),
        unless=[meta.get_field(name).column for name in unless],  # type: ignore[union-attr]
        changing=[meta.get_field(name).column for name in changing],  # type: ignore[union-attr]
    )  # fmt: skip
    if not made:
        return
    ids = [row[0] for row in made]
    if telling:
        by_name = {column.name: values for column, values in written}
        known = {tuple(_plain(one) for one in row[1:]): row[0] for row in made}
        ids = [known[tuple(_plain(by_name[name][n]) for name in telling)] for n in range(len(rows))]
    for row, pk in zip(rows, sorted(ids) if in_order else ids, strict=True):
        row.pk = pk
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


def _plain(value: Any) -> Any:
    """A part of a key, alike as it was sent and as it comes back."""
    if isinstance(value, date):
        return value.isoformat()
    return int(value) if isinstance(value, Decimal) else value


KINDS: dict[type[models.Field[Any, Any]], tuple[str, type | None]] = {
    models.DateTimeField: (TIME, None), models.DateField: (DATE, date), models.BooleanField: (BOOL, bool), ScaledField: (INT, None),
    models.IntegerField: (INT, int), models.CharField: (TEXT, str), models.TextField: (TEXT, str), models.AutoField: (INT, int),
}  # fmt: skip
"""Field → how it is written, and the type of value that needs no preparing."""


def _found_kind(field: Any) -> tuple[str, type | None]:
    while field.remote_field is not None:
        field = field.target_field
    for known, kind in KINDS.items():
        if isinstance(field, known):
            return kind
    raise TypeError(f"{field} is not written by a set-wise statement")


def _kind(field: Any) -> str:
    return _found_kind(field)[0]


def _plain_type(field: Any) -> type | None:
    return None if isinstance(field, models.JSONField) else _found_kind(field)[1]


def add_up(
    table: str, columns: Columns, key: Sequence[str], sums: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Insert rows, or add their figures to those that are there; one statement."""
    if not rows:
        return
    source, params = rows_as_table(columns, rows)
    names = ", ".join(f'"{name}"' for name, _ in columns)
    keys = ", ".join(f'"{name}"' for name in key)
    adding = ", ".join(f'"{name}" = {table}."{name}" + excluded."{name}"' for name in sums)
    _run(
        rows,
        f"INSERT INTO {table} ({names}) SELECT {names} FROM ({source}) given WHERE true ORDER BY {keys}"
        f" ON CONFLICT ({keys}) DO UPDATE SET {adding}",
        params,
    )


def select(
    sql: str, columns: Columns, rows: Sequence[Sequence[Any]], params: Sequence[Any] = ()
) -> list[tuple[Any, ...]]:
    """Run a query that reads the rows as `given`: `WITH given AS (…)` stands before it; one statement."""
    source, given = rows_as_table(columns, rows)
    return _run(rows, f"WITH given AS ({source}) {sql}", [*given, *params])
