"""Checks on items and partners that no single column can make."""

from collections.abc import Mapping, Sequence
from typing import Any

from gongfang.kernel.errors import N_, Problem

FROZEN_ONCE_USED = {
    "unit_id": N_("the unit"), "tracking": N_("lot or serial tracking"), "effective_method": N_("the costing method"),
    "second_unit_id": N_("the second unit"),
}  # fmt: skip
"""Columns that stay once an item is posted. effective_method: the item's own costing method, else its category's."""


def item_problems(values: Mapping[str, Any]) -> list[Problem]:
    """What does not fit together on an item. values: its columns by name; what is not given is not checked."""
    problems = _lot_problems(values, "")
    if values.get("max_stock") is not None and values["max_stock"] < (values.get("min_stock") or 0):
        problems.append(Problem("stock_range", "The maximum stock is under the minimum stock.", where="max_stock"))
    if values.get("kind") == "phantom" and values.get("source") not in (None, "make"):
        problems.append(
            Problem("phantom_made", "A phantom set is neither bought nor stored; its source is “make”.", where="source")
        )
    if values.get("shelf_life_days") and values.get("tracking") == "none":
        problems.append(
            Problem("shelf_life_needs_lots", "A shelf life is kept per lot: choose lot tracking.", where="tracking")
        )
    if values.get("costing_method") == "specific" and values.get("tracking") == "none":
        problems.append(
            Problem("specific_needs_lots", "Each lot at its own cost needs lots: choose lot or serial tracking.", where="costing_method")
        )  # fmt: skip
    if values.get("second_unit_id") and values["second_unit_id"] == values.get("unit_id"):
        problems.append(
            Problem("second_unit_same", "The second unit is another one than the unit.", where="second_unit")
        )
    for name in ("over_receipt", "over_issue", "over_report", "over_delivery", "tax_rate"):
        value = values.get(name)
        if value is not None and not 0 <= value < 10:
            problems.append(Problem("bad_ratio", "This share is out of range.", where=name))
    return problems


def _lot_problems(values: Mapping[str, Any], at: str) -> list[Problem]:
    """What is missing for a lot rule. at: before the names of the fields."""
    problems = []
    rule = values.get("lot_rule")
    if rule == "fixed" and not values.get("lot_quantity"):
        problems.append(Problem("lot_quantity_needed", "A fixed lot needs its quantity.", where=f"{at}lot_quantity"))
    if rule == "period" and not values.get("lot_days"):
        problems.append(Problem("lot_days_needed", "Days of supply need a number of days.", where=f"{at}lot_days"))
    low, high = values.get("lot_minimum") or 0, values.get("lot_maximum") or 0
    if high and low > high:
        problems.append(Problem("lot_range", "The minimum lot is above the maximum lot.", where=f"{at}lot_minimum"))
    return problems


def plant_problems(
    rows: Sequence[Mapping[str, Any]], places: Sequence[str], usual: Any = None, warehouse_plants: Mapping[Any, Any] | None = None,
) -> list[Problem]:  # fmt: skip
    """What does not fit together on an item's rows by plant. places: before the names of each row's fields, such as "plants.0.".

    Plants, warehouses: codes or ids. usual: where plants without a row get the item from, when the item itself is transferred.
    """
    problems: list[Problem] = []
    come_from = {row["plant"]: row.get("source_plant") for row in rows if row.get("source") == "transfer"}
    for row, at in zip(rows, places, strict=True):
        plant, source = row["plant"], row.get("source_plant")
        if row.get("source") == "transfer" and not source:
            problems.append(
                Problem("source_plant_needed", "Say from which plant it is transferred.", where=f"{at}source_plant")
            )
        elif source and row.get("source") != "transfer":
            problems.append(
                Problem("not_transferred", "Only what is transferred comes from another plant: choose the source “transfer”.", where=f"{at}source")
            )  # fmt: skip
        elif source and source == plant:
            problems.append(
                Problem("own_plant", "A plant gets nothing by transfer from itself.", where=f"{at}source_plant")
            )
        elif source and _leads_back(plant, come_from, {row["plant"] for row in rows if row.get("source")}, usual):
            problems.append(
                Problem("transfer_circle", "These transfers go round in a circle: somewhere it has to be made or bought.", where=f"{at}source_plant")
            )  # fmt: skip
        if row.get("warehouse") and (warehouse_plants or {}).get(row["warehouse"], plant) != plant:
            problems.append(Problem("other_plant", "This warehouse belongs to another plant.", where=f"{at}warehouse"))
        problems += _lot_problems(row, at)
    return problems


def _leads_back(plant: Any, come_from: Mapping[Any, Any], named: set[Any], usual: Any) -> bool:
    """Whether following the transfers from a plant comes back to it."""
    at, seen = plant, set()
    while at is not None and at not in seen:
        seen.add(at)
        at = come_from.get(at) if at in named else (usual if at != usual else None)
        if at == plant:
            return True
    return False


def frozen_problems(before: Mapping[str, Any], after: Mapping[str, Any], uses: list[str]) -> list[Problem]:
    """What can no longer change on an item that is in use. uses: where it is used, in words."""
    return [
        Problem(
            "in_use", "{what} cannot change any more: the item is used in {uses}.",
            where={"effective_method": "costing_method"}.get(name, name.removesuffix("_id")),
            what=title, uses=uses,
        )
        for name, title in FROZEN_ONCE_USED.items()
        if uses and name in after and after[name] != before[name]
    ]  # fmt: skip


def partner_problems(values: Mapping[str, Any]) -> list[Problem]:
    """A partner must be at least one of customer, supplier, subcontractor."""
    sides = ("is_customer", "is_supplier", "is_subcontractor")
    if not any(values.get(side) for side in sides):
        return [
            Problem("no_side", "Say whether this is a customer, a supplier or a subcontractor.", where="is_customer")
        ]
    share = values.get("match_tolerance")
    if share is not None and not 0 <= share <= 1:
        return [Problem("bad_match_tolerance", "A tolerance lies between 0 % and 100 %.", where="match_tolerance")]
    return []
