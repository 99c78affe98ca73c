"""Documents that stock alerts turn into, made by the packages above the store."""

import uuid
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext

from gongfang.inventory.services import Need
from gongfang.kernel.errors import N_, DomainError, Kind, Problem
from gongfang.ledger import queries as ledger
from gongfang.masterdata import queries as masterdata
from gongfang.platform.identity.models import User
from gongfang.platform.notifications.services import notify
from gongfang.production.ports import Shortage
from gongfang.production.services import create_order
from gongfang.purchasing.queries import requested_from
from gongfang.purchasing.services import RequisitionItem, request_purchase
from gongfang.quality.services import create_nonconformance
from gongfang.sales.queries.history import last_customers
from gongfang.sales.services import QuotedLine, create_quotation

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
    return request_purchase(actor, lines, origin="reorder", purpose=gettext("Replenishment"))


class Buyer:
    """What work orders lack, asked for by requisitions."""

    def ask(self, actor: User, order: Any, wanted: Sequence[Shortage]) -> Any:
        return requisition_for_order(actor, order, wanted)

    def asked(self, order: Any) -> dict[int, Decimal]:
        return requested_from(order)


def requisition_for_order(actor: User, order: Any, wanted: Sequence[Shortage]) -> Any:
    """A requisition of what a work order lacks, each line due when the order needs it; it leads back to the order."""
    items = masterdata.items_by_ids({one.item_id for one in wanted})
    lines = [
        RequisitionItem(one.item_id, one.quantity, one.on, items[one.item_id].default_supplier_id, str(order.number), warehouse_id=one.warehouse_id)
        for one in wanted
    ]  # fmt: skip
    return request_purchase(actor, lines, origin="work_order", purpose=str(order.number), source=order)


def work_order(*, actor: User, request_id: uuid.UUID, needs: Sequence[Need]) -> Any:
    """A work order of the first need: each made item has its own."""
    need = needs[0]
    item = masterdata.items_by_ids({need.item_id})[need.item_id]
    today = timezone.localdate()
    return create_order(
        actor=actor, request_id=request_id, item_id=need.item_id, quantity=need.quantity, start=today,
        due=today + timedelta(days=max(item.lead_time_days, 1)), warehouse_id=need.warehouse_id, why=need.why[:200],
    )  # fmt: skip


def report(*, actor: User, request_id: uuid.UUID, needs: Sequence[Need]) -> Any:
    """A nonconformance report of goods that have been frozen too long, for each place and lot: its disposition settles them."""
    need = needs[0]
    made = [
        create_nonconformance(
            actor=actor, request_id=request_id, item_id=need.item_id, quantity=row.quantity, defect=need.why[:200], lot_id=row.lot_id,
            location_id=row.location_id,
        )
        for row in ledger.standing_of(need.item_id, need.warehouse_id)
        if row.quantity > 0 and (row.location.kind == "blocked" or (row.lot and row.lot.status == "frozen"))
    ]  # fmt: skip
    if not made:
        raise DomainError(Problem("nothing_there", "Nothing of it is in a store any more."), Kind.CONFLICT)
    return made[0]


def offer(*, actor: User, request_id: uuid.UUID, needs: Sequence[Need]) -> Any:
    """A quotation to the customer named, or to who bought the item last; where nobody did, those who sell are told."""
    need = needs[0]
    customer = need.customer_id or last_customers([need.item_id]).get(need.item_id)
    if customer is None or not actor.may(SELLER_PERMISSION):
        tell_sellers(needs)
        return None
    lines = [QuotedLine(one.item_id, one.quantity, remark=one.why[:200]) for one in needs]
    return create_quotation(
        actor=actor, request_id=request_id, customer_id=customer, lines=lines, remark=need.why[:500]
    )


def tell_sellers(needs: Sequence[Need]) -> None:
    """Tell those who sell what should be sold off."""
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
