"""The form that creates or edits a row: which fields it has, what was typed, what is wrong, and the entry grids' settings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from django.db import models

from gongfang.kernel.errors import Problem
from gongfang.ui import forms
from gongfang.ui.derive import (
    allowed,
    derived_field,
    end_field,
    grid_title,
    header_fields,
    line_fields,
    line_model,
    offered_grids,
)
from gongfang.ui.present import cell, label_of, number_text, reach
from gongfang.ui.registry import model_of, screen_of
from gongfang.ui.screens import Column, Field, LineGrid, Screen, VerbButton
from gongfang.ui.sentences import Placed, placed

TRANSPORT = {"csrfmiddlewaretoken", "request_id", "version", "next", "confirm"}


@dataclass
class BoundField:
    """One field ready for a template."""

    field: Field
    value: str = ""
    label: str = ""
    error: str = ""
    choices: list[tuple[str, str]] = field(default_factory=list)
    groups: list[tuple[str, list[tuple[str, str]], int]] = field(default_factory=list)
    lookup: str = ""
    given: str = ""
    shown: str = ""
    chosen: list[tuple[str, str]] = field(default_factory=list)

    @property
    def id(self) -> str:
        return f"f-{self.field.name}"

    @property
    def is_number(self) -> bool:
        return self.field.kind in ("number", "quantity", "price", "money", "percent", "progress")

    @property
    def selected(self) -> list[str]:
        return self.value.split(",") if self.field.many else [self.value]


def lookup_url(declared: Screen | None, one: Field, grid: str = "", verb: str = "") -> str:
    """Where a reference field looks rows up; says for which field, so that its conditions and fills apply."""
    context = f"for={quote(declared.key)}&" if declared else ""
    return f"/-/lookup/{one.ref}?{context}grid={grid}&verb={verb}&field={one.name}"


def given_names(fields: Iterable[Field], one: Field) -> list[str]:
    """Other values that a look-up's condition may ask for."""
    return [
        other.name
        for other in fields
        if (callable(one.where) or one.fill_with)
        and other.name != one.name
        and other.kind in ("ref", "choice", "date", "bool")
    ]


class FieldSet:
    """Some fields with what was typed into them: a header, or the questions of a verb."""

    def __init__(self, fields: list[Field], user: Any, declared: Screen | None = None, verb: str = "") -> None:
        self.fields, self.user, self.declared, self.verb = fields, user, declared, verb
        self.raw: dict[str, Any] = {}
        self.refs = forms.Refs()

    def read(self, raw: Mapping[str, Any]) -> forms.Entry:
        """Typed values and problems; the raw texts are kept for showing again."""
        self.raw = {one.name: raw.get(one.name, "") for one in self.fields}
        entry = forms.read_fields(self.fields, self.raw, self.user)
        self.refs.fetch(forms.wanted_refs(self.fields, [self.raw]), self.user)
        entry.problems += forms.ref_problems(self.fields, [entry.values], self.refs)
        return entry

    def strangers(self, raw: Mapping[str, Any], others: Iterable[str] = ()) -> list[Problem]:
        """Posted names that are no field here: nothing is silently left out."""
        names = {one.name for one in self.fields if not one.readonly} | {*others, *TRANSPORT}
        return [
            Problem("unknown_field", "There is no field “{name}”.", name=str(name)[:40])
            for name in raw
            if name not in names
        ]

    def start(self, values: Mapping[str, Any]) -> None:
        """Begin with typed values."""
        self.raw = {one.name: forms.raw_text(values.get(one.name), one.kind) for one in self.fields}
        self.refs.fetch(forms.wanted_refs(self.fields, [self.raw]), self.user)

    def _label(self, one: Field, value: str) -> str:
        return self.refs.label(one.ref, int(value)) if value.isdigit() else forms.typed_ref(value)

    def bound(self, errors: Mapping[str, str], document: models.Model | None = None) -> list[BoundField]:
        found = []
        for one in self.fields:
            raw = self.raw.get(one.name, "")
            value = (
                ",".join(map(str, raw))
                if isinstance(raw, list | tuple)
                else ""
                if one.kind == "file"
                else str(raw or "")
            )
            shown = BoundField(one, value, error=errors.get(one.name, ""))
            if one.kind == "choice":
                shown.choices = forms.choices_of_field(one)
                if one.group_of:
                    by_group: dict[str, list[tuple[str, str]]] = {}
                    for choice in shown.choices:
                        by_group.setdefault(str(one.group_of(choice[0])), []).append(choice)
                    chosen = set(shown.selected)
                    shown.groups = [
                        (name, of, sum(known in chosen for known, _ in of)) for name, of in by_group.items()
                    ]
            if one.kind == "ref":
                shown.label = self._label(one, value)
                shown.chosen = [(key, self._label(one, key)) for key in shown.selected if key] if one.many else []
                shown.lookup = lookup_url(self.declared, one, verb=self.verb)
                shown.given = ",".join(given_names(self.fields, one))
            if one.readonly and document is not None:
                shown.shown = cell(
                    document, Column(one.path, kind=one.kind, choices=None if callable(one.choices) else one.choices)
                ).text
            found.append(shown)
        return found


