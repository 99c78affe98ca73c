"""Many rows in one statement on both databases: arrays on PostgreSQL, one JSON text on SQLite.

The number of statements and of parameters does not depend on the number of rows. A column with one value for all rows is sent once.
"""

import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, models
from django.utils import timezone

INT, TEXT, DATE, BOOL, TIME, JSON = "bigint", "text", "date", "boolean", "timestamptz", "jsonb"
UNQUOTED = {INT, DATE, BOOL, "integer", "smallint"}
Columns = Sequence[tuple[str, str]]
"""(name, INT | TEXT | DATE | BOOL | TIME) of each column."""


def rows_as_table(columns: Columns, rows: Sequence[Sequence[Any]]) -> tuple[str, list[Any]]:
    """SQL of a SELECT that yields the rows under the columns' names, and its parameters."""
    values: list[Sequence[Any]] = list(zip(*rows, strict=True)) if rows else [() for _ in columns]
    alike = [len(rows) > 1 and column.count(column[0]) == len(rows) for column in values]
    alike[0] = False  # one column has to say how many rows there are
    once = [column[0] for column, same in zip(values, alike, strict=True) if same]
    varying = [column for column, same in zip(values, alike, strict=True) if not same]
    if connection.vendor == "postgresql":
        picks = ", ".join(f'%s::{kind} AS "{name}"' if same else f'"{name}"' for (name, kind), same in zip(columns, alike, strict=True))  # fmt: skip
        given = [column for column, same in zip(columns, alike, strict=True) if not same]
        casts, names = ", ".join(f"%s::{kind}[]" for _, kind in given), ", ".join(f'"{name}"' for name, _ in given)
        return f"SELECT {picks} FROM unnest({casts}) AS given({names})", [
            *once,
            *(_array(kind, column) for (_, kind), column in zip(given, varying, strict=True)),
        ]
    place = iter(range(len(varying)))
    picks = ", ".join(
        f'%s AS "{name}"' if same else f"json_extract(value, '$[{next(place)}]') AS \"{name}\""
        for (name, _), same in zip(columns, alike, strict=True)
    )
    text = json.dumps(list(zip(*varying, strict=True)), default=_iso, ensure_ascii=False)
    return f"SELECT {picks} FROM json_each(%s)", [*(_iso(one) if isinstance(one, date) else one for one in once), text]


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


def _array(kind: str, column: Sequence[Any]) -> Any:
    """A column for PostgreSQL. Numbers and days need no quoting: written as one text they cost a fraction of the driver's way."""
    if kind in UNQUOTED:
        return "{" + ",".join(["NULL" if one is None else str(one) for one in column]) + "}"
    return list(column)


def _iso(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} is not written by a set-wise statement")


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
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({names}) {source}{giving}", params)
        return list(cursor.fetchall()) if fetch else []


