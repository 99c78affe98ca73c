"""Bring material to the line before it is used (配料上线); what is backflushed is then taken from there."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.utils import timezone

from gongfang.inventory.services import TRANSFERS, StockLineInput, create_transfer
from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.ledger.services import Used, use
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb
from gongfang.production.models import WorkOrder
from gongfang.production.rules import posting_problem
from gongfang.production.services.holding import hold_materials_of, hold_orders
from gongfang.production.services.setrows import update_rows
from gongfang.production.services.stocks import Pick, allocate, refuse_short, stores


@verb("production.stage_line", N_("Bring to the line"), roles=("keeper", "supervisor"))
def stage_line(
    *, actor: User, request_id: uuid.UUID, order_ids: Sequence[int], warehouse_id: int, on: date | None = None
) -> list[WorkOrder]:
    """Move what some orders will backflush from the stores to a line-side warehouse, by the picking rules.

    One transfer per store, posted at once. The orders' components are taken from the line from then on.
    """
    on = on or timezone.localdate()
    orders = hold_orders(order_ids)
    refuse_if([p for order in orders.values() if (p := posting_problem(order.number, order.stage))], Kind.CONFLICT)
    rows = {
        row.pk: row
        for group in hold_materials_of(orders).values()
        for row in group
        if row.issue_method == "backflush" and row.quantity > row.done_quantity + row.staged_quantity
    }
    wants = [
        (row.pk, row.item_id, None, row.quantity - row.done_quantity - row.staged_quantity) for row in rows.values()
    ]
    picks = allocate(wants, on, leave_out={warehouse_id})
    if not picks:
        raise DomainError(Problem("nothing_to_issue", "Nothing is left to issue on these orders."), Kind.CONFLICT)
    refuse_short(picks)
    use(WorkOrder.doc_type, [Used(pick.material_id, pick.quantity, pick.lot_id) for pick in picks])
    _move(actor, request_id, picks, warehouse_id, on)
    for pick in picks:
        rows[pick.material_id].staged_quantity += pick.quantity
        rows[pick.material_id].warehouse_id = warehouse_id
    update_rows(list(rows.values()), ["staged_quantity", "warehouse"])
    return list(orders.values())


def _move(actor: User, request_id: uuid.UUID, picks: Sequence[Pick], warehouse_id: int, on: date) -> None:
    places = stores({pick.warehouse_id for pick in picks} | {warehouse_id})
    by_store: dict[int, dict[tuple[int, int | None], Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for pick in picks:
        by_store[pick.warehouse_id or 0][pick.item_id, pick.lot_id] += pick.quantity
    for store_id, sums in sorted(by_store.items()):
        transfer = create_transfer(
            actor=actor, request_id=request_id, source=places[store_id].pk, target=places[warehouse_id].pk, business_date=on,
            lines=[StockLineInput(item_id, quantity, lot_id) for (item_id, lot_id), quantity in sums.items()],
        )  # fmt: skip
        TRANSFERS.approve(actor=actor, request_id=request_id, document_id=transfer.pk)
