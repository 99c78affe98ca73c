"""When can a customer have it? Planning answers through a port; without planning, stock does, and lead times."""

import uuid
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Protocol

from django.utils import timezone

from gongfang.kernel.errors import N_
from gongfang.ledger import queries as ledger_queries
from gongfang.masterdata import queries as masterdata
from gongfang.platform.documents.editing import change, editable
from gongfang.platform.identity.models import User
from gongfang.platform.ports import Port
from gongfang.platform.setwise import update_rows
from gongfang.platform.verbs import verb
from gongfang.sales.models import SalesOrder
from gongfang.sales.queries.demand import open_demand
from gongfang.sales.rules.promising import Promise, available_to_promise

Wanted = Sequence[tuple[int, Decimal]]
"""(item, quantity in base units), in the order in which they are served."""


class Promising(Protocol):
    """Promises for the lines of one order, in turn: what one takes, the next ones cannot have. A constant number of statements.

    without_order: an order whose own demand is left out. warehouse_id: where it is sold from: its plant answers, with what is
    transferred there; None: the plant of the item's own.
    """

    def __call__(
        self, wanted: Wanted, today: date, *, without_order: int | None = None, warehouse_id: int | None = None
    ) -> list[Promise]: ...


def _by_stock_and_lead_time(
    wanted: Wanted, today: date, *, without_order: int | None = None, warehouse_id: int | None = None
) -> list[Promise]:
    """Without planning: what is in stock, else the item's lead time in working days from today."""
    items = masterdata.items_by_ids({item for item, _ in wanted})
    stock = ledger_queries.plannable_stock(items)
    asked: dict[int, list[tuple[date, Decimal]]] = {item: [] for item in items}
    for row in open_demand(items):
        if row.document_id != without_order:
            asked[row.item_id].append((row.on, row.quantity))
    calendar = masterdata.working_calendar()
    found = []
    for item_id, quantity in wanted:
        on, free = available_to_promise(stock.get(item_id, Decimal(0)), (), asked[item_id], quantity, today)
        if on is not None:
            asked[item_id].append((on, quantity))
            found.append(Promise(on, "stock", free))
            continue
        days = items[item_id].lead_time_days
        later = calendar.add_working_days(today, days) if days else None
        found.append(Promise(later, "lead_time" if later else "none", free, str(days or "")))
    return found


PROMISE: Port[Promising] = Port("promise", _by_stock_and_lead_time)
"""Available and capable to promise, answered by planning."""


def promise(
    wanted: Wanted, today: date, *, without_order: int | None = None, warehouse_id: int | None = None
) -> list[Promise]:
    """The earliest date of each line, such that all of them can be kept together; see `Promising`."""
    return PROMISE.provider(wanted, today, without_order=without_order, warehouse_id=warehouse_id)


@verb("sales.promise_order", N_("Promise dates"), roles=("sales", "planner"))
def promise_order(*, actor: User, request_id: uuid.UUID, order_id: int) -> SalesOrder:
    """Set the promised dates of a draft's lines to what can be kept together, and the order's to the latest of them."""
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
