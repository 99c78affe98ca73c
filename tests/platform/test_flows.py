"""Approval flows as data: what is refused when one is saved, everybody of a role asked, conditions on amounts."""

import uuid
from decimal import Decimal as D

import pytest

from gongfang.kernel.errors import DomainError
from gongfang.platform.approvals.queries import to_decide
from gongfang.platform.approvals.services import StepInput, save_flow
from gongfang.platform.identity.services import create_user, register_first_admin
from gongfang.platform.models import ApprovalFlow, ApprovalTask, User
from gongfang.sales import services as sales
from tests.trading import Trade


@pytest.fixture
def trade(db) -> Trade:
    return Trade()


def flow(actor: User, **values):
    given = {"doc_type": "sales.order", "name": "大额", "steps": [StepInput(10, "owner")], **values}
    return save_flow(actor=actor, request_id=uuid.uuid4(), **given)


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"field": "total_amountt", "op": ">=", "value": "1"}, "field"),
        ({"field": "customer__nothing", "op": "==", "value": "C1"}, "field"),
        ({"field": "total_amount__x", "op": "==", "value": "1"}, "field"),
        ({"field": "total_amount", "op": "~", "value": "1"}, "op"),
        ({"field": "total_amount", "op": ">=", "value": ""}, "value"),
        ({"field": "total_amount", "op": ">=", "value": "viel"}, "value"),
        ({"field": "total_amount", "op": ">=", "value": "NaN"}, "value"),
        ({"steps": []}, "steps"),
        ({"steps": [StepInput(10)]}, "steps.0.role"),
    ],
)
def test_a_flow_that_could_never_work_is_refused(trade, values, where):
    before = ApprovalFlow.objects.count()
    with pytest.raises(DomainError) as refusal:
        flow(trade.boss, **values)
    assert [problem.where for problem in refusal.value.problems] == [where]
    assert ApprovalFlow.objects.count() == before


@pytest.mark.parametrize(("amount", "asked"), [("999.99", False), ("1000", True), ("1000.01", True)])
def test_the_condition_decides(trade, amount, asked):
    flow(trade.boss, field="net_amount", op=">=", value="1000")
    order = trade.sell(approved=False, pump=(1, amount))
    trade.do(sales.submit_order, document_id=order.pk)
    order.refresh_from_db()
    assert order.net_amount == D(amount)
    assert ApprovalTask.objects.exists() == asked


def test_everybody_of_a_role_is_asked(db):
    admin = register_first_admin(
        actor=None, request_id=uuid.uuid4(), username="admin", name="管理员", password="Gongfang-2026"
    )
    people = [
        create_user(actor=admin, request_id=uuid.uuid4(), username=name, name=name, password="Gongfang-2026", roles=["owner"])
        for name in ("anna", "bert")
    ]  # fmt: skip
    from gongfang.platform.models import Role

    Role.objects.filter(code="admin").update(code="root")  # Trade brings its own
    trade = Trade()
    flow(admin, steps=[StepInput(10, "owner", needs_all=True)])
    order = trade.sell(approved=False, pump=1)
    trade.do(sales.submit_order, document_id=order.pk)
    assert [to_decide(person).count() for person in people] == [1, 1]
    for person, state in zip(people, ("submitted", "approved"), strict=True):
        person = User.objects.get(pk=person.pk)
        sales.approve_order(actor=person, request_id=uuid.uuid4(), document_id=order.pk)
        order.refresh_from_db()
        assert (order.approval, to_decide(person).count()) == (state, 0)
