"""A document as one person sees it: head, stamp, lines, totals, and which verbs are possible now with the reason where not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import models

from gongfang.kernel.errors import DomainError, Kind, Problem
from gongfang.ui.derive import (
    STATE_COLORS,
    allowed,
    choices_of,
    columns_beside,
    derived_column,
    display_path,
    end_field,
    footer_columns,
    forward_relations,
    grid_title,
    header_fields,
    line_columns,
    line_fields,
    line_model,
    number_path,
    offered_grids,
    one,
    require_view,
)
from gongfang.ui.listing import visible_rows
from gongfang.ui.present import Cell, Shown, cell, choice_text, label_of, raw_value, reach, related_paths, shown_table
from gongfang.ui.registry import model_of, registry
from gongfang.ui.screens import Column, Field, LineGrid, Screen, Tab, VerbButton
from gongfang.ui.sentences import sentences

LINES_SHOWN = 200
LONG_HEAD = 16
WHOLE_LINE = 4
LINE_NO = "line_no"


@dataclass
class HeadCell:
    """One titled value of the head."""

    title: Any
    cell: Cell
    span: int = 1
    group: Any = ""


@dataclass
class Stamp:
    """The state as a stamp: its word, colour, and the second axis below it."""

    text: str
    color: str
    second: str = ""


@dataclass
class ButtonState:
    """A verb of this document for this person. reasons: why it is not possible now."""

    button: VerbButton
    title: Any
    reasons: list[str] = field(default_factory=list)
    primary: bool = False

    @property
    def possible(self) -> bool:
        return not self.reasons

    @property
    def has_dialog(self) -> bool:
        return bool(self.button.ask or self.button.preview or self.button.confirm)


@dataclass
class ShownGrid:
    """The lines of one grid. numbers: what stands before each of them. more: how many are not shown."""

    grid: LineGrid
    title: Any
    table: Shown
    numbers: list[int]
    more: int = 0

    @property
    def numbered(self) -> Iterable[tuple[int, list[Cell]]]:
        return zip(self.numbers, self.table.rows, strict=True)


def fetch(declared: Screen, user: Any, pk: int) -> models.Model:
    """One row in the person's data scope with the relations its head shows. Raises DomainError missing or forbidden."""
    require_view(user, declared)
    model = model_of(declared)
    paths = {forward_relations(model, display_path(model, field.path)) for field in header_fields(declared)}
    paths |= {forward_relations(model, column.path) for column in footer_columns(declared)}
    paths |= set(related_paths(declared, list(columns_beside(declared))))
    paths |= {name for name in ("created_by", "approved_by") if end_field(model, name) is not None}
    found = visible_rows(declared, user).select_related(*sorted(path for path in paths if path)).filter(pk=pk).first()
    if found is None:
        raise DomainError(
            Problem("missing", "There is no {title} {id}.", title=str(one(declared)), id=pk), Kind.MISSING
        )
    return found


def without_repeated_names(row: Any, columns: list[Column]) -> list[Column]:
    """The columns but names of related rows that the column of the row itself shows ("item" before "item__name")."""
    shown = {column.path: cell(row, column).text for column in columns if column.kind == "ref" and not column.value}
    return [
        column
        for column in columns
        if not (
            column.path.endswith("__name")
            and (name := cell(row, column).text)
            and shown.get(column.path.removesuffix("__name"), "").endswith(name)
        )
    ]


