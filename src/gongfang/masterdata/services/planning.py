"""Planning data of many items at once, as accepted proposals set them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gongfang.kernel.errors import N_, Problem, refuse_if
from gongfang.masterdata.models import Item
from gongfang.platform.identity.models import User
from gongfang.platform.setwise import update_rows
from gongfang.platform.verbs import note, verb


@dataclass(frozen=True, slots=True)
class PlanningData:
    """New figures of an item in base units; None leaves one as it is.

    lot: goes into the figure that its lot rule reads; lot for lot becomes a minimum, and a rule that finds its lots itself (days of
    supply, least cost) keeps them.
    """

    item_id: int
    safety_stock: Decimal | None = None
    reorder_point: Decimal | None = None
    lot: Decimal | None = None
    maximum: Decimal | None = None


@verb("masterdata.set_planning_data", N_("Set planning data"), roles=("planner", "engineer"))
def set_planning_data(*, actor: User, request_id: uuid.UUID, data: Sequence[PlanningData]) -> list[Item]:
    """Set safety stock, reorder point and lot size; two statements beside the audit, whatever the number."""
    wanted = {one.item_id: one for one in data}
    items = list(Item.objects.select_for_update(of=("self",)).filter(pk__in=wanted).order_by("pk"))
    refuse_if(
        Problem("bad_planning_figure", "{item}: a planning figure cannot be negative.", item=str(item))
        for item in items
        if any(figure is not None and figure < 0 for figure in _figures(wanted[item.pk]))
    )
    for item in items:
        one = wanted[item.pk]
        changes: dict[str, Any] = {"safety_stock": one.safety_stock, "reorder_point": one.reorder_point}
        if one.maximum is not None:
            changes["max_stock"] = max(one.maximum, item.min_stock)
        changes |= _lot_changes(item, one.lot)
        for name, value in changes.items():
            if value is not None and value != getattr(item, name):
                note(item, **{name: (getattr(item, name), value)})
                setattr(item, name, value)
        item.version += 1
    update_rows(
        items, ["safety_stock", "reorder_point", "lot_rule", "lot_quantity", "lot_minimum", "max_stock", "version"]
    )
    return items


def _lot_changes(item: Item, lot: Decimal | None) -> dict[str, Any]:
    if lot is None or lot == 0:
        return {}
    if item.lot_rule == "fixed":
        return {"lot_quantity": lot}
    if item.lot_rule == "minimum_multiple":
        return {"lot_minimum": lot}
    return {"lot_rule": "minimum_multiple", "lot_minimum": lot} if item.lot_rule == "lot_for_lot" else {}


def _figures(one: PlanningData) -> tuple[Decimal | None, ...]:
    return (one.safety_stock, one.reorder_point, one.lot, one.maximum)
