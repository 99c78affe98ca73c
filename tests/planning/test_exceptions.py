"""One click on an exception does what the plan proposes: of every kind of order, in every state; where it cannot, it says why."""

from datetime import timedelta
from decimal import Decimal as D

import pytest

from gongfang.kernel.errors import DomainError
from gongfang.masterdata.queries import working_calendar
from gongfang.planning import services
from gongfang.planning.models import FirmOrder, PlanException, PlannedOrder
from gongfang.platform.verification import run_all
from gongfang.production import services as production
from gongfang.production.models import WorkOrder
from gongfang.purchasing import services as purchasing
from gongfang.purchasing.models import PurchaseOrder, Requisition
from gongfang.sales import services as sales
from tests.planning.test_decisions import open_of, plan, shop, sold  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db


def released(shop, way: str):  # noqa: F811
    """Castings on order or asked for, in some state: the document and its line of castings. Shafts stand beside them."""
    run = plan(shop)
    rows = [*open_of(run, "casting"), *open_of(run, "shaft")]
    kind = "order" if way.startswith("order") else "requisition"
    shop.do(services.release_suggestions, order_ids=[row.pk for row in rows], buy_as=kind)
    document = PurchaseOrder.objects.get() if kind == "order" else Requisition.objects.get()
    if way == "order approved":
        shop.do(purchasing.approve_order, document_id=document.pk)
    if way in ("requisition approved", "rfq"):
        shop.do(purchasing.approve_requisition, document_id=document.pk)
    if way == "rfq":
        document = shop.do(purchasing.inquire, requisition_id=document.pk)
    return document, document.lines.get(item__code="casting")


WAYS = ["order draft", "order approved", "requisition draft", "requisition approved", "rfq"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("kind", "days"), [("expedite", 40), ("defer", -8)])
def test_what_is_bought_moves_to_the_day_it_is_needed(shop, way, kind, days):  # noqa: F811
    sold(shop, "10", 30)
    document, line = released(shop, way)
    needed = line.due_date
    type(line).objects.filter(pk=line.pk).update(due_date=working_calendar().add_working_days(needed, days))
    one = PlanException.objects.get(run=plan(shop), kind=kind, item__code="casting")
    assert one.document == document.number
    shop.do(services.follow_exceptions, exception_ids=[one.pk])
    line.refresh_from_db()
    assert line.due_date == one.moved_to == needed
    assert not PlanException.objects.filter(run=plan(shop), item__code="casting").exists()
    assert run_all() == []


@pytest.mark.parametrize("way", WAYS)
def test_what_is_bought_and_needed_no_more_is_cancelled(shop, way):  # noqa: F811
    order = sold(shop, "10", 30)
    document, _line = released(shop, way)
    shop.do(sales.close_order, document_id=order.pk)
    run = plan(shop)
    both = list(PlanException.objects.filter(run=run, kind="cancel", document=document.number).order_by("item__code"))
    assert [row.item.code for row in both] == ["casting", "shaft"]
    shop.do(services.follow_exceptions, exception_ids=[both[0].pk])
    document.refresh_from_db()
    assert document.approval != "void"
    left = PlanException.objects.filter(run=plan(shop), kind="cancel")
    assert [row.item.code for row in left] == ["shaft"]
    shop.do(services.follow_exceptions, exception_ids=[left[0].pk])
    document.refresh_from_db()
    assert (
        document.approval == "void" if way in ("order draft", "requisition draft") else document.execution == "closed"
    )
    assert not PlanException.objects.filter(run=plan(shop), kind="cancel").exists()
    assert run_all() == []


def test_a_document_in_approval_is_not_changed_behind_its_back(shop):  # noqa: F811
    sold(shop, "10", 30)
    document, line = released(shop, "requisition draft")
    type(line).objects.filter(pk=line.pk).update(due_date=line.due_date + timedelta(days=40))
    type(document).objects.filter(pk=document.pk).update(approval="submitted")
    one = PlanException.objects.get(run=plan(shop), kind="expedite", item__code="casting")
    with pytest.raises(DomainError, match=f"{document.number} is being approved"):
        shop.do(services.follow_exceptions, exception_ids=[one.pk])
    one.refresh_from_db()
    assert one.handled_as == ""


def made(shop, kind: str):  # noqa: F811
    """A work order or firm order for ten pumps."""
    (pump,) = open_of(plan(shop), "pump")
    if kind == "work":
        shop.do(services.release_suggestions, order_ids=[pump.pk])
        return WorkOrder.objects.get()
    return shop.do(services.firm_suggestions, order_ids=[pump.pk])[0]


def dates(row) -> tuple:
    row.refresh_from_db()
    return (row.start, row.due) if isinstance(row, WorkOrder) else (row.release_on, row.due_on)


