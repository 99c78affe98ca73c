"""A page of a list asks for keys first, then for these rows with their relations: its cost hangs on no joined table."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gongfang.platform.statistics import refresh_statistics
from gongfang.ui.listing import Listing
from gongfang.ui.registry import screen
from tests.trading import Trade


@pytest.fixture
def trade(db) -> Trade:
    return Trade()


@pytest.mark.parametrize("key", ["inventory/moves", "ledger/receipt-moves", "sales/orders"])
def test_the_order_is_found_without_a_join(trade, key):
    trade.stock("pump", 5, "3000")
    trade.receive(trade.order(shaft=(5, "20")))
    trade.sell(pump=2)
    listing = Listing(screen(key), trade.boss)
    listing.queryset.exists()  # reads what the person may see
    with CaptureQueriesContext(connection) as statements:
        rows = listing.page().rows
    keys, read, *_ = (one["sql"] for one in statements)
    assert rows and " JOIN " not in keys.partition(" WHERE ")[0] and "LIMIT" in keys
    assert " IN (" in read


def test_statistics_are_kept_where_the_database_does_not(db):
    told = refresh_statistics(actor=None, now=timezone.now())
    assert bool(told) == (connection.vendor == "sqlite")
