"""What happened to the stock."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StockMoved:
    """Goods came or went. places: (item, location) of every balance that changed."""

    places: tuple[tuple[int, int], ...]
