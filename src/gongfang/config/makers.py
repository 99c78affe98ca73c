"""Documents that stock alerts turn into, made by the packages above the store."""

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext

from gongfang.inventory.services import Need
from gongfang.kernel.errors import N_
from gongfang.masterdata import queries as masterdata
from gongfang.platform.identity.models import User
from gongfang.platform.notifications.services import notify
from gongfang.production.services import create_order
from gongfang.purchasing.services import RequisitionItem, create_requisition

OFFER = N_("Offer for sale: {item} {quantity} {unit}")
SELLER_PERMISSION = "sales.create_quotation"


def requisition(*, actor: User, request_id: uuid.UUID, needs: Sequence[Need]) -> Any:
    """One requisition of all needs, each due after the item's lead time, from its usual supplier."""
    items = masterdata.items_by_ids({need.item_id for need in needs})
    today = timezone.localdate()
    lines = [
        RequisitionItem(
            need.item_id, need.quantity, today + timedelta(days=max(items[need.item_id].lead_time_days, 1)),
            items[need.item_id].default_supplier_id, need.why[:200], warehouse_id=need.warehouse_id,
        )
        for need in needs
    ]  # fmt: skip
    return create_requisition(actor=actor, request_id=request_id, lines=lines, purpose=gettext("Replenishment"))


def work_order(*, actor: User, request_id: uuid.UUID, needs: Sequence[Need]) -> Any:
    """A work order of the first need: each made item has its own."""
    need = needs[0]
    item = masterdata.items_by_ids({need.item_id})[need.item_id]
    today = timezone.localdate()
    return create_order(
        actor=actor, request_id=request_id, item_id=need.item_id, quantity=need.quantity, start=today,
        due=today + timedelta(days=max(item.lead_time_days, 1)), warehouse_id=need.warehouse_id, why=need.why[:200],
    )  # fmt: skip


def offer(*, actor: User, request_id: uuid.UUID, needs: Sequence[Need]) -> Any:
    """Tell those who sell what should be sold off; there is no document before a customer wants it."""
    items = masterdata.items_by_ids({need.item_id for need in needs})
    sellers = [
        user
        for user in User.objects.filter(is_active=True).prefetch_related("roles__permissions")
        if user.may(SELLER_PERMISSION)
    ]
    for seller in sellers:
        with translation.override(seller.language):
            for need in needs:
                item = items[need.item_id]
                title = gettext(OFFER).format(item=item, quantity=f"{need.quantity.normalize():f}", unit=item.unit.name)
                notify([seller], title=title, text=need.why, url=f"/masterdata/items/{item.pk}/")
