"""Somebody is away: who sees and decides their approvals, with which rights, and what the history tells; reminders of late steps."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gongfang.kernel.errors import DomainError
from gongfang.platform.approvals.queries import decisions_on, to_decide
from gongfang.platform.approvals.reminding import ESCALATE_HOURS, REMIND_HOURS, remind_approvals
from gongfang.platform.approvals.services import StepInput, save_flow
from gongfang.platform.approvals.substituting import delegate, delegate_others, end_delegation
from gongfang.platform.models import ApprovalFlow, ApprovalTask, Delegation, Notification, User
from gongfang.platform.settings.services import SELF_APPROVAL, change_setting
from gongfang.purchasing import services as purchasing
from gongfang.sales import services as sales
from tests.trading import Trade


@pytest.fixture
def trade(db) -> Trade:
    trade = Trade()
    trade.owner, trade.buyer, trade.keeper, trade.seller = (
        trade.user(role) for role in ("owner", "buyer", "keeper", "sales")
    )
    trade.do(save_flow, doc_type="sales.order", name="大额", steps=[StepInput(10, "owner")])
    return trade


def again(user: User) -> User:
    """The person as a new request reads them."""
    return User.objects.get(pk=user.pk)


def away(trade: Trade, substitute: User, *, by: User | None = None, first: int = 0, last: int = 3) -> Delegation:
    return delegate(
        actor=by or trade.owner, request_id=uuid.uuid4(), substitute_id=substitute.pk,
        first_on=trade.today + timedelta(first), last_on=trade.today + timedelta(last), reason="出差",
    )  # fmt: skip


def submitted(trade: Trade):
    order = trade.sell(approved=False, pump=1)
    return sales.submit_order(actor=again(trade.seller), request_id=uuid.uuid4(), document_id=order.pk)


def approve(order, actor: User):
    return sales.approve_order(actor=again(actor), request_id=uuid.uuid4(), document_id=order.pk)


def refused(act, *args, **values) -> str:
    with pytest.raises(DomainError) as refusal:
        act(*args, **values)
    return refusal.value.code


def test_the_substitute_sees_and_decides_and_the_history_tells_for_whom(trade):
    order = submitted(trade)
    assert refused(approve, order, trade.keeper) == "forbidden"
    assert not to_decide(again(trade.keeper)).exists()
    away(trade, trade.keeper)
    assert [task.number for task in to_decide(again(trade.keeper))] == [order.number]
    assert approve(order, trade.keeper).approval == "approved"
    [(task, asked)] = decisions_on(order)
    assert (asked, task.decided_by, task.decided_for) == ("老板", trade.keeper, trade.owner)
    assert Notification.objects.filter(user=trade.keeper, title__contains=str(trade.owner)).exists()


def test_the_owner_decides_as_themselves_meanwhile(trade):
    away(trade, trade.keeper)
    order = submitted(trade)
    approve(order, trade.owner)
    [(task, _asked)] = decisions_on(order)
    assert (task.decided_by, task.decided_for) == (trade.owner, None)


@pytest.mark.parametrize(("first", "last"), [(1, 3), (-3, -1)])
def test_only_within_the_period(trade, first, last):
    order = submitted(trade)
    away(trade, trade.keeper)
    Delegation.objects.update(first_on=trade.today + timedelta(first), last_on=trade.today + timedelta(last))
    assert refused(approve, order, trade.keeper) == "forbidden"
    assert not to_decide(again(trade.keeper)).exists()


def test_what_is_lent_is_deciding_and_no_figures(trade):
    away(trade, trade.keeper)
    keeper = again(trade.keeper)
    for lent in ("sales.approve_order", "sales.reject_order", "sales.view_orders"):
        assert keeper.may(lent), lent
    for kept in ("see.price", "see.pay", "sales.void_order", "sales.create_order"):
        assert not keeper.may(kept), kept
    trade.owner.roles.clear()  # what the lender loses is lent no longer
    assert not again(trade.keeper).may("sales.approve_order")


def test_it_ends_when_the_person_is_back_and_is_not_handed_on(trade):
    order = submitted(trade)
    row = away(trade, trade.keeper)
    away(trade, trade.buyer, by=again(trade.keeper))
    assert refused(approve, order, trade.buyer) == "forbidden"
    assert refused(end_delegation, actor=trade.buyer, request_id=uuid.uuid4(), delegation_id=row.pk) == "not_yours"
    end_delegation(actor=trade.owner, request_id=uuid.uuid4(), delegation_id=row.pk)
    assert refused(approve, order, trade.keeper) == "forbidden"


def test_nobody_approves_what_the_person_away_made(trade):
    trade.do(change_setting, key=SELF_APPROVAL, value=False)
    away(trade, trade.keeper)
    order = trade.sell(approved=False, pump=1)
    type(order).objects.update(created_by=trade.owner)
    sales.submit_order(actor=again(trade.seller), request_id=uuid.uuid4(), document_id=order.pk)
    with pytest.raises(DomainError) as error:
        approve(order, trade.keeper)
    assert error.value.problems[0].data["asked"] == "老板"  # the role in words, not its code
    order.refresh_from_db()
    assert order.approval == "submitted"


@pytest.mark.parametrize(
    ("first", "last", "who", "code"),
    [
        (0, 3, "owner", "own_substitute"),
        (3, 2, "keeper", "period_backwards"),
        (-5, -1, "keeper", "period_past"),
        (0, 400, "keeper", "period_long"),
    ],
)
def test_what_cannot_be_named(trade, first, last, who, code):
    assert refused(away, trade, getattr(trade, who), first=first, last=last) == code
    assert not Delegation.objects.exists()


def test_one_substitute_at_a_time(trade):
    away(trade, trade.keeper, last=3)
    assert refused(away, trade, trade.buyer, first=3, last=5) == "substitute_clash"
    assert away(trade, trade.buyer, first=4, last=5).substitute == trade.buyer


def test_an_administrator_names_for_others_and_nobody_else(trade):
    values = {
        "user_id": trade.owner.pk,
        "substitute_id": trade.keeper.pk,
        "first_on": trade.today,
        "last_on": trade.today,
    }
    assert refused(delegate_others, actor=trade.buyer, request_id=uuid.uuid4(), **values) == "forbidden"
    assert refused(delegate, actor=trade.buyer, request_id=uuid.uuid4(), **values) == "not_yours"
    row = trade.do(delegate_others, **values)
    assert (row.user, row.made_by) == (trade.owner, trade.boss)
    assert set(Notification.objects.values_list("user", flat=True)) == {trade.owner.pk, trade.keeper.pk}


# ---- reminders


def remind(trade: Trade, hours: float) -> set[tuple[str, str]]:
    """Who was told what of, some hours later."""
    Notification.objects.all().delete()
    remind_approvals(actor=trade.boss, now=timezone.now() + timedelta(hours=hours))
    return set(Notification.objects.values_list("user__username", "text"))


def test_somebody_who_left_names_and_ends_nothing(trade):
    row = away(trade, trade.seller)
    trade.owner.is_active = False
    assert refused(away, trade, trade.buyer) == "not_yours"
    assert refused(end_delegation, actor=trade.owner, request_id=uuid.uuid4(), delegation_id=row.pk) == "not_yours"


def test_late_steps_are_told_once_to_who_is_asked_then_to_the_administrator(trade):
    away(trade, trade.keeper, last=9)
    order = submitted(trade)
    assert remind(trade, 23.9) == set()
    assert remind(trade, 24.1) == {("owner", order.number), ("keeper", order.number)}
    assert remind(trade, 25) == set()
    ((admin, text),) = remind(trade, 48.1)
    assert admin == "boss"
    assert text.startswith(order.number)
    assert remind(trade, 90) == set()


def test_a_later_step_waits_from_the_decision_before_it(trade):
    ApprovalFlow.objects.all().delete()
    trade.do(
        save_flow, doc_type="sales.order", name="两级", steps=[StepInput(10, "owner"), StepInput(20, "accountant")]
    )
    accountant = trade.user("accountant")
    order = submitted(trade)
    approve(order, trade.owner)
    now = timezone.now()
    ApprovalTask.objects.update(created_at=now - timedelta(hours=30))
    ApprovalTask.objects.filter(role="owner").update(decided_at=now - timedelta(hours=10))
    assert remind(trade, 0) == set()
    assert remind(trade, 15) == {(accountant.username, order.number)}


def test_hours_of_none_mean_never(trade):
    for key in (REMIND_HOURS, ESCALATE_HOURS):
        trade.do(change_setting, key=key, value=0)
    submitted(trade)
    assert remind(trade, 1000) == set()


def test_the_statements_of_reminding_do_not_grow(trade):
    def counted() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert remind(trade, 50)
        return len(caught)

    submitted(trade)
    few = counted()
    for _ in range(4):
        submitted(trade)
    assert counted() == few


# ---- conditions, and the flows that purchase orders ship with


@pytest.mark.parametrize(
    ("field", "op", "value", "fits"),
    [
        ("lines__item__category__code", "==", "finished", True),
        ("lines__item__category__code", "==", "raw", False),
        ("lines__item__category__code", "==", "top", True),  # the category above
        ("lines__item__category__code", "!=", "finished", False),
        ("lines__item__category__code", "in", "raw, finished", True),
        ("warehouse__plant__code", "==", "P1", True),
        ("warehouse__plant__code", "in", "P10，P2", False),
        ("customer__code", "in", "C10,C2", False),
        ("customer__code", "in", "C2, C1", True),
        ("created_by__roles__code", "==", "sales", True),
        ("created_by__roles__code", "==", "buyer", False),
        ("net_amount", "in", "100,200", False),
    ],
)
def test_what_a_flow_asks(trade, field, op, value, fits):
    ApprovalFlow.objects.all().delete()
    top = type(trade.categories["raw"]).objects.create(code="top", name="top", inventory_role="finished")
    type(top).objects.filter(code="finished").update(parent=top)
    trade.do(
        save_flow, doc_type="sales.order", name="条件", steps=[StepInput(10, "owner")], field=field, op=op, value=value
    )
    order = trade.sell(approved=False, pump=(3, 10))
    type(order).objects.update(created_by=trade.seller)
    trade.do(sales.submit_order, document_id=order.pk)
    assert ApprovalTask.objects.exists() == fits


def test_both_conditions_must_hold(trade):
    ApprovalFlow.objects.all().delete()
    trade.do(
        save_flow, doc_type="sales.order", name="两个条件", steps=[StepInput(10, "owner")], field="net_amount", op=">=", value="100",
        field_2="customer__code", op_2="==", value_2="C1",
    )  # fmt: skip
    for customer, price, asked in (("C1", 99, 0), ("C2", 100, 0), ("C1", 100, 1)):
        order = trade.sell(customer, approved=False, pump=(1, price))
        trade.do(sales.submit_order, document_id=order.pk)
        assert ApprovalTask.objects.filter(document_id=order.pk).count() == asked


def test_purchase_orders_ship_with_flows_that_are_switched_off(trade):
    flows = ApprovalFlow.objects.filter(doc_type="purchasing.order")
    assert {flow.is_active for flow in flows} == {False}
    assert trade.order(shaft=1).approval == "approved"
    from gongfang.platform.approvals.services import switch_flow

    for flow in flows:
        trade.do(switch_flow, flow_id=flow.pk)
    for price, roles in (
        ("44247", ["buyer"]),
        ("44248", ["buyer", "owner"]),
    ):  # with 13 % tax, 50,000 lies between them
        order = trade.order(approved=False, shaft=(1, price))
        trade.do(purchasing.submit_order, document_id=order.pk)
        assert [task.role for task, _asked in decisions_on(order)] == roles, order.total_amount
