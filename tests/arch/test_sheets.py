"""What people enter in the forms of master data they find as columns of the workbook too: nothing is lost on the way out and in."""

from collections.abc import Iterable

import pytest

from gongfang.masterdata.exchange import SHEETS
from gongfang.ui.registry import registry
from gongfang.ui.screens import Field

BY_KEY = {sheet.key: sheet for sheet in SHEETS}
FORMS: dict[tuple[str, str], str] = {
    # (form, grid of lines; empty: its head) → sheet
    ("units", ""): "units", ("plants", ""): "plants", ("warehouses", ""): "warehouses", ("categories", ""): "categories",
    ("calendars", ""): "calendars", ("calendars", "exceptions"): "calendar_days",
    ("partners", ""): "partners", ("customers", ""): "partners", ("suppliers", ""): "partners", ("subcontractors", ""): "partners",
    ("partners", "banks"): "partner_banks", ("customers", "banks"): "partner_banks", ("suppliers", "banks"): "partner_banks",
    ("subcontractors", "banks"): "partner_banks",
    ("work-centres", ""): "work_centres", ("work-centres", "setup_changes"): "setup_changes",
    ("items", ""): "items", ("items", "units"): "item_units", ("items", "plants"): "item_plants",
    ("supplier-prices", ""): "supplier_prices", ("customer-prices", ""): "customer_prices",
    ("boms", ""): "boms", ("boms", "lines"): "boms", ("boms", "outputs"): "bom_outputs", ("boms", "substitutes"): "bom_substitutes",
    ("routings", ""): "routings", ("routings", "operations"): "routings", ("routings", "alternatives"): "routing_alternatives",
}  # fmt: skip
OTHERWISE = {
    # named in the sheet as the sheet's rows need it
    ("boms", "code"): "version", ("routings", "code"): "version", ("bom_outputs", "item"): "output",
    ("bom_substitutes", "line_no"): "component", ("bom_substitutes", "item"): "substitute",
}  # fmt: skip
WITHOUT = {
    ("items", "barcodes"): "Further codes of an item: its own and those of its units stand in the sheets.",
    ("changes", "*"): "Engineering changes are documents; they come in by their own page.",
    ("routings", "remark"): "A sheet of operations has no row of the routing itself.",
}


def _names(entries: Iterable[Field | str]) -> list[str]:
    return [
        entry if isinstance(entry, str) else entry.name
        for entry in entries
        if isinstance(entry, str) or not entry.readonly
    ]


def _forms() -> list[tuple[str, str, list[str]]]:
    found = []
    for screen in registry().screens.values():
        area, _, key = screen.key.partition("/")
        if area != "masterdata" or not screen.create_verb or (key, "*") in WITHOUT:
            continue
        found.append((key, "", _names(screen.header)))
        grids = screen.lines if isinstance(screen.lines, (list, tuple)) else [screen.lines] if screen.lines else []
        found += [(key, grid.relation, _names(grid.fields)) for grid in grids if not grid.readonly]
    return found


def test_every_form_has_its_sheet() -> None:
    unknown = [
        (form, grid) for form, grid, _names in _forms() if (form, grid) not in FORMS and (form, grid) not in WITHOUT
    ]
    assert unknown == [], "forms of master data without a sheet: name it in FORMS, or say in WITHOUT why there is none"


@pytest.mark.parametrize(("form", "grid"), sorted(FORMS))
def test_what_a_form_asks_a_sheet_has(form: str, grid: str) -> None:
    sheet = BY_KEY[FORMS[form, grid]]
    columns = {column.key for column in sheet.columns}
    asked = next(names for key, relation, names in _forms() if (key, relation) == (form, grid))
    missing = [
        name for name in asked if OTHERWISE.get((sheet.key, name), name) not in columns and (form, name) not in WITHOUT
    ]
    assert missing == [], f"the sheet {sheet.key} has no column for them"
