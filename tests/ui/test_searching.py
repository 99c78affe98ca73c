"""Quick search: what it finds in a small and in a grown table, and that its statements do not grow with the rows."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from gongfang.ledger.models import StockMove
from gongfang.masterdata.models import Item
from gongfang.platform.identity import services as identity
from gongfang.platform.models import AuditRow
from gongfang.platform.verbs import REGISTRY
from gongfang.sales.models import SalesOrder
from gongfang.ui import searching
from gongfang.ui.listing import Listing, Request
from gongfang.ui.registry import registry
from tests.trading import Trade


@pytest.fixture
def trade(db) -> Trade:
    trade = Trade()
    for item, name in (("pump", "高压水泵"), ("shaft", "传动轴")):
        Item.objects.filter(code=item).update(name=name, pinyin={"pump": "gysb", "shaft": "cdz"}[item])
    return trade


@pytest.fixture
def orders(trade) -> list[SalesOrder]:
    return [trade.sell(approved=False, **{item: (1, 10)}) for item in ("pump", "shaft", "pump", "wheel")]


def seen(trade: Trade, key: str, text: str) -> list[int]:
    listing = Listing(registry().screens[key], trade.boss, Request({"q": [text]}))
    rows = [row.pk for row in listing.page().rows]
    assert listing.count == len(rows)
    return rows


@pytest.fixture(params=["small", "grown", "very many"])
def size(request, monkeypatch):
    """The same rows in a table within the window, in one far past it, and with more hits than are handed on by key or sorted."""
    if request.param != "small":
        monkeypatch.setattr(searching, "WINDOW", 1)
    if request.param == "very many":
        monkeypatch.setattr(searching, "FEW", 0)
    return request.param


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("{0}", [0]),  # a whole number
        ("{day}", [3, 2, 1, 0]),  # its beginning
        ("高压", [2, 0]),  # an item's name
        ("pump", [2, 0]),  # its code
        ("C1", [3, 2, 1, 0]),  # the customer
        ("pump {0}", [0]),  # every word counts
        ("pump shaft", []),
        ("100%", []),
        ("_", []),
    ],
)
def test_old_and_new_orders_are_found(trade, orders, size, text, places):
    text = text.format(orders[0].number, day=orders[0].number.split("-")[0])
    assert seen(trade, "sales/orders", text) == [orders[place].pk for place in places]


def test_a_numbers_tail_is_looked_for_in_the_newest_rows(trade, orders, monkeypatch):
    tails = [order.number[-4:] for order in orders]
    assert [seen(trade, "sales/orders", tail) for tail in tails] == [[order.pk] for order in orders]
    monkeypatch.setattr(searching, "WINDOW", 2)
    assert [seen(trade, "sales/orders", tail) for tail in tails] == [[], [], [orders[2].pk], [orders[3].pk]]
    typed = orders[0].number.removeprefix(SalesOrder.prefix)
    assert seen(trade, "sales/orders", typed) == [orders[0].pk]
    assert seen(trade, "sales/orders", orders[0].number.lower()) == [orders[0].pk]


def test_a_list_says_that_it_looked_at_a_part_and_offers_all(trade, orders, client, monkeypatch):
    client.force_login(trade.boss, backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["gongfang_language"] = "en"
    assert "newest" not in client.get("/sales/orders/?q=zz").content.decode()
    monkeypatch.setattr(searching, "WINDOW", 1)
    assert "newest" in client.get("/sales/orders/?q=zz").content.decode()
    assert "newest" not in client.get("/sales/orders/").content.decode()
    tail = orders[0].number[-4:]
    body = client.get(f"/sales/orders/?q={tail}").content.decode()
    assert orders[0].number not in body
    assert f'href="?q={tail}&amp;whole=1"' in body
    body = client.get(f"/sales/orders/?q={tail}&whole=1").content.decode()
    assert orders[0].number in body
    assert "newest" not in body


def test_any_part_of_a_name_is_found(trade, orders):
    assert seen(trade, "sales/orders", "水泵") == [orders[2].pk, orders[0].pk]
    approved = trade.sell(shaft=(1, 10))
    assert seen(trade, "sales/order-lines", "动轴") == [approved.lines.get().pk]


def test_the_audit_trail_by_verb_person_and_number(trade, orders, size):
    with translation.override("zh-hans"):
        trade.do(identity.create_user, username="li", name="李四", password="Gongfang-2026", roles=["admin"])
        made = list(AuditRow.objects.filter(verb="sales.create_order").order_by("-id").values_list("pk", flat=True))
        assert len(made) == len(orders)
        assert seen(trade, "platform/audit", "create_order") == made
        assert seen(trade, "platform/audit", str(REGISTRY["sales.create_order"].title)) == made
        assert seen(trade, "platform/audit", orders[1].number) == [made[2]]
        assert len(seen(trade, "platform/audit", "老板")) == len(made) + 1
        assert seen(trade, "platform/audit", f"老板 {orders[0].number}") == [made[3]]
        assert seen(trade, "platform/audit", "李四") == [made[0] + 1]


def test_moves_by_the_number_of_their_document(trade, size):
    order = trade.sell(pump=(1, 10))
    trade.stock("pump", 5, "3000")
    shipment = trade.ship(order)
    trade.stock("pump", 5, "3000")
    moves = [move.pk for move in StockMove.objects.filter(posting__source_number=shipment.number).order_by("-pk")]
    assert moves
    assert seen(trade, "inventory/moves", shipment.number) == moves
    assert len(seen(trade, "inventory/moves", "gysb")) == StockMove.objects.count()


def statements(trade: Trade, key: str, text: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        listing = Listing(registry().screens[key], trade.boss, Request({"q": [text]}))
        listing.page()
        assert listing.count
    return len(caught)


@pytest.mark.parametrize(
    ("key", "text", "most"), [("sales/orders", "pump", 7), ("inventory/moves", "pump", 8), ("platform/audit", "XS2", 8)]
)
def test_statements_do_not_grow_with_the_rows(trade, key, text, most):
    trade.stock("pump", 50, "3000")
    trade.sell(pump=(1, 10))
    statements(trade, key, text)  # permissions are read once
    few = statements(trade, key, text)
    for _ in range(6):
        trade.sell(pump=(1, 10))
    assert statements(trade, key, text) == few <= most
