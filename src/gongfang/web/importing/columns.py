"""The columns of a noun's import sheet: its header fields, then the fields of each of its grids."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from gongfang.ui import forms, naming
from gongfang.ui.derive import columns as list_columns
from gongfang.ui.derive import grid_title, line_model
from gongfang.ui.entry import EntryForm
from gongfang.ui.registry import registry
from gongfang.ui.screens import Field, LineGrid, Screen
from gongfang.ui.sheets import title_text


@dataclass(frozen=True, eq=False)
class SheetColumn:
    """A column of the sheet. grid: relation of the lines it belongs to, empty for the header. title: unlike that of any other column."""

    field: Field
    grid: str
    title: str

    @property
    def heading(self) -> str:
        return self.title + ("*" if self.field.required and not self.grid else "")


def import_columns(form: EntryForm) -> list[SheetColumn]:
    """Titles of lines say their grid where they would be read as something else: every grid after the first, and repeated titles."""
    found = [
        SheetColumn(field, "", title_text(field.title))
        for field in form.header.fields
        if not field.readonly and field.kind not in ("file", "image")
    ]
    taken = {column.title for column in found}
    for place, (grid, fields) in enumerate(form.grids):
        for field in fields:
            if field.readonly or field.kind in ("file", "image"):
                continue
            title = title_text(field.title)
            if place or title in taken:
                title = f"{title_text(grid_title(grid))}: {title}"
            taken.add(title)
            found.append(SheetColumn(field, grid.relation, title))
    return found


def defaults_of_lines(declared: Screen, grid: LineGrid, fields: Sequence[Field], user: Any) -> dict[str, str]:
    """What a new line of the entry grid begins with, as texts; the same holds for a line of a sheet."""
    model = line_model(declared, grid)
    found = {}
    for field in fields:
        value = None if field.readonly else forms.default_of_model(model, field, user)
        if value is None or (field.kind == "price" and field.default is None and not value):
            continue  # an empty price is found by the server (price list, agreement); a zero would be a price
        found[field.name] = forms.raw_text(value, field.kind)
    return {name: text for name, text in found.items() if text}


def names_of(declared: Screen, column: SheetColumn) -> list[str]:
    """What a heading may call a column: its title, its name, and the title the list shows it under (so exports come back)."""
    if column.grid:
        return [column.title, f"{column.grid}.{column.field.name}", column.field.name]
    name = column.field.name.removesuffix("_id")
    shown = [
        str(one_column.title)
        for one_column in list_columns(declared)
        if one_column.path.partition("__")[0] == name
    ]  # fmt: skip
    return [*shown, column.field.name, column.title]


def note_of(column: SheetColumn) -> str:
    """What may stand in a column, as the note on its heading."""
    parts = [str(column.field.help or "")]
    if column.field.kind == "choice":
        parts.append(" / ".join(label for _value, label in forms.choices_of_field(column.field)))
    if column.field.kind == "ref":
        parts.append(_how_named(column.field))
    if column.field.kind == "date":
        parts.append("yyyy-mm-dd")
    if column.grid:
        parts.append(_("A row without header values is a further line of the document above."))
    return "\n".join(part for part in parts if part)


def _how_named(field: Field) -> str:
    target: Any = registry().screens.get(field.ref)
    if target is None:
        return ""
    if target.named is not None or naming.LINE_KEY in naming.ways(target):
        return _("Number and line of the document, like CG20260101-0001-3")
    if naming.per_item(target):
        return _("The code; looked up within the item of the same row")
    return _("Code or name")
