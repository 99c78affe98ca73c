"""A large structure of many levels opens with the statements of a small one; benchmarks/work_orders.py holds its time."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gongfang.masterdata.models import Bom
from tests.production.shop import Shop
from tests.production.structures import lines_of, tree

DEEP = [5, 5, 5, 5, 7]
SMALL = [2, 1, 1, 1, 1]


def opened(client: Client, bom: Bom, tab: str = "structure") -> tuple[int, str]:
    """Statements and text of a tab of the structure."""
    with CaptureQueriesContext(connection) as queries:
        page = client.get(f"/masterdata/boms/{bom.pk}/tab/{tab}")
    assert page.status_code == 200
    return len(queries), page.content.decode()


@pytest.fixture
def client(shop: Shop) -> Client:
    client = Client()
    client.force_login(shop.boss)
    opened(client, tree(shop, [1, 1, 1, 1, 1], "warm"))  # what is loaded on first use is loaded
    return client


@pytest.mark.django_db
def test_five_thousand_lines_on_five_levels_open_with_the_statements_of_ten(shop: Shop, client: Client) -> None:
    assert lines_of(DEEP) == 5_155 and lines_of(SMALL) == 10
    few, _ = opened(client, tree(shop, SMALL, "small"))
    large = tree(shop, DEEP, "large")
    many, page = opened(client, large)
    assert few == many <= 20
    assert page.count("<tr") >= 5_000 and "large-4-" in page and "large-5-" in page
    assert opened(client, large, "compare")[0] <= 12 and opened(client, large, "cost")[0] <= 15


@pytest.mark.django_db
def test_each_level_costs_two_statements_whatever_its_width(shop: Shop, client: Client) -> None:
    flat, _ = opened(client, tree(shop, [60], "flat"))
    wide, _ = opened(client, tree(shop, [60, 10], "wide"))
    deep, _ = opened(client, tree(shop, [2, 2, 2, 2, 2, 2, 2, 2], "deep"))
    assert wide - flat <= 2 and deep - flat <= 2 * 7
