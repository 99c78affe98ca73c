"""Requests for quotation: offers compared before tax, orders of the best."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from gongfang.kernel.errors import DomainError
from gongfang.purchasing import services as purchasing
from gongfang.purchasing.models import Rfq
from gongfang.purchasing.rules.comparing import Offer, ranked, saving
from gongfang.purchasing.services import AskedItem, OfferedPrice
from tests.trading import D, Trade


def refused(act: Any) -> str:
    with pytest.raises(DomainError) as refusal:
        act()
    return refusal.value.code


def test_the_rate_a_form_begins_with_is_a_percentage(trade: Trade) -> None:
    desk = Client()
    desk.force_login(trade.boss)
    for address in ("/purchasing/rfqs/new", "/purchasing/blankets/new"):
        page = desk.get(address).content.decode()
        assert re.search(r'"name": "tax_rate"[^}]*"default": "13"', page), address


def test_offers_rank_before_tax_then_by_days() -> None:
    offers = [
        Offer(1, 1, 7, D("11.3"), True, D("0.13"), 9), Offer(2, 2, 7, D(10), False, D("0.13"), 5), Offer(3, 3, 7, D(11), False, D(0), 1),
    ]  # fmt: skip
    rows = ranked(offers, {7: D(100)})[7]
    assert [(row.offer.supplier_id, row.rank, row.amount, row.is_best) for row in rows] == [
        (2, 1, D("1000.00"), True), (1, 2, D("1000.00"), False), (3, 3, D("1100.00"), False)
    ]  # fmt: skip
    assert saving(rows) == D("100.00")
    chosen = ranked([*offers[:2], Offer(3, 3, 7, D(11), False, D(0), 1, True)], {7: D(100)})[7]
    assert [row.offer.supplier_id for row in chosen if row.is_best] == [3] and saving(chosen) == 0


def asked(trade: Trade) -> Rfq:
    due = trade.today + timedelta(9)
    return trade.do(
        purchasing.create_rfq,
        lines=[AskedItem(trade.items["shaft"].pk, D(100), due), AskedItem(trade.items["wheel"].pk, D(5), due)],
    )


def offer(trade: Trade, supplier: str, item: str, price: str, **more: Any) -> OfferedPrice:
    return OfferedPrice(trade.partners[supplier].pk, trade.items[item].pk, D(price), **{"tax_included": False, **more})


def test_from_question_to_orders(trade: Trade) -> None:
    rfq = asked(trade)
    assert refused(lambda: trade.do(purchasing.approve_rfq, document_id=rfq.pk)) == "no_offer"
    trade.do(
        purchasing.change_rfq, rfq_id=rfq.pk,
        offers=[offer(trade, "S1", "shaft", "10"), offer(trade, "S2", "shaft", "11.30", tax_included=True, lead_days=3), offer(trade, "S2", "wheel", "20"),
                offer(trade, "S1", "wheel", "22", is_chosen=True)],
    )  # fmt: skip
    trade.do(purchasing.approve_rfq, document_id=rfq.pk)
    orders = trade.do(purchasing.order_rfq, rfq_id=rfq.pk)
    assert [(order.supplier.code, order.net_amount) for order in orders] == [("S1", D("1110.00"))]
    rfq.refresh_from_db()
    assert rfq.execution == "done"
    assert refused(lambda: trade.do(purchasing.order_rfq, rfq_id=rfq.pk)) == "nothing_open"
    trade.do(purchasing.void_order, document_id=orders[0].pk)
    rfq.refresh_from_db()
    assert rfq.execution == "open"


@pytest.mark.parametrize(
    ("offers", "code"),
    [
        ([("S1", "motor", "1")], "not_asked"), ([("C1", "shaft", "1")], "supplier_unknown"), ([("S1", "shaft", "10000000000")], "bad_price"),
        ([("S1", "shaft", "-1")], "bad_price"), ([("S1", "shaft", "1"), ("S1", "shaft", "2")], "offer_twice"),
    ],
)  # fmt: skip
def test_bad_offers(trade: Trade, offers: list[tuple[str, str, str]], code: str) -> None:
    rfq = asked(trade)
    rows = [offer(trade, *one) for one in offers]
    assert refused(lambda: trade.do(purchasing.change_rfq, rfq_id=rfq.pk, offers=rows)) == code
    assert not rfq.offers.exists()


def test_bad_questions(trade: Trade) -> None:
    shaft = trade.items["shaft"].pk
    for lines, code in (
        ([], "no_lines"), ([AskedItem(10**6, D(1), trade.today)], "item_unknown"), ([AskedItem(shaft, D(0), trade.today)], "bad_quantity"),
        ([AskedItem(shaft, D(1), trade.today), AskedItem(shaft, D(2), trade.today)], "asked_twice"),
    ):  # fmt: skip
        assert refused(lambda lines=lines: trade.do(purchasing.create_rfq, lines=lines)) == code
    assert not Rfq.objects.exists()
    chosen = [offer(trade, "S1", "shaft", "1", is_chosen=True), offer(trade, "S2", "shaft", "1", is_chosen=True)]
    assert refused(lambda: trade.do(purchasing.change_rfq, rfq_id=asked(trade).pk, offers=chosen)) == "chosen_twice"