@pytest.mark.parametrize("what", ["work", "firm"])
@pytest.mark.parametrize(("kind", "days"), [("expedite", 20), ("defer", -10)])
def test_what_is_made_moves_with_both_its_dates(shop, what, kind, days):  # noqa: F811
    sold(shop, "10", 40)
    row = made(shop, what)
    before = dates(row)
    if what == "work":
        shop.do(
            production.change_order, document_id=row.pk, quantity=D(10), reason="x",
            start=before[0] + timedelta(days=days), due=before[1] + timedelta(days=days),
        )  # fmt: skip
    else:
        FirmOrder.objects.update(release_on=before[0] + timedelta(days=days), due_on=before[1] + timedelta(days=days))
    one = PlanException.objects.get(run=plan(shop), kind=kind, item__code="pump")
    moved = dates(row)
    shop.do(services.follow_exceptions, exception_ids=[one.pk])
    assert dates(row) == (moved[0] + (one.moved_to - moved[1]), one.moved_to)
    assert not PlanException.objects.filter(run=plan(shop), item__code="pump").exists()


@pytest.mark.parametrize("what", ["work", "firm"])
def test_what_is_made_and_needed_no_more_is_cancelled(shop, what):  # noqa: F811
    order = sold(shop, "10", 40)
    row = made(shop, what)
    shop.do(sales.close_order, document_id=order.pk)
    one = PlanException.objects.get(run=plan(shop), kind="cancel", item__code="pump")
    shop.do(services.follow_exceptions, exception_ids=[one.pk])
    row.refresh_from_db()
    assert (row.stage if what == "work" else row.state) == "cancelled"
    assert not PlanException.objects.filter(run=plan(shop), kind="cancel").exists()


def test_a_start_that_is_past_is_released_today(shop):  # noqa: F811
    """Ten pumps in two days, of which making takes five: their start is past, so are the purchases'."""
    sold(shop, "10", 2)
    run = plan(shop)
    rows = list(PlanException.objects.filter(run=run, kind="past_due_release").order_by("item__code"))
    assert [row.item.code for row in rows] == ["bolt", "casting", "pump", "shaft"]
    shop.do(services.follow_exceptions, exception_ids=[row.pk for row in rows])
    order = WorkOrder.objects.get()
    assert (order.start, order.due) == (shop.today, max(shop.today, open_due(run, "pump")))
    assert {row.code for row in [line.item for line in PurchaseOrder.objects.get().lines.all()]} == {
        "bolt",
        "casting",
        "shaft",
    }
    with pytest.raises(DomainError, match="dealt with already"):
        shop.do(services.follow_exceptions, exception_ids=[rows[0].pk])
    assert not PlannedOrder.objects.filter(run=plan(shop)).exists()
    assert run_all() == []


def open_due(run, code: str):
    return PlannedOrder.objects.get(run=run, item__code=code).due_on


def test_a_suggestion_behind_its_fence_is_firmed_for_the_day_it_is_needed(shop):  # noqa: F811
    order = sold(shop, "10", 20)
    shop.do(services.set_fences, item_id=shop.items["pump"].pk, demand_fence_days=0, planning_fence_days=40)
    one = PlanException.objects.get(run=plan(shop), kind="expedite", item__code="pump")
    assert (one.about, one.moved_to) == ("order", order.promised_date)
    assert services.proposal_of(one).code == "firm_then"
    shop.do(services.follow_exceptions, exception_ids=[one.pk])
    firm = FirmOrder.objects.get()
    assert (firm.quantity, firm.due_on) == (10, order.promised_date)
    assert not PlanException.objects.filter(run=plan(shop), kind="expedite").exists()


def test_where_no_click_helps_the_page_says_what_to_do_and_offers_no_button(shop, client):  # noqa: F811
    type(shop.items["pump"]).objects.filter(code="pump").update(safety_stock=D(5))
    sold(shop, "10", -3)
    sold(shop, "10", 300)
    run = plan(shop)
    found = {row.kind: row for row in PlanException.objects.filter(run=run, item__code="pump")}
    for kind in ("past_due_demand", "below_safety_stock", "beyond_horizon"):
        assert services.proposal_of(found[kind]) is None
        with pytest.raises(DomainError) as refusal:
            shop.do(services.follow_exceptions, exception_ids=[found[kind].pk])
        assert refusal.value.code == "no_action"
    client.force_login(shop.boss)
    client.cookies["gongfang_language"] = "en"
    page = client.get(f"/planning/workbench/?item={shop.items['pump'].pk}").content.decode()
    for text in ("ship it, or agree", "fill it up", "longer horizon", "Start and release it today."):
        assert text in page
    offered = page.split('id="pl-orders"')[0].count('name="exception"')
    assert offered == len([row for row in found.values() if services.proposal_of(row)])
    listed = client.get("/planning/exceptions/").content.decode()
    assert "longer horizon" in listed and "Start and release it today." in listed
