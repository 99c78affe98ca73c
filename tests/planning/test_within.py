"""The live plan within the hours of the work centres: promises with reasons, blame, and what an hour is worth. Every figure by hand.

A pump takes 12 minutes of ASSY and 6 (and 30 per order) of LATHE; each has one machine and 40 hours a week.
"""
# ruff: noqa: F811

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongfang.masterdata.models import Item
from gongfang.planning import services
from gongfang.planning.models import PlanPromise, PlanRun
from gongfang.planning.queries.bottlenecks import bottlenecks
from gongfang.planning.services.runs import plan_into
from gongfang.planning.services.within import promise_now
from gongfang.platform.tasks.services import Progress
from gongfang.sales.models import SalesOrder
from tests.planning.test_feeding import plan, shop, sold  # noqa: F401

pytestmark = pytest.mark.django_db


def promised(shop) -> PlanRun:
    plan(shop)
    promise_now(shop.today, Progress())
    return PlanRun.objects.get(is_current=True)


def test_what_is_late_says_what_it_waits_for_and_what_an_hour_would_bring(shop):
    """2,000 pumps take 400 hours of ASSY, of which there are at most 200 until then: half or more cannot be made in time.

    Five pumps come out of an hour, each sold at 400 and costing 150: an hour more is worth 1,250.
    """
    Item.objects.filter(code="pump").update(standard_cost=150)
    sold(shop, "pump", "2000", 28)
    run = promised(shop)
    (row,) = PlanPromise.objects.filter(run=run)
    assert row.promised > row.due and row.late_days == (row.promised - row.due).days
    assert (row.kind, row.centre.code, row.blamed.code, row.short) == ("capacity", "ASSY", "pump", 0)
    assert row.week.weekday() == 0
    assert all("ASSY" in one["centre"] and "pump" in one["item"] and one["hours"] for one in row.waiting)
    assert (row.waiting[0]["first"], row.waiting[0]["last"] > row.waiting[0]["first"]) == (f"{row.week}", True)
    worst, other = bottlenecks(shop.today, run)
    assert (worst.centre.code, worst.late_demands, worst.late_days) == ("ASSY", 1, row.late_days)
    assert worst.value == 1250
    assert (worst.weeks_over, worst.most_over) == (1, 360)  # all 400 hours stand in the week of the release
    assert worst.value_week == shop.today - timedelta(days=shop.today.weekday())
    assert (other.centre.code, other.late_demands, other.value) == ("LATHE", 0, 0)


def test_what_open_orders_take_is_not_there(shop):
    """100 pumps are no trouble; beside an open order of 3,000, which takes 600 hours of ASSY, they are."""
    shop.stock_up(5000)
    sold(shop, "pump", "100", 28)
    (row,) = PlanPromise.objects.filter(run=promised(shop))
    assert (row.late_days, row.kind, row.promised) == (0, "", row.due)
    shop.order("3000")
    sold(shop, "pump", "3000", 28)
    first, second = PlanPromise.objects.filter(run=promised(shop)).order_by("late_days")
    assert (first.late_days, second.kind) == (0, "capacity") and second.late_days > 0


def test_a_lead_time_and_what_comes_late_are_reasons_too(shop):
    Item.objects.filter(code="casting").update(lead_time_days=30)
    sold(shop, "pump", "10", 14)
    (row,) = PlanPromise.objects.filter(run=promised(shop))
    assert (row.kind, row.blamed.code, row.centre) == ("lead_time", "casting", None)
    assert row.late_days > 0


def test_the_pages_say_it_in_words(shop, client):
    sold(shop, "pump", "2000", 28)
    client.force_login(shop.boss)
    run = promised(shop)
    row = PlanPromise.objects.get(run=run)
    page = client.get("/planning/promises/", headers={"accept-language": "en"}).content.decode()
    assert "is full from the week of" in page
    assert "ASSY" in page and f"{row.late_days}" in page
    order = SalesOrder.objects.get()
    tab = client.get(f"/sales/orders/{order.pk}/tab/within", headers={"accept-language": "en"}).content.decode()
    assert "ASSY" in tab
    assert client.get(f"/planning/promises/{row.pk}/").status_code == 200
    bottleneck = client.get("/planning/bottleneck/", headers={"accept-language": "en"}).content.decode()
    assert "One more hour in the week of" in bottleneck


def test_a_run_in_the_background_promises_and_the_present_ones_go_with_their_plan(shop):
    sold(shop, "pump", "10", 28)
    run = shop.do(services.start_mrp)
    plan_into(run, Progress(), within=True)
    run.refresh_from_db()
    assert run.promises.count() == 1 and "hours" in run.timings
    again = plan(shop)
    assert again.promises.count() == 0  # the command line does not wait for it
    assert PlanPromise.objects.filter(run__is_current=True).count() == 0


def test_nothing_is_promised_without_a_plan(shop):
    from gongfang.kernel.errors import DomainError

    with pytest.raises(DomainError, match="run MRP first"):
        shop.do(services.start_within_hours)


def test_statements_do_not_grow_with_demands(shop):
    def statements() -> int:
        with CaptureQueriesContext(connection) as caught:
            promise_now(shop.today, Progress())
        return len(caught)

    sold(shop, "pump", "2000", 28)
    plan(shop)
    few = statements()
    for days in range(30, 36):
        sold(shop, "pump", "500", days)
    assert statements() == few
