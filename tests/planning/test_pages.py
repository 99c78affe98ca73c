"""Every page of planning with data in it, and every form it posts: what it does, and what it refuses."""

import hashlib
import re
import uuid
from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.apps import apps
from django.core import serializers
from django.utils import timezone

from gongfang.kernel.errors import DomainError
from gongfang.masterdata.models import Item
from gongfang.planning import services
from gongfang.planning.models import (
    FirmOrder,
    MasterItem,
    PlanException,
    PlannedOrder,
    PlanRun,
    PolicyProposal,
    Schedule,
)
from gongfang.planning.services import policies
from gongfang.planning.services.policies import propose_now
from gongfang.planning.services.schedules import solve_into
from gongfang.platform.tasks.models import TaskRun
from gongfang.platform.tasks.services import Progress
from gongfang.production.models import WorkOrder, WorkOrderOperation
from gongfang.purchasing.models import PurchaseOrder, Requisition
from tests.planning.test_decisions import open_of, plan, shop, sold  # noqa: F401  (a fixture)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


class Desk:
    """A planner at the browser."""

    def __init__(self, client, user):
        self.client = client
        client.force_login(user)
        client.cookies["gongfang_language"] = "en"

    def get(self, path: str) -> str:
        answer = self.client.get(f"/planning/{path}")
        assert answer.status_code == 200, path
        return answer.content.decode()

    def post(self, path: str, **values):
        return self.client.post(
            f"/planning/{path}", {"request_id": str(uuid.uuid4()), **values}, headers={"HX-Request": "true"}
        )


@pytest.fixture
def desk(shop, client) -> Desk:  # noqa: F811
    return Desk(client, shop.boss)


def test_the_workbench_acts_on_what_is_ticked(shop, desk):  # noqa: F811
    sold(shop, "10", 20)
    sold(shop, "5", 40)
    run = plan(shop)
    pumps = [row.pk for row in open_of(run, "pump")]
    page = desk.get(f"workbench/?item={shop.items['pump'].pk}")
    assert "Projected stock" in page and "P" in page and all(f'value="{pk}"' in page for pk in pumps)
    assert desk.post("workbench/act", act="merge", order=pumps).status_code == 200
    assert FirmOrder.objects.get().quantity == 15
    shaft = open_of(run, "shaft")[0]
    assert desk.post("workbench/act", act="split", order=shaft.pk, split="99999").status_code == 422
    assert desk.post("workbench/act", act="split", order=shaft.pk, split="4").status_code == 200
    assert FirmOrder.objects.filter(item__code="shaft").count() == 2
    bolt = open_of(run, "bolt")[0]
    assert desk.post("workbench/act", act="dismiss", order=bolt.pk).status_code == 200
    assert PlannedOrder.objects.get(pk=bolt.pk).state == "dismissed"
    casting = open_of(run, "casting")
    assert desk.post("workbench/act", act="requisition", order=casting[0].pk).status_code == 200
    assert Requisition.objects.get().lines.get().item.code == "casting"
    assert desk.post("workbench/act", act="order", order=casting[0].pk).status_code == 409
    assert desk.post("workbench/act", act="order", order=[row.pk for row in casting[1:]]).status_code == 200
    assert PurchaseOrder.objects.exists()
    assert desk.post("workbench/act", act="firm").status_code == 409


def test_a_change_is_shown_and_saved_and_a_run_is_queued_once(shop, desk):  # noqa: F811
    sold(shop, "10")
    (pump,) = open_of(plan(shop), "pump")
    later = pump.due_on + timedelta(days=30)
    effect = desk.get(f"workbench/change?order={pump.pk}&quantity=12&due_on={later}&only=effect")
    assert "Lowest projected stock" in effect and "casting" in effect
    values = {
        "order": pump.pk,
        "quantity": "12",
        "release_on": pump.release_on,
        "due_on": pump.due_on,
        "version": pump.version,
    }
    assert desk.post("workbench/save", **{**values, "quantity": ""}).status_code == 422
    assert desk.post("workbench/save", **values, firm="1").status_code == 200
    assert FirmOrder.objects.get().quantity == 12
    assert desk.post("workbench/save", **values).status_code == 409
    assert desk.post("workbench/run", horizon_days="90").status_code == 200
    assert desk.post("workbench/run", horizon_days="90").status_code in (200, 409)
    assert PlanRun.objects.filter(state="running").count() == 1
    assert "pl-progress" in desk.get("workbench/") or "%" in desk.get("workbench/")
    assert TaskRun.objects.filter(job="planning.run_mrp").count() == 1


