"""Stock policy proposals and forecast cells as lists: filter, export, import, accept."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gongfang.kernel.errors import Problem
from gongfang.planning.models import ForecastPeriod, PolicyProposal
from gongfang.planning.queries import VIEW_PLAN
from gongfang.planning.services import CellInput
from gongfang.ui.screens import Column, Field, ListVerb, Preset, Screen, VerbButton


def _proposals(user: Any) -> Any:
    return PolicyProposal.objects.select_related("item__unit")


def why_not_accept(row: PolicyProposal) -> list[Problem]:
    """Empty while it is open."""
    if row.state == PolicyProposal.State.OPEN:
        return []
    return [Problem("accepted_already", "{item}: the proposal was accepted already.", item=str(row.item))]


def _lot_goes(row: PolicyProposal) -> str:
    """Where accepting writes the lot."""
    if row.item.lot_rule == "fixed":
        return gettext("lot quantity")
    if row.item.lot_rule in ("minimum_multiple", "lot_for_lot"):
        return gettext("minimum lot")
    return gettext("nothing: its rule finds lots itself")


ASKED = [
    Field("method", _("Method"), kind="choice", choices=PolicyProposal.Method.choices, default="service",
          help=_("Service level: a promised share decides. The others weigh the price of a shortage (settings, or the margin).")),
    Field("service_kind", _("Service level of"), kind="choice", choices=[("cycle", _("order cycles without shortage")), ("fill", _("demand served from stock"))], default="cycle"),
    Field("review_weeks", _("Weeks between two looks at the stock"), kind="number", default=0, minimum=0, maximum=26,
          help=_("0: stock is looked at all the time.")),
]  # fmt: skip

POLICIES = Screen(
    "planning/policies", model="planning.PolicyProposal", title=_("Stock policy"), one=_("Stock policy proposal"), icon="adjustments", order=80,
    view_permission=VIEW_PLAN, queryset=_proposals, number="item__code",
    columns=[
        Column("item__code", _("Item"), to="masterdata/items"), Column("item__name", _("Item name")), "abc", "xyz", Column("mean", unit="item__unit__name"),
        Column("deviation", hidden=True), Column("service", kind="percent"), Column("item__safety_stock", _("Safety stock now")), "safety_stock",
        Column("item__reorder_point", _("Reorder point now")), "reorder_point", Column("lot", _("Proposed lot")),
        Column("lot_goes", _("The lot becomes"), value=_lot_goes, needs=("item__lot_rule", "lot"), sortable=False),
        Column("item__max_stock", _("Maximum now"), hidden=True), "maximum", "stock_now", Column("cash", total=True), "method", Column("fill_rate", kind="percent"),
        Column("lead_deviation", hidden=True), Column("lot_price", hidden=True), Column("yearly_cost", hidden=True, total=True), "state", "computed_at",
    ],
    filters=["abc", "xyz", "method", "state", "item", "cash"], search=["item__code", "item__name", "item__pinyin"], ordering=["item__code"],
    views=[Preset("open", _("Proposed"), {"state": ["open"]})],
    header=[Field("item", readonly=True, span=2), Field("safety_stock", readonly=True), Field("reorder_point", readonly=True), Field("lot", readonly=True), Field("maximum", readonly=True), Field("method", readonly=True), Field("fill_rate", readonly=True), Field("cash", readonly=True)],
    verbs=[VerbButton("planning.accept_policy", _("Accept"), icon="check", batch=True, possible=why_not_accept, opens="document")],
    list_verbs=[ListVerb("planning.propose_policy", _("Propose anew"), icon="wand", ask=ASKED),
                ListVerb("planning.accept_policy", _("Accept all"), icon="checks", confirm=_("Write all open proposals into the items?"))],
    teach=_("From a year of use and the lead time: how much safety stock, when to reorder and how much, and what it does to cash."),
)  # fmt: skip


def _cells(user: Any) -> Any:
    return ForecastPeriod.objects.select_related("forecast__item__unit")


def _payload(values: dict[str, Any], row: ForecastPeriod | None, version: int | None) -> dict[str, Any]:
    item = values.get("item") or (row.forecast.item_id if row else 0)
    start = values.get("start") or (row.start if row else None)
    return {"cells": [CellInput(item, start, values.get("quantity"))]}


FORECAST_CELLS = Screen(
    "planning/forecast-periods", model="planning.ForecastPeriod", title=_("Forecast by period"), one=_("Forecast period"), teach=_("What is expected to be sold in each period. Compute it under “Demand and forecast”, import it, or enter it here."),
    icon="table", order=9,
    view_permission=VIEW_PLAN, queryset=_cells, number="pk",
    columns=[Column("forecast__item__code", _("Item")), Column("forecast__item__name", _("Item name")), "start", "computed", "low", "high", "quantity"],
    filters=["start", "forecast__item"], search=["forecast__item__code", "forecast__item__name"], ordering=["start"],
    header=[Field("item", path="forecast__item", ref="masterdata/items", span=2, on_edit=False), Field("start", on_edit=False), Field("quantity", required=False)],
    create_verb="planning.set_forecast", edit_verb="planning.set_forecast", payload=_payload, editable=lambda row: True,
    list_verbs=[ListVerb("planning.set_analogy", _("Forecast as a similar item"), icon="copy", ask=[
        Field("item", _("Item"), kind="ref", ref="masterdata/items", required=True), Field("like", _("like item"), kind="ref", ref="masterdata/items", required=False),
        Field("percent", _("Percent of its sales"), kind="number", required=False, minimum=1, maximum=10000),
    ])],
)  # fmt: skip
