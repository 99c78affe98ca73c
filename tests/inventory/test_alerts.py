"""Alerts: what is found, what explains it, what one click makes; on change, at night, by itself."""

from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from gongfang.inventory import services
from gongfang.inventory.models import AlertRule, StockAlert
from gongfang.inventory.rules.alerting import (
    ItemFact,
    StockFact,
    affordable,
    evaluate,
    explanation,
    order_quantity,
    without_doubles,
)
from gongfang.inventory.services import AlertRuleInput, CounterInput, CountPlanInput
from gongfang.kernel.errors import DomainError
from gongfang.masterdata.models import Item
from gongfang.platform.identity.models import DataScope, Role, User
from gongfang.platform.verification import run_all


@pytest.fixture(autouse=True)
def proven(store):
    yield
    assert run_all() == []


def refused(action, **values):
    with pytest.raises(DomainError) as refusal:
        action(**values)
    return refusal.value.codes


def planned(store, item, **values):
    Item.objects.filter(pk=store.items[item].pk).update(**values)


def kinds(**filters):
    return sorted(StockAlert.objects.exclude(state="gone").filter(**filters).values_list("kind", flat=True))


TODAY = timezone.localdate()


class Rule:
    def __init__(self, kind, quantity=None, days=None, warehouse=None, item=None, category=None):
        self.pk, self.kind, self.quantity, self.days = 1, kind, quantity, days
        self.warehouse_id, self.item_id, self.category_id, self.action, self.owner_id = (
            warehouse,
            item,
            category,
            "none",
            None,
        )


def item(**values):
    return ItemFact(**{"id": 1, "category_id": 9, "unit": "件", "source": "buy", "cost": D(2), **values})


def fact(quantity, kind="store", **values):
    return StockFact(
        **{
            "item_id": 1,
            "warehouse_id": 5,
            "kind": kind,
            "lot_id": None,
            "lot_code": "",
            "quantity": D(quantity),
            "reserved": D(0),
            **values,
        }
    )


@pytest.mark.parametrize(
    ("rule", "goods", "facts", "incoming", "expected"),
    [
        (Rule("shortage"), item(safety=D(10)), [fact(9)], 0, (9, 10, 1)),
        (Rule("shortage"), item(safety=D(10)), [fact(10)], 0, None),
        (Rule("shortage"), item(safety=D(10)), [fact(12, reserved=D(3))], 0, (9, 10, 1)),
        (Rule("shortage"), item(safety=D(10)), [fact(9), fact(50, kind="blocked")], 5, (9, 10, 0)),
        (Rule("shortage", D(3)), item(safety=D(10)), [fact(5)], 0, None),
        (Rule("reorder"), item(reorder=D(20), maximum=D(100)), [fact(20)], 0, (20, 20, 80)),
        (Rule("reorder"), item(reorder=D(20), maximum=D(100)), [fact(21)], 0, None),
        (Rule("reorder"), item(reorder=D(20), maximum=D(100)), [fact(5)], 16, None),
        (Rule("reorder"), item(reorder=D(20), lot_multiple=D(12)), [fact(5)], 0, (5, 20, 24)),
        (Rule("reorder"), item(), [fact(0)], 0, None),
        (Rule("excess"), item(maximum=D(10)), [fact(12)], 0, (12, 10, 2)),
        (Rule("excess"), item(), [fact(10**6)], 0, None),
        (Rule("expiry", days=30), item(), [fact(3, lot_id=7, expires_on=TODAY + timedelta(30))], 0, (3, 0, 3)),
        (Rule("expiry", days=30), item(), [fact(3, lot_id=7, expires_on=TODAY + timedelta(31))], 0, None),
        (Rule("expiry", days=0), item(), [fact(3, lot_id=7, expires_on=TODAY - timedelta(1))], 0, (3, 0, 3)),
        (Rule("slow", days=90), item(), [fact(3, last_on=TODAY - timedelta(90))], 0, (3, 0, 3)),
        (Rule("slow", days=90), item(), [fact(3, last_on=TODAY - timedelta(89))], 0, None),
        (Rule("frozen", days=14), item(), [fact(3, kind="blocked", last_on=TODAY - timedelta(14))], 0, (3, 0, 3)),
        (Rule("frozen", days=14), item(), [fact(3, frozen=True, last_on=TODAY - timedelta(14))], 0, (3, 0, 3)),
        (Rule("frozen", days=14), item(), [fact(3, kind="blocked", last_on=TODAY)], 0, None),
        (Rule("negative"), item(), [fact(-2)], 0, (-2, 0, 0)),
        (Rule("shortage", D(5), warehouse=6), item(), [fact(9)], 0, (0, 5, 5)),
    ],
)
def test_findings(rule, goods, facts, incoming, expected):
    found = evaluate(facts, {1: goods}, [rule], {1: D(incoming)}, {}, TODAY)
    assert [(one.quantity, one.threshold, one.proposed) for one in found] == ([] if expected is None else [expected])
    for one in found:
        template, values = explanation(one.kind, one.detail)
        assert "{" not in template.format(**values)


