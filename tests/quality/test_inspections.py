"""Inspections by hand, plans with switching, dispositions that move goods and money."""

from typing import Any

import pytest
from django.db import transaction

from gongfang.kernel.errors import DomainError
from gongfang.ledger import services as ledger
from gongfang.ledger.models import Lot
from gongfang.purchasing.models import PurchaseReturn
from gongfang.quality import queries
from gongfang.quality import services as quality
from gongfang.quality.models import Inspection, InspectionPlan, Nonconformance
from gongfang.quality.rules.judging import Decision, ResultLine, decision_problems, measured, outside, result_problems
from gongfang.quality.services import Point
from tests.trading import D, Trade


def refused(act: Any) -> str:
    with pytest.raises(DomainError) as refusal:
        act()
    return refusal.value.code


@pytest.mark.parametrize(
    ("accepted", "rejected", "concession", "codes"),
    [
        (10, 0, 0, []), (4, 3, 3, []), (0, 10, 0, []), (9, 0, 0, ["not_all_decided"]), (10, 1, 0, ["not_all_decided"]),
        (11, -1, 0, ["bad_quantity"]), (0, 0, 0, ["not_all_decided"]),
    ],
)  # fmt: skip
def test_a_decision_covers_everything_once(accepted: int, rejected: int, concession: int, codes: list[str]) -> None:
    found = decision_problems("JY1", Decision(D(10), D(accepted), D(rejected), D(concession)))
    assert [problem.code for problem in found] == codes


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        (ResultLine("外观", sample_size=D(5), defects=D(5)), []),
        (ResultLine(" "), ["characteristic_missing"]),
        (ResultLine("x", sample_size=D(11)), ["bad_sample"]),
        (ResultLine("x", sample_size=D(-1)), ["bad_sample"]),
        (ResultLine("x", sample_size=D(5), defects=D(6)), ["bad_defects"]),
        (ResultLine("x", lower=D(2), upper=D(1)), ["bad_limits"]),
        (ResultLine("x", values="1.0 abc"), ["bad_values"]),
        (ResultLine("x", values=["NaN"]), ["bad_values"]),
    ],
)
def test_results_are_possible(line: ResultLine, codes: list[str]) -> None:
    assert [problem.code for problem in result_problems("JY1", D(10), [line])] == codes


def test_measured_values() -> None:
    assert measured("10.01, 10.02 10.5") == [D("10.01"), D("10.02"), D("10.5")]
    assert outside(ResultLine("孔径", lower=D(10), upper=D("10.02"), values="9.99 10 10.02 10.03")) == 2


def test_a_plan_gives_sample_and_points(trade: Trade) -> None:
    trade.do(
        quality.create_plan, code="P1", name="密封件", item_id=trade.items["seal"].pk, aql=D("0.025"), level="II",
        characteristics=[Point("外径", "φ20±0.02", "卡尺", True, D("19.98"), D("20.02")), Point("外观")],
    )  # fmt: skip
    trade.receive(trade.order(seal=500))
    inspection = Inspection.objects.get()
    assert (inspection.sample_size, inspection.accept_limit, inspection.aql) == (D(50), 3, D("0.025"))
    assert [(row.characteristic, row.sample_size) for row in inspection.results.all()] == [
        ("外径", D(50)),
        ("外观", D(50)),
    ]
    results = [
        ResultLine("外径", is_measured=True, lower=D("19.98"), upper=D("20.02"), sample_size=D(50), defects=D(1), values="20 20.03", id=inspection.results.first().pk)
    ]  # fmt: skip
    trade.do(quality.decide_inspection, inspection_id=inspection.pk, accepted_quantity=D(499), rejected_quantity=D(1), results=results, sample_defects=D(1))  # fmt: skip
    assert inspection.results.get().values == ["20", "20.03"]
    assert "外径 1/50" in Nonconformance.objects.get().defect


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"item_id": None}, "object_missing"), ({"level": "IV"}, "bad_level"), ({"aql": D(0)}, "bad_aql"), ({"aql": D("0.2")}, "bad_aql"),
        ({"characteristics": [Point(" ")]}, "characteristic_missing"), ({"characteristics": [Point("x", lower=D(2), upper=D(1))]}, "bad_limits"),
        ({"code": "P0"}, "taken"),
    ],
)  # fmt: skip
def test_bad_plans(trade: Trade, values: dict[str, Any], code: str) -> None:
    trade.do(quality.create_plan, code="P0", name="x", item_id=trade.items["shaft"].pk)
    base = {"code": "P1", "name": "x", "item_id": trade.items["seal"].pk}
    assert refused(lambda: trade.do(quality.create_plan, **{**base, **values})) == code
    assert (
        refused(lambda: trade.do(quality.create_plan, code="P2", name="x", item_id=trade.items["shaft"].pk))
        == "plan_twice"
    )


