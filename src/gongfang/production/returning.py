"""What is entered to return material of a work order, as the verb takes it."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from gongfang.kernel.errors import DomainError, Problem
from gongfang.ledger import queries as ledger
from gongfang.masterdata.queries import counts_in_two_units
from gongfang.production.models import WorkOrder
from gongfang.production.services import ReturnInput
from gongfang.ui.screens import Field

# The names are not those of the order, whose product, quantity and warehouse the dialog would propose.
RETURN_FIELDS = [
    Field("component", _("Component"), kind="ref", ref="masterdata/items", required=True,
          help=_("Several components or orders at once: “Return materials” in the menu of production.")),
    Field("returned", _("Quantity"), kind="quantity", required=True),
    Field("second", _("Second quantity"), kind="quantity", required=False, minimum=0, offered=counts_in_two_units,
          help=_("Of items counted in two units. Empty: by the item's factor.")),
    Field("lot", _("Lot / serial"), kind="ref", ref="inventory/lots", required=False),
    Field("is_good", _("Good"), kind="bool", required=False, default=True, help=_("Not good: into the blocked stock.")),
    Field("into", _("Warehouse"), kind="ref", ref="masterdata/warehouses", required=False, help=_("Empty: where it was issued from as planned.")),
    Field("location", _("Location"), kind="ref", ref="inventory/locations", required=False,
          where={"kind__in": ("store", "line", "blocked"), "warehouse__isnull": False, "is_active": True}, help=_("Empty: by the put-away rules.")),
    Field("reason", _("Reason"), required=False, max_length=200),
]  # fmt: skip


def return_arguments(order: WorkOrder, answers: dict[str, Any]) -> dict[str, Any]:
    """A place says its warehouse. Raises DomainError where the item is no component of the order, or place and warehouse disagree."""
    pk = {
        name: getattr(answers.get(name), "pk", answers.get(name)) for name in ("component", "lot", "into", "location")
    }
    rows = order.materials.filter(item=pk["component"]).order_by("-done_quantity", "pk")
    material = rows.first()
    if material is None:
        raise DomainError(
            Problem("not_a_component", "{number} has no such component.", where="component", number=order.number)
        )
    place = next(iter(ledger.places_by_ids([pk["location"]])), None) if pk["location"] else None
    if place and pk["into"] and place.warehouse_id != pk["into"]:
        raise DomainError(
            Problem("place_elsewhere", "{place} stands in another warehouse. Leave the warehouse empty or choose a place in it.", where="location", place=place.name)
        )  # fmt: skip
    line = ReturnInput(
        material.pk, answers["returned"], lot_id=pk["lot"], warehouse_id=place.warehouse_id if place else pk["into"],
        is_good=bool(answers.get("is_good")), location_id=pk["location"], second=answers.get("second"),
    )  # fmt: skip
    return {"lines": [line], "reason": answers.get("reason") or ""}