def test_the_most_exact_rule_counts():
    rules = [
        Rule("shortage", D(1)),
        Rule("shortage", D(2), category=9),
        Rule("shortage", D(3), item=1),
        Rule("shortage", D(99), item=2),
    ]
    for count, limit in ((4, 3), (2, 2), (1, 1)):
        (one,) = evaluate([], {1: item()}, rules[:count], {}, {}, TODAY)
        assert one.threshold == limit


@pytest.mark.parametrize(
    ("wanted", "values", "expected"),
    [("5", {}, "5"), ("0", {}, "0"), ("-3", {}, "0"), ("5", {"lot_minimum": D(10)}, "10"), ("11", {"lot_multiple": D(10)}, "20"),
     ("90", {"lot_maximum": D(50)}, "50"), ("1.2", {}, "2"), ("1.2", {"precision": 1}, "1.2")],
)  # fmt: skip
def test_order_quantity(wanted, values, expected):
    assert order_quantity(item(**values), D(wanted)) == D(expected)


def test_dead_stock_is_not_slow_besides():
    found = evaluate(
        [fact(3, last_on=TODAY - timedelta(200))], {1: item()}, [Rule("slow"), Rule("dead")], {}, {}, TODAY
    )
    assert [one.kind for one in without_doubles(found)] == ["dead"]
    assert affordable([(1, D(10), D(10)), (2, D("10.01"), D(10)), (3, D(10**6), None)]) == {1, 3}


def test_alerts_follow_every_move(store, do, django_capture_on_commit_callbacks):
    services.ensure_rules()
    planned(store, "shaft", safety_stock=D(5), reorder_point=D(8), max_stock=D(20))
    with django_capture_on_commit_callbacks(execute=True):
        store.receive("shaft", "25", "50.00")
    assert kinds(item=store.items["shaft"]) == ["excess"]
    with django_capture_on_commit_callbacks(execute=True):
        store.ship("shaft", "21")
    assert kinds(item=store.items["shaft"]) == ["reorder", "shortage"]
    alert = StockAlert.objects.get(kind="reorder", state="open")
    assert (alert.quantity, alert.threshold, alert.proposed, alert.value) == (4, 8, 16, D("32.00"))
    with translation.override("en"):
        assert alert.why == "4 个 free and 0 on its way reach the reorder point of 8: order 16."
    with translation.override("zh-hans"):
        assert "补货点" in alert.why
    with django_capture_on_commit_callbacks(execute=True):
        store.receive("shaft", "10", "20.00")
    assert (
        kinds(item=store.items["shaft"]) == []
        and StockAlert.objects.filter(state="gone", ended_at__isnull=False).count() == 3
    )