class DocumentView:
    """What the document page, a print and the API's detail show of a row."""

    def __init__(self, declared: Screen, user: Any, document: models.Model) -> None:
        self.declared, self.user, self.document = declared, user, document
        self.model = type(document)

    @property
    def name(self) -> str:
        """Its number, code or name; where it has none, the words that stand for it."""
        path = number_path(self.declared)
        return str((reach(self.document, path) if path not in ("pk", "id") else self.label) or self.document.pk)

    @property
    def label(self) -> str:
        return label_of(self.document, self.declared)

    def head(self) -> list[HeadCell]:
        """The header fields with values, then what else the list shows; of a long head only those that are filled, so that the
        page stays a page. An empty remark takes no line of its own."""
        cells = [
            HeadCell(one_field.title, self.head_cell(one_field), one_field.span, one_field.group)
            for one_field in allowed(self.user, header_fields(self.declared))
            if one_field.group_of is None
            and (one_field.shown is None or one_field.shown(self.document))
            and (one_field.on_edit or one_field.readonly or end_field(self.model, one_field.path) is not None)
        ]
        cells += [
            HeadCell(column.title, cell(self.document, column))
            for column in allowed(self.user, columns_beside(self.declared))
        ]
        if len(cells) <= LONG_HEAD:
            return [one_cell for one_cell in cells if one_cell.cell.text or one_cell.span < WHOLE_LINE]
        return [one_cell for one_cell in cells if one_cell.cell.raw not in (None, "", False, 0)]

    def head_cell(self, one_field: Field) -> Cell:
        shown = cell(self.document, self.head_column(one_field))
        return replace(shown, url=one_field.link(self.document)) if one_field.link and shown.text else shown

    def head_column(self, one_field: Field) -> Column:
        path = display_path(self.model, one_field.path)
        choices = one_field.choices() if callable(one_field.choices) else one_field.choices
        if choices is not None:  # what may be entered; what stands there already has its word from the model
            choices = [*choices, *(choices_of(end_field(self.model, path)) or ())]
        return derived_column(
            self.model,
            Column(
                path,
                one_field.title,
                kind=one_field.kind,
                choices=choices,
                precision=one_field.precision,
                unit=one_field.unit,
            ),
        )

    @property
    def state_path(self) -> str:
        names = (self.declared.state,) if self.declared.state else ("approval", "state", "status")
        return next((name for name in names if end_field(self.model, name) is not None), "")

    def stamp(self) -> Stamp | None:
        """The stamp of the first axis; the second stands below it once the document is approved."""
        if not self.state_path:
            return None
        value = reach(self.document, self.state_path)
        column = derived_column(self.model, self.state_path)
        listed = next((one for one in self.declared.columns if getattr(one, "path", one) == self.state_path), None)
        colors = {**STATE_COLORS, **(listed.colors if isinstance(listed, Column) else {})}
        stamp = Stamp(choice_text(value, column), colors.get(value, "secondary"))
        second = self.declared.second_state or ("execution" if self.state_path == "approval" else "")
        shown = next((one for one in self.declared.columns if getattr(one, "path", one) == second), None)
        if value == "approved" and isinstance(shown, Column) and shown.value is not None:
            stamp.second = str(shown.value(self.document))
        elif second and end_field(self.model, second) is not None and value == "approved":
            stamp.second = choice_text(reach(self.document, second), derived_column(self.model, second))
        return stamp

    def grids(self, *, everything: bool = False) -> list[ShownGrid]:
        """The line tables; two queries each at most."""
        return [
            self.grid(one_grid, everything=everything)
            for one_grid in offered_grids(self.declared)
            if one_grid.shown is None or one_grid.shown(self.document)
        ]

    def grid(self, one_grid: LineGrid, *, everything: bool = False) -> ShownGrid:
        asked = {
            display_path(line_model(self.declared, one_grid), one.path): one.choices
            for one in line_fields(self.declared, one_grid)
        }
        columns = [
            replace(column, choices=given()) if callable(given := asked.get(column.path)) else column
            for column in allowed(self.user, line_columns(self.declared, one_grid))
        ]
        rows = getattr(self.document, one_grid.relation).all()
        paths = {
            relation
            for column in columns
            for path in (column.path if column.value is None else "", column.unit, column.precision, *column.needs)
            if path and (relation := forward_relations(rows.model, path))
        }
        rows = rows.select_related(*sorted(paths)) if paths else rows
        rows = rows.order_by(*one_grid.order_by) if one_grid.order_by else rows
        found = list(rows if everything else rows[: LINES_SHOWN + 1])
        more = 0
        if len(found) > LINES_SHOWN and not everything:
            found, more = found[:LINES_SHOWN], rows.count() - LINES_SHOWN
        if found:  # a column that nobody filled only takes room
            columns = [
                column
                for column in columns
                if column.total or any(raw_value(row, column) not in (None, "") for row in found)
            ]
            if not everything:  # the link beside it says the name already
                columns = without_repeated_names(found[0], columns)
        numbers = list(range(1, len(found) + 1))
        if any(column.path == LINE_NO for column in columns):  # the line's own number stands before it
            numbers = [row.line_no for row in found]
            columns = [column for column in columns if column.path != LINE_NO]
        return ShownGrid(one_grid, grid_title(one_grid), shown_table(found, columns), numbers, more)

    def footer(self) -> list[HeadCell]:
        """Totals under the lines."""
        return [
            HeadCell(column.title, cell(self.document, column))
            for column in allowed(self.user, footer_columns(self.declared))
        ]

    def tabs(self) -> list[Tab]:
        """The noun's own tabs and those that higher packages add."""
        added = [extra.tab for extra in registry().extra_tabs if extra.screen == self.declared.key]
        return [tab for tab in (*self.declared.tabs, *added) if not tab.permission or self.user.may(tab.permission)]

    @property
    def editable(self) -> bool:
        """Whether the person may edit it now."""
        if not self.declared.edit_verb or not self.user.may(self.declared.edit_verb):
            return False
        if self.declared.editable is not None:
            return bool(self.declared.editable(self.document))
        return bool(getattr(self.document, "is_editable", True))

    def buttons(self, titles: Mapping[str, Any]) -> list[ButtonState]:
        """The verbs the person has, each with the reasons against it; the first possible one is primary. titles: of the verbs."""
        states: list[ButtonState] = []
        for button in self.declared.verbs:
            if not self.user.may(button.verb) or (button.shown is not None and not button.shown(self.document)):
                continue
            reasons = sentences(button.possible(self.document)) if button.possible else []
            states.append(ButtonState(button, button.title or titles.get(button.verb, button.verb), reasons))
        first = next(
            (state for state in states if state.possible and state.button.primary and not state.button.danger), None
        )
        if first is not None:
            first.primary = True
        return states


def find_button(declared: Screen, verb: str) -> VerbButton | None:
    """The declared button of a verb, by its full name or the part after the dot."""
    return next((button for button in declared.verbs if verb in (button.verb, button.verb.rpartition(".")[2])), None)


def page_of(button: VerbButton, pks: Sequence[int]) -> str:
    """The page of a button with some rows chosen."""
    address, _, name = button.page.partition("?")
    return f"{address}?" + "&".join(f"{name}={pk}" for pk in pks)


def chosen(buttons: Sequence[ButtonState]) -> tuple[list[ButtonState], list[ButtonState]]:
    """Buttons in the row (possible ones, the primary first) and those in the menu behind it (dangerous or impossible ones)."""
    row = [state for state in buttons if state.possible and not state.button.danger]
    row.sort(key=lambda state: not state.primary)
    shown = row[:4]
    return shown, [state for state in buttons if state not in shown]