class EntryForm:
    """Create (document None) or edit one row of a noun."""

    def __init__(self, declared: Screen, user: Any, document: models.Model | None = None) -> None:
        self.declared, self.user, self.document = declared, user, document
        self.model = model_of(declared)
        fields = [one for one in allowed(user, header_fields(declared)) if self._offered(one)]
        self.header = FieldSet(fields, user, declared)
        self.grids: list[tuple[LineGrid, list[Field]]] = [
            (grid, allowed(user, line_fields(declared, grid)))
            for grid in offered_grids(declared)
            if not grid.readonly and (grid.on_create if document is None else grid.on_edit)
        ]
        self.rows: dict[str, list[dict[str, str]]] = {grid.relation: [] for grid, _fields in self.grids}
        self.placed = Placed()

    def _offered(self, one: Field) -> bool:
        if self.document is None:
            return one.on_create and not one.readonly
        return one.on_edit

    # ------------------------------------------------------------------------------------------------------------ beginning
    def start_new(self, given: Mapping[str, Any]) -> None:
        """Defaults, then what the address or `Screen.initial` gave; `given` may hold lists of dicts for the grids."""
        values = {one.name: forms.default_of_model(self.model, one, self.user) for one in self.header.fields}
        values |= {name: value for name, value in given.items() if name in values}
        self.header.start(values)
        for grid, fields in self.grids:
            rows = given.get(grid.relation) or []
            self.rows[grid.relation] = [
                {one.name: forms.raw_text(row.get(one.name), one.kind) for one in fields} for row in rows
            ]

    def start_from(self, document: models.Model, *, copy: bool = False) -> None:
        """The stored values; a copy gets new lines and today's defaults where a field has one."""
        values = {one.name: forms.stored_value(document, one) for one in self.header.fields}
        if copy:
            values |= {
                one.name: forms.default_value(one, self.user) for one in self.header.fields if one.default is not None
            }
        self.header.start(values)
        for grid, fields in self.grids:
            rows = forms.grid_rows(self.declared, grid, fields, document)
            self.rows[grid.relation] = [{**row, "id": ""} for row in rows] if copy else rows

    # -------------------------------------------------------------------------------------------------------------- reading
    def read(self, raw: Mapping[str, Any]) -> forms.Entry:
        """Everything that was posted as typed values; all problems at once, with their places."""
        entry = self.header.read(raw)
        entry.problems += self.header.strangers(raw, self.rows)
        for grid, fields in self.grids:
            self._read_grid(grid, fields, raw, entry)
        return entry

    def _read_grid(self, grid: LineGrid, fields: list[Field], raw: Mapping[str, Any], entry: forms.Entry) -> None:
        rows, problems = forms.posted_lines(str(raw.get(grid.relation) or "[]"), grid.relation)
        entry.problems += problems
        rows = forms.meant(rows, fields)
        self.rows[grid.relation] = rows
        entered = [one for one in fields if not one.readonly]
        lines, problems = forms.read_lines(grid, entered, rows, self.user)
        entry.problems += problems
        self.header.refs.fetch(forms.wanted_refs(entered, rows), self.user)
        entry.problems += forms.ref_problems(entered, lines, self.header.refs, f"{grid.relation}.")
        if len(lines) < grid.at_least:
            entry.problems.append(
                Problem("no_lines", "At least {count} line is needed.", where=grid.relation, count=grid.at_least)
            )
        entry.values[grid.relation] = lines

    def show(self, problems: list[Problem]) -> None:
        """Sort problems to their places for the answer."""
        grids = {grid.relation: {one.name: str(one.title) for one in fields} for grid, fields in self.grids}
        self.placed = placed(problems, [one.name for one in self.header.fields], grids)

    # -------------------------------------------------------------------------------------------------------------- showing
    def bound(self) -> list[BoundField]:
        return self.header.bound(self.placed.fields, self.document)

    def grid_settings(self) -> list[dict[str, Any]]:
        """What the entry grids need, as plain data for a script; references of all rows are labelled with one query per noun."""
        return [
            {
                "relation": grid.relation,
                "title": str(grid_title(grid)),
                "teach": str(grid.teach),
                "settings": self._settings(grid, fields),
                "scans": grid.scan is not None,
            }
            for grid, fields in self.grids
        ]

    def _settings(self, grid: LineGrid, fields: list[Field]) -> dict[str, Any]:
        rows = self.rows[grid.relation]
        self.header.refs.fetch(forms.wanted_refs(fields, rows), self.user)
        model = line_model(self.declared, grid)
        return (
            {
                "relation": grid.relation,
                "fields": self._columns(model, grid, fields),
                "rows": [self._grid_row(fields, row) for row in rows],
                "errors": self.placed.cells.get(grid.relation, []),
                "fresh": 1 if grid.at_least or not rows else 0,
            }
            | ({"scan": self._scan(grid)} if grid.scan else {})
            | ({"answers": self._answers(grid)} if grid.answers else {})
        )

    def _columns(self, model: type[models.Model], grid: LineGrid, fields: list[Field]) -> list[dict[str, Any]]:
        """The fields, and behind one of them the column that the server answers."""
        columns = [self._grid_field(model, grid, fields, one) for one in fields]
        if grid.answers is not None:
            place = next(
                (number for number, one in enumerate(fields, 1) if one.name == grid.answers.after), len(fields)
            )
            column = {
                "name": grid.answers.NAME,
                "title": str(grid.answers.title),
                "kind": "",
                "readonly": True,
                "width": grid.answers.width,
            }
            columns.insert(place, column)
        return columns

    def _answers(self, grid: LineGrid) -> dict[str, Any]:
        document = self.document.pk if self.document else ""
        assert grid.answers is not None
        return {
            "url": f"/-/answers/{self.declared.key}/{grid.relation}?document={document}", "name": grid.answers.NAME,
            "watched": list(grid.answers.watched), "header": list(grid.answers.header),
        }  # fmt: skip

    def _scan(self, grid: LineGrid) -> dict[str, Any]:
        scan, document = grid.scan, self.document.pk if self.document else ""
        assert scan is not None
        return {
            "url": f"/-/scan/{self.declared.key}/{grid.relation}?document={document}", "item": scan.item, "lot": scan.lot,
            "quantity": scan.quantity, "unit": scan.unit, "header": [one.name for one in self.header.fields if one.kind in ("ref", "choice", "date", "bool")],
        }  # fmt: skip

    def _grid_field(self, model: type[models.Model], grid: LineGrid, fields: list[Field], one: Field) -> dict[str, Any]:
        settings: dict[str, Any] = {
            "name": one.name, "title": str(one.title)[:1].upper() + str(one.title)[1:], "kind": one.kind, "required": bool(one.required),
            "readonly": one.readonly, "width": one.width or (UNIT_WIDTH if one.name == "unit" else WIDTHS.get(one.kind, 110)), "total": one.total, "formula": one.formula,
            "help": str(one.help or ""), "max_length": one.max_length,
        }  # fmt: skip
        default = None if one.readonly else forms.default_of_model(model, one, self.user)
        if one.kind == "price" and one.default is None and not default:
            default = None  # an empty price is found by the server (price list, agreement); a zero would be a price
        settings["default"] = forms.raw_text(default, one.kind)
        if one.kind == "choice":
            settings["choices"] = forms.choices_of_field(one)
        if one.kind == "ref":
            settings["lookup"] = lookup_url(self.declared, one, grid.relation)
            settings["given"] = given_names([*self.header.fields, *fields], one)
        if one.readonly and "__" in one.path:
            settings["from"] = next(
                (other.name for other in fields if other.kind == "ref" and depends(model, one, other)), ""
            )
        return settings

    def _grid_row(self, fields: list[Field], row: Mapping[str, str]) -> dict[str, Any]:
        labels = {}
        values = dict(row)
        for one in fields:
            if one.kind != "ref" or not row.get(one.name):
                continue
            text = str(row[one.name])
            found = self.header.refs.row(one.ref, int(text)) if text.isdigit() else None
            labels[one.name] = label_of(found, screen_of(found)) if found is not None else forms.typed_ref(text)
            if found is None:
                values[one.name] = ""
            else:
                self._dependents(fields, one, found, values)
        return {"id": values.pop("id", ""), "values": values, "labels": labels}

    def _dependents(self, fields: list[Field], one: Field, found: models.Model, values: dict[str, str]) -> None:
        """Read-only texts that follow from a reference are shown again after a refusal."""
        for other in fields:
            rest = tail_path(other, one)
            if other.readonly and rest and not values.get(other.name):
                values[other.name] = forms.raw_text(reach(found, rest), other.kind)


