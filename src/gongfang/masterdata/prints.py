"""Bills of materials, routings and engineering changes on paper."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gongfang.kernel.errors import Problem
from gongfang.masterdata.models import Bom, EngineeringChange
from gongfang.masterdata.tabs import structure_table
from gongfang.ui.screens import Column, Print

SIGNED = [
    pgettext_lazy("signature", "Drawn up"),
    pgettext_lazy("signature", "Checked"),
    pgettext_lazy("signature", "Approved"),
]


def _all_levels(user: Any, bom: Bom) -> dict[str, Any]:
    return {"rows": structure_table(user, bom.item, bom).rows}


BOM_PRINTS = [
    Print(
        "document", _("Bill of materials"), signatures=SIGNED,
        columns=[
            Column("line_no"), Column("component__code", _("Item code")), Column("component__name", _("Item name")),
            Column("component__spec", _("Specification")), Column("quantity", precision="component__unit__precision"),
            Column("component__unit__name", _("Unit")), Column("fixed", _("Fixed quantity"), kind="text", value=lambda line: _("Yes") if line.is_fixed else ""),
            Column("scrap", _("Scrap share"), kind="percent", value=lambda line: line.scrap or None), "issue_method", "operation_no", "designators", "remark",
        ],
    ),
    Print(
        "levels", _("Bill of materials, all levels"), data=_all_levels, signatures=SIGNED,
        columns=[
            Column("level", _("Level"), kind="number"), Column("code", _("Item code"), kind="text"), Column("name", _("Item name"), value=lambda row: row["item"].name),
            Column("spec", _("Specification"), kind="text", value=lambda row: row["item"].spec), Column("source", _("Source"), kind="text"), Column("version", _("Version"), kind="text"),
            Column("quantity", _("Quantity"), kind="quantity"), Column("unit", _("Unit"), kind="text"),
        ],
    ),
]  # fmt: skip
ROUTING_PRINTS = [
    Print(
        "document", _("Routing sheet"), grid="operations", landscape=True, signatures=SIGNED,
        columns=[
            "operation_no", "name", Column("work_centre__name", _("Work centre")), "setup_minutes", "run_minutes", "crew", "skill",
            Column("inspection", value=lambda step: "" if step.inspection == "none" else step.get_inspection_display(), kind="text"),
            Column("subcontractor__name", _("Subcontractor")), Column("predecessor_text", _("Predecessors"), kind="text", value=lambda step: step.predecessor_text), "instruction",
        ],
    ),
]  # fmt: skip


def _no_lines(document: EngineeringChange) -> list[Problem]:
    return [] if document.lines.exists() else [Problem("no_lines", "It changes no bill of materials.")]


def _no_operations(document: EngineeringChange) -> list[Problem]:
    return [] if document.operations.exists() else [Problem("no_operations", "It changes no operation.")]


CHANGE_PRINTS = [
    Print("document", _("Engineering change"), why_not=_no_lines, signatures=SIGNED),
    Print("operations", _("Engineering change: operations"), grid="operations", why_not=_no_operations, signatures=SIGNED, landscape=True),
]  # fmt: skip
