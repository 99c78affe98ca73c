"""Statements that are run all day: PostgreSQL plans each of them once per connection, and the driver quotes nothing.

Django's own cursors write the values into the text, so that every statement is read and planned anew: that costs the database several
times what the answer does, and the driver twice. What lists and pages ask stays with Django: their statements differ every time, and
their plans should follow the values.
"""

import threading
from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

ROWS_MAX = 64  # a statement for more rows at once is worth a plan of its own
PLANS_MAX = 400  # kept by each connection
_kept = threading.local()


def database() -> Any:
    """The connection of this thread itself; the proxy looks it up again for every attribute."""
    return connections[DEFAULT_DB_ALIAS]


def run(sql: str, params: Sequence[Any] = (), *, planned: bool = True) -> list[tuple[Any, ...]]:
    """Run one statement; its rows, none where it gives none. planned: False for one that will hardly be run again."""
    own = database()
    if planned and own.vendor == "postgresql":
        plain = _planned_cursor(own)
        own._prepare_cursor(plain).execute(sql, params)  # Django's wrapper: errors, logs and counts are as ever
        return plain.fetchall() if plain.pgresult.nfields else []  # type: ignore[no-any-return]
    with own.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []  # type: ignore[no-any-return]


def _planned_cursor(own: Any) -> Any:
    """The cursor of this thread that hands values over beside the text; it lives as long as its connection."""
    own.close_if_health_check_failed()
    own.ensure_connection()
    found = getattr(_kept, "cursor", None)
    if found is None or found.connection is not own.connection:
        found = _kept.cursor = _cursor_class()(own.connection)
    return found


@cache
def _cursor_class() -> Any:
    from psycopg import Cursor

    class Planned(Cursor[Any]):
        """Remembers the text of a statement also where its plan is there already: logs ask for it."""

        def _convert_query(self, query: Any, params: Any = None) -> Any:
            self._query = super()._convert_query(query, params)
            return self._query

    return Planned


def plan_once(connection: Any, **kwargs: Any) -> None:
    """Tell a new connection to PostgreSQL to keep plans: of a statement run a second time, whatever the size of its numbers."""
    if connection.vendor == "postgresql":
        from psycopg.types.numeric import Int8Dumper

        connection.connection.prepare_threshold = 1
        connection.connection.prepared_max = PLANS_MAX
        connection.connection.adapters.register_dumper(int, Int8Dumper)
