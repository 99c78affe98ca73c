"""Supplier scores from facts."""

from datetime import timedelta

import pytest

from gongfang.masterdata.models import Item
from gongfang.purchasing import queries
from gongfang.purchasing import services as purchasing
from gongfang.purchasing.rules.scoring import SupplierFacts, grade, score
from gongfang.quality import services as quality
from gongfang.quality.models import Inspection
from tests.trading import D, Trade


def test_punctuality(trade: Trade) -> None:
    """Early and in time earn 1, a day late 0.9, nine days 0.1, ten and more nothing; the day promised holds, else the day due."""
    days = {"shaft": -5, "wheel": 0, "casting": 1, "seal": 9, "motor": 10, "pump": 99}
    order = trade.order(**dict.fromkeys(days, 1))
    for line in order.lines.select_related("item"):
        line.promised_date = trade.today - timedelta(days[line.item.code])
        line.save()
    trade.receive(order)
    trade.receive(trade.order(shaft=1))  # due in ten days
    (found,) = queries.supplier_scores(trade.today, trade.today)
    assert (found.facts.deliveries, found.facts.on_time, found.facts.earned) == (7, 3, D("4.0"))
    assert found.score.delivery == D("57.1")


@pytest.mark.parametrize(
    ("total", "letter"),
    [
        (None, ""),
        ("100", "A"),
        ("90", "A"),
        ("89.9", "B"),
        ("75", "B"),
        ("74.9", "C"),
        ("60", "C"),
        ("59.9", "D"),
        ("0", "D"),
    ],
)
def test_grades(total: str | None, letter: str) -> None:
    assert grade(None if total is None else D(total)) == letter


def test_weights_and_missing_parts() -> None:
    full = SupplierFacts(10, 9, D(1000), D(50), 10, 8, D(9), D(1000), D(900), 4, 3)
    found = score(full)
    assert (found.quality, found.delivery, found.price, found.service) == (D("92.5"), D("90.0"), D("90.0"), D("75.0"))
    assert (found.total, found.grade) == (D("89.5"), "B")  # 0.4·92.5 + 0.3·90 + 0.2·90 + 0.1·75
    late_only = score(SupplierFacts(deliveries=2, earned=D(1)))
    assert (late_only.quality, late_only.total, late_only.grade) == (None, D("50.0"), "D")
    assert score(SupplierFacts(orders=1)).total is None
    assert score(SupplierFacts(deliveries=1, earned=D(1), paid=D(50), standard=D(100))).price == D("100.0")


def test_scores_come_from_what_happened(trade: Trade) -> None:
    Item.objects.filter(code="seal").update(standard_cost=D(8))
    order = trade.order("S1", seal=(100, "10"))
    trade.do(purchasing.confirm_order, order_id=order.pk, promised_date=trade.today - timedelta(2))
    trade.receive(order, seal=50)
    trade.do(
        quality.decide_inspection,
        inspection_id=Inspection.objects.get().pk,
        accepted_quantity=D(45),
        rejected_quantity=D(5),
    )
    trade.receive(trade.order("S2", shaft=10))
    with trade.counted() as statements:
        found = queries.supplier_scores(trade.today - timedelta(30), trade.today)
    assert statements[0] == 4
    best, other = found
    assert (best.supplier.code, best.score.delivery, best.score.service, best.score.total) == (
        "S2",
        D("100.0"),
        D("0.0"),
        D("75.0"),
    )
    assert (other.score.quality, other.score.delivery, other.score.price) == (D("45.0"), D("80.0"), D("80.0"))
    assert queries.supplier_scores(trade.today + timedelta(1), trade.today + timedelta(9)) == []
    assert [row.supplier.code for row in queries.supplier_scores(trade.today, trade.today, [other.supplier.pk])] == [
        "S1"
    ]
