"""Equipment in the demo factory: a register on the first day, then checks, a breakdown now and then, and maintenance."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.utils import timezone

from gongfang.maintenance import queries
from gongfang.maintenance import services as maintenance
from gongfang.maintenance.services import Finding
from gongfang.simulation.cast import Factory

ROLE = "maintainer"
BREAKDOWN_SHARE = 0.12
FAULTS = ("主轴异响", "液压站漏油", "刀塔不锁紧", "冷却液不足", "伺服报警")
GAUGES = (("QJ-001", "外径千分尺 0-25", 180), ("QJ-002", "内径百分表 50-160", 180), ("QJ-003", "数显卡尺 0-150", 365))


def _machines() -> Any:
    return apps.get_model("maintenance", "Equipment")._default_manager.filter(kind="machine").order_by("pk")


def register(factory: Factory) -> None:
    """Once: a machine or two at each machining centre, with a spot check and a plan; gauges; a mould."""
    if _machines().exists() or not factory.cast.people.get(ROLE):
        return
    centres = list(apps.get_model("masterdata", "WorkCentre")._default_manager.filter(kind="machine").order_by("code"))
    for centre in centres:
        for number in range(1, min(centre.machines, 2) + 1):
            machine = factory.do(
                maintenance.create_equipment, ROLE, code=f"{centre.code}-{number:02}", name=f"{centre.name} {number} 号", kind="machine",
                work_centre=centre.pk, place=centre.workshop,
            )  # fmt: skip
            if machine is None:
                continue
            if number == 1:
                _plans(factory, machine)
    for code, name, days in GAUGES:
        gauge = factory.do(
            maintenance.create_equipment,
            ROLE,
            code=code,
            name=name,
            kind="instrument",
            calibration_days=days,
            place="计量室",
        )
        if gauge is not None:
            factory.do(maintenance.record_calibration, ROLE, equipment_id=gauge.pk, certificate_no=f"JZ-{gauge.pk:05}")
    factory.count("machines", _machines().count())


def _plans(factory: Factory, machine: Any) -> None:
    points = [
        {"name": "油位", "requirement": "油标中线以上"},
        {
            "name": "气源压力",
            "requirement": "MPa",
            "is_measured": True,
            "lower": Decimal("0.4"),
            "upper": Decimal("0.7"),
        },
        {"name": "防护门与急停", "requirement": "动作可靠"},
    ]
    factory.do(maintenance.create_check_plan, ROLE, equipment=machine.pk, name="班前点检", points=points)
    factory.do(
        maintenance.create_service_plan, ROLE, equipment=machine.pk, name="一级保养", every_days=30, minutes=Decimal(60),
        task="清洁导轨，检查润滑与皮带", last_on=timezone.localdate() - timedelta(days=machine.pk % 30),
    )  # fmt: skip


def keep_up(factory: Factory) -> None:
    """A day: some checks, perhaps a breakdown, what is open is repaired and handed back."""
    if not factory.cast.people.get(ROLE):
        return
    register(factory)
    for order in list(queries.open_orders()[:2]):
        if order.stage == "reported":
            factory.do(maintenance.begin_order, ROLE, document_id=order.pk)
        factory.do(
            maintenance.finish_order, ROLE, document_id=order.pk, work_done="已修复并试车", labour_minutes=Decimal(45)
        )
        factory.do(maintenance.accept_order, "supervisor", document_id=order.pk)
        factory.count("repairs")
    for plan in queries.checks_due()[:3]:
        findings = [Finding(), Finding(value=Decimal(factory.luck.number(45, 65)) / 100), Finding()]
        factory.do(maintenance.record_check, "operator", plan_id=plan.pk, findings=findings)
    if factory.luck.chance(BREAKDOWN_SHARE):
        machines = list(_machines())
        if machines:
            machine, fault = factory.luck.choice(machines), factory.luck.choice(FAULTS)
            factory.do(maintenance.report_fault, "operator", equipment_id=machine.pk, fault=fault, stops_machine=True)
            factory.count("breakdowns")
