"""What orders cost, settlements, standard cost versions."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from gongfang.costing.permissions import VIEW_COSTS
from gongfang.costing.queries import cost_sheet
from gongfang.kernel.errors import Problem
from gongfang.kernel.money import to_cents
from gongfang.ui.screens import (
    Column,
    ExtraTab,
    Field,
    Filter,
    LineGrid,
    ListVerb,
    Preset,
    Screen,
    Tab,
    Table,
    VerbButton,
)

ELEMENTS = {
    "material": _("Material"), "labour": _("Labour"), "machine": _("Machine"), "overhead": _("Overhead"),
    "subcontract": _("Subcontracting"), "": _("All elements"),
}  # fmt: skip
KINDS = {
    "price": _("Price variance"), "usage": _("Usage variance"), "substitution": _("Substitution variance"), "rate": _("Rate variance"), "efficiency": _("Efficiency variance"),
    "yield": _("Yield variance"), "lot": _("Lot size and standard variance"),
}  # fmt: skip


ENDED = ("completed", "closed", "settled")


def _money(path: str, title: Any) -> Column:
    return Column(path, title, kind="money", scope="cost")


def _sheet(user: Any, order: Any) -> list[Table]:
    """计划 / 标准 / 实际 side by side; once nothing more is made, what they differ by and why."""
    sheet = cost_sheet(order)
    ended = order.stage in ENDED
    rows: list[dict[str, Any]] = [
        {"element": ELEMENTS[row.element], "planned": row.planned, "standard": row.standard, "actual": row.actual, "variance": row.variance}
        for row in sheet.rows
        if row.planned or row.standard or row.actual
    ]  # fmt: skip
    rows.append(
        {"element": _("Total"), "planned": sheet.planned, "standard": sheet.standard, "actual": sheet.actual,
         "variance": sheet.actual - sheet.standard}
    )  # fmt: skip
    rows.append(
        {"element": _("Per piece"), "planned": to_cents(sheet.planned / order.quantity),
         "standard": to_cents(sheet.standard / sheet.received) if sheet.received else None,
         "actual": sheet.actual_unit_cost if ended else None}
    )  # fmt: skip
    return [
        Table(
            [Column("element", _("Cost element")), _money("planned", _("Planned (whole order)")), _money("standard", _("Standard (received)")),
             _money("actual", _("Actual")), *([_money("variance", _("Difference"))] if ended else [])],
            rows, title=_("Cost of the order"),
            note="" if ended else _("What is put in for pieces that are not received yet is still in process; what they differ by shows once the order is completed."),
        ),
        Table(
            [Column("text", _("Work in process")), _money("amount", _("Amount"))],
            [{"text": _("Put in"), "amount": sheet.actual}, {"text": _("Taken out by receipts"), "amount": sheet.received_value},
             {"text": _("Settled as variance"), "amount": order.variance_value}, {"text": _("Still in process"), "amount": sheet.wip}],
        ),
    ] + ([
        Table(
            [Column("element", _("Cost element")), Column("kind", _("Kind")), _money("amount", _("Variance"))],
            [{"element": ELEMENTS[one.element], "kind": KINDS[one.kind], "amount": one.amount} for one in sheet.variances],
            title=_("Variances"), note=_("Positive: dearer than the standard. Final once the order is closed."),
            empty=_("No variance."),
        ),
    ] if ended else [])  # fmt: skip


EXTRA_TABS = [
    ExtraTab("production/orders", Tab("cost", _("Cost"), tables=_sheet, icon="calculator", permission=VIEW_COSTS))
]

SETTLEMENTS = Screen(
    "costing/settlements", model="costing.Settlement", title=_("Settlements"), one=_("Settlement"), icon="calculator", order=10,
    view_permission=VIEW_COSTS,
    columns=[
        "number", "business_date", Column("order__number", _("Work order"), to="production/orders"), Column("order__item__code", _("Product")),
        Column("order__item__name", _("Name")), Column("order__received_quantity", _("Received"), precision="order__item__unit__precision"),
        Column("put_in", total=True), Column("received_value", total=True), Column("variance", total=True), "approval",
    ],
    filters=["business_date", "approval", Filter("order__item", _("Product"))], search=["number", "order__number", "order__item__code", "order__item__name"],
    views=[Preset("live", _("In force"), {"approval": "approved"})], ordering=["-id"], state="approval", number="number", date="business_date",
    header=["number", "business_date", Field("order"), "put_in", "received_value", "variance", Field("created_by")],
    lines=LineGrid("lines", title=_("Variances"), readonly=True, columns=["line_no", "element", "kind", Column("amount", total=True)]),
    label="{number}",
    teach=_("Close a work order, then settle it: what is left in process goes to the variance accounts, by kind."),
)  # fmt: skip


def _why_not_apply(version: Any) -> list[Problem]:
    return [Problem("applied", "This version is already in force.")] if version.applied_at else []


VERSIONS = Screen(
    "costing/versions", model="costing.CostVersion", title=_("Standard cost versions"), one=_("Standard cost version"), icon="versions", order=20,
    view_permission=VIEW_COSTS, columns=["code", "made_at", "applied_at"], search=["code"], header=["code", "made_at", "applied_at"],
    lines=LineGrid(
        "costs", title=_("Standard costs"), readonly=True,
        columns=[Column("item__code", _("Item"), to="masterdata/items"), Column("item__name", _("Name")), "level", "material", "labour", "machine",
                 "overhead", "subcontract", "total", "previous"],
    ),
    verbs=[VerbButton("costing.apply_version", _("Put into force"), icon="check", possible=_why_not_apply,
                      confirm=_("Replace the standard costs of all items of this version?"))],
    list_verbs=[ListVerb("costing.roll_up", _("Roll up standard costs"), icon="stack-2",
                         ask=[Field("code", _("Name of the version"), required=True, max_length=40)])],
    label="{code}",
    teach=_("A roll-up reckons what everything made should cost from BOM, routing, prices and rates, level by level."),
)  # fmt: skip
SCREENS = [SETTLEMENTS, VERSIONS]
