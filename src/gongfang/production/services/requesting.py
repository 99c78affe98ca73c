"""Ask for what a work order lacks: a requisition of its bought components that nobody has asked for yet."""

import uuid
from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem
from gongfang.kernel.money import ZERO
from gongfang.ledger import queries as ledger
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb
from gongfang.production.models import WorkOrder, WorkOrderMaterial
from gongfang.production.ports import BUY, Shortage
from gongfang.production.services.holding import hold_orders
from gongfang.production.services.life import PLANNERS


@verb("production.request_shortages", N_("Request what is short"), roles=(*PLANNERS, "supervisor"))
def request_shortages(*, actor: User, request_id: uuid.UUID, document_id: int) -> Any:
    """A requisition of what the order still needs of bought components beyond what is kept for it, free, or asked for already.

    It says which order it is for and leads back to it. Raises DomainError(nothing_short).
    """
    order = hold_orders([document_id])[document_id]
    wanted = shortages(order)
    if not wanted:
        raise DomainError(
            Problem("nothing_short", "What {number} needs is there, kept for it or asked for already.", number=order.number), Kind.CONFLICT
        )  # fmt: skip
    return BUY.provider.ask(actor, order, wanted)


def shortages(order: WorkOrder) -> list[Shortage]:
    """What an order lacks of bought components, by item; five statements."""
    rows = WorkOrderMaterial.objects.filter(document=order, item__source="buy").exclude(issue_method="bulk")
    needed: dict[int, Decimal] = defaultdict(lambda: ZERO)
    places: dict[int, int | None] = {}
    for row in rows.select_related("item").order_by("line_no"):
        if row.item_id != order.item_id:
            needed[row.item_id] += max(
                row.quantity - row.done_quantity - row.staged_quantity - row.outside_quantity, ZERO
            )
            places.setdefault(row.item_id, row.warehouse_id or order.warehouse_id or row.item.default_warehouse_id)
    free = ledger.available(set(needed))
    kept: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for row in ledger.kept_of(WorkOrder.doc_type, order.pk):
        if row.kind == "hard":
            kept[row.item_id] += row.quantity
    asked = BUY.provider.asked(order)
    on = max(order.start, timezone.localdate())
    found = []
    for item, quantity in needed.items():
        there = max(free.get(item, ZERO), ZERO) + kept[item] + asked.get(item, ZERO)
        if quantity > there:
            found.append(Shortage(item, quantity - there, on, places[item]))
    return found
