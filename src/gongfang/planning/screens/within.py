"""Promises of the live plan within the hours of the work centres, as a list and on the sales order."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from gongfang.planning.models import PlanPromise
from gongfang.planning.queries import VIEW_PLAN
from gongfang.planning.queries.within import reasons_of
from gongfang.ui.screens import Column, ExtraTab, Field, ListVerb, Preset, Screen, Tab, Table
from gongfang.ui.sentences import sentence


def current_promises(user: Any) -> Any:
    return PlanPromise.objects.filter(run__is_current=True).select_related("item__unit", "blamed", "centre", "order")


def _why(row: PlanPromise) -> str:
    return " ".join(sentence(one) for one in reasons_of(row))


WHY = Column("why", _("Why not sooner"), value=_why, needs=("kind", "promised", "week", "waiting", "blamed__code", "blamed__name", "centre__code", "centre__name"), sortable=False, wraps=True)  # fmt: skip

PROMISES = Screen(
    "planning/promises", model="planning.PlanPromise", title=_("Promises within capacity"), one=_("Promise within capacity"), icon="calendar-check", order=57,
    view_permission=VIEW_PLAN, queryset=current_promises, number="number",
    columns=[
        "number", Column("order__number", _("Sales order"), to="sales/orders", hidden=True), "partner", Column("item__code", _("Item"), to="masterdata/items"), Column("item__name", _("Item name"), hidden=True),
        Column("quantity", unit="item__unit__name"), "due", "promised", "late_days", WHY, Column("short", hidden=True), Column("kind", hidden=True),
    ],
    filters=["kind", "item", "centre", "due", "promised", "late_days"], search=["number", "partner", "item__code", "item__name"], ordering=["-late_days"],
    views=[
        Preset("late", _("Late"), {"kind": ["capacity", "lead_time", "material", "version"]}), Preset("hours", _("Wait for hours"), {"kind": ["capacity"]}),
    ],
    header=[
        Field("number", readonly=True), Field("order", readonly=True), Field("partner", readonly=True), Field("item", readonly=True), Field("quantity", readonly=True),
        Field("due", readonly=True), Field("promised", readonly=True), Field("late_days", readonly=True), Field("kind", readonly=True),
        Field("centre", readonly=True), Field("week", readonly=True),
    ],
    list_verbs=[ListVerb("planning.promise_within_hours", _("Reckon anew"), icon="refresh", confirm=_("Plan all demands within the hours of the work centres, with today's orders and stock?"))],
    label="{number}", related=["item", "order"],
    teach=_("When each demand can be served within the hours of the work centres, and why not sooner. It is reckoned with each MRP run that is not too large."),
)  # fmt: skip


def _of_order(user: Any, order: Any) -> Table:
    rows = list(current_promises(user).filter(order=order.pk).order_by("due", "pk"))
    return Table(
        [Column("item__code", _("Item")), Column("item__name", _("Item name")), Column("quantity", unit="item__unit__name"), "due", "promised", "late_days", WHY],
        rows,
        empty=_("The live plan has no promise for this order: it asks for nothing any more, or promises were not reckoned yet."),
    )  # fmt: skip


EXTRA_TABS = [
    ExtraTab("sales/orders", Tab("within", _("Within capacity"), tables=_of_order, permission=VIEW_PLAN, icon="calendar-check"))
]  # fmt: skip
