"""Requirements and pegs of one item as bytes: columns one after another, compressed. Small enough to read without numpy.

Requirements: quantity, day, order, demand (row numbers of the run; -1 none). Pegs: kind, supply, demand, requirement, quantity.
Quantities are integers of 10^-6, days date ordinals.
"""

import sys
import zlib
from array import array
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

STOCK, SUPPLY, ORDER, BYPRODUCT = range(4)
"""What serves: stock on hand, an open order, a suggestion, what a suggestion yields besides."""
LEVEL = 1  # of compression: speed counts


class Requirement(NamedTuple):
    """What a suggestion (order) needs of a component, or a demand for a phantom passed on (demand). seq: its row in the run."""

    seq: int
    item_id: int
    quantity: Decimal
    on: date
    order: int
    demand: int


class Peg(NamedTuple):
    """So much of an item's supply serves a demand or a requirement for it."""

    item_id: int
    kind: int
    supply: int
    demand: int
    requirement: int
    quantity: Decimal


def pack(columns: Sequence[bytes]) -> bytes:
    """Columns of little-endian 64-bit integers into one value."""
    return zlib.compress(b"".join(columns), LEVEL)


def unpack(value: bytes | memoryview, width: int) -> Iterator[tuple[int, ...]]:
    """The rows of so many columns."""
    if not value:
        return iter(())
    figures = array("q", zlib.decompress(value))
    if sys.byteorder == "big":
        figures.byteswap()
    count = len(figures) // width
    return zip(*(figures[start * count : (start + 1) * count] for start in range(width)), strict=True)


def micro(quantity: int) -> Decimal:
    """An integer of 10^-6 as a quantity."""
    return Decimal(quantity).scaleb(-6)


def requirements(item_id: int, first: int, value: bytes | memoryview) -> list[Requirement]:
    """The requirements for an item."""
    rows = unpack(value, 4)
    return [
        Requirement(seq, item_id, micro(quantity), date.fromordinal(day), order, demand)
        for seq, (quantity, day, order, demand) in enumerate(rows, first)
    ]


def pegs(item_id: int, value: bytes | memoryview) -> list[Peg]:
    """The pegs of an item, in the order in which the plan made them."""
    return [Peg(item_id, *row[:4], micro(row[4])) for row in unpack(value, 5)]


def items(value: bytes | memoryview) -> list[int]:
    """A packed list of item ids."""
    return [row[0] for row in unpack(value, 1)]
