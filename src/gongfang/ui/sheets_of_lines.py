"""Documents with their lines as sheets: one sheet for each grid, every line with the values of its document before it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, BinaryIO

from gongfang.ui.derive import allowed, forward_relations, grid_title, line_columns, line_model, offered_grids
from gongfang.ui.registry import model_of
from gongfang.ui.screens import Column, LineGrid, Screen
from gongfang.ui.sheets import SheetWriter, cells_of, head_of, title_text

CHUNK = 1_000


def write_with_lines(
    target: BinaryIO, declared: Screen, user: Any, columns: Sequence[Column], documents: Callable[[], Iterable[Any]]
) -> None:
    """A list with lines; two statements per grid and thousand documents. A document without lines has one row all the same."""
    writer: SheetWriter | None = None
    for grid in offered_grids(declared):
        name = title_text(grid_title(grid))
        if writer is None:
            writer = SheetWriter(target, name)
        else:
            writer.page(name)
        below = allowed(user, line_columns(declared, grid))
        head_of(writer, [*columns, *_titled(below, columns, name)])
        rows = iter(documents())
        while chunk := list(islice(rows, CHUNK)):
            lines = lines_of(declared, grid, below, [document.pk for document in chunk])
            for document in chunk:
                before = cells_of(document, columns)
                for line in lines.get(document.pk) or [None]:
                    writer.line([*before, *cells_of(line, below)])
    if writer is not None:
        writer.close()


def _titled(below: Sequence[Column], columns: Sequence[Column], name: str) -> list[Column]:
    """Columns of lines; those titled like one of the document say which grid they are of."""
    taken = {str(column.title).casefold() for column in columns}
    return [
        replace(column, title=f"{name}: {title_text(column.title)}")
        if str(column.title).casefold() in taken
        else column
        for column in below
    ]


def lines_of(
    declared: Screen, grid: LineGrid, columns: Sequence[Column], documents: Sequence[int]
) -> dict[int, list[Any]]:
    """The lines of a grid by document; one statement, whatever columns are shown."""
    model: Any = line_model(declared, grid)
    owner = model_of(declared)._meta.get_field(grid.relation).field  # type: ignore[union-attr]
    paths = {
        relation
        for column in columns
        for path in (column.path if column.value is None else "", column.unit, column.precision, *column.needs)
        if path and (relation := forward_relations(model, path))
    }
    rows = model._default_manager.filter(**{f"{owner.name}__in": documents})
    rows = rows.select_related(*sorted(paths)) if paths else rows
    order = grid.order_by or model._meta.ordering or ["pk"]
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows.order_by(*order):
        found[getattr(row, owner.attname)].append(row)
    return found
