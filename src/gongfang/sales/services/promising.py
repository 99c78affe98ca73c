"""When can a customer have it? From stock and incoming supply; beyond that, planning answers through a port."""

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.utils import timezone

from gongfang.kernel.errors import N_
from gongfang.ledger import queries as ledger_queries
from gongfang.masterdata import queries as masterdata
from gongfang.masterdata.queries import Asked
from gongfang.platform.documents.editing import change, editable
from gongfang.platform.identity.models import User
from gongfang.platform.ports import Port
from gongfang.platform.setwise import update_rows
from gongfang.platform.verbs import verb
from gongfang.sales.models import SalesOrder
from gongfang.sales.queries.demand import open_demand
from gongfang.sales.rules.promising import Promise, available_to_promise

Dated = Sequence[tuple[date, Decimal]]


def _nothing_incoming(item_ids: Collection[int], asked: Asked | None = None) -> Mapping[int, Dated]:
    return {}


def _by_lead_time(item_id: int, quantity: Decimal, today: date, plant_id: int | None) -> Promise | None:
    """Without planning: the item's lead time in working days from today."""
    item = masterdata.items_by_ids([item_id])[item_id]
    if not item.lead_time_days:
        return None
    on = masterdata.working_calendar().add_working_days(today, item.lead_time_days)
    return Promise(on, "lead_time", Decimal(0), f"{item.lead_time_days}")


INCOMING: Port[Callable[[Collection[int], Asked | None], Mapping[int, Dated]]] = Port(
    "incoming_supply", _nothing_incoming
)
"""What is on its way into stock, by item: purchase and work orders, and transfers where plants are asked; answered from beside."""
PROMISE: Port[Callable[[int, Decimal, date, int | None], Promise | None]] = Port("promise", _by_lead_time)
"""Capable to promise: when a quantity beyond stock and supply can be had in a plant (None: there is one), answered by planning."""


def promise(
    wanted: Sequence[tuple[int, Decimal]],
    today: date,
    *,
    without_order: int | None = None,
    warehouse_id: int | None = None,
) -> list[Promise]:
    """The earliest date for each (item, quantity), each alone. without_order: an order whose own demand is left out.

    warehouse_id: where it is sold from: its plant answers, with what is transferred there; None: the plant of the item's own.
    A constant number of statements for the stock part, whatever the number of lines.
    """
    item_ids = {item for item, _ in wanted}
    asked = masterdata.asked_in(item_ids, warehouse_id)
    stock = _free(item_ids, asked)
    incoming = INCOMING.provider(item_ids, asked)
    demands: dict[int, list[tuple[date, Decimal]]] = {}
    for row in open_demand(item_ids):
        if row.document_id != without_order and (asked is None or asked.is_here(row.item_id, row.warehouse_id)):
            demands.setdefault(row.item_id, []).append((row.on, row.quantity))
    found = []
    for item_id, quantity in wanted:
        on, free = available_to_promise(
            stock.get(item_id, Decimal(0)), incoming.get(item_id, ()), demands.get(item_id, ()), quantity, today
        )
        if on is not None:
            found.append(Promise(on, "stock" if on == today else "incoming", free))
        else:
            capable = PROMISE.provider(item_id, quantity, today, asked.plant[item_id] if asked else None)
            found.append(capable or Promise(None, "none", free))
    return found


def _free(item_ids: Collection[int], asked: Asked | None) -> Mapping[int, Decimal]:
    if asked is None:
        return ledger_queries.available(item_ids)
    found: dict[int, Decimal] = {}
    for (item, warehouse), free in ledger_queries.available_by_warehouse(item_ids).items():
        if asked.is_here(item, warehouse):
            found[item] = found.get(item, Decimal(0)) + free
    return found


@verb("sales.promise_order", N_("Promise dates"), roles=("sales", "planner"))
def promise_order(*, actor: User, request_id: uuid.UUID, order_id: int) -> SalesOrder:
    """Set the promised dates of a draft's lines to what can be kept, and the order's to the latest of them."""
    order = editable(SalesOrder, order_id)
    lines = list(order.lines.select_for_update().order_by("line_no"))
    promises = promise(
        [(line.item_id, line.quantity) for line in lines], timezone.localdate(), without_order=order.pk, warehouse_id=order.warehouse_id
    )  # fmt: skip
    for line, answer in zip(lines, promises, strict=True):
        line.promised_date = answer.on or line.promised_date
    update_rows(lines, ["promised_date"])
    if lines:
        change(order, promised_date=max(line.promised_date for line in lines))
    return order
