"""Alerts a person may see."""

from typing import Any

from django.db.models import QuerySet

from gongfang.inventory.models import StockAlert
from gongfang.platform.identity.scopes import scoped


def alerts_visible_to(user: Any) -> QuerySet[StockAlert]:
    """Alerts of the person's warehouses, and those of all stores together."""
    return scoped(StockAlert.objects.all(), user, warehouse="warehouse__code")