def ensure(table: str, columns: Columns, key: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert the rows whose key is not there yet, in the order of the key, so that rivals meet in one order; one statement."""
    if not rows:
        return
    source, params = rows_as_table(columns, rows)
    names = ", ".join(f'"{name}"' for name, _ in columns)
    same = " AND ".join(f'{table}."{name}" = given."{name}"' for name in key)
    keys = ", ".join(f'"{name}"' for name in key)
    with connection.cursor() as cursor:
        cursor.execute(
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
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {wanted} FROM ({source}) given JOIN {table} ON {same} ORDER BY {order}{locking}", params
        )
        return list(cursor.fetchall())


def update(table: str, columns: Columns, rows: Sequence[Sequence[Any]], assign: str) -> None:
    """Change rows by id (the first column); one statement. assign: the SET clause, reading the new values from `given`."""
    if not rows:
        return
    source, params = rows_as_table(columns, rows)
    with connection.cursor() as cursor:
        cursor.execute(f'UPDATE {table} SET {assign} FROM ({source}) given WHERE {table}.id = given."id"', params)


def delete(table: str, column: str, values: Sequence[int]) -> None:
    """Delete the rows whose column has one of the values; one statement."""
    if not values:
        return
    source, params = rows_as_table([(column, INT)], [(value,) for value in values])
    with connection.cursor() as cursor:
        cursor.execute(f'DELETE FROM {table} WHERE "{column}" IN ({source})', params)


def update_rows(rows: Sequence[models.Model], fields: Sequence[str]) -> None:
    """Write some fields of rows of one model, each its own values; one statement, for any number of rows.

    What `bulk_update` does in many statements that grow with the rows. Dates, texts, numbers and references; no JSON.
    """
    if not rows:
        return
    model = type(rows[0])
    found = [model._meta.get_field(name) for name in fields]
    columns = [("id", INT), *((field.column, _kind(field)) for field in found)]  # type: ignore[union-attr]
    values = [
        [field.get_db_prep_save(getattr(row, field.attname), connection) for row in rows]  # type: ignore[union-attr]
        for field in found
    ]
    assign = ", ".join(f'"{name}" = given."{name}"' for name, _ in columns[1:])
    update(model._meta.db_table, columns, list(zip([row.pk for row in rows], *values, strict=True)), assign)


def insert_rows(
    rows: Sequence[models.Model], key: Sequence[str] = (), unless: Sequence[str] = (), changing: Sequence[str] = ()
) -> None:
    """Write new rows of one model, all their fields; one statement for any number of rows.

    What `bulk_create` does with a place in the statement for every value, in a third of the time. key: fields that tell the rows
    apart, by which they are given their ids; without it they have none afterwards. unless: fields of a unique key; a row that is
    there by it is left out, or its fields `changing` are written. Fields as `update_rows` has them, and JSON.
    """
    if not rows:
        return
    meta = rows[0]._meta
    columns, values, now = [], [], timezone.now()
    for field in meta.concrete_fields:
        if field.primary_key:
            continue
        if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
            for row in rows:
                setattr(row, field.attname, now)
        columns.append((field.column, JSON if isinstance(field, models.JSONField) else _kind(field)))
        values.append(_prepared(field, [getattr(row, field.attname) for row in rows]))
    first = next((n for n, column in enumerate(values) if column.count(column[0]) < len(rows)), 0)
    columns.insert(0, columns.pop(first))  # of the first column every value is sent
    values.insert(0, values.pop(first))
    own = [meta.get_field(name).column for name in key]  # type: ignore[union-attr]
    made = insert(
        meta.db_table, columns, list(zip(*values, strict=True)), fetch=["id", *own] if key else (),
        unless=[meta.get_field(name).column for name in unless],  # type: ignore[union-attr]
        changing=[meta.get_field(name).column for name in changing],  # type: ignore[union-attr]
    )  # fmt: skip
    if key:
        places = [[name for name, _ in columns].index(column) for column in own]
        ids = {tuple(_plain(one) for one in row[1:]): row[0] for row in made}
        for n, row in enumerate(rows):
            row.pk = ids[tuple(_plain(values[place][n]) for place in places)]
            row._state.adding, row._state.db = False, connection.alias


def _prepared(field: Any, given: list[Any]) -> list[Any]:
    """Values as the database takes them; what all rows have in common is prepared once."""
    if isinstance(field, models.JSONField):
        return [None if one is None else json.dumps(one, cls=field.encoder) for one in given]
    if len(given) > 1 and given.count(given[0]) == len(given):
        return [field.get_db_prep_save(given[0], connection)] * len(given)
    return [field.get_db_prep_save(one, connection) for one in given]


def _plain(value: Any) -> Any:
    """A part of a key, alike as it was sent and as it comes back."""
    if isinstance(value, date):
        return value.isoformat()
    return int(value) if isinstance(value, Decimal) else value


def _kind(field: Any) -> str:
    while field.remote_field is not None:
        field = field.target_field
    kinds = {
        models.DateTimeField: TIME, models.DateField: DATE, models.BooleanField: BOOL, models.IntegerField: INT, models.CharField: TEXT,
        models.TextField: TEXT, models.AutoField: INT,
    }  # fmt: skip
    for known, kind in kinds.items():
        if isinstance(field, known):
            return kind
    raise TypeError(f"{field} is not written by a set-wise statement")


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
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {names} FROM ({source}) given WHERE true ORDER BY {keys}"
            f" ON CONFLICT ({keys}) DO UPDATE SET {adding}",
            params,
        )


def select(
    sql: str, columns: Columns, rows: Sequence[Sequence[Any]], params: Sequence[Any] = ()
) -> list[tuple[Any, ...]]:
    """Run a query that reads the rows as `given`: `WITH given AS (…)` stands before it; one statement."""
    source, given = rows_as_table(columns, rows)
    with connection.cursor() as cursor:
        cursor.execute(f"WITH given AS ({source}) {sql}", [*given, *params])
        return list(cursor.fetchall())
