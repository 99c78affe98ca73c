"""The record arrays the compiled run reads and fills: items in order of netting, everything else sorted by item.

Records keep what is used together together, and keep the machine code's argument lists (and so its compile time) short.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .problem import Days, Integers

Records = NDArray[Any]
"""A structured array of one of the layouts below."""

FIRST_DEMAND = -(2**31)
"""An origin under 0 is demand number origin - FIRST_DEMAND, else the number of an order."""
NO_PRIORITY = 2**31 - 1
FROM_STOCK, FROM_SUPPLY, FROM_ORDER, FROM_BYPRODUCT = range(4)
DONE, TOO_LARGE, TOO_MANY, NO_ROOM = range(4)

_DAY = _ROW = np.int32
_QUANTITY = np.int64

ITEM = np.dtype(
    [
        ("on_hand", _QUANTITY), ("safety", _QUANTITY), ("yield_numerator", _QUANTITY), ("yield_denominator", _QUANTITY),
        ("lot", _QUANTITY), ("multiple", _QUANTITY), ("largest", _QUANTITY), ("setup", _QUANTITY), ("holding", _QUANTITY),
        ("lead", _DAY), ("safety_time", _DAY), ("days", _DAY), ("earliest", _DAY), ("rule", np.int32),
        ("first_line", _ROW), ("end_line", _ROW), ("first_byproduct", _ROW), ("end_byproduct", _ROW),
        ("first_demand", _ROW), ("end_demand", _ROW), ("first_supply", _ROW), ("end_supply", _ROW),
        ("first_share", _ROW), ("end_share", _ROW),
        ("phantom", np.bool_),
    ],
    align=True,
)  # fmt: skip
"""`lot` is the fixed quantity or the minimum (0: none), `largest` the largest multiple within the maximum (0: none).
No order comes in before `earliest` (0: as early as needed, be it past)."""
LINE = np.dtype(
    [
        ("b", _QUANTITY), ("c", _QUANTITY), ("d", _QUANTITY),
        ("parent", _ROW), ("offset", _DAY), ("valid_from", _DAY), ("valid_to", _DAY), ("fixed", np.bool_),
    ],
    align=True,
)  # fmt: skip
"""A BOM line, sorted by component: b × c / d is needed per 10^-6 ordered of the parent (`fixed`: per order)."""
BYPRODUCT = np.dtype(
    [("b", _QUANTITY), ("d", _QUANTITY), ("parent", _ROW), ("valid_from", _DAY), ("valid_to", _DAY)], align=True
)
SHARE = np.dtype(
    [("numerator", _QUANTITY), ("denominator", _QUANTITY), ("valid_from", _DAY), ("valid_to", _DAY)], align=True
)
"""The good share of orders released within the dates, where it is not the item's own."""
DEMAND = np.dtype([("quantity", _QUANTITY), ("day", _DAY), ("priority", np.int32)], align=True)
SUPPLY = np.dtype([("quantity", _QUANTITY), ("day", _DAY), ("needed", _DAY)], align=True)

ORDER = np.dtype(
    [
        ("quantity", _QUANTITY), ("good", _QUANTITY), ("net", _QUANTITY),
        ("need", _DAY), ("cover", _DAY), ("due", _DAY), ("release", _DAY), ("priority", np.int32), ("source", _ROW),
    ],
    align=True,
)  # fmt: skip
"""By item then day. For a phantom it is what is passed on to its components, `source` being the origin of the need."""
NEED = np.dtype([("quantity", _QUANTITY), ("day", _DAY), ("priority", np.int32), ("origin", _ROW)], align=True)
ARRIVAL = np.dtype([("quantity", _QUANTITY), ("day", _DAY), ("reference", _ROW)], align=True)
"""A supply's row, or -1 - order for what that order yields besides."""
PEG = np.dtype([("quantity", _QUANTITY), ("need", _ROW), ("supply", _ROW)], align=True)
"""`supply` holds the kind of supply above its row number."""
KIND_SHIFT = 29
MOST_ROWS = 1 << KIND_SHIFT
SPAN = np.dtype(
    [
        ("first_order", np.int64), ("end_order", np.int64), ("first_need", np.int64), ("end_need", np.int64),
        ("first_arrival", np.int64), ("end_arrival", np.int64), ("first_peg", np.int64), ("end_peg", np.int64),
    ],
    align=True,
)  # fmt: skip
"""Where an item's rows of each result are."""
SORTED = np.dtype([("key", np.int64), ("quantity", _QUANTITY), ("origin", _ROW)], align=True)
PERIOD = np.dtype([("need", _QUANTITY), ("day", _DAY), ("starts", np.bool_)], align=True)
"""A day on which an item is needed, and whether a cost-balancing rule begins a lot there."""

COUNTERS = 7
ITEM_AT, ORDERS, NEEDS, ARRIVALS, PEGS, WANTED, WANTED_SCRATCH = range(COUNTERS)
"""Places in the run's counters: the item being planned, rows filled so far, room the item wants in the tables and to work in."""


class Facts(NamedTuple):
    """The problem by netting position."""

    today: int
    work_base: int
    items: Records
    lines: Records
    byproducts: Records
    shares: Records
    demands: Records
    supplies: Records
    work_index: Days
    work_day: Days


class Result(NamedTuple):
    """What the run fills; `spans` gives each position's rows of the others."""

    spans: Records
    orders: Records
    needs: Records
    arrivals: Records
    pegs: Records


class Scratch(NamedTuple):
    """Working space for one item: its needs being sorted, where the sorted runs begin, its days of need."""

    found: Records
    other: Records
    run: Integers
    periods: Records
