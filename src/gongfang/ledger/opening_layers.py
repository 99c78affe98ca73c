"""Layers of what is costed first in, first out, laid over the places where the goods are, for the sheet of opening stock."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from gongfang.kernel.money import split
from gongfang.ledger.models import Balance, Layer, StockMove


@dataclass(slots=True)
class Part:
    """Goods in one place that came at once. on: the day; None where nobody asks."""

    quantity: Decimal
    value: Decimal
    on: date | None = None


def layers_over(rows: Mapping[Any, Balance], quantities: Mapping[Any, Decimal]) -> dict[Any, list[Part]]:
    """Row → its parts, the oldest first, for our own goods of items with layers. Two statements.

    A layer is of the whole company: it is taken to lie where its lot is, else in the first places that have goods left. Every
    layer keeps its quantity, its value and its turn.
    """
    left: dict[int, dict[Any, Decimal]] = defaultdict(dict)
    for key, row in rows.items():
        if row.location.ownership == "own":
            left[row.item_id][key] = quantities[key]
    layers = list(
        Layer.objects.filter(pool__area="stock", pool__item__in=left)
        .order_by("pool__item__code", "pk")
        .values_list("pool__item", "on", "posting_key", "line_no", "quantity", "value")
    )
    lots = dict(_lots(layers))
    found: dict[Any, list[Part]] = defaultdict(list)
    for item, on, posting, line, quantity, value in layers:
        of_item = left[item]
        lot = lots.get((posting, line))
        taken: dict[Any, Decimal] = {}
        for key in sorted(of_item, key=lambda key: (rows[key].lot_id != lot, key)):
            if part := min(quantity, of_item[key]):
                taken[key] = part
                of_item[key] -= part
                quantity -= part
        if taken:
            for key, amount in zip(taken, split(value, list(taken.values())), strict=True):
                found[key].append(Part(taken[key], amount, on))
    return found


def _lots(layers: list[tuple[Any, ...]]) -> Any:
    """(posting, line) → lot of the receipts that layers stand for."""
    marks = {layer[2:4] for layer in layers}
    moves = StockMove.objects.filter(posting__in={posting for posting, _line in marks}).exclude(lot=None)
    return (
        ((posting, line), lot)
        for posting, line, lot in moves.values_list("posting", "line_no", "lot")
        if (posting, line) in marks
    )