def test_the_nearest_plan_holds_and_switches(trade: Trade) -> None:
    seal, supplier = trade.items["seal"], trade.partners["S1"]
    trade.do(quality.create_plan, code="CAT", name="x", category_id=seal.category_id, aql=D("0.04"))
    trade.do(quality.create_plan, code="ITEM", name="x", item_id=seal.pk, aql=D("0.01"))
    plan = trade.do(
        quality.create_plan, code="BOTH", name="x", item_id=seal.pk, supplier_id=supplier.pk, aql=D("0.025")
    )
    order = trade.order(seal=2000)
    for bad in (0, 9, 0, 9):
        trade.receive(order, seal=500)
        waiting = queries.waiting("incoming").get()
        trade.do(
            quality.decide_inspection, inspection_id=waiting.pk, accepted_quantity=D(500 - bad), rejected_quantity=D(bad),
            sample_defects=D(bad),
        )  # fmt: skip
    plan.refresh_from_db()
    assert plan.severity == "tightened"
    assert InspectionPlan.objects.get(code="ITEM").severity == "normal"
    trade.receive(trade.order(seal=500))
    tight = queries.waiting("incoming").get()
    assert (tight.severity, tight.sample_size, tight.accept_limit) == ("tightened", D(50), 2)
    lots, good, judged, bad_quantity = queries.supplier_quality(trade.today, trade.today)[supplier.pk]
    assert (lots, good, judged, bad_quantity) == (4, 2, D(2000), D(18))


def test_many_pass_with_the_statements_of_few_and_carry_their_series_on(trade: Trade) -> None:
    plan = trade.do(quality.create_plan, code="SEAL", name="x", item_id=trade.items["seal"].pk, aql=D("0.01"))

    def passed(count: int) -> int:
        order = trade.order(seal=100 * count)
        for _ in range(count):
            trade.receive(order, seal=100)
        waiting = list(queries.waiting("incoming").values_list("pk", flat=True))
        assert len(waiting) == count
        with trade.counted() as statements:
            rows = trade.do(quality.pass_inspections, inspection_ids=[*reversed(waiting)])
        assert [row.pk for row in rows] == sorted(waiting) and {row.approval for row in rows} == {"approved"}
        return statements[0]

    passed(2)
    assert passed(3) + 1 == passed(12), "the one more: a switch looks for lots that wait"
    plan.refresh_from_db()
    assert plan.severity == "reduced"  # seventeen good lots: the score passed 30
    with pytest.raises(DomainError) as refusal:
        trade.do(quality.pass_inspections, inspection_ids=list(Inspection.objects.values_list("pk", flat=True)))
    assert set(refusal.value.codes) == {"not_editable"}


