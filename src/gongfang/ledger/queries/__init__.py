"""Named reads of the ledgers, for screens and for the packages above."""

from gongfang.ledger.queries.locations import (
    blocked_of,
    inspection_of,
    location,
    locations,
    store_of,
    stores_of,
    subcontractor_of,
)
from gongfang.ledger.queries.stock import (
    available,
    balances_for_items,
    moves_of,
    on_hand,
    postings_of,
    unit_costs,
    value_by_line,
    value_of,
)

__all__ = [
    "available", "balances_for_items", "blocked_of", "inspection_of", "location", "locations", "moves_of", "on_hand", "postings_of",
    "store_of", "stores_of", "subcontractor_of", "unit_costs", "value_by_line", "value_of",
]  # fmt: skip
