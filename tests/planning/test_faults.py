"""Bad data is named, each fault with the page on which it is mended, and everything else is planned all the same."""
# ruff: noqa: F811

from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from django.db import connection
from django.test import Client

from gongfang.masterdata.models import Bom, BomLine, Calendar, CalendarException, Item, SupplierPrice, WorkCentre
from gongfang.planning import services
from gongfang.planning.models import PlanException, PlanRun
from gongfang.planning.queries.bottlenecks import bottlenecks
from gongfang.planning.queries.loads import loads
from gongfang.sales.models import SalesOrderLine
from tests.planning.test_feeding import bought, plan, shop, sold, suggested  # noqa: F401
from tests.planning.test_floor import scheduled
from tests.production.shop import Shop

pytestmark = pytest.mark.django_db


@contextmanager
def past_the_checks(table: str, constraint: str):
    """As data looks that came in before a rule was made."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = ON")
            yield
            cursor.execute("PRAGMA ignore_check_constraints = OFF")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
            yield


def cyclic(shop: Shop) -> str:
    """The shaft is made of pumps."""
    Item.objects.filter(code="shaft").update(source="make")
    bom = shop.bom("shaft", pump="1")
    return f"/masterdata/boms/{bom.pk}/edit"


def without_lead_time(shop: Shop) -> str:
    Item.objects.filter(code="shaft").update(lead_time_days=0)
    return f"/masterdata/items/{shop.items['shaft'].pk}/edit"


def nothing_comes_out(shop: Shop) -> str:
    bom = shop.items["pump"].boms.get()
    with past_the_checks("masterdata_bom", "bom_yield_ratio"):
        Bom.objects.filter(pk=bom.pk).update(yield_share=0)
    return f"/masterdata/boms/{bom.pk}/edit"


def without_supplier(shop: Shop) -> str:
    SupplierPrice.objects.filter(item=shop.items["shaft"]).delete()
    Item.objects.filter(code="shaft").update(default_supplier=None)
    return f"/masterdata/supplier-prices/?item={shop.items['shaft'].pk}"


def without_bom(shop: Shop) -> str:
    Item.objects.filter(code="shaft").update(source="make")
    return f"/masterdata/boms/?item={shop.items['shaft'].pk}"


def no_version_for_a_while(shop: Shop) -> str:
    shop.items["pump"].boms.update(valid_to=shop.today + timedelta(days=60))
    return f"/masterdata/boms/?item={shop.items['pump'].pk}"


def nobody_ever_works(shop: Shop) -> str:
    calendar = Calendar.objects.create(code="NONE", name="无工作日", weekdays=[])
    return f"/masterdata/calendars/{calendar.pk}/edit"


def a_centre_where_nobody_ever_works(shop: Shop) -> str:
    Calendar.objects.create(code="STD", name="标准")
    calendar = Calendar.objects.create(code="NONE", name="无工作日", weekdays=[])
    WorkCentre.objects.filter(pk=shop.turning.pk).update(calendar=calendar)
    return f"/masterdata/calendars/{calendar.pk}/edit"


def a_centre_out_of_use(shop: Shop) -> str:
    WorkCentre.objects.filter(pk=shop.turning.pk).update(is_active=False)
    return f"/masterdata/work-centres/{shop.turning.pk}/edit"


def a_centre_on_holiday(shop: Shop) -> str:
    Calendar.objects.create(code="STD", name="标准")
    calendar = Calendar.objects.create(code="OFF", name="停工")
    days = [shop.today + timedelta(days=number) for number in range(121)]
    CalendarException.objects.bulk_create(CalendarException(calendar=calendar, date=day) for day in days)
    WorkCentre.objects.filter(pk=shop.turning.pk).update(calendar=calendar)
    return f"/masterdata/work-centres/{shop.turning.pk}/edit"


def wanted_in_the_year_9999(shop: Shop) -> str:
    sold(shop, "shaft", "5")
    line = SalesOrderLine.objects.get(item__code="shaft")
    SalesOrderLine.objects.filter(pk=line.pk).update(promised_date=date(9999, 12, 31))
    return f"/sales/orders/{line.document_id}/"


def needs_beyond_all_bounds(shop: Shop) -> str:
    BomLine.objects.filter(component__code="shaft").update(quantity=D("100000000000"))
    BomLine.objects.filter(component__code="shaft").update(scrap=D("0.9"))
    sold(shop, "pump", "900000000")
    return f"/masterdata/items/{shop.items['shaft'].pk}/edit"


def lots_of_next_to_nothing(shop: Shop) -> str:
    Item.objects.filter(code="shaft").update(lot_rule="fixed", lot_quantity=D("0.000001"))
    return f"/masterdata/items/{shop.items['shaft'].pk}/edit"


CASES = {
    cyclic: "bom_cycle", without_lead_time: "no_lead_time", nothing_comes_out: "zero_yield", without_supplier: "no_supplier",
    without_bom: "no_bom", no_version_for_a_while: "bom_gap", nobody_ever_works: "calendar_without_days",
    a_centre_where_nobody_ever_works: "calendar_without_days", a_centre_out_of_use: "no_capacity", a_centre_on_holiday: "no_capacity",
    wanted_in_the_year_9999: "bad_date_or_quantity", needs_beyond_all_bounds: "needs_out_of_range", lots_of_next_to_nothing: "too_many_orders",
}  # fmt: skip


@pytest.mark.parametrize("harm", CASES, ids=lambda harm: harm.__name__)
def test_each_fault_is_named_with_its_page_and_the_rest_is_planned(shop, harm):
    bought(shop, "cover")
    sold(shop, "pump", "100")
    sold(shop, "cover", "3")
    url = harm(shop)
    run = plan(shop)
    assert run.state == "done"
    rows = PlanException.objects.filter(run=run, kind="data_fault")
    assert set(rows.values_list("fault", flat=True)) == {CASES[harm]}
    assert suggested(run, "cover") == [3]
    assert sum(suggested(run, "casting")) >= 100
    client = Client()
    client.force_login(shop.boss)
    page = client.get("/planning/faults/")
    assert f'href="{url}"' in page.content.decode()
    assert client.get(url).status_code == 200
    assert client.get("/planning/exceptions/").status_code == 200
    fault = rows.first()
    assert client.get(f"/planning/exceptions/{fault.pk}/").status_code == 200


def test_an_idle_calendar_of_a_work_centre_stops_no_page(shop):
    a_centre_where_nobody_ever_works(shop)
    shop.stock_up(500)
    shop.order("100")
    assert loads(shop.today, "week", 4, None)[0].total > 0
    assert scheduled(shop).operation_count == 2
    assert bottlenecks(shop.today, None)[0].order_count == 1


def test_faults_cost_the_same_statements_whatever_their_number(shop):
    from django.test.utils import CaptureQueriesContext

    def statements() -> int:
        with CaptureQueriesContext(connection) as caught:
            plan(shop)
        return len(caught)

    without_lead_time(shop)
    a_centre_where_nobody_ever_works(shop)
    sold(shop, "pump", "10")
    few = statements()
    for number in range(4):
        without = shop.item(f"bare-{number}", "raw", "1")
        sold(shop, without.code, "1")
        centre = shop.centre(f"OFF{number}", "1", "1", "1")
        WorkCentre.objects.filter(pk=centre.pk).update(is_active=False)
        shop.routing(f"bare-{number}", (10, centre, "0", "1", 1))
    assert statements() == few


def test_two_runs_at_once_are_one_run(shop):
    first = shop.do(services.start_mrp)
    assert shop.do(services.start_mrp) == first
    assert PlanRun.objects.count() == 1
