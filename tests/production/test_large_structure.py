"""A large structure opens with the statements of a small one."""

from decimal import Decimal as D
from time import process_time
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gongfang.masterdata.models import Bom, BomLine, Item
from tests.production.shop import Shop


def tree(shop: Shop, groups: int, parts: int) -> Bom:
    """A product of so many assemblies of so many parts each."""

    def items(prefix: str, count: int) -> list[Item]:
        return Item.objects.bulk_create(
            [Item(code=f"{prefix}{n}", name=f"零件 {n}", category=shop.categories["raw"], unit=shop.unit, standard_cost=D(2)) for n in range(count)]
        )  # fmt: skip

    top = items(f"T{groups}-", 1)[0]
    assemblies, leaves = items(f"A{groups}-", groups), items(f"P{groups}-", parts)
    boms = Bom.objects.bulk_create([Bom(item=one) for one in (top, *assemblies)])
    lines = [BomLine(bom=boms[0], line_no=n, component=one, quantity=D(1)) for n, one in enumerate(assemblies, start=1)]
    for bom in boms[1:]:
        lines += [BomLine(bom=bom, line_no=n, component=one, quantity=D(2)) for n, one in enumerate(leaves, start=1)]
    BomLine.objects.bulk_create(lines)
    return boms[0]


def opened(client: Client, bom: Bom) -> tuple[int, float, Any]:
    """Statements, CPU seconds and the page of the tab with all levels."""
    with CaptureQueriesContext(connection) as queries:
        began = process_time()
        page = client.get(f"/masterdata/boms/{bom.pk}/tab/structure")
        seconds = process_time() - began
    return len(queries), seconds, page


@pytest.mark.django_db
def test_five_thousand_lines_open_with_the_statements_of_fifty(shop: Shop) -> None:
    client = Client()
    client.force_login(shop.boss)
    small, large = tree(shop, 5, 9), tree(shop, 50, 99)
    opened(client, small)  # what is loaded on first use is loaded
    few, _, page = opened(client, small)
    assert page.status_code == 200
    many, seconds, page = opened(client, large)
    print(f"5,000 lines: {seconds:.2f} s CPU, {many} statements, {len(page.content) // 1000} kB")
    assert few == many and page.content.decode().count("<tr") > 4_950
    assert seconds < 2  # about 0.5 s of CPU
