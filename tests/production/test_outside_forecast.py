"""Work at subcontractors takes its days in the forecast, and is not counted as done before it is back."""

from datetime import datetime, time, timedelta
from decimal import Decimal as D

import pytest
from django.utils import timezone

from gongfang.production import outside_pace as pacing
from gongfang.production import services
from gongfang.production.live import Expected, forecast, percent_done
from gongfang.production.models import SubcontractOrder, SubcontractReceipt, WorkOrder, WorkOrderOperation
from tests.production.shop import Shop


def plated(shop: Shop, days: int) -> WorkOrder:
    """Four pumps due in some days whose second operation is done outside and has no minutes of its own."""
    order = shop.order("4")
    WorkOrder.objects.filter(pk=order.pk).update(due=shop.today + timedelta(days))
    WorkOrderOperation.objects.filter(document=order, operation_no=20).update(
        is_subcontracted=True,
        subcontractor=shop.supplier,
        setup_minutes=0,
        run_minutes=0,
        queue_minutes=0,
        move_minutes=0,
    )
    return order


def given_out(shop: Shop, order: WorkOrder, days: int) -> SubcontractOrder:
    due = shop.today + timedelta(days)
    document = shop.do(services.create_subcontract_order, order_id=order.pk, operation_no=20, price=D(1), due=due)
    SubcontractOrder.objects.filter(pk=document.pk).update(approval="approved")
    return document


def expected(shop: Shop, order: WorkOrder, hour: int = 8) -> Expected:
    return forecast(timezone.make_aware(datetime.combine(shop.today, time(hour))))[order.pk]


def test_an_order_is_not_done_before_its_subcontractor_brings_it(shop: Shop) -> None:
    """Due in five days; the plater promised it in nine."""
    shop.stock_up()
    order = plated(shop, 5)
    assert expected(shop, order).risk == 0
    given_out(shop, order, 9)
    found = expected(shop, order)
    assert found.risk == 1 and found.on >= shop.today + timedelta(7)
    SubcontractOrder.objects.update(due=shop.today + timedelta(2))
    assert expected(shop, order).risk == 0


@pytest.mark.parametrize(("receipts", "risk"), [(2, 0), (3, 1)])
def test_what_is_not_given_out_yet_takes_as_long_as_such_work_took(shop: Shop, receipts: int, risk: int) -> None:
    """Two receipts say nothing; three that came ten days after their order do, for an order that is due in five."""
    shop.stock_up()
    other, order = plated(shop, 30), plated(shop, 5)
    document = given_out(shop, other, 1)
    SubcontractOrder.objects.filter(pk=document.pk).update(business_date=shop.today - timedelta(10), approval="closed")
    for number in range(receipts):
        SubcontractReceipt.objects.create(
            number=f"WS{number}",
            business_date=shop.today,
            created_by=shop.boss,
            subcontract=document,
            approval="approved",
            good=1,
        )
    assert expected(shop, order).risk == risk
    pace = pacing.outside_pace([1], shop.today)
    assert pace.days(shop.supplier.pk) == pace.days(None) == ((10,) * 3 if receipts == 3 else ())
    assert pace.delays(None) == ((-1,) * 3 if receipts == 3 else ())


def test_nothing_is_read_where_nothing_is_done_outside(shop: Shop, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert pacing.outside_pace([], shop.today).days(None) == ()


def test_an_operation_without_minutes_counts_as_the_others_do(shop: Shop) -> None:
    shop.stock_up()
    order = plated(shop, 5)
    assert percent_done(order, list(order.operations.all())) == 0
    shop.report(order, 10, "4")
    assert percent_done(shop.fresh(order), list(order.operations.all())) == 50


def test_what_ends_with_the_day_is_done_on_it(shop: Shop) -> None:
    """After hours with nothing left to do but what a subcontractor brings today: today, not the next working day."""
    shop.stock_up()
    order = plated(shop, 0)
    shop.report(order, 10, "4")
    given_out(shop, order, 0)
    found = expected(shop, order, 23)
    assert (found.on, found.risk) == (shop.today, 0) or (
        found.on > shop.today and found.risk == 1
    )  # a day off ends nothing
