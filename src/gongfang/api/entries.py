"""A request body to the values that a verb takes: the screens' own parser reads it, so both accept and refuse the same."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from gongfang.kernel.errors import Problem, refuse_if
from gongfang.ui.derive import allowed, header_fields, line_fields
from gongfang.ui.forms import Refs, default_for, default_value, read_fields, read_lines, ref_problems, wanted_refs
from gongfang.ui.screens import Field, Screen

PERCENT = ("percent", "progress")


def _raw(one: Field, value: Any) -> Any:
    """A JSON value as the text that a person would have typed; shares are sent as ratios and typed as per cent."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if one.kind in PERCENT and isinstance(value, Decimal | int):
        return str(Decimal(value) * 100)
    if isinstance(value, list):
        return [_raw(one, item) for item in value]
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _raws(fields: Sequence[Field], values: Mapping[str, Any]) -> dict[str, Any]:
    by_name = {one.name: one for one in fields}
    return {name: _raw(by_name[name], value) for name, value in values.items() if name in by_name}


def _hidden(fields: Sequence[Field], sent: Mapping[str, Any], user: Any, prefix: str = "") -> list[Problem]:
    """Values sent for fields that the person may not see: refused, not ignored."""
    return [
        Problem("hidden_field", "You may not set “{name}”.", where=f"{prefix}{one.name}", name=one.name)
        for one in fields
        if one.name in sent and sent[one.name] is not None and not user.sees(one.scope)
    ]


def entered(declared: Screen, body: Mapping[str, Any], user: Any, *, editing: bool) -> dict[str, Any]:
    """Values for create or edit. An edit takes only what was sent. Raises DomainError with every fault's place."""
    every = [one for one in header_fields(declared) if (one.on_edit if editing else one.on_create) and not one.readonly]
    fields = allowed(user, every)
    sent = [one for one in fields if one.name in body] if editing else fields
    raw = _raws(sent, body)
    if not editing:
        for one in sent:
            if raw.get(one.name, "") == "" and one.default is not None:
                raw[one.name] = _raw(one, default_value(one, user))
    entry = read_fields(sent, raw, user)
    values, problems = dict(entry.values), [*_hidden(every, body, user), *entry.problems]
    refs = Refs()
    refs.fetch(wanted_refs(sent, [values]), user)
    problems += ref_problems(sent, [values], refs)
    for grid in declared.grids:
        rows = body.get(grid.relation)
        if grid.readonly or not (grid.on_edit if editing else grid.on_create) or rows is None:
            continue
        columns = [one for one in line_fields(declared, grid) if not one.readonly]
        seen = allowed(user, columns)
        for index, row in enumerate(rows):
            problems += _hidden(columns, row, user, f"{grid.relation}.{index}.")
        texts = [
            {**_defaults(seen, row, user), **_raws(seen, row), **({"id": str(row["id"])} if row.get("id") else {})}
            for row in rows
        ]
        lines, faults = read_lines(grid, seen, texts, user)
        refs.fetch(wanted_refs(seen, lines), user)
        problems += faults + ref_problems(seen, lines, refs, prefix=f"{grid.relation}.")
        values[grid.relation] = lines
    refuse_if(problems)
    return values


def _defaults(fields: Sequence[Field], row: Mapping[str, Any], user: Any, document: Any = None) -> dict[str, Any]:
    found = {
        one.name: default_for(one, user, document)
        for one in fields
        if row.get(one.name) is None and one.default is not None
    }
    return {one.name: _raw(one, found[one.name]) for one in fields if found.get(one.name) is not None}


def answered(ask: Sequence[Field], body: Mapping[str, Any], user: Any, document: Any = None) -> dict[str, Any]:
    """Values for the questions of a verb (of a document: what it begins with may come from there)."""
    fields = allowed(user, [one for one in ask if not one.readonly])
    raw = {**_defaults(fields, body, user, document), **{k: v for k, v in _raws(fields, body).items() if v != ""}}
    entry = read_fields(fields, raw, user)
    refs = Refs()
    refs.fetch(wanted_refs(fields, [entry.values]), user)
    refuse_if(entry.problems + ref_problems(fields, [entry.values], refs))
    return entry.values