def test_an_exception_is_followed_from_the_page(shop, desk):  # noqa: F811
    sold(shop, "10", 2)
    run = plan(shop)
    one = PlanException.objects.get(run=run, kind="past_due_release", item__code="pump")
    assert desk.post("workbench/follow", exception=one.pk).status_code == 200
    assert WorkOrder.objects.get().start == shop.today
    assert desk.post("workbench/follow", exception=one.pk).status_code == 409


def test_the_master_schedule_firms_and_plans_by_hand(shop, desk):  # noqa: F811
    sold(shop, "10")
    item = shop.items["pump"].pk
    shop.do(services.set_fences, item_id=item, demand_fence_days=7, planning_fence_days=10)
    (pump,) = open_of(plan(shop), "pump")
    page = desk.get("mps/")
    assert "pump" in page and "10" in page
    assert desk.post("mps/act", order=pump.pk).status_code == 200
    assert desk.post("mps/act", item=item, quantity="", due_on="").status_code == 422
    assert desk.post("mps/act", item=item, quantity="7", due_on=shop.today + timedelta(days=60)).status_code == 200
    assert sorted(FirmOrder.objects.values_list("quantity", flat=True)) == [7, 10]
    assert MasterItem.objects.count() == 1


def test_plans_are_compared_and_faults_lead_to_their_place(shop, desk):  # noqa: F811
    sold(shop, "10")
    first = plan(shop)
    sold(shop, "5", 40)
    Item.objects.filter(code="bolt").update(lead_time_days=0)
    second = plan(shop)
    page = desk.get(f"compare/?first={first.pk}&second={second.pk}")
    assert "Added" in page and "pump" in page
    counts = [
        re.search(rf"{word} <?[^0-9]*(\d+)", text)[1]
        for text in (page, desk.get("compare/"))
        for word in ("Added", "Removed")
    ]
    assert counts[:2] == counts[2:] and int(counts[0]) > 0 == int(
        counts[1]
    )  # without a choice: from the plan before to the live one
    faults = desk.get("faults/")
    assert "lead time is missing" in faults and f"/masterdata/items/{shop.items['bolt'].pk}/edit" in faults


def test_loads_promises_and_the_bottleneck_tell_figures(shop, desk):  # noqa: F811
    shop.stock_up(5000)
    shop.order("2000")
    plan(shop)
    loads = desk.get("loads/")
    assert "ASSY" in loads and "LATHE" in loads and "400" in loads
    bottleneck = desk.get("bottleneck/")
    assert "ASSY" in bottleneck
    promise = desk.get("promise/?code=pump&quantity=10&rush=1")
    assert "Why then" in promise and "Put first everywhere" in promise
    assert "There is no such item" in desk.get("promise/?code=nothing&quantity=1")
    assert "Why then" not in desk.get("promise/?code=pump&quantity=x")


def test_policies_are_proposed_and_accepted_from_the_list(shop, desk, monkeypatch):  # noqa: F811
    monday = shop.today - timedelta(days=shop.today.weekday())
    used = [(shop.items["shaft"].pk, monday - timedelta(weeks=week), D(10 + week % 3)) for week in range(1, 21)]
    monkeypatch.setattr(policies, "usage_by_day", lambda since, until: used)
    assert 'name="method"' in desk.get("policies/do/planning.propose_policy")
    answer = desk.post("policies/do/planning.propose_policy", method="cost", service_kind="cycle", review_weeks="0")
    assert answer.status_code in (200, 204)
    assert TaskRun.objects.get(job="planning.propose_policy").arguments["method"] == "cost"
    propose_now(shop.today, Progress(), "cost")
    page = desk.get("policies/")
    assert "shaft" in page and "minimum lot" in page
    row = PolicyProposal.objects.get()
    answer = desk.post("policies/batch/planning.accept_policy", pk=row.pk)
    assert answer.status_code in (200, 204)
    assert Item.objects.get(code="shaft").max_stock == row.maximum


