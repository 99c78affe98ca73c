"""The menu's groups, in the order a factory thinks: sell, plan, buy, make, check, keep, count the money."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Area:
    """A group of the left menu. key: the first part of its screens' keys."""

    key: str
    title: Any
    icon: str


AREAS: tuple[Area, ...] = (
    Area("sales", _("Sales"), "shopping-cart"),
    Area("planning", _("Planning"), "calendar-stats"),
    Area("purchasing", _("Purchasing"), "truck-delivery"),
    Area("production", _("Production"), "tool"),
    Area("quality", _("Quality"), "shield-check"),
    Area("inventory", _("Inventory"), "building-warehouse"),
    Area("maintenance", _("Equipment"), "engine"),
    Area("costing", _("Costing"), "calculator"),
    Area("finance", _("Finance"), "report-money"),
    Area("people", _("People"), "users"),
    Area("risk", _("Risk"), "alert-octagon"),
    Area("improvement", _("Improvement"), "bulb"),
    Area("analytics", _("Analysis"), "chart-histogram"),
    Area("masterdata", _("Master data"), "database"),
    Area("ledger", _("Ledgers"), "book"),
    Area("settings", _("System"), "settings"),
)
