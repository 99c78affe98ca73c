"""The new pages and the month's average from its page."""

import uuid
from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.test import Client

from gongfang.kernel.errors import DomainError
from gongfang.ledger import services
from gongfang.ledger.models import Period, StockMove
from gongfang.ledger.queries.cards import stock_summary
from gongfang.ledger.services import closing_faults, cost_objects_for
from gongfang.platform.identity.models import Role, RolePermission, User
from gongfang.platform.verification import run_all


@pytest.fixture
def page(store):
    client = Client()
    client.force_login(store.user)
    return lambda url: client.get(url)


def month_before(store):
    return (store.today.replace(day=1) - timedelta(days=1)).replace(day=1)


def test_each_enquiry_answers_and_exports(store, page):
    store.receive("shaft", "10", "100.00", on=store.today - timedelta(days=40))
    store.ship("shaft", "4", on=store.today - timedelta(days=3))
    for url in ("/inventory/ageing/", "/inventory/at-day/", "/inventory/ageing/?by=value", "/inventory/ageing/?q=sha"):
        answer = page(url)
        assert answer.status_code == 200 and "shaft" in answer.content.decode()
    assert "100.00" in page(f"/inventory/at-day/?day={store.today - timedelta(days=10)}").content.decode()
    sheet = page("/inventory/ageing/?export=1")
    assert sheet["Content-Disposition"].startswith("attachment") and sheet.content[:2] == b"PK"
    assert "shaft" not in page(f"/inventory/at-day/?day={store.today - timedelta(days=90)}").content.decode()


def test_whoever_may_not_see_costs_sees_no_value(store):
    store.receive("shaft", "10", "123.45")
    role = Role.objects.create(code="keeper2", name="keeper2")
    RolePermission.objects.create(role=role, permission="ledger.view_stock")
    keeper = User.objects.create(username="keeper2", name="keeper2")
    keeper.roles.add(role)
    client = Client()
    client.force_login(keeper)
    for url in ("/inventory/ageing/", "/inventory/ageing/?by=value", "/inventory/at-day/"):
        text = client.get(url).content.decode()
        assert "shaft" in text and "123.45" not in text
    assert client.get("/ledger/values/").status_code == 403


def test_the_genealogy_page_names_what_went_in(store, page):
    store.item("bar", tracking="lot")
    store.item("axle", tracking="lot", role="semi")
    store.receive("bar", "10", "100.00", lot="R1")
    order = cost_objects_for("work_order", {"WO-1": ""})["WO-1"].pk
    store.post(store.move("bar", "6", "W1", "PRODUCTION", lot="R1", cost_object_id=order))
    store.post(store.move("axle", "3", "PRODUCTION", "W1", "60.00", lot="M1", cost_object_id=order))
    text = page("/inventory/genealogy/?q=M1").content.decode()
    assert f'href="/inventory/lots/{store.lot("bar", "R1")}/"' in text and "WO-1" in text
    assert "“M9”" in page("/inventory/genealogy/?q=M9").content.decode()
    assert page(f"/inventory/card/?item={store.items['bar'].pk}&lot={store.lot('bar', 'R1')}").status_code == 200


def test_a_month_is_closed_after_its_average(store):
    store.item("part", costing_method="month_average")
    start = month_before(store)
    store.receive("part", "100", "1000.00", on=start)
    issue = store.ship("part", "60", on=start + timedelta(days=4))
    store.receive("part", "200", "2300.00", on=start + timedelta(days=9))
    period = Period.objects.get(year=start.year, month=start.month)
    assert "not_averaged" in {problem.code for problem in closing_faults(period)}
    services.start_month_average(actor=store.user, request_id=uuid.uuid4(), period_id=period.pk)
    assert store.stands_at(issue) == D("660.00") and store.worth("part") == (D(240), D("2640.00"))
    period.refresh_from_db()
    assert "not_averaged" not in {problem.code for problem in closing_faults(period)}
    services.close_period(actor=store.user, request_id=uuid.uuid4(), period_id=period.pk)
    with pytest.raises(DomainError) as refusal:
        services.start_month_average(actor=store.user, request_id=uuid.uuid4(), period_id=period.pk)
    assert refusal.value.code == "period_closed" and run_all() == []


@pytest.mark.parametrize("since", [90, 40, 12, 3, 0])
@pytest.mark.parametrize("warehouse", [None, "W1"])
def test_the_summary_is_what_the_moves_add_up_to(store, since, warehouse):
    """Reckoned from the beginning or from now, whichever is nearer; later days do not disturb it."""
    days = [store.today - timedelta(days=ago) for ago in (60, 45, 30, 14, 10, 5, 2, 1, 0)]
    for n, on in enumerate(days):
        store.receive("shaft", "10", f"{100 + n}.33", on=on, to="W1" if n % 2 else "W2")
        store.ship("shaft", "3", source="W1" if n % 2 else "W2", on=on)
    back = store.post(store.move("shaft", "4", "W1", "W2"), on=days[5])
    store.reverse(store.post(store.move("shaft", "1", "W1", "CUSTOMER"), on=days[6]))
    store.add_cost(store.receive("wheel", "2", "9.99", on=days[2]), "1.01", on=days[4])
    first, last = store.today - timedelta(days=since), store.today - timedelta(days=2)
    pk = store.warehouses["W1"].pk if warehouse else None
    if first > last:
        last = first
    expected: dict = {}
    for move in StockMove.objects.select_related("source", "target").filter(on__lte=last):
        own = [(place.warehouse_id == pk) if pk else place.area == "stock" for place in (move.source, move.target)]
        if own[0] != own[1]:
            sums = expected.setdefault(move.item_id, [D(0)] * 6)
            sign = 1 if own[1] else -1
            for place, amount in ((0, move.quantity), (1, move.value)):
                if move.on < first:
                    sums[place] += sign * amount
                else:
                    sums[place + (2 if sign > 0 else 4)] += amount
    found = {
        row.item.pk: [row.opening_quantity, row.opening_value, row.in_quantity, row.in_value, row.out_quantity, row.out_value]
        for row in stock_summary(first, last, pk)
    }  # fmt: skip
    assert back and {pk: sums for pk, sums in found.items() if any(sums)} == {
        pk: sums for pk, sums in expected.items() if any(sums)
    }
