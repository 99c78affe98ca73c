"""Answers put together from several packages beside each other, for the ports of those that may not see them."""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal

from gongfang.finance import queries as finance
from gongfang.ledger import queries as ledger
from gongfang.masterdata.services import Impact
from gongfang.production import queries as production
from gongfang.production.services import still_to_pass
from gongfang.purchasing import queries as purchasing
from gongfang.sales import queries as sales


def incoming_supply(item_ids: Collection[int]) -> Mapping[int, list[tuple[date, Decimal, int | None]]]:
    """What purchase orders and work orders will bring, by item, and where to; two statements."""
    found: dict[int, list[tuple[date, Decimal, int | None]]] = {}
    for bought in purchasing.open_supply(item_ids):
        found.setdefault(bought.item_id, []).append((bought.on, bought.quantity, bought.warehouse_id))
    for made in production.open_supply(item_ids):
        found.setdefault(made.item_id, []).append((made.due, made.quantity, made.warehouse_id))
    return found


def receivables(customer_ids: Collection[int]) -> Mapping[int, Decimal]:
    """What customers owe on invoices."""
    return {customer_id: finance.receivable_of(customer_id) for customer_id in customer_ids}


def impacts_of_change(
    parents: Collection[int], components: Collection[int], operations: Mapping[int, Collection[int]]
) -> list[Impact]:
    """What an engineering change touches: running orders that have still to pass operations, open work orders and quotations of the
    products, purchases and stock of the components."""
    found = [
        Impact("operation", row.number, row.item_id, row.quantity, row.state, f"/production/orders/{row.order_id}/",
               row.operation_no, row.operation)
        for row in still_to_pass(operations)
    ]  # fmt: skip
    found += [
        Impact(
            "work_order", row.number, row.item_id, row.quantity, row.stage_text, f"/production/orders/{row.order_id}/"
        )
        for row in production.open_supply(list(parents))
    ]
    found += [
        Impact(
            "purchase_order",
            row.number,
            row.item_id,
            row.quantity,
            row.partner,
            f"/purchasing/orders/{row.document_id}/",
        )
        for row in purchasing.open_supply(list(components))
    ]
    found += [
        Impact(
            "quotation",
            row.document.number,
            row.item_id,
            row.quantity,
            row.document.get_approval_display(),
            f"/sales/quotations/{row.document_id}/",
        )
        for row in sales.open_quotation_lines(parents)
    ]
    stock = ledger.on_hand(list(components))
    return found + [Impact("stock", "", item, quantity) for item, quantity in stock.items() if quantity]


def stock_of(item_ids: Collection[int]) -> Mapping[int, Decimal]:
    """What is on hand of some items."""
    return ledger.on_hand(list(item_ids), kinds=("store", "line", "inspection"))
