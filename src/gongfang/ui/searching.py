"""Quick search: which rows hold the typed words, at a cost that a table's size does not raise.

A word is looked for in the newest WINDOW rows of a table at any place of a text, and in all its rows at the beginning of what is
indexed (numbers, codes). Tables that are referred to are asked first, once; rows that refer to what was found there are read through
the index of the reference. Up to FEW rows found are handed on by their keys, so that page, count and sums do not look again; more
are asked for row by row in the order of the list, where a page is soon full.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.fields.reverse_related import ForeignObjectRel
from django.db.models.lookups import Exact

from gongfang.ui.derive import end_field

WINDOW = 50_000
FEW = 5_000
MOST_WORDS = 6


@models.CharField.register_lookup
class Begins(models.Lookup[Any]):
    """`begins`: a prefix in exactly this writing, read from the plain index.

    SQLite reads no index for LIKE with an escape character; PostgreSQL has a pattern index beside each index of a text.
    """

    lookup_name = "begins"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, parameters = self.process_lhs(compiler, connection)
        after = self.rhs[:-1] + chr(ord(self.rhs[-1]) + 1)
        return f"({column} >= %s AND {column} < %s)", [*parameters, self.rhs, *parameters, after]

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} LIKE %s", [*parameters, connection.ops.prep_for_like_query(self.rhs) + "%"]


@models.Field.register_lookup
class Holds(models.Lookup[Any]):
    """`holds`: a text anywhere, Latin letters in either case, as SQLite's LIKE does.

    PostgreSQL turns every text it compares into capitals: not for a word without such letters, and by the bytes of ASCII, not by the
    rules of a language, which takes half as long again.
    """

    lookup_name = "holds"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} LIKE %s ESCAPE '\\'", [*parameters, self._pattern(connection)]

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, parameters = self.process_lhs(compiler, connection)
        if self.rhs.lower() == self.rhs.upper():
            return f"{column}::text LIKE %s", [*parameters, self._pattern(connection)]
        return (
            f'UPPER({column}::text COLLATE "C") LIKE UPPER(%s::text COLLATE "C")',
            [*parameters, self._pattern(connection)],
        )

    def _pattern(self, connection: Any) -> str:
        return f"%{connection.ops.prep_for_like_query(self.rhs)}%"


def begins(path: str, start: str) -> Q:
    """Texts that begin so, by the index."""
    return Q(**{f"{path}__begins": start})


@dataclass(frozen=True, slots=True)
class Found:
    """A condition for counts and sums, and the same for a page in the list's order: read through no index of its own where so
    many rows hold that finding all of them to sort them would cost more than looking row by row until the page is full.
    """

    condition: Q
    in_order: Q
    count: int | None = None
    """How many rows of the table hold it, where that is known; at least so many unless is_exact."""
    is_exact: bool = True


def newest(model: type[models.Model]) -> Q:
    """The rows whose texts are looked through."""
    first = model._default_manager.order_by("-pk").annotate(first=F("pk") - WINDOW).values("first")[:1]
    return Q(pk__gt=models.Subquery(first))


def search(
    model: type[models.Model],
    paths: Sequence[str],
    text: str,
    beside: Callable[[str], Q] | None = None,
    *,
    is_whole: bool = False,
) -> Found:
    """Every word of the text must be found: in a column, at a row that a column refers to, or by what `beside` makes of it.

    Asks the database at once: a number of statements that depends on the words and on the tables referred to. is_whole: any part of
    a text in all rows, whatever that costs, because a person asked for it.
    """
    found, keys = Q(), None
    for word in text.replace("\0", "").split()[:MOST_WORDS]:
        condition = _word_condition(model, paths, word, is_whole)
        if beside is not None:
            condition |= beside(word)
        keys = _keys(model, found & condition)
        found = Q(pk__among=keys) if keys is not None else found & condition
    if keys is not None or not found:
        return Found(found, found, None if keys is None else len(keys))
    holds = Case(When(found, then=Value(1)), default=Value(0), output_field=models.IntegerField())
    return Found(found, Q(Exact(holds, 1)), FEW + 1, is_exact=False)


def looks_at_part(model: type[models.Model]) -> bool:
    """Whether the table has grown past what is searched at any place of a text."""
    last = model._default_manager.order_by("-pk").values_list("pk", flat=True).first()
    return isinstance(last, int) and last > WINDOW


def _keys(model: type[models.Model], condition: Q) -> list[int] | None:
    """The keys of the rows of a condition where they are few; all are looked at once."""
    keys = list(model._default_manager.filter(condition).order_by().values_list("pk", flat=True)[: FEW + 1])
    return keys if len(keys) <= FEW else None


def _word_condition(model: type[models.Model], paths: Sequence[str], word: str, is_whole: bool) -> Q:
    own: list[str] = []
    related: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        head, _sep, rest = path.partition("__")
        if rest:
            related[head].append(rest)
        else:
            own.append(path)
    found = _own_texts(model, own, word, is_whole)
    for head, rests in related.items():
        field = end_field(model, head)
        assert field is not None and field.related_model is not None, f"search path {head} of {model._meta.label}"
        found |= _through(model, head, field, _word_condition(field.related_model, rests, word, is_whole))
    return found


def _own_texts(model: type[models.Model], paths: Sequence[str], word: str, is_whole: bool) -> Q:
    if not paths:
        return Q(pk__in=[])
    anywhere = Q()
    for path in paths:
        anywhere |= Q(**{f"{path}__holds": word})
    if is_whole:
        return anywhere
    found = anywhere & newest(model)
    for path in paths:
        field = end_field(model, path)
        if isinstance(field, models.CharField) and _has_index(model, field):
            for written in {word, word.upper(), *_whole_numbers(model, path, word)}:
                found |= begins(path, written)
    return found


def _has_index(model: type[models.Model], field: Any) -> bool:
    return field.db_index or field.unique or any(index.fields[:1] == [field.name] for index in model._meta.indexes)


def _whole_numbers(model: type[models.Model], path: str, word: str) -> list[str]:
    """A number typed from its date on, without the letters of its type."""
    prefix = getattr(model, "prefix", "")
    return [f"{prefix}{word}"] if path == "number" and isinstance(prefix, str) and prefix and word[0].isdigit() else []


def _through(model: type[models.Model], head: str, field: Any, condition: Q) -> Q:
    """Rows of the model that a relation leads to rows of the condition."""
    rows = field.related_model._default_manager.filter(condition).order_by()
    key = field.field.attname if isinstance(field, ForeignObjectRel) and not field.many_to_many else "pk"
    keys = list(rows.values_list(key, flat=True)[: FEW + 1])
    is_few = len(keys) <= FEW
    chosen: Any = sorted({found for found in keys if found is not None}) if is_few else rows.values(key)
    how = "among" if is_few else "in"
    if key != "pk":
        return Q(**{f"pk__{how}": chosen})
    if field.many_to_many:
        linked = model._default_manager.filter(**{f"{head}__pk__{how}": chosen})
        return Q(pk__in=linked.order_by().values("pk"))
    return Q(**{f"{head}__pk__{how}": chosen})