def test_one_click_makes_the_requisition(store, do):
    services.ensure_rules()
    planned(store, "shaft", reorder_point=D(8), max_stock=D(20), default_supplier=store.partners["S1"])
    store.receive("shaft", "5", "10.00")
    assert services.look() >= 1
    alert = StockAlert.objects.get(kind="reorder")
    document = do(services.act_on_alert, pk=alert.pk)
    (line,) = document.lines.all()
    assert (document.doc_type, line.item_id, line.quantity, line.supplier_id) == (
        "purchasing.requisition",
        alert.item_id,
        D(15),
        store.partners["S1"].pk,
    )
    alert.refresh_from_db()
    assert (alert.state, alert.document_number) == ("handled", document.number)
    assert refused(do, verb=services.act_on_alert, pk=alert.pk) == ["alert_over"]
    services.look()
    alert.refresh_from_db()
    assert alert.state == "handled", "it stays handled while it still holds"


def test_what_is_made_in_the_house_becomes_a_work_order(store, do):
    services.ensure_rules()
    planned(store, "pump", source="make", reorder_point=D(2))
    services.look()
    alert = StockAlert.objects.get(kind="reorder")
    assert alert.action == "make"
    document = do(services.act_on_alert, pk=alert.pk)
    assert document.doc_type == "production.order" or document.number


def test_a_transfer_fills_up_the_other_warehouse(store, do):
    w1, w2 = store.warehouses["W1"].pk, store.warehouses["W2"].pk
    rule = AlertRuleInput(
        "shortage", warehouse=w2, item=store.items["shaft"].pk, quantity=D(3), action="transfer", source_warehouse=w1
    )
    do(services.create_alert_rule, rule=rule)
    store.receive("shaft", "10", "10.00")
    services.look()
    document = do(services.act_on_alert, pk=StockAlert.objects.get(action="transfer").pk)
    do(services.approve_transfer, document_id=document.pk)
    assert store.on_hand("shaft", "W2") == 3
    services.look()
    assert kinds(action="transfer") == []


def test_dead_stock_is_scrapped_and_excess_is_offered(store, do):
    services.ensure_rules()
    planned(store, "wheel", max_stock=D(1))
    store.receive("shaft", "4", "40.00", on=store.today - timedelta(200))
    store.receive("wheel", "4", "40.00")
    services.look()
    issue = do(services.act_on_alert, pk=StockAlert.objects.get(kind="dead").pk)
    assert (issue.purpose, [line.quantity for line in issue.lines.all()]) == ("scrap", [4])
    excess = do(services.act_on_alert, pk=StockAlert.objects.get(kind="excess").pk)
    assert excess.state == "handled" and store.user.notifications.filter(title__contains="wheel").exists()


def test_putting_off_and_handing_over(store, do):
    services.ensure_rules()
    planned(store, "shaft", safety_stock=D(5))
    services.look()
    alert = StockAlert.objects.get(kind="shortage")
    tomorrow = store.today + timedelta(1)
    assert refused(do, verb=services.put_off_alert, pk=alert.pk, until=store.today, reason="x") == ["day_past"]
    assert refused(do, verb=services.put_off_alert, pk=alert.pk, until=tomorrow, reason=" ") == ["reason_needed"]
    do(services.put_off_alert, pk=alert.pk, until=tomorrow, reason="下周到货")
    services.look()
    alert.refresh_from_db()
    assert alert.state == "put_off"
    services.look(on=tomorrow)
    alert.refresh_from_db()
    assert alert.state == "open"
    other = User.objects.create(username="k2", name="k2")
    do(services.assign_alert, pk=alert.pk, owner=other.pk)
    assert other.notifications.count() == 1
    assert refused(do, verb=services.assign_alert, pk=alert.pk, owner=10**9) == ["missing"]


