"""Answers put together from several packages beside each other, for the ports of those that may not see them."""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal

from gongfang.finance import queries as finance
from gongfang.production import queries as production
from gongfang.purchasing import queries as purchasing


def incoming_supply(item_ids: Collection[int]) -> Mapping[int, list[tuple[date, Decimal]]]:
    """What purchase orders and work orders will bring, by item; two statements."""
    found: dict[int, list[tuple[date, Decimal]]] = {}
    for bought in purchasing.open_supply(item_ids):
        found.setdefault(bought.item_id, []).append((bought.on, bought.quantity))
    for made in production.open_supply(item_ids):
        found.setdefault(made.item_id, []).append((made.due, made.quantity))
    return found


def receivables(customer_ids: Collection[int]) -> Mapping[int, Decimal]:
    """What customers owe on invoices."""
    return {customer_id: finance.receivable_of(customer_id) for customer_id in customer_ids}
