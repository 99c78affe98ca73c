"""The register, spot checks, moulds at their limit, calibration."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from gongfang.maintenance import queries
from gongfang.maintenance import services as maintenance
from gongfang.maintenance.models import Equipment, MaintenanceOrder
from gongfang.maintenance.rules import (  # fmt: skip
    Effectiveness,
    Finding,
    Interval,
    Point,
    Tool,
    check_problems,
    is_due,
    is_fine,
    strokes_for,
    tool_problem,
)
from tests.maintenance.conftest import Workshop
from tests.maintenance.test_orders import refused
from tests.trading import D


def test_the_register_is_a_tree_without_circles(shop: Workshop) -> None:
    spindle = shop.equip("SPINDLE", parent=shop.lathe.pk)
    bearing = shop.equip("BEARING", parent=spindle.pk)
    assert (
        refused(lambda: shop.do(maintenance.change_equipment, equipment_id=shop.lathe.pk, parent=bearing.pk))
        == "equipment_cycle"
    )
    assert shop.fresh(shop.lathe).parent is None
    for values in (
        {"code": "LATHE"},
        {"cavities": 0},
        {"life_strokes": D(0)},
        {"warn_share": D(2)},
        {"kind": "ship"},
        {"strokes": D(9)},
    ):
        wrong = {"code": "X", "name": "x", "kind": "mould"} | values
        assert refused(lambda wrong=wrong: shop.do(maintenance.create_equipment, **wrong)) in (
            "invalid",
            "unknown_field",
        )


@pytest.mark.parametrize(
    ("point", "finding", "fine", "codes"),
    [
        (Point("油位"), Finding(), True, []), (Point("油位"), Finding(False, remark="漏"), False, []),
        (Point("油位"), Finding(False), False, ["fault_missing"]), (Point("压力", True, D(4), D(6)), Finding(), True, ["value_missing"]),
        (Point("压力", True, D(4), D(6)), Finding(value=D(4)), True, []), (Point("压力", True, D(4), D(6)), Finding(value=D("6.1")), False, []),
        (Point("压力", True, None, D(6)), Finding(value=D(-9)), True, []), (Point("压力", True, D(4), None), Finding(value=D("3.9")), False, []),
    ],
)  # fmt: skip
def test_findings(point: Point, finding: Finding, fine: bool, codes: list[str]) -> None:
    assert is_fine(point, finding) is fine
    assert [problem.code for problem in check_problems([point], [finding])] == codes


def test_a_spot_check_turns_a_fault_into_a_repair(shop: Workshop) -> None:
    plan = shop.do(
        maintenance.create_check_plan, equipment=shop.lathe.pk, name="班前点检",
        points=[{"name": "油位"}, {"name": "气压", "is_measured": True, "lower": D("0.4"), "upper": D("0.6")}],
    )  # fmt: skip
    assert [due.pk for due in queries.checks_due()] == [plan.pk]
    operator = shop.user("operator")
    good = [Finding(), Finding(value=D("0.5"))]
    check = shop.do(maintenance.record_check, actor=operator, plan_id=plan.pk, findings=good)
    assert check.is_ok and check.order is None and queries.checks_due() == []
    bad = shop.do(
        maintenance.record_check,
        actor=operator,
        plan_id=plan.pk,
        findings=[Finding(), Finding(value=D("0.7"))],
        stops_machine=True,
    )
    assert not bad.is_ok and bad.order.fault == "气压 0.7" and shop.fresh(shop.lathe).state == "in_repair"
    assert refused(lambda: shop.do(maintenance.record_check, plan_id=plan.pk, findings=[Finding()])) == "points_missing"
    assert refused(lambda: shop.do(maintenance.record_check, plan_id=9999, findings=good)) == "missing"
    assert refused(lambda: shop.do(maintenance.create_check_plan, equipment=shop.lathe.pk, name="x")) == "no_lines"
    limits = [{"name": "x", "lower": D(2), "upper": D(1)}]
    assert (
        refused(lambda: shop.do(maintenance.create_check_plan, equipment=shop.lathe.pk, name="x", points=limits))
        == "bad_limits"
    )
    assert MaintenanceOrder.objects.count() == 1


@pytest.mark.parametrize(
    ("used", "life", "usable", "code"),
    [
        ("99", "100", True, None),
        ("100", "100", True, "tool_worn"),
        ("1e9", None, True, None),
        ("0", "100", False, "tool_out_of_use"),
    ],
)
def test_a_tool_at_its_limit(used: str, life: str | None, usable: bool, code: str | None) -> None:
    problem = tool_problem(Tool("M1", D(used), D(life) if life else None, D("0.9"), usable))
    assert (problem.code if problem else None) == code


@pytest.mark.parametrize(("pieces", "cavities", "strokes"), [(8, 4, 2), (9, 4, 3), (-9, 4, -3), (0, 4, 0), (5, 1, 5)])
def test_strokes_of_pieces(pieces: int, cavities: int, strokes: int) -> None:
    assert strokes_for(D(pieces), cavities) == strokes


@pytest.mark.parametrize(
    ("days", "hours", "strokes", "since", "run", "done", "due"),
    [
        (7, None, None, 3, 0, 0, False), (7, None, None, 4, 0, 0, True), (None, 10, None, 99, 599, 0, False),
        (None, 10, None, 99, 600, 0, True), (None, None, 50, 99, 0, 49, False), (None, None, 50, 99, 0, 50, True), (7, 10, 50, 0, 0, 50, True),
    ],
)  # fmt: skip
def test_when_maintenance_is_due(
    days: Any, hours: Any, strokes: Any, since: int, run: int, done: int, due: bool
) -> None:
    today = timezone.localdate()
    plan = Interval(days, hours and D(hours), strokes and D(strokes), 3, today - timedelta(since), D(run), D(done))
    assert is_due(plan, today) is due


def test_oee_is_the_product_of_its_factors() -> None:
    """480 minutes planned, 60 down, 350 standard minutes for 100 pieces of which 95 are good."""
    found = Effectiveness(D(480), D(60), D(350), D(95), D(100))
    assert found.availability == D("0.875") and found.quality == D("0.95")
    assert found.performance is not None and round(found.performance, 4) == D("0.8333")
    assert found.oee is not None and round(found.oee, 6) == round(D("0.875") * found.performance * D("0.95"), 6)
    assert round(found.oee, 4) == D("0.6927")
    nothing = Effectiveness(D(480), D(480), D(0), D(0), D(0))
    assert (nothing.availability, nothing.performance, nothing.quality, nothing.oee) == (0, None, None, 0)
    assert Effectiveness(D(0), D(0), D(0), D(0), D(0)).oee is None


def test_mounting_and_overhaul(shop: Workshop) -> None:
    mould = shop.equip("M1", "mould", life_strokes=D(100), uses=[{"item": shop.items["pump"].pk, "operation_no": 10}])
    shop.do(maintenance.mount_tool, equipment_id=mould.pk, work_centre_id=shop.centre.pk)
    shop.do(maintenance.count_by_hand, equipment_id=mould.pk, strokes=D(95))
    assert [tool.code for tool in queries.tools_near_end()] == ["M1"]
    work = maintenance.ToolWork(shop.items["pump"].pk, 10, shop.centre.pk, D(1))
    assert maintenance.tool_problems([work]) == {work: None}
    shop.do(maintenance.count_by_hand, equipment_id=mould.pk, strokes=D(5))
    worn = maintenance.tool_problems([work])[work]
    assert worn is not None and worn.code == "tool_worn"
    other = maintenance.ToolWork(shop.items["pump"].pk, 20, shop.centre.pk, D(1))
    assert maintenance.tool_problems([other]) == {}, "made without it"
    shop.do(maintenance.overhaul_tool, equipment_id=mould.pk, life_strokes=D(80))
    assert maintenance.tool_problems([work]) == {work: None} and queries.tools_near_end() == []
    assert (shop.fresh(mould).used_strokes, shop.fresh(mould).strokes) == (D(0), D(100))
    shop.do(maintenance.mount_tool, equipment_id=mould.pk, work_centre_id=None)
    assert shop.fresh(mould).state == "idle"
    assert refused(lambda: shop.do(maintenance.mount_tool, equipment_id=shop.lathe.pk)) == "no_tool"
    assert refused(lambda: shop.do(maintenance.count_by_hand, equipment_id=mould.pk)) == "not_positive"
    assert refused(lambda: shop.do(maintenance.count_by_hand, equipment_id=mould.pk, strokes=D(-1))) == "bad_count"


def test_calibration_takes_an_instrument_out_and_back(shop: Workshop) -> None:
    gauge = shop.equip("CAL-1", "instrument", calibration_days=365)
    assert list(queries.calibrations_due()) == [gauge] and queries.unfit_instruments(["CAL-1"], shop.today) == [gauge]
    shop.do(maintenance.record_calibration, equipment_id=gauge.pk, certificate_no="C1")
    assert shop.fresh(gauge).calibrated_until == shop.today + timedelta(365)
    assert queries.unfit_instruments(["CAL-1"], shop.today) == []
    assert queries.unfit_instruments(["CAL-1"], shop.today + timedelta(366)) == [gauge]
    shop.do(maintenance.record_calibration, equipment_id=gauge.pk, result="failed")
    assert (shop.fresh(gauge).calibrated_until, shop.fresh(gauge).state) == (None, "idle")
    for values, code in (
        ({"equipment_id": shop.lathe.pk, "until": shop.today}, "no_instrument"), ({"on": shop.today + timedelta(1)}, "in_the_future"),
        ({"result": "fine"}, "result_unknown"), ({"until": shop.today - timedelta(1)}, "ends_before_it_begins"), ({"cost": D(-1)}, "negative"),
    ):  # fmt: skip
        given = {"equipment_id": gauge.pk} | values
        assert refused(lambda given=given: shop.do(maintenance.record_calibration, **given)) == code
    plain = shop.equip("CAL-2", "instrument")
    assert refused(lambda: shop.do(maintenance.record_calibration, equipment_id=plain.pk)) == "until_missing"
    assert Equipment.objects.count() == 3
