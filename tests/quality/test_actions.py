"""Complaints, eight steps with their check of effect, patrols by the clock, charts with run rules at entry, pages."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gongfang.kernel.errors import DomainError
from gongfang.maintenance import services as maintenance
from gongfang.platform.notifications.models import Notification
from gongfang.production import services as production
from gongfang.quality import services as quality
from gongfang.quality.models import CorrectiveAction, Inspection, Nonconformance
from gongfang.quality.rules.judging import ResultLine
from gongfang.quality.services import Point
from tests.production.shop import Shop
from tests.trading import D, Trade


def refused(act: Any) -> str:
    with pytest.raises(DomainError) as refusal:
        act()
    return refusal.value.code


def complaint(trade: Trade, **values: Any) -> Any:
    given = {
        "customer_id": trade.partners["C1"].pk,
        "item_id": trade.items["pump"].pk,
        "quantity": D(2),
        "defect": "漏水",
    } | values
    return trade.do(quality.create_complaint, **given)


def test_a_complaint_until_its_action_has_helped(trade: Trade) -> None:
    inspector = trade.user("inspector")
    row = complaint(trade)
    assert Notification.objects.filter(user=inspector).count() == 1 and row.answer_due == trade.today + timedelta(5)
    assert refused(lambda: trade.do(quality.close_complaint, document_id=row.pk)) == "not_answered"
    action = trade.do(quality.act_on_complaint, document_id=row.pk)
    trade.do(quality.answer_complaint, document_id=row.pk, answer="已补发")
    assert refused(lambda: trade.do(quality.close_complaint, document_id=row.pk)) == "action_open"
    assert [step.code for step in action.steps.all()] == [f"D{n}" for n in range(1, 9)]

    def step(code: str) -> None:
        trade.do(quality.complete_step, document_id=action.pk, code=code, result="完成")

    assert (
        refused(lambda: trade.do(quality.check_effect, document_id=action.pk, is_effective=True, effect="x"))
        == "steps_open"
    )
    for code in ("D1", "D2", "D3", "D4", "D5", "D6", "D7"):
        step(code)
    assert CorrectiveAction.objects.get().stage == "verifying"
    assert refused(lambda: step("D4")) == "step_done"
    trade.do(quality.check_effect, document_id=action.pk, is_effective=False, effect="仍有 2 起")
    again = CorrectiveAction.objects.get()
    assert (again.stage, again.rounds, again.steps.filter(done_on=None).count()) == ("acting", 2, 5)
    for code in ("D4", "D5", "D6", "D7"):
        step(code)
    trade.do(quality.check_effect, document_id=action.pk, is_effective=True, effect="30 天 0 起")
    assert refused(lambda: step("D8")) == "action_closed"
    trade.do(quality.close_complaint, document_id=row.pk)
    assert refused(lambda: trade.do(quality.change_complaint, document_id=row.pk, defect="x")) == "complaint_closed"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"quantity": D(0)}, "not_positive"),
        ({"defect": " "}, "defect_missing"),
        ({"grade": "huge"}, "grade_unknown"),
        ({"cost": D(-1)}, "negative"),
    ],
)
def test_bad_complaints(trade: Trade, values: dict[str, Any], code: str) -> None:
    assert refused(lambda: complaint(trade, **values)) == code


def test_bad_actions(trade: Trade) -> None:
    base: dict[str, Any] = {"title": "t", "problem": "p", "due": trade.today}
    for values, code in (
        ({"title": ""}, "problem_missing"), ({"problem": ""}, "problem_missing"), ({"due": trade.today - timedelta(1)}, "due_over"),
        ({"steps": [quality.StepInput("D9")]}, "step_unknown"), ({"steps": [quality.StepInput("D1")]}, "step_missing"),
    ):  # fmt: skip
        assert refused(lambda values=values: trade.do(quality.create_action, **(base | values))) == code
    action = trade.do(quality.create_action, **base)
    assert (
        refused(lambda: trade.do(quality.complete_step, document_id=action.pk, code="D1", result=""))
        == "result_missing"
    )


def measured(trade: Trade, values: str, **more: Any) -> Inspection:
    item = trade.items["seal"].pk
    row = trade.do(quality.create_inspection, kind="process", item_id=item, quantity=D(10))
    line = row.results.get()
    result = ResultLine(
        line.characteristic, is_measured=True, lower=line.lower, upper=line.upper, values=values, id=line.pk, **more
    )
    trade.do(quality.change_inspection, inspection_id=row.pk, results=[result])
    return row


def test_run_rules_at_entry_and_instruments(trade: Trade) -> None:
    trade.do(
        quality.create_plan, code="P1", name="x", kind="process", item_id=trade.items["seal"].pk,
        characteristics=[Point("外径", is_measured=True, lower=D(9), upper=D(11), chart="i_mr")],
    )  # fmt: skip
    for number in range(12):
        assert measured(trade, f"10.0{number % 3}").results.get().signals == []
    far = measured(trade, "10.9")
    assert "N1" in far.results.get().signals
    gauge = trade.do(maintenance.create_equipment, code="CAL-1", name="千分尺", kind="instrument", calibration_days=30)
    assert refused(lambda: measured(trade, "10", instrument="CAL-1")) == "uncalibrated"
    trade.do(maintenance.record_calibration, equipment_id=gauge.pk)
    assert measured(trade, "10", instrument="CAL-1").results.get().instrument == "CAL-1"
    client = Client()
    client.force_login(trade.boss, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/quality/today/measure/{far.pk}").content.decode()
    assert "1 点超出 3σ" in page and "data-gf-chart" in page
    assert "Cpk" in client.get("/quality/spc/").content.decode()
    pk = far.results.get().pk
    bad = client.post(f"/quality/today/measure/{far.pk}", {f"values-{pk}": "abc", "act": "keep"})
    assert bad.status_code == 422 and "abc" in bad.content.decode()
    assert (
        client.post(
            f"/quality/today/measure/{far.pk}", {f"values-{pk}": "10.9 12", "act": "reject", "rejected": "3"}
        ).status_code
        == 302
    )
    far.refresh_from_db()
    assert (far.approval, far.rejected_quantity, far.results.get().defects) == ("approved", D(3), D(1))
    report = Nonconformance.objects.get()
    for address in ("today", "costs"):
        assert client.get(f"/quality/{address}/").status_code == 200
    assert client.get("/quality/costs/?since=2026-13-99").status_code == 200
    assert client.get(f"/quality/inspections/{far.pk}/print/certificate.pdf").content[:5] == b"%PDF-"
    assert trade.do(quality.act_on_nonconformance, document_id=report.pk).nonconformance == report
    assert refused(lambda: trade.do(quality.create_plan, code="P2", name="x", item_id=trade.items["shaft"].pk, characteristics=[Point("a", chart="xbar_r")])) == "bad_subgroup"  # fmt: skip


def test_patrols_come_by_the_clock(db: None) -> None:
    shop = Shop()
    shop.stock_up()
    order = shop.order()
    shop.do(
        quality.create_plan,
        code="P1",
        name="巡检",
        kind="patrol",
        item_id=order.item_id,
        every_minutes=60,
        characteristics=[Point("外观")],
    )
    assert shop.do(quality.make_patrols) == []
    shop.do(production.begin_operation, operation_id=shop.operation(order, 10).pk)
    (made,) = shop.do(quality.make_patrols)
    assert (made.kind, made.operation_ref, made.source_number, made.results.count()) == (
        "patrol",
        shop.operation(order, 10).pk,
        order.number,
        1,
    )
    later = timezone.now() + timedelta(hours=3)
    assert shop.do(quality.make_patrols, now=later) == [], "one waits already"
    shop.do(quality.pass_inspection, inspection_id=made.pk)
    assert shop.do(quality.make_patrols, now=timezone.now() + timedelta(minutes=59)) == []
    assert len(shop.do(quality.make_patrols, now=timezone.now() + timedelta(minutes=61))) == 1
