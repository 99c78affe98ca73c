"""Typed shapes of a noun, made from its declaration: what a row, a document and a request look like."""

import datetime
import re
from decimal import Decimal
from typing import Annotated, Any

from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints, create_model

from gongfang.ui.derive import (
    columns,
    footer_columns,
    header_fields,
    kept_fields,
    kept_header,
    line_columns,
    line_fields,
)
from gongfang.ui.forms import choices_of_field
from gongfang.ui.screens import Column, LineGrid, Screen
from gongfang.ui.screens import Field as Entered

Text = Annotated[str, StringConstraints(max_length=20_000)]
Key = Annotated[int, Field(ge=1, le=2**63 - 1)]


def _exact(value: Any) -> Any:
    """Booleans are no numbers; floats are taken by their shortest text, as they were written."""
    if isinstance(value, bool):
        raise ValueError("a number is needed")
    return str(value) if isinstance(value, float) else value


Number = Annotated[Decimal, BeforeValidator(_exact), Field(max_digits=30, allow_inf_nan=False)]

ENTERED: dict[str, Any] = {
    "number": Number, "quantity": Number, "price": Number, "money": Number, "percent": Number, "progress": Number,
    "date": datetime.date, "datetime": datetime.datetime, "bool": bool, "ref": Key, "file": Text, "image": Text,
}  # fmt: skip
SHOWN: dict[str, Any] = {
    "number": Decimal | int | float, "quantity": Decimal, "price": Decimal, "money": Decimal, "percent": Decimal,
    "date": datetime.date, "datetime": datetime.datetime, "bool": bool,
}  # fmt: skip


class Strict(Schema):
    """A request body: fields that are not declared are refused."""

    model_config = ConfigDict(extra="forbid")


def class_name(*parts: str) -> str:
    """`sales/orders`, `row` → `SalesOrdersRow`."""
    return "".join(word.capitalize() for part in parts for word in re.split(r"[^A-Za-z0-9]+", part))


def entered_type(one: Entered) -> Any:
    base = ENTERED.get(one.kind, Text)
    return list[base] if one.many else base  # type: ignore[valid-type]


def _model(name: str, fields: dict[str, Any], base: type[Schema] = Schema) -> type[Schema]:
    return create_model(name, __base__=base, **fields)


def _described(one: Entered) -> str:
    choices = choices_of_field(one) if one.kind == "choice" and not callable(one.choices) else []
    allowed = " | ".join(value for value, _ in choices)
    return " ".join(part for part in (str(one.title), f"({allowed})" if allowed else "", str(one.help or "")) if part)


def entered_fields(fields: Any, *, partial: bool = False) -> dict[str, Any]:
    """Pydantic fields of what may be sent. partial: nothing is required."""
    found: dict[str, Any] = {}
    for one in fields:
        if one.readonly:
            continue
        kind = entered_type(one)
        needed = one.required and one.default is None and not partial and one.kind != "bool"
        found[one.name] = (
            (kind, Field(description=_described(one)))
            if needed
            else (kind | None, Field(default=None, description=_described(one)))
        )
    return found


def body_of(declared: Screen, action: str) -> type[Schema]:
    """The request body of create or edit: header fields, and each grid as a list."""
    editing = action == "edit"
    fields = entered_fields(
        [one for one in header_fields(declared) if (one.on_edit if editing else one.on_create)], partial=editing
    )
    for grid in declared.grids:
        if grid.readonly or not (grid.on_edit if editing else grid.on_create):
            continue
        line = entered_fields(line_fields(declared, grid))
        if editing:
            line["id"] = (Key | None, Field(default=None, description="of the line to change; none for a new one"))
        rows = list[_model(class_name(declared.key, action, grid.relation, "in"), line, Strict)]  # type: ignore[misc]
        fields[grid.relation] = (
            (rows, Field(max_length=10_000)) if grid.at_least and not editing else (rows | None, None)
        )
    if editing:
        fields["version"] = (
            Annotated[int, Field(ge=1)] | None,
            Field(default=None, description="the version that was read"),
        )
    fields["confirm"] = (list[Text], Field(default_factory=list, description="codes of warnings that were accepted"))
    return _model(class_name(declared.key, action), fields, Strict)


def answers_of(declared: Screen, verb: str, ask: Any) -> type[Schema]:
    """The request body of a verb: what it asks for, and the usual three."""
    fields = entered_fields(ask)
    fields["version"] = (Annotated[int, Field(ge=1)] | None, None)
    fields["confirm"] = (list[Text], Field(default_factory=list))
    return _model(class_name(declared.key, verb, "in"), fields, Strict)


def shown_fields(shown: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for column in shown:
        kind = SHOWN.get(column.kind, Any)
        found[column.path] = (
            kind | None if kind is not Any else Any,
            Field(default=None, description=str(column.title)),
        )
    return found


def as_columns(fields: Any) -> list[Column]:
    """Entry fields as columns, to be read the same way. A reference gives its key."""
    return [
        Column(one.path or one.name, one.title, kind=one.kind, scope=one.scope) for one in fields if one.kind != "file"
    ]


def row_of(declared: Screen) -> type[Schema]:
    """One row of the list. What a person may not see is left out of the answer."""
    return _model(class_name(declared.key, "row"), {"id": (int, ...), **shown_fields(columns(declared))})


def document_of(declared: Screen) -> type[Schema]:
    """The whole document: its columns, header, totals, and lines."""
    fields = {"id": (int, ...), "version": (int | None, None)}
    fields |= shown_fields([*columns(declared), *as_columns(kept_header(declared)), *footer_columns(declared)])
    for grid in declared.grids:
        fields[grid.relation] = (list[line_of(declared, grid)], Field(default_factory=list))  # type: ignore[misc]
    return _model(class_name(declared.key, "document"), fields)


def grid_columns(declared: Screen, grid: LineGrid) -> list[Column]:
    """What a line shows: its fields, then its further columns."""
    found = {one.path: one for one in [*as_columns(kept_fields(declared, grid)), *line_columns(declared, grid)]}
    return list(found.values())


def line_of(declared: Screen, grid: LineGrid) -> type[Schema]:
    return _model(
        class_name(declared.key, grid.relation, "line"),
        {"id": (int, ...), **shown_fields(grid_columns(declared, grid))},
    )