def test_many_that_fail_are_decided_and_reported_with_the_statements_of_few(trade: Trade) -> None:
    def failed(count: int) -> int:
        order = trade.order(seal=100 * count)
        for _ in range(count):
            trade.receive(order, seal=100)
        waiting = list(queries.waiting("incoming"))
        for one in waiting:
            trade.do(quality.change_inspection, inspection_id=one.pk, accepted_quantity=D(60), rejected_quantity=D(40))
        with trade.counted() as statements:
            trade.do(quality.approve_inspection, document_ids=[one.pk for one in waiting])
        return statements[0]

    failed(2)
    assert failed(3) == failed(9)
    reports = Nonconformance.objects.all()
    assert {(one.quantity, one.disposition, one.approval) for one in reports} == {(D(40), "return", "draft")}
    assert len({one.number for one in reports}) == len({one.inspection_id for one in reports}) == 14
    assert (trade.on_hand("seal"), trade.on_hand("seal", "W1-HOLD")) == (D(14 * 60), D(14 * 40))


def blocked(trade: Trade, quantity: int = 6) -> Nonconformance:
    trade.receive(trade.order(seal=100))
    trade.do(
        quality.decide_inspection,
        inspection_id=queries.waiting().get().pk,
        accepted_quantity=D(100 - quantity),
        rejected_quantity=D(quantity),
    )
    return Nonconformance.objects.get()


@pytest.mark.parametrize(
    ("disposition", "store", "qc", "hold", "loss"),
    [("concession", 100, 0, 0, 0), ("scrap", 94, 0, 0, 60), ("sort", 94, 6, 0, 0), ("rework", 94, 0, 0, 0), ("return", 94, 0, 6, 0)],
)  # fmt: skip
def test_dispositions(trade: Trade, disposition: str, store: int, qc: int, hold: int, loss: int) -> None:
    report = blocked(trade)
    before = trade.books()
    trade.do(quality.change_nonconformance, nonconformance_id=report.pk, disposition=disposition)
    trade.do(quality.approve_nonconformance, document_id=report.pk)
    report.refresh_from_db()
    assert [trade.on_hand("seal", place) for place in ("W1", "W1-QC", "W1-HOLD")] == [D(store), D(qc), D(hold)]
    assert report.loss_amount == D(loss)
    assert queries.waiting().count() == (1 if disposition == "sort" else 0)
    trade.do(quality.unapprove_nonconformance, document_id=report.pk)
    assert (trade.on_hand("seal", "W1-HOLD"), trade.books()) == (D(6), before)


def test_reports_by_hand(trade: Trade) -> None:
    base = {"item_id": trade.items["shaft"].pk, "quantity": D(1), "defect": "划伤"}
    for values, code in (({"quantity": D(0)}, "bad_quantity"), ({"defect": ""}, "defect_missing")):
        assert refused(lambda values=values: trade.do(quality.create_nonconformance, **{**base, **values})) == code
    report = trade.do(quality.create_nonconformance, **base)
    assert refused(lambda: trade.do(quality.approve_nonconformance, document_id=report.pk)) == "disposition_missing"
    trade.do(quality.change_nonconformance, nonconformance_id=report.pk, disposition="scrap")
    assert refused(lambda: trade.do(quality.approve_nonconformance, document_id=report.pk)) == "place_missing"


def test_goods_found_bad_in_the_store_are_reported_with_lot_and_place_and_scrapped(trade: Trade) -> None:
    trade.stock("casting", 10, "500", lot="L1")
    trade.stock("wheel", 10, "500")
    lot = Lot.objects.get(code="L1")
    base = {"item_id": trade.items["casting"].pk, "quantity": D(3), "defect": "砂眼", "disposition": "scrap"}
    wheel = {**base, "item_id": trade.items["wheel"].pk, "lot_id": lot.pk}
    assert refused(lambda: trade.do(quality.create_nonconformance, **wheel)) == "lot_of_other_item"
    report = trade.do(quality.create_nonconformance, **base)
    assert refused(lambda: trade.do(quality.approve_nonconformance, document_id=report.pk)) == "place_missing"
    place = {"location_id": trade.place("W1").pk, "lot_id": lot.pk}
    trade.do(quality.change_nonconformance, nonconformance_id=report.pk, **place)
    trade.do(quality.approve_nonconformance, document_id=report.pk)
    report.refresh_from_db()
    assert (trade.on_hand("casting"), report.loss_amount) == (D(7), D(150))


