"""质量证明书: what was measured of a lot, on paper, for whoever gets the goods; nothing that nobody inspected is certified."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from gongfang.platform.verification import run_all
from gongfang.quality import queries
from gongfang.quality import services as quality
from gongfang.quality.models import Inspection
from gongfang.quality.services import Point, ResultLine
from tests.production.shop import D, Shop
from tests.trading import Trade


def reader(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def words(page: str) -> str:
    """The text of a page, its tags as blanks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def address(inspection: Inspection, ending: str = "") -> str:
    return f"/quality/inspections/{inspection.pk}/print/certificate{ending}"


@pytest.fixture
def shop(db: None) -> Iterator[Shop]:
    yield Shop()


@pytest.fixture
def bored(shop: Shop) -> Shop:
    """Pumps are inspected when they are finished: bore 9.9 to 10.1, and by eye."""
    shop.items["pump"].inspect_final = True
    shop.items["pump"].save()
    shop.do(
        quality.create_plan, code="F1", name="成品检验", kind="final", item_id=shop.items["pump"].pk,
        characteristics=[
            Point("孔径", requirement="10 ± 0.1", is_measured=True, lower=D("9.9"), upper=D("10.1"), instrument="CAL-7"),
            Point("外观", requirement="无砂眼", method="目测"),
        ],
    )  # fmt: skip
    shop.stock_up()
    return shop


def test_a_lot_of_ones_own_make_is_certified_with_its_figures(bored: Shop) -> None:
    """Ten pumps: eight pass, one with concession, one fails; nine come into stock as lot P-7 and are certified, with their bores."""
    shop = bored
    order = shop.order("10", lot_code="P-7")
    shop.pick(order)
    shop.report(order, 10, "10")
    shop.report(order, 20, "10")
    inspection = queries.waiting("final").get()
    client = reader(shop.boss)
    for ending in ("", ".pdf"):
        refused = client.get(address(inspection, ending), HTTP_ACCEPT_LANGUAGE="en")
        assert refused.status_code == 409 and "not decided" in refused.content.decode()
    assert "print/certificate" not in client.get(f"/quality/inspections/{inspection.pk}/").content.decode()
    assert "print/inspection" in client.get(f"/quality/inspections/{inspection.pk}/").content.decode()

    rows = list(inspection.results.order_by("line_no"))
    lines = [
        ResultLine(rows[0].characteristic, rows[0].requirement, is_measured=True, lower=D("9.9"), upper=D("10.1"), sample_size=D(3), defects=D(1), values=(D("9.98"), D("10.02"), D("10.13")), instrument="CAL-7"),
        ResultLine(rows[1].characteristic, rows[1].requirement, "目测", sample_size=D(3)),
    ]  # fmt: skip
    shop.do(quality.change_inspection, inspection_id=inspection.pk, results=lines)
    assert client.get(address(inspection)).status_code == 409  # results alone are no decision
    shop.do(
        quality.decide_inspection, inspection_id=inspection.pk, accepted_quantity=D(8), rejected_quantity=D(1), concession_quantity=D(1),
    )  # fmt: skip
    shop.receive(order, "9")
    page = client.get(address(inspection))
    text = words(page.content.decode())
    assert page.status_code == 200
    for part in (
        "P-7",
        "pump",
        order.number,
        inspection.number,
        "孔径",
        "10 ± 0.1",
        "9.98 10.02 10.13",
        "CAL-7",
        "外观",
        "无砂眼",
        "目测",
    ):
        assert part in text, (part, text)
    figures = dict(re.findall(r"(送检数量|合格|让步接收|样本量) (\d+)", text))
    assert figures == {"送检数量": "10", "合格": "8", "让步接收": "1", "样本量": "10"}, text
    assert client.get(address(inspection, ".pdf")).content[:5] == b"%PDF-"
    assert "print/certificate" in client.get(f"/quality/inspections/{inspection.pk}/").content.decode()
    assert run_all() == []


def test_what_failed_as_a_whole_is_not_certified(bored: Shop) -> None:
    shop = bored
    order = shop.order("4")
    shop.pick(order)
    shop.report(order, 10, "4")
    shop.report(order, 20, "4")
    inspection = queries.waiting("final").get()
    shop.do(quality.decide_inspection, inspection_id=inspection.pk, accepted_quantity=D(0), rejected_quantity=D(4), concession_quantity=D(0))  # fmt: skip
    refused = reader(shop.boss).get(address(inspection))
    assert refused.status_code == 409 and "没有" in refused.content.decode()


def test_a_bought_lot_names_its_own_and_a_decision_taken_back_its_certificate_too(trade: Trade) -> None:
    """Grease comes in as lot G1: certified while the decision stands."""
    trade.do(
        quality.create_plan, code="I1", name="来料", kind="incoming", item_id=trade.items["grease"].pk,
        characteristics=[Point("滴点", requirement="≥ 180 ℃", method="GB/T 4929")],
    )  # fmt: skip
    trade.receive(trade.order(grease=(50, "2")), grease=(50, "G1"))
    inspection = Inspection.objects.get()
    client = reader(trade.boss)
    assert client.get(address(inspection)).status_code == 409
    trade.do(quality.pass_inspection, inspection_id=inspection.pk)
    text = words(client.get(address(inspection)).content.decode())
    assert all(part in text for part in ("G1", "滴点", "≥ 180 ℃", "GB/T 4929", "50"))
    trade.do(quality.unapprove_inspection, document_id=inspection.pk)
    assert client.get(address(inspection)).status_code == 409
    assert run_all() == []
