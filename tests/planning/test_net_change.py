"""A net change gives the plan of a full run, tells what changed, and keeps aside what the planner set aside."""
# ruff: noqa: F811

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongfang.kernel.errors import DomainError
from gongfang.masterdata.models import BomOutput, BomSubstitute, Item
from gongfang.planning import services
from gongfang.planning.models import PlanMemory, PlannedOrder, PlanRun, PlanSource
from gongfang.planning.services.runs import plan_into
from gongfang.platform.tasks.services import Progress
from tests.planning.test_feeding import bought, in_stock, plan, shop, sold  # noqa: F401
from tests.planning.test_pages import Desk

pytestmark = pytest.mark.django_db
WHAT = (
    "item__code",
    "quantity",
    "good_quantity",
    "net_quantity",
    "release_on",
    "due_on",
    "need_on",
    "covers_to",
    "level",
    "supplier_id",
)


def net(shop) -> PlanRun:
    run = shop.do(services.start_mrp, net_change=True)
    plan_into(run, Progress())
    return PlanRun.objects.get(pk=run.pk)


def contents(run: PlanRun) -> tuple[list, list, list]:
    """All that a run holds, but for its own numbers."""
    sources = (
        PlanSource.objects.filter(run=run)
        .order_by("side", "seq")
        .values_list("side", "item", "quantity", "on", "document_id")
    )
    packed = run.items.order_by("item").values_list(
        "item", "on_hand", "first_requirement", "requirements", "pegs", "components"
    )
    return list(PlannedOrder.objects.filter(run=run).order_by("seq").values_list(*WHAT)), list(sources), list(packed)


def test_the_plan_is_that_of_a_full_run_and_what_changed_is_told(shop):
    bought(shop, "screw")
    sold(shop, "pump", "10", 28)
    sold(shop, "screw", "7", 28)
    first = plan(shop)
    assert (first.kind, first.changed_count) == ("regenerative", None)
    sold(shop, "pump", "5", 35)
    run = net(shop)
    assert (run.kind, run.changed_count, run.is_current) == ("net_change", 4, True)  # the pump and its three parts
    assert contents(run) == contents(plan(shop))
    assert net(shop).changed_count == 0
    assert PlanMemory.objects.count() == 1


def test_what_is_made_together_and_what_stands_in_are_planned_as_ever(shop):
    plate = bought(shop, "plate")
    BomOutput.objects.create(bom=shop.items["pump"].boms.get(), item=bought(shop, "core"), quantity=2, kind="co")
    BomSubstitute.objects.create(bom=shop.items["pump"].boms.get(), line_no=2, item=plate, ratio=1, rank=1)
    in_stock(shop, "plate", "6")
    sold(shop, "pump", "10", 28)
    plan(shop)
    sold(shop, "core", "30", 35)
    run = net(shop)
    assert run.kind == "net_change" and run.changed_count
    assert contents(run) == contents(plan(shop))


def test_what_was_set_aside_stays_so_where_nothing_changed(shop):
    bought(shop, "screw")
    sold(shop, "pump", "10", 28)
    sold(shop, "screw", "7", 28)
    rows = PlannedOrder.objects.filter(run=plan(shop), item__code__in=["screw", "casting"])
    shop.do(services.dismiss_suggestions, order_ids=[row.pk for row in rows])
    sold(shop, "pump", "5", 28)
    states = dict(PlannedOrder.objects.filter(run=net(shop)).values_list("item__code", "state"))
    assert (states["screw"], states["casting"]) == (
        "dismissed",
        "suggested",
    )  # more castings are needed now: a new question
    full = PlannedOrder.objects.filter(run=plan(shop))
    assert {row.state for row in full} == {"suggested"}


def test_where_it_cannot_begin_it_says_why_and_what_to_do(shop, client):
    with pytest.raises(DomainError, match="run MRP first"):
        shop.do(services.start_mrp, net_change=True)
    sold(shop, "pump", "10", 28)
    run = plan(shop)
    desk = Desk(client, shop.boss)
    assert "Net change" in desk.get("workbench/") and "A net change begins" not in desk.get("workbench/")
    PlanRun.objects.filter(pk=run.pk).update(today=shop.today - timedelta(days=1))
    with pytest.raises(DomainError, match="begins with a plan of today"):
        shop.do(services.start_mrp, net_change=True)
    assert "A net change begins with a plan of today" in desk.get("workbench/")
    PlanRun.objects.filter(pk=run.pk).update(today=shop.today)
    PlanMemory.objects.all().delete()
    assert desk.post("workbench/run", horizon_days="60", kind="net_change").status_code == 409


def test_where_all_has_to_be_planned_the_run_says_so(shop):
    """Castings go into bolts now, so bolts are netted before them: nothing can be carried over."""
    sold(shop, "pump", "10", 28)
    plan(shop)
    Item.objects.filter(code="bolt").update(source="make", kind="semi")
    shop.bom("bolt", casting="1")
    run = net(shop)
    assert (run.kind, run.changed_count) == ("fallen_back", None)
    assert contents(run) == contents(plan(shop))


def test_statements_do_not_grow_with_what_was_set_aside(shop):
    def statements() -> int:
        run = shop.do(services.start_mrp, net_change=True)
        with CaptureQueriesContext(connection) as caught:
            plan_into(run, Progress())
        return len(caught)

    for number in range(2):
        bought(shop, f"screw{number}")
        sold(shop, f"screw{number}", "7", 28)
    for _ in range(3):  # as many as are kept: each run forgets one
        rows = [row.pk for row in PlannedOrder.objects.filter(run=plan(shop))]
    shop.do(services.dismiss_suggestions, order_ids=rows[:1])
    few = statements()
    for number in range(2, 8):
        bought(shop, f"screw{number}")
        sold(shop, f"screw{number}", "7", 28)
    rows = [row.pk for row in PlannedOrder.objects.filter(run=plan(shop))]
    shop.do(services.dismiss_suggestions, order_ids=rows)
    assert statements() == few