UNIT_WIDTH = 76
WIDTHS = {
    "ref": 190,
    "text": 140,
    "textarea": 200,
    "quantity": 100,
    "price": 100,
    "money": 110,
    "percent": 80,
    "date": 112,
    "bool": 60,
    "number": 80,
}


def tail_path(one: Field, ref: Field) -> str:
    """What of a referenced row a dependent field shows: "item__spec" beside "item" (or "item_id") is "spec"."""
    for prefix in (ref.path, ref.path.removesuffix("_id")):
        if one.path.startswith(prefix + "__"):
            return one.path[len(prefix) + 2 :]
    return ""


def depends(model: type[models.Model], one: Field, ref: Field) -> bool:
    return bool(tail_path(one, ref))


def questions(declared: Screen | None, button: VerbButton | Any, user: Any) -> FieldSet:
    """The fields a verb asks for."""
    model = model_of(declared) if declared else None
    fields = [derived_field(model if _own(model, one) else None, one) for one in button.ask]
    return FieldSet(allowed(user, fields), user, declared, button.verb)


def _own(model: type[models.Model] | None, one: Field | str) -> bool:
    name = one if isinstance(one, str) else one.path or one.name
    return model is not None and end_field(model, name) is not None


def fill_value(row: Any, path: str, kind: str) -> dict[str, str]:
    """A looked-up row's value for another field, with its text where that differs."""
    value = reach(row, path)
    if isinstance(value, models.Model):
        return {"value": str(value.pk), "label": label_of(value, screen_of(value))}
    return (
        {"value": forms.raw_text(value, kind), "label": forms.raw_text(value, kind)}
        if value is not None
        else {"value": "", "label": ""}
    )


def figure_text(value: Any, kind: str) -> str:
    """A figure for a look-up's column."""
    return "" if value is None else number_text(value, kind)
