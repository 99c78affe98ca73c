"""What happened in the ledgers that those above may have to follow."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class StockMoved:
    """Goods came or went. places: (item, location) of every balance that changed."""

    places: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Recosted:
    """A move of a document is worth more (or less) than it was posted at. quantity: of the move, negative when it took one back."""

    source_type: str
    source_id: int
    source_line: int
    item_id: int
    quantity: Decimal
    cost_object_id: int | None
    into_process: bool
    amount: Decimal


@dataclass(frozen=True, slots=True)
class ValuesRecosted:
    """An entry before others, a later cost or a month's end changed what earlier moves are worth."""

    moves: tuple[Recosted, ...]
