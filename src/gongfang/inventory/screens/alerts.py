"""Alert rules, alerts and idle stock on the screen."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongfang.inventory import pages
from gongfang.inventory.models import AlertRule
from gongfang.inventory.queries import VIEW_DOCUMENTS, alerts_visible_to
from gongfang.inventory.services import AlertRuleInput, action_problems, sentence_of
from gongfang.platform.documents.registry import document_types
from gongfang.platform.identity.scopes import scoped
from gongfang.ui.registry import url_of
from gongfang.ui.screens import Alert, AlertRow, Column, Field, ListVerb, Page, Preset, Screen, Tab, Table, VerbButton

TONES = {
    "negative": "red",
    "shortage": "red",
    "reorder": "orange",
    "expiry": "orange",
    "frozen": "yellow",
    "excess": "yellow",
    "slow": "yellow",
    "dead": "orange",
}
STATES = {"open": "orange", "handled": "blue", "put_off": "secondary", "gone": "green"}
RULE = Screen(
    "inventory/alert-rules", model="inventory.AlertRule", title=_("Alert rules"), one=_("Alert rule"), icon="bell-cog", order=52, view_permission=VIEW_DOCUMENTS,
    queryset=lambda user: scoped(AlertRule.objects.all(), user, warehouse="warehouse__code"),
    columns=["kind", Column("warehouse__name", _("Warehouse")), Column("category__name", _("Category")), Column("item__code", _("Item code")), Column("item__name", _("Item name")),
             "quantity", "days", "action", Column("owner__name", _("Who is told")), "is_automatic", "limit", Column("is_active", _("In use"))],
    filters=["kind", "warehouse", "action", "is_automatic", "is_active"], search=["item__code", "item__name"], ordering=["kind", "id"],
    header=["kind", Field("warehouse", required=False, help=_("Empty: all stores together.")), Field("item", ref="masterdata/items", required=False), Field("category", ref="masterdata/categories", required=False),
            Field("quantity", required=False, help=_("Empty: the item's own safety stock, reorder point or maximum.")), Field("days", required=False), "action",
            Field("source_warehouse", ref="masterdata/warehouses", required=False), Field("owner", ref="platform/users", required=False), Field("is_automatic", required=False),
            Field("limit", required=False), Field("is_active", _("In use"), required=False, default=True)],
    payload=AlertRuleInput, create_verb="inventory.create_alert_rule", edit_verb="inventory.edit_alert_rule",
    teach=_("An alert rule says when somebody is told about stock and what is proposed. The most exact rule counts: of the item, of its category, of all."),
)  # fmt: skip


def _document(user: Any, alert: Any) -> Table:
    """What was made of it."""
    model = document_types().get(alert.document_type)
    row = model._default_manager.filter(pk=alert.document_id).first() if model else None
    return Table(
        columns=[Column("number", _("Document")), Column("kind", _("Kind")), Column("url", _("Address"))],
        rows=[{"number": row.number, "kind": str(row._meta.verbose_name), "url": url_of(row)}] if row else [], empty=_("No document was made of it."),
    )  # fmt: skip


ALERT = Screen(
    "inventory/alerts", model="inventory.StockAlert", title=_("Stock alerts"), one=_("Stock alert"), icon="bell-exclamation", order=50, view_permission=VIEW_DOCUMENTS,
    queryset=alerts_visible_to, label="{get_kind_display} {item__code}",
    columns=[Column("kind", kind="state", colors=TONES), Column("item__code", _("Item code"), to="masterdata/items"), Column("item__name", _("Item name")), Column("warehouse__name", _("Warehouse")),
             Column("lot__code", _("Lot / serial")), Column("why", _("Why"), sortable=False, kind="text", wraps=True),
             "action", Column("proposed", unit="item__unit__name", precision="item__unit__precision"), Column("value", total=True), Column("owner__name", _("In charge")),
             Column("state", kind="state", colors=STATES), "document_number", Column("created_at", hidden=True), Column("put_off_until", hidden=True), Column("note", hidden=True)],
    filters=["state", "kind", "action", "warehouse", "owner"], search=["item__code", "item__name", "item__pinyin", "document_number"], ordering=["-id"], state="state",
    views=[Preset("open", _("Open"), {"state": "open"}), Preset("mine", _("Mine"), {"state": "open", "owner": "@me"}), Preset("handled", _("Handled"), {"state": "handled"})],
    header=[Field("kind", readonly=True), Field("item", ref="masterdata/items", readonly=True), Field("warehouse", readonly=True), Field("owner", ref="platform/users", readonly=True),
            Field("why", _("Why"), path="why", readonly=True, kind="text", span=4), Field("quantity", readonly=True), Field("threshold", readonly=True), Field("proposed", readonly=True),
            Field("action", readonly=True), Field("value", readonly=True), Field("note", readonly=True), Field("document_number", readonly=True)],
    verbs=[
        VerbButton("inventory.act_on_alert", _("Do what is proposed"), icon="bolt", possible=action_problems, batch=True, ask=[Field("quantity", _("Quantity"), kind="quantity", required=False, help=_("Empty: as proposed.")),
            Field("customer", _("Customer"), ref="masterdata/customers", kind="ref", required=False, help=_("Of an offer for sale. Empty: who bought it last."))]),
        VerbButton("inventory.put_off_alert", _("Put off"), icon="clock-pause", primary=False,
                   ask=[Field("until", _("Until"), kind="date", required=True, default=lambda user: timezone.localdate() + timedelta(days=7)), Field("reason", _("Reason"), kind="text", required=True)]),
        VerbButton("inventory.assign_alert", _("Hand over"), icon="user-share", primary=False, ask=[Field("owner", _("In charge"), ref="platform/users", required=True)]),
    ],
    list_verbs=[ListVerb("inventory.replenish", _("Replenish"), icon="shopping-cart-plus", confirm=_("Make the documents of all open shortages and reorders now?")),
                ListVerb("inventory.look_for_alerts", _("Look at the stock now"), icon="refresh")],
    tabs=[Tab("document", _("Document"), tables=_document, icon="file")],
    teach=_("The stock is judged by the alert rules whenever goods move and every night. Each alert says why, and one click makes the document that settles it."),
)  # fmt: skip
IDLE = Page(
    "inventory/idle",
    _("Slow, dead and excess stock"),
    pages.idle_stock,
    view_permission=VIEW_DOCUMENTS,
    icon="zzz",
    order=51,
)
SCREENS = [ALERT, IDLE, RULE]


def _rows(kinds: tuple[str, ...]) -> Any:
    """Alert rows of some kinds: my own first, then the worst."""

    def rows(user: Any) -> list[AlertRow]:
        found = (
            alerts_visible_to(user)
            .filter(state="open", kind__in=kinds)
            .select_related("item", "warehouse")
            .order_by("-value", "pk")[:10]
        )
        return [
            AlertRow(
                f"{one.get_kind_display()} · {one.item.code} {one.item.name}",
                f"/inventory/alerts/{one.pk}/",
                TONES[one.kind],
                sentence_of(one),
            )
            for one in found
        ]

    return rows


ALERTS = [
    Alert("stock_short", _("Stock that runs short"), _rows(("negative", "shortage", "reorder")), permission="inventory.act_on_alert", icon="alert-triangle", url="/inventory/alerts/?view=open", order=25),
    Alert("stock_idle", _("Stock that lies idle or expires"), _rows(("expiry", "dead", "slow", "excess", "frozen")), permission="inventory.act_on_alert", icon="hourglass", url="/inventory/idle/", order=55),
]  # fmt: skip
