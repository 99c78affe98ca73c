"""The keeper's page, scan stations and labels in the menu; label tabs on what can be labelled."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from gongfang.inventory import pages
from gongfang.inventory.queries import VIEW_DOCUMENTS
from gongfang.ui.screens import ExtraTab, Page, Tab

KEEPER = Page(
    "inventory/keeper",
    _("My day in the store"),
    pages.keeper,
    view_permission="inventory.finish_scan",
    icon="sun",
    order=2,
    day_of=("keeper",),
)
SCAN = Page(
    "inventory/scan", _("Scan station"), pages.scan, view_permission="inventory.finish_scan", icon="scan", order=4,
    routes=[("resolve", pages.resolve_code), ("finish", pages.finish_station), ("<slug:kind>/<int:key>", pages.work)],
)  # fmt: skip
LABELS = Page("inventory/labels", _("Labels"), pages.labels, view_permission=VIEW_DOCUMENTS, icon="tag", order=46)
SCREENS = [KEEPER, SCAN, LABELS]


def _tab(key: str) -> ExtraTab:
    def context(user: Any, row: Any) -> dict[str, Any]:
        return {"kind": key, "pk": row.pk}

    return ExtraTab(
        key,
        Tab(
            "label",
            _("Label"),
            template="inventory/_label_tab.html",
            context=context,
            permission=VIEW_DOCUMENTS,
            icon="tag",
        ),
    )


EXTRA_TABS = [
    _tab(key)
    for key in (
        "masterdata/items",
        "inventory/lots",
        "inventory/locations",
        "inventory/packages",
        "inventory/transfers",
        "inventory/counts",
    )
]
