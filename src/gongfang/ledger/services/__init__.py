"""The doors of the ledgers. Goods and money change through `post` and `reverse` only."""

from gongfang.ledger.rules.moves import Draft, Entry, Move
from gongfang.ledger.services.books import ensure_books
from gongfang.ledger.services.cost_objects import cost_objects_for
from gongfang.ledger.services.locations import ensure_subcontractor_locations, ensure_warehouse_locations
from gongfang.ledger.services.lots import NewLot, free_lot, freeze_lot, lots_for
from gongfang.ledger.services.posting import post, post_all
from gongfang.ledger.services.reservations import Reserve, release, reserve
from gongfang.ledger.services.reversing import reverse, reverse_all

__all__ = [
    "Draft", "Entry", "Move", "NewLot", "Reserve", "cost_objects_for", "ensure_books", "ensure_subcontractor_locations",
    "ensure_warehouse_locations", "free_lot", "freeze_lot", "lots_for", "post", "post_all", "release", "reserve", "reverse",
    "reverse_all",
]  # fmt: skip