def test_replenishment_runs_by_itself_within_its_limit(store, do):
    for name, limit in (("shaft", D(50)), ("wheel", D(10))):
        planned(store, name, reorder_point=D(10), standard_cost=D(3))
        rule = AlertRuleInput(
            "reorder",
            item=store.items[name].pk,
            action="requisition",
            owner=store.user.pk,
            is_automatic=True,
            limit=limit,
        )
        do(services.create_alert_rule, rule=rule)
    services.look()
    assert services.replenish_automatically() == 1
    states = dict(StockAlert.objects.filter(kind="reorder").values_list("item__code", "state"))
    assert states == {"shaft": "handled", "wheel": "open"}, "33.00 is within 50, above 10"
    (document,) = do(services.replenish)
    assert [line.item.code for line in document.lines.all()] == ["wheel"]
    assert do(services.replenish) == []


def test_an_owner_who_may_not_is_told(store, do):
    planned(store, "shaft", reorder_point=D(10))
    weak = User.objects.create(username="weak", name="weak")
    weak.roles.add(Role.objects.create(code="none", name="none"))
    rule = AlertRuleInput(
        "reorder", item=store.items["shaft"].pk, action="requisition", owner=weak.pk, is_automatic=True
    )
    do(services.create_alert_rule, rule=rule)
    services.look()
    assert [row.url for row in weak.notifications.all()] == ["/inventory/alerts/?view=mine"], "of the new alert"
    assert services.replenish_automatically() == 0
    assert weak.notifications.exclude(url="/inventory/alerts/?view=mine").count() == 1
    assert kinds(state="open", kind="reorder") == ["reorder"]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"category": 1, "item": 1}, "item_or_category"), ({"quantity": D(-1)}, "limit_negative"), ({"limit": D("-0.01")}, "limit_negative"),
        ({"action": "transfer"}, "source_missing"), ({"action": "transfer", "source_warehouse": 1}, "target_missing"),
        ({"action": "transfer", "source_warehouse": 1, "warehouse": 1}, "target_missing"), ({"is_automatic": True, "action": "scrap", "owner": 1}, "not_automatic"),
        ({"is_automatic": True, "action": "requisition"}, "owner_missing"), ({}, "rule_twice"),
    ],
)  # fmt: skip
def test_faulty_rules_are_refused(store, do, values, code):
    assert code in refused(do, verb=services.create_alert_rule, rule=AlertRuleInput("shortage", **values))


def test_the_statements_of_a_look_do_not_grow(store):
    services.ensure_rules()
    services.look()
    counts = {}
    for size in (5, 60):
        chosen = [store.item(f"l{size}-{n}", safety_stock=D(1)).pk for n in range(size)]
        with CaptureQueriesContext(connection) as seen:
            assert services.look(chosen) == size
        counts[size] = len(seen)
    assert counts[5] == counts[60] <= 14, counts


def test_at_night_the_stock_is_judged_and_counts_are_made(store, do):
    planned(store, "shaft", safety_stock=D(5))
    store.receive("wheel", "1", "1.00")
    plan = CountPlanInput("P", store.warehouses["W1"].pk, people=[CounterInput(store.user.pk)], next_on=store.today)
    do(services.create_count_plan, plan=plan)
    assert services.nightly(actor=store.user, now=timezone.now()) == "1 alerts, 0 documents, 1 counts"
    assert services.nightly(actor=store.user, now=timezone.now()) == "0 alerts, 0 documents, 0 counts"
    assert AlertRule.objects.count() == 8


def test_a_keeper_sees_the_alerts_of_their_warehouse(store, do):
    from gongfang.inventory.queries import alerts_visible_to

    for code in ("W1", "W2"):
        rule = AlertRuleInput(
            "shortage", warehouse=store.warehouses[code].pk, item=store.items["shaft"].pk, quantity=D(1)
        )
        do(services.create_alert_rule, rule=rule)
    services.look()
    DataScope.objects.create(user=store.user, kind="warehouse", code="W1")
    assert [row.warehouse.code for row in alerts_visible_to(User.objects.get(pk=store.user.pk))] == ["W1"]
