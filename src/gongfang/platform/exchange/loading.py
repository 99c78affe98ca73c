"""Write the rows of a sheet set-wise: update what is there by its code, insert the rest."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from django.db import models

from gongfang.platform.bases import Record
from gongfang.platform.exchange.reporting import advance
from gongfang.platform.setwise import insert_rows

M = TypeVar("M", bound=models.Model)
BATCH = 2000


def upsert(
    model: type[M], records: Sequence[Mapping[str, Any]], *, unique: Sequence[str] = ("code",), columns: Collection[str],
    always: Collection[str] = (),
) -> list[M]:  # fmt: skip
    """Insert records or bring those with the same unique values up to date; three statements per BATCH rows.

    records: column values under their attribute names (`unit_id`), the same in each. columns: the sheet's columns that are there;
    what is not there stays as it is on rows that exist. always: computed columns that are written in any case.
    """
    if not records:
        return []
    names = {field.attname: field.name for field in model._meta.concrete_fields}
    known = [names[name] for name in records[0]]
    changing = [name for name in known if name not in unique and (name in columns or name in always)]
    if issubclass(model, Record):
        changing.append("updated_at")
        key = model._meta.get_field(unique[0]).attname
        _raise_versions(model, key, [record[key] for record in records])
    rows: list[M] = []
    by = unique if changing else ()  # a row that is left as it is gives no id back
    for start in range(0, len(records), BATCH):
        batch = [model(**record) for record in records[start : start + BATCH]]
        insert_rows(batch, key=by, unless=unique, changing=changing)
        rows += batch
        advance(0)  # so that a cancelled import stops here
    return rows


def _raise_versions(model: type[models.Model], key: str, values: Sequence[Any]) -> None:
    """Open screens of rows that exist become stale."""
    for start in range(0, len(values), BATCH):
        found = model._default_manager.filter(**{f"{key}__in": values[start : start + BATCH]})
        found.update(version=models.F("version") + 1)
        advance(0)


def replace_children(
    model: type[models.Model], parent: str, parents: Iterable[int], rows: Sequence[models.Model]
) -> None:
    """Put new lines in the place of all lines of some parents."""
    ids = list(parents)
    for start in range(0, len(ids), BATCH):
        model._default_manager.filter(**{f"{parent}__in": ids[start : start + BATCH]}).delete()
    model._default_manager.bulk_create(rows, batch_size=BATCH)
