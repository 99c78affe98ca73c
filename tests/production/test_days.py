"""The days of the supervisor and the engineer: what each page shows and lets do, for the role, at constant statements."""

import re
import uuid
from datetime import datetime, time, timedelta
from decimal import Decimal as D

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gongfang.masterdata import queries as masterdata
from gongfang.masterdata import services as structures
from gongfang.masterdata.models import Bom, BomLine, Routing, RoutingOperation
from gongfang.platform.identity.models import User
from gongfang.production import day, services
from gongfang.production.models import HelpCall, SubcontractOrder, WorkOrderOperation
from gongfang.production.queries import orders_visible_to
from gongfang.production.screens import TILES
from gongfang.production.views.engineer import times_off
from gongfang.quality import services as quality
from gongfang.quality.models import Inspection
from gongfang.ui.screens import Figure
from tests.production.shop import Shop
from tests.production.test_pages import client_of

TODAY, ENGINEER = "/production/today/", "/production/engineer/"


def section(page: str, name: str) -> str:
    """One card of the page, by its id."""
    found = re.search(rf'<section class="card[^"]*" id="{name}">(.*?)</section>', page, re.S)
    return found.group(1) if found else ""


def page_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def supervisor(shop: Shop) -> User:
    return shop.person("super", "supervisor")


def test_the_supervisor_sees_what_waits_for_whom(shop: Shop, supervisor: User) -> None:
    shop.stock("casting", "10", "1000.00", lot="C1")
    shop.stock("shaft", "22", "660.00")
    late, held = shop.order("10"), shop.order("5")
    planned = shop.order("3", release=False)
    shop.approve(planned)
    asked = shop.order("2", release=False)
    shop.do(services.submit_order, document_id=asked.pk)
    type(late).objects.filter(pk=late.pk).update(
        due=shop.today - timedelta(days=2), start=shop.today - timedelta(days=9)
    )
    shop.do(services.pause_orders, order_ids=[held.pk], reason="缺刀具", kind="machine")
    shop.do(services.call_help, kind="material", operation_id=shop.operation(late, 10).pk, text="没有螺栓")
    page = page_of(client_of(supervisor), TODAY)
    assert late.number in section(page, "slipping") and "2 days late" in section(page, "slipping")
    assert held.number in section(page, "held") and "缺刀具" in section(page, "held")
    assert planned.number in section(page, "releasing") and late.number not in section(page, "releasing")
    assert "没有螺栓" in section(page, "calls") and late.number in section(page, "calls")
    assert section(page, "idle").count("op10") == 1, "operations of held orders are not given out"
    assert "all in stock" in section(page, "fetching"), "the held order takes nothing from the late one"
    assert "1 running" not in section(page, "centres") and "1 ready" in section(page, "centres")
    shop.report(late, 10, "4")
    page = page_of(client_of(supervisor), TODAY)
    assert "good today 4" in re.sub(r"\s+", " ", section(page, "centres")) and "1 running" in section(page, "centres")
    assert "boss" in section(page, "people") and ">4<" in section(page, "people")


def test_orders_share_what_is_free_by_priority_and_due_date(shop: Shop) -> None:
    """12 shafts and enough castings: the first order of 5 takes 10, the second lacks 8."""
    shop.stock("casting", "20", "2000.00", lot="C1")
    shop.stock("shaft", "12", "360.00")
    first, second = shop.order("5"), shop.order("5")
    found = {one.order.pk: one for one in day.fetching(orders_visible_to(shop.boss), 30)}
    assert not found[first.pk].short
    assert [(item.code, quantity) for item, quantity in found[second.pk].short] == [("shaft", D(8))]
    type(second).objects.filter(pk=second.pk).update(priority=1)
    found = {one.order.pk: one for one in day.fetching(orders_visible_to(shop.boss), 30)}
    assert [(item.code, quantity) for item, quantity in found[first.pk].short] == [("shaft", D(8))]
    assert not found[second.pk].short


