"""Supplier shares 配额: who is to get the next order of an item, so that over the year each gets what was agreed."""

from collections.abc import Mapping, Sequence
from decimal import Decimal


def by_share(
    wanted: Sequence[tuple[int, Decimal]], shares: Mapping[int, Mapping[int, Decimal]], ordered: Mapping[tuple[int, int], Decimal]
) -> list[int | None]:  # fmt: skip
    """The supplier of each wish (item, quantity), in order; None where the item has no shares.

    shares: item → supplier → agreed share. ordered: (item, supplier) → quantity ordered so far. Each wish goes whole to whom it leaves
    furthest behind his share of everything, this wish included; among equals to the bigger share, then the smaller id.
    """
    had = dict(ordered)
    found: list[int | None] = []
    for item, quantity in wanted:
        agreed = shares.get(item)
        if not agreed:
            found.append(None)
            continue
        total = sum((had.get((item, supplier), Decimal(0)) for supplier in agreed), Decimal(0)) + quantity
        whole = sum(agreed.values(), Decimal(0))
        chosen = min(
            agreed,
            key=lambda supplier: (
                had.get((item, supplier), Decimal(0)) - agreed[supplier] / whole * total,
                -agreed[supplier],
                supplier,
            ),
        )
        had[item, chosen] = had.get((item, chosen), Decimal(0)) + quantity
        found.append(chosen)
    return found