def test_the_board_solves_moves_publishes_and_deletes(shop, desk):  # noqa: F811
    shop.stock_up(100)
    shop.order("10")
    assert desk.post("gantt/solve", name="A", objective="luck").status_code == 422
    assert desk.post("gantt/solve", name="A", objective="makespan", frozen_hours="0", seconds="0").status_code == 302
    first = Schedule.objects.get()
    solve_into(first, Progress())
    desk.post("gantt/solve", name="B", objective="makespan", frozen_hours="0", seconds="0")
    second = Schedule.objects.exclude(pk=first.pk).get()
    solve_into(second, Progress())
    slot = second.slots.order_by("starts_at").first()
    place = {"schedule": second.pk, "operation": slot.operation_id}
    assert desk.post("gantt/move", **place, start="never").status_code == 422
    wrong = desk.post("gantt/move", **place, start=f"{slot.starts_at:%Y-%m-%dT%H:%M:00}", centre=shop.assembly.pk)
    assert wrong.status_code == 409 and "cannot do" in wrong.json()["reasons"][0]
    later = slot.starts_at + timedelta(days=14)
    assert desk.post("gantt/move", **place, start=f"{timezone.localtime(later):%Y-%m-%dT%H:%M:00}", fit="1").json() == {
        "reasons": []
    }
    page = desk.get(f"gantt/?schedule={second.pk}&with={first.pk}")
    assert "Compared with A" in page and "pl-pinned" in page
    assert desk.post("gantt/publish", schedule=second.pk).status_code == 302
    assert WorkOrderOperation.objects.get(pk=slot.operation_id).planned_start >= later
    assert desk.post("gantt/delete", schedule=second.pk).status_code == 409
    assert desk.post("gantt/delete", schedule=first.pk).status_code == 200
    assert list(Schedule.objects.all()) == [second]


OWN = {"PlanRun", "PlanSource", "PlannedOrder", "PlanItem", "PlanException"}


def digests() -> dict[str, str]:
    """Model → a digest of its rows, but those of runs, the audit and request bookkeeping."""
    left_out = {"AuditRow", "AuditEntry", "Request", "DoneRequest", "VerbRequest", "TaskRun", "TaskLog", "Session"}
    found = {}
    for model in apps.get_models():
        name = model.__name__
        if name not in OWN | left_out and not name.startswith(("Audit", "Request")):
            rows = serializers.serialize("json", model._default_manager.order_by("pk"))
            found[f"{model._meta.app_label}.{name}"] = hashlib.sha256(rows.encode()).hexdigest()
    return found


def test_a_what_if_touches_nothing_but_its_own_run(shop):  # noqa: F811
    sold(shop, "10")
    shop.stock_up(3)
    live = plan(shop)
    scenario = shop.do(
        services.create_scenario, name="旺季",
        changes=[
            services.ChangeInput("demand_share", percent=300),
            services.ChangeInput("stock", item_id=shop.items["bolt"].pk, quantity=D(-5)),
            services.ChangeInput("lead_time", item_id=shop.items["casting"].pk, days=9),
            services.ChangeInput("capacity", work_centre_id=shop.assembly.pk, percent=50),
        ],
    )  # fmt: skip
    before, rows = digests(), list(PlannedOrder.objects.filter(run=live).order_by("pk").values())
    run = services.plan_now(actor=shop.boss, today=shop.today, scenario=scenario)
    after = digests()
    assert {name for name in before if before[name] != after[name]} == set()
    assert len(before) > 100
    assert list(PlannedOrder.objects.filter(run=live).order_by("pk").values()) == rows
    assert PlanRun.objects.get(is_current=True) == live
    pumps = [row.pk for row in PlannedOrder.objects.filter(run=run, item__code__in=["shaft", "pump"])]
    exceptions = list(PlanException.objects.filter(run=run).values_list("pk", flat=True))
    for verb, values in (
        (services.release_suggestions, {"order_ids": pumps}), (services.firm_suggestions, {"order_ids": pumps}),
        (services.merge_suggestions, {"order_ids": pumps}), (services.dismiss_suggestions, {"order_ids": pumps}),
        (services.split_suggestion, {"order_id": pumps[0], "quantity": D(1)}),
        (services.change_suggestion, {"order_id": pumps[0], "quantity": D(1), "release_on": shop.today, "due_on": shop.today}),
        (services.follow_exceptions, {"exception_ids": exceptions}),
    ):  # fmt: skip
        with pytest.raises(DomainError, match="made anew"):
            shop.do(verb, **values)
    assert {name for name, digest in digests().items() if after[name] != digest} == set()
