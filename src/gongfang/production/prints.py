"""Prints of a work order: the order itself, the traveller that goes with the pieces, the pick list."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from gongfang.production.models import WorkOrder
from gongfang.production.services.issuing import propose_picks
from gongfang.production.services.stocks import walked
from gongfang.ui.screens import Column, Field, Print

WRITE_IN = "\u00a0"  # a place to write by hand: empty columns are left out of prints
QUANTITY = Field("quantity", precision="item__unit__precision", unit="item__unit__name")
HEAD = [
    Field("item_code", _("Product"), path="item__code"), Field("item_name", _("Name"), path="item__name"),
    Field("spec", _("Specification"), path="item__spec"), Field("drawing", _("Drawing number"), path="item__drawing_no"), QUANTITY, "start", "due",
    Field("customer_name", _("Customer"), path="customer__name"), "lot_code", "workshop", "remark",
]  # fmt: skip


def qr(order: WorkOrder) -> str:
    """What the code on paper says: the order's number, as the terminal scans it."""
    return order.number


def _picks(user: Any, order: WorkOrder) -> dict[str, Any]:
    rows = []
    materials = {row.pk: row for row in order.materials.select_related("item__unit")}
    names = dict(WorkOrder._meta.get_field("warehouse").related_model._default_manager.values_list("pk", "name"))
    for pick in walked(propose_picks([order.pk], by_place=True), {pk: row.item.code for pk, row in materials.items()}):
        material = materials[pick.material_id]
        rows.append(
            {
                "code": material.item.code, "name": material.item.name, "spec": material.item.spec, "quantity": pick.quantity,
                "unit": material.item.unit.name, "lot": pick.lot_code,
                "warehouse": names.get(pick.warehouse_id, ""), "place": pick.place, "short": pick.short or None,
                "picked": WRITE_IN,
            }
        )  # fmt: skip
    return {"rows": rows}


def _steps(user: Any, order: WorkOrder) -> dict[str, Any]:
    """The operations with empty places to write in by hand, each with the code that opens it at a terminal."""
    blank = dict.fromkeys(("good", "scrap", "who", "date", "checked"), WRITE_IN)
    rows = [
        {
            "operation_no": step.operation_no, "name": step.name, "work_centre": str(step.subcontractor or step.work_centre) if step.is_subcontracted else str(step.work_centre), "setup": step.setup_minutes,
            "run": step.run_minutes, "instruction": step.instruction, **blank,
        }
        for step in order.operations.select_related("work_centre", "subcontractor")
    ]  # fmt: skip
    return {"rows": rows, "codes": [f"{qr(order)}/{row['operation_no']}" for row in rows]}


ORDER_PRINTS = [
    Print(
        "order", _("Work order"), header=HEAD, qr=qr, signatures=[_("Planner"), _("Workshop"), _("Inspector"), _("Warehouse")],
        columns=[Column("line_no", _("No.")), Column("item__code", _("Component")), Column("item__name", _("Name")), Column("item__spec", _("Specification")),
                 Column("quantity", _("Required"), kind="quantity"), Column("item__unit__name", _("Unit")), Column("operation_no", _("Operation"))],
        grid="materials",
    ),
    Print(
        "traveller", _("Traveller"), header=HEAD, qr=qr, data=_steps, landscape=True,
        columns=[Column("operation_no", _("Operation number")), Column("name", _("Operation")), Column("work_centre", _("Work centre")),
                 Column("setup", _("Set-up (min)"), kind="quantity"), Column("run", _("Run (min per unit)"), kind="quantity"),
                 Column("instruction", _("Instruction")), Column("good", _("Good")), Column("scrap", _("Scrap")), Column("who", _("Who")),
                 Column("date", _("Date")), Column("checked", _("Inspected"))],
    ),
    Print(
        "label", _("Label"), paper="label", qr=qr, columns=[],
        header=[Field("item_code", _("Product"), path="item__code"), Field("item_name", _("Name"), path="item__name"),
                QUANTITY, Field("lot_code"), Field("due")],
    ),
    Print(
        "picklist", _("Pick list"), header=HEAD, qr=qr, data=_picks, signatures=[_("Keeper"), _("Receiver")],
        columns=[Column("warehouse", _("Warehouse")), Column("place", _("Location")), Column("code", _("Component")), Column("name", _("Name")),
                 Column("spec", _("Specification")), Column("quantity", _("Quantity"), kind="quantity"), Column("unit", _("Unit")), Column("lot", _("Lot")),
                 Column("short", _("Missing"), kind="quantity"), Column("picked", _("Picked"))],
    ),
]  # fmt: skip
