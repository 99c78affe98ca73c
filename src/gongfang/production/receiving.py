"""What is entered to receive output of a work order, as the verb takes it."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from gongfang.masterdata.queries import counts_in_two_units
from gongfang.production.models import WorkOrder
from gongfang.production.services import ReceiptInput
from gongfang.ui.screens import Field

PLACES_IN = {"kind__in": ("store", "line"), "warehouse__isnull": False, "is_active": True}
OUTPUT = Field(
    "output",
    _("Further output"),
    kind="ref",
    ref="production/outputs",
    required=False,
    help=_("Empty: the product itself."),
)
# What a line says beside its quantity; the names are those of the input.
DETAILS = [
    Field("lot_code", _("Lot"), kind="text", path="lot__code", required=False, max_length=60, help=_("Empty: the order's lot, else its number.")),
    Field("serials", _("Serial numbers"), kind="text", required=False, max_length=4000, help=_("SN001-SN010, SN015. Empty: numbered after the order.")),
    Field("second", _("Second quantity"), kind="quantity", path="second_quantity", required=False, minimum=0, offered=counts_in_two_units,
          help=_("Of items counted in two units. Empty: by the item's factor.")),
    Field("warehouse", ref="masterdata/warehouses", kind="ref", required=False, help=_("Empty: where the order or the item belongs.")),
    Field("location", _("Location"), kind="ref", ref="inventory/locations", required=False, where=PLACES_IN, help=_("Empty: the warehouse's main place.")),
]  # fmt: skip
# In the order's own form the names are not those of the order, whose quantity and warehouse it would propose.
RECEIVE_FIELDS = [
    OUTPUT, Field("received", _("Quantity"), kind="quantity", required=True),
    *(one if one.name != "warehouse" else Field("into", _("Warehouse"), kind="ref", ref="masterdata/warehouses", required=False, help=one.help)
      for one in DETAILS),
    Field("on", _("Date"), kind="date", required=False),
]  # fmt: skip


def receive_arguments(order: WorkOrder, answers: dict[str, Any]) -> dict[str, Any]:
    pk = {name: getattr(answers.get(name), "pk", answers.get(name)) for name in ("output", "into", "location")}
    line = ReceiptInput(
        order.pk, answers["received"], pk["output"], answers.get("lot_code") or "", answers.get("serials") or "", pk["into"],
        pk["location"], answers.get("second"),
    )  # fmt: skip
    return {"lines": [line], "on": answers.get("on")}
