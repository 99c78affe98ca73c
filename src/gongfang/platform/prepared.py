"""Reads whose SQL is made once: for a short statement the ORM's work of making it costs more than the database's of answering it."""

import threading
from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import partial
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, models
from django.db.models.base import ModelState
from django.db.models.query import FlatValuesListIterable, ModelIterable, ValuesListIterable
from django.db.models.signals import post_init, pre_init

from gongfang.platform.statements import database, run

M = TypeVar("M")
IDS_MAX = 64  # more at once pay for their own SQL
EXACT = 4  # so many ids have SQL of their own; more are filled up to the next power of two by the last of them, which changes nothing
STAND_IN = 7_310_000_000_000_000_000  # nobody's id: marks where the ids go among the parameters


class Prepared(Generic[M]):
    """A query for rows by some ids, compiled once per thread and number of ids; it gives the same as the query would: instances, or tuples
    where it is a `values_list`.

        HELD = Prepared(lambda ids: WorkOrder.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
        HELD([7])

    The query must not depend on anything but its ids and, where it is given, on `also`, which the SQL is kept by.
    """

    def __init__(self, build: Callable[..., models.QuerySet[Any, M]]) -> None:
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
        kept = self._compiled(None if ids is None else len(ids), also)
        assert not kept.locks or database().in_atomic_block, "a lock outside a transaction"
        values = kept.params
        if ids:
            values = [*values]
            for place, n in kept.places:
                values[place] = ids[n]
        return kept.made(run(kept.sql, values))

    def _compiled(self, count: int | None, also: tuple[Hashable, ...]) -> "_Compiled":
        known: dict[Any, _Compiled] = self.kept.__dict__.setdefault(database().vendor, {})
        key = (count, also)
        if key not in known:
            if len(known) > 20:  # `also` of yesterday
                known.clear()
            given = () if count is None else ([STAND_IN + n for n in range(count)],)
            known[key] = _Compiled(self.build(*given, *also))
        return known[key]


def give_children(rows: Sequence[models.Model], name: str, children: Sequence[Any]) -> None:
    """Give each row those of its children that were read, so that its relation `name` asks nothing; as `prefetch_related` leaves them."""
    if not rows:
        return
    field = type(rows[0])._meta.get_field(name).remote_field  # type: ignore[union-attr]
    by_row: dict[int, list[Any]] = {row.pk: [] for row in rows}
    parents = {row.pk: row for row in rows}
    for child in children:
        pk = getattr(child, field.attname)  # type: ignore[union-attr]
        by_row[pk].append(child)
        setattr(child, field.name, parents[pk])  # type: ignore[union-attr]
    for row in rows:
        found = getattr(row, name).get_queryset()
        found._result_cache, found._prefetch_done = by_row[row.pk], True
        row.__dict__.setdefault("_prefetched_objects_cache", {})[name] = found


class _Compiled:
    """The SQL of a query and what makes its rows."""

    def __init__(self, query: models.QuerySet[Any, Any]) -> None:
        compiler: Any = query.query.get_compiler(connection=database())
        self.sql, params = compiler.as_sql()
        self.params: Sequence[Any] = params
        self.places = [(n, one - STAND_IN) for n, one in enumerate(params) if isinstance(one, int) and one >= STAND_IN]
        self.locks = compiler.query.select_for_update
        converters = compiler.get_converters([column[0] for column in compiler.select[: compiler.col_count]])
        self.converters = [(n, partial(_converted, *how, compiler.connection)) for n, how in converters.items()]
        kind = query._iterable_class  # type: ignore[attr-defined]
        assert kind in (ModelIterable, ValuesListIterable, FlatValuesListIterable), "instances or values_list"
        self.is_flat = kind is FlatValuesListIterable
        self.maker = _Maker(compiler.klass_info, compiler.select) if kind is ModelIterable else None
        self.named = list(compiler.annotation_col_map.items())

    def made(self, found: list[tuple[Any, ...]]) -> list[Any]:
        """Rows as the ORM makes them: fields converted, related rows of select_related filled in, annotations set."""
        rows: list[Any] = found
        if self.converters:
            rows = [list(row) for row in found]
            for place, convert in self.converters:
                for row in rows:
                    row[place] = convert(row[place])
        if self.maker is None:
            return [row[0] for row in rows] if self.is_flat else [tuple(row) for row in rows]
        made = [self.maker.make(row) for row in rows]
        for name, place in self.named:
            for one, row in zip(made, rows, strict=True):
                setattr(one, name, row[place])
        return made


def _converted(converters: Iterable[Callable[..., Any]], expression: Any, connection: Any, value: Any) -> Any:
    for convert in converters:
        value = convert(value, expression, connection)
    return value


class _Maker:
    """Makes instances of a model, and of those that are read along, out of the columns of a row."""

    def __init__(self, info: Any, select: Any) -> None:
        assert not info.get("from_parent"), "rows of models that are stored in several tables are left to the ORM"
        self.model = info["model"]
        fields = info["select_fields"]
        self.start, self.end = fields[0], fields[-1] + 1
        self.names = [column[0].target.attname for column in select[self.start : self.end]]
        meta = self.model._meta
        self.key = self.start + self.names.index(meta.pk.attname)
        self.is_plain = (
            len(self.names) == len(meta.concrete_fields)
            and self.model.__init__ is models.Model.__init__
            and self.model.from_db.__func__ is models.Model.from_db.__func__  # type: ignore[attr-defined]
            and not any(signal.has_listeners(self.model) for signal in (pre_init, post_init))
        )
        self.related = [
            (_Maker(one, select), one["local_setter"], one["remote_setter"])
            for one in info.get("related_klass_infos", [])
        ]

    def make(self, row: Sequence[Any]) -> Any:
        """An instance as it comes from the database; a plain model's attributes are put into it without its `__init__`."""
        if self.is_plain:
            made = object.__new__(self.model)
            state = ModelState()
            state.adding, state.db = False, DEFAULT_DB_ALIAS
            made.__dict__["_state"] = state
            made.__dict__.update(zip(self.names, row[self.start : self.end], strict=True))
        else:
            made = self.model.from_db(DEFAULT_DB_ALIAS, self.names, row[self.start : self.end])
        for maker, set_here, set_there in self.related:
            other = None if row[maker.key] is None else maker.make(row)
            set_here(made, other)
            if other is not None:
                set_there(other, made)
        return made