def test_the_supervisor_gives_work_out_and_answers_a_call_on_the_page(shop: Shop, supervisor: User) -> None:
    shop.stock_up()
    order = shop.order("10")
    worker = shop.person("worker", "operator")
    operation = shop.operation(order, 10)
    client = client_of(supervisor)
    form = {"operation": [operation.pk], "person": worker.pk, "machine": "L1-01", "request_id": str(uuid.uuid4())}
    assert client.post(TODAY, form).status_code == 302
    given = WorkOrderOperation.objects.get(pk=operation.pk)
    assert (given.assigned_to_id, given.machine) == (worker.pk, "L1-01")
    page = page_of(client, TODAY)
    assert "op10" not in section(page, "idle") and "L1-01" in section(page, "centres")
    refused = client.post(TODAY, {**form, "operation": ["x"], "request_id": str(uuid.uuid4())})
    assert refused.status_code == 422 and "is not a number" in refused.content.decode()
    shop.do(services.call_help, kind="help", operation_id=operation.pk)
    call = HelpCall.objects.get()
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{TODAY}"}
    done = client.post(
        f"/production/calls/{call.pk}/verb/production.take_call", {"request_id": str(uuid.uuid4())}, headers=headers
    )
    assert done["HX-Redirect"] == TODAY, "the person goes on where the button was pressed"
    assert HelpCall.objects.get().taken_by_id == supervisor.pk
    elsewhere = {"HX-Request": "true", "HX-Current-URL": f"http://testserver/production/calls/{call.pk}/"}
    done = client.post(
        f"/production/calls/{call.pk}/verb/production.solve_call",
        {"request_id": str(uuid.uuid4()), "answer": "补料"},
        headers=elsewhere,
    )
    assert done["HX-Redirect"] == f"/production/calls/{call.pk}/" and HelpCall.objects.get().answer == "补料"