@pytest.mark.parametrize("place", ["W1", "W1-HOLD"])
def test_goods_found_bad_by_hand_go_back_to_who_sent_them(trade: Trade, place: str) -> None:
    trade.receive(trade.order(wheel=10))
    trade.receive(trade.order("S2", wheel=4))
    if place != "W1":
        with transaction.atomic():
            aside = ledger.Move(trade.items["wheel"].pk, D(2), trade.place("W1"), trade.place(place))
            ledger.post(actor=trade.boss, reason="test", source=None, on=trade.today, moves=[aside])
    values = {
        "item_id": trade.items["wheel"].pk, "quantity": D(2), "defect": "裂纹", "disposition": "return",
        "location_id": trade.place(place).pk, "partner_id": trade.partners["S1"].pk,
    }  # fmt: skip
    report = trade.do(quality.create_nonconformance, **values)
    trade.do(quality.approve_nonconformance, document_id=report.pk)
    back = PurchaseReturn.objects.get()
    assert (back.supplier.code, back.lines.get().quantity, back.lines.get().place) == ("S1", D(2), "store" if place == "W1" else "blocked")  # fmt: skip
    trade.do(quality.unapprove_nonconformance, document_id=report.pk)
    back.refresh_from_db()
    assert back.approval == "void"
    report = trade.do(quality.create_nonconformance, **{**values, "quantity": D(11)})
    assert refused(lambda: trade.do(quality.approve_nonconformance, document_id=report.pk)) == "receipt_unknown"


def test_lot_and_place_of_what_an_inspection_rejected_stay(trade: Trade) -> None:
    report = blocked(trade)
    elsewhere = {"nonconformance_id": report.pk, "location_id": trade.place("W1").pk}
    assert refused(lambda: trade.do(quality.change_nonconformance, **elsewhere)) == "place_settled"
    trade.do(quality.change_nonconformance, nonconformance_id=report.pk, location_id=report.location_id, defect="裂纹")


def test_a_final_inspection_without_stock_moves_nothing(trade: Trade) -> None:
    order = trade.order(shaft=1)
    (made,) = quality.create_inspections(
        actor=trade.boss,
        kind="final",
        source=order,
        on=trade.today,
        wanted=[quality.NewInspection(trade.items["pump"].pk, D(10))],
    )
    assert queries.open_inspections(order.doc_type, [order.pk]) == {order.pk: 1}
    trade.do(
        quality.decide_inspection,
        inspection_id=made.pk,
        accepted_quantity=D(7),
        concession_quantity=D(1),
        rejected_quantity=D(2),
    )
    assert queries.accepted_of(order.doc_type, [order.pk]) == {order.pk: D(8)}
    assert queries.open_inspections(order.doc_type, [order.pk]) == {order.pk: 0}
    assert trade.books() == {}


def test_only_inspectors_judge(trade: Trade) -> None:
    trade.receive(trade.order(seal=10))
    pk = Inspection.objects.get().pk
    assert (
        refused(lambda: trade.do(quality.pass_inspection, actor=trade.user("keeper"), inspection_id=pk)) == "forbidden"
    )
    assert (
        refused(lambda: trade.do(quality.change_inspection, inspection_id=pk, accepted_quantity=D(-1)))
        == "bad_quantity"
    )
    assert (
        refused(lambda: trade.do(quality.change_inspection, inspection_id=pk, accepted_quantity=D(11)))
        == "over_decided"
    )
    trade.do(quality.pass_inspection, inspection_id=pk)
    assert refused(lambda: trade.do(quality.pass_inspection, inspection_id=pk)) == "not_editable"
    trade.do(quality.unapprove_inspection, document_id=pk)
    assert trade.on_hand("seal", "W1-QC") == 10
