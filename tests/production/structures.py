"""Structures of many lines and levels for tests and benchmarks."""

from collections.abc import Sequence
from decimal import Decimal

from gongfang.masterdata.models import Bom, BomLine, Item
from tests.production.shop import Shop


def tree(shop: Shop, widths: Sequence[int], name: str) -> Bom:
    """A product whose every assembly has so many components at each level, each an item of its own: [5, 4] are 5 + 20 lines."""

    def items(level: int, count: int) -> list[Item]:
        source = "buy" if level == len(widths) else "make"
        return Item.objects.bulk_create(
            [
                Item(code=f"{name}-{level}-{n}", name=f"零件 {level}.{n}", category=shop.categories["raw"], unit=shop.unit, standard_cost=Decimal(2),
                     source=source, default_warehouse=shop.raw)
                for n in range(count)
            ]
        )  # fmt: skip

    above = items(0, 1)
    top: Bom | None = None
    for level, width in enumerate(widths, start=1):
        boms = Bom.objects.bulk_create([Bom(item=one) for one in above])
        top = top or boms[0]
        below = items(level, width * len(above))
        BomLine.objects.bulk_create(
            [
                BomLine(bom=bom, line_no=n + 1, component=below[index * width + n], quantity=Decimal(2))
                for index, bom in enumerate(boms)
                for n in range(width)
            ]
        )
        above = below
    assert top is not None
    return top


def lines_of(widths: Sequence[int]) -> int:
    """How many lines such a structure has at all levels."""
    total, count = 0, 1
    for width in widths:
        count *= width
        total += count
    return total