def statements(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_the_supervisors_page_takes_the_same_statements_for_any_number_of_orders(shop: Shop, supervisor: User) -> None:
    def grow(count: int) -> None:
        for _ in range(count):
            first, second = shop.order("1"), shop.order("1")
            shop.do(services.pause_orders, order_ids=[second.pk], reason="x")
            shop.report(first, 10, "1")
            shop.do(services.call_help, kind="help", operation_id=shop.operation(first, 10).pk)
            shop.approve(shop.order("1", release=False))
            shop.do(services.submit_order, document_id=shop.order("1", release=False).pk)

    shop.stock_up()
    client = client_of(supervisor)
    grow(1)
    few = statements(client, TODAY)
    grow(3)
    assert statements(client, TODAY) == few <= 45


def test_each_role_has_its_own_day_on_the_home_page(shop: Shop, supervisor: User) -> None:
    assert 'href="/production/today/"' in page_of(client_of(supervisor), "/")
    engineer = shop.person("engineer", "engineer")
    home = page_of(client_of(engineer), "/")
    assert '<a class="btn btn-primary" href="/production/engineer/">' in home
    assert '<a class="btn btn-primary" href="/production/today/">' not in home
    operator = shop.person("worker", "operator")
    assert client_of(operator).get(TODAY).status_code == 403
    assert client_of(operator).get(ENGINEER).status_code == 403


# ------------------------------------------------------------------------------------------------------------ engineer
@pytest.fixture
def engineer(shop: Shop) -> User:
    return shop.person("engineer", "engineer")


def test_the_engineer_sees_changes_with_what_they_touch(shop: Shop, engineer: User) -> None:
    shop.stock_up()
    order = shop.order("5")
    shop.item("seal", "raw", "2")
    bom = Bom.objects.get(item=shop.items["pump"])
    line = structures.ChangeInput(bom.pk, "replace", shop.items["shaft"].pk, shop.items["seal"].pk)
    change = shop.do(structures.create_change, title="改密封", reason="漏油", lines=[line], effective_on=shop.today)
    other = shop.do(
        structures.create_change, title="加垫片", reason="x", effective_on=shop.today + timedelta(days=9),
        lines=[structures.ChangeInput(bom.pk, "add", None, shop.items["seal"].pk, D(1))],
    )  # fmt: skip
    each = structures.impacts_of_each([change, other])
    kinds = {one.kind for one in each[change.pk]}
    assert kinds == {"work_order", "stock"} and {one.kind for one in each[other.pk]} == {"work_order"}
    assert [one.number for one in each[change.pk] if one.kind == "work_order"] == [order.number]
    card = section(page_of(client_of(engineer), ENGINEER), "changes")
    assert change.number in card and "1 work order" in card and "stock of 1 item" in card and order.number in card
    shop.do(structures.CHANGES.submit, document_id=change.pk)
    shop.do(structures.CHANGES.approve, document_id=change.pk)
    card = section(page_of(client_of(engineer), ENGINEER), "changes")
    assert change.number not in card and other.number in card


def test_the_engineer_sees_what_is_missing_and_what_turns(shop: Shop, engineer: User) -> None:
    shop.item("frame", "semi", "0", source="make")
    shop.item("box", "semi", "0", source="make", kind="phantom")
    shop.item("old", "semi", "0", source="make", status="retired")
    assert {row.code for row in masterdata.without_bom(shop.today)} == {"frame", "box"}
    assert {row.code for row in masterdata.without_routing(shop.today)} == {"frame"}
    assert not masterdata.turning(shop.today) and not masterdata.without_times(shop.today)
    in_ten, in_forty = shop.today + timedelta(days=10), shop.today + timedelta(days=40)
    pump = shop.items["pump"]
    Bom.objects.filter(item=pump).update(valid_to=in_ten)
    Bom.objects.create(item=pump, code="V2", is_default=False, valid_from=in_ten + timedelta(days=1))
    Bom.objects.create(item=pump, code="V3", is_default=False, valid_from=in_forty)
    Routing.objects.filter(item=pump).update(valid_to=in_forty)
    assert [(one.version.code, one.begins) for one in masterdata.turning(shop.today)] == [("V1.0", False), ("V2", True)]
    RoutingOperation.objects.filter(routing__item=pump, operation_no=20).update(run_minutes=0, setup_minutes=0)
    assert [row.operation_no for row in masterdata.without_times(shop.today)] == [20]
    page = page_of(client_of(engineer), ENGINEER)
    assert "frame" in section(page, "no-bom") and "box" not in section(page, "no-routing")
    assert "V2" in section(page, "turning") and "V3" not in section(page, "turning")
    assert "no time" in section(page, "no-times")


def test_the_engineer_sees_components_at_operations_that_are_not_there(shop: Shop, engineer: User) -> None:
    """Bolts are taken when operation 99 is done: nobody ever does it. What has no routing, or a version that is over, is no fault."""
    bolt = BomLine.objects.get(bom__item=shop.items["pump"], component=shop.items["bolt"])
    assert not masterdata.at_no_operation(shop.today)
    assert "Every component" in section(page_of(client_of(engineer), ENGINEER), "at-none")
    shop.item("frame", "semi", "0", source="make")
    shop.bom("frame", bolt="1")
    BomLine.objects.filter(component=shop.items["bolt"]).update(operation_no=99)
    assert [row.pk for row in masterdata.at_no_operation(shop.today)] == [bolt.pk]
    shown = section(page_of(client_of(engineer), ENGINEER), "at-none")
    assert "bolt" in shown and "operation 99" in shown
    Bom.objects.filter(pk=bolt.bom_id).update(valid_to=shop.today - timedelta(days=1))
    assert not masterdata.at_no_operation(shop.today)


def test_the_engineer_sees_times_that_are_off_and_trouble_by_design(shop: Shop, engineer: User) -> None:
    """Turning has 30 minutes of set-up and 6 a piece; three reports of 5 pieces in 75 minutes: (225 − 30) / 15 = 13."""
    shop.stock_up()
    order = shop.order("20")
    for _ in range(3):
        shop.report(order, 10, "5", minutes="75")
    (off,) = times_off(shop.today)
    assert (off.operation_no, off.reports, off.needed) == (10, 3, D(13))
    shop.do(
        quality.create_nonconformance, item_id=shop.items["pump"].pk, quantity=D(1), defect="孔位错", cause="design"
    )
    shop.do(
        quality.create_nonconformance, item_id=shop.items["pump"].pk, quantity=D(1), defect="砂眼", cause="material"
    )
    WorkOrderOperation.objects.filter(document=order, operation_no=20).update(inspection="first")
    shop.do(services.request_first_piece, operation_id=shop.operation(order, 20).pk)
    page = page_of(client_of(engineer), ENGINEER)
    assert (
        "13" in section(page, "times") and "孔位错" in section(page, "caused") and "砂眼" not in section(page, "caused")
    )
    assert Inspection.objects.get(kind="first").number in section(page, "first-pieces")


def test_the_engineers_page_takes_the_same_statements_for_any_number_of_changes(shop: Shop, engineer: User) -> None:
    shop.stock_up()
    shop.order("1")
    bom = Bom.objects.get(item=shop.items["pump"])
    line = structures.ChangeInput(bom.pk, "quantity", shop.items["shaft"].pk, None, D(3))

    def grow(count: int) -> None:
        for n in range(count):
            shop.do(structures.create_change, title="x", reason="x", lines=[line], effective_on=shop.today)
            shop.item(f"part{n}{count}", "semi", "0", source="make")

    client = client_of(engineer)
    grow(1)
    few = statements(client, ENGINEER)
    grow(4)
    assert statements(client, ENGINEER) == few <= 30


def test_work_outside_stands_on_the_day_and_is_given_out_from_there(shop: Shop, supervisor: User) -> None:
    """What waits for a subcontractor stands there with its pieces; with an order, with who has it and when it comes back."""
    shop.stock_up()
    order = shop.order("6")
    operation = shop.operation(order, 20)
    type(operation).objects.filter(pk=operation.pk).update(is_subcontracted=True, subcontractor=shop.supplier)
    client = client_of(supervisor)
    assert 'id="outside"' not in page_of(client, TODAY), "nothing has come to it yet"
    shop.report(order, 10, "6")
    address = f"/production/operations/{operation.pk}/verb/production.create_subcontract_order"
    page = page_of(client, TODAY)
    assert "Outside operations" in page and f'hx-get="{address}"' in page and "6 个" in page
    assert client.get(address, headers={"HX-Request": "true"}).status_code == 200
    due = shop.today + timedelta(days=3)
    values = {"request_id": str(uuid.uuid4()), "partner": shop.supplier.pk, "due": due.isoformat()}
    assert client.post(address, values, headers={"HX-Request": "true"}).status_code in (200, 204, 302)
    document = SubcontractOrder.objects.get()
    assert (document.operation_id, document.quantity, document.due) == (operation.pk, 6, due)
    page = page_of(client, TODAY)
    assert (
        document.number in page
        and f'<span class="pd-date">due {due}</span>' in page
        and f'hx-get="{address}"' not in page
    )
    SubcontractOrder.objects.update(approval="approved")
    assert "back 0 of 6" in page_of(client, TODAY)


def test_made_today_is_compared_with_yesterday_at_this_time(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five yesterday at ten o'clock and three at noon: at eleven o'clock today two are beside five, at nine beside nothing."""
    shop.stock_up()
    order = shop.order("10")
    for number in (10, 20):
        shop.report(order, number, "10")
    yesterday = shop.today - timedelta(days=1)
    for pieces, hour, on in (("5", 10, yesterday), ("3", 12, yesterday), ("2", 8, shop.today)):
        receipt = shop.receive(order, pieces)
        at = timezone.make_aware(datetime.combine(on, time(hour)))
        type(receipt).objects.filter(pk=receipt.pk).update(business_date=on, created_at=at)

    def tile(hour: int) -> Figure:
        moment = timezone.make_aware(datetime.combine(shop.today, time(hour)))
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)
        (made,) = (one for one in TILES if one.key == "production_today")
        return made.value(shop.boss)

    assert (tile(11).value, tile(11).before) == (2, 5)
    assert (tile(9).value, tile(9).before, tile(9).note) == (2, 0, "")
    assert tile(13).before == 8
