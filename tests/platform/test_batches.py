"""Many documents in one verb: all or none, step by step through their flows, with the statements of one."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongfang.kernel.errors import DomainError
from gongfang.platform.approvals.models import ApprovalTask
from gongfang.platform.audit.models import AuditRow
from gongfang.production import services as production
from gongfang.production.models import WorkOrder
from gongfang.sales import services as sales
from gongfang.sales.models import SalesOrder
from tests.production.shop import Shop
from tests.trading import Trade


@pytest.fixture
def trade(db) -> Trade:
    return Trade()


def drafts(trade: Trade, count: int) -> list[int]:
    return [trade.sell(approved=False, pump=(1, "100")).pk for _ in range(count)]


def states(model, pks) -> set[str]:
    return set(model.objects.filter(pk__in=pks).values_list("approval", flat=True))


def test_several_are_approved_in_one_audit_row_and_come_back_in_order(trade):
    pks = drafts(trade, 3)
    rows = AuditRow.objects.count()
    approved = trade.do(sales.approve_order, document_ids=[*reversed(pks)])
    assert [order.pk for order in approved] == pks and states(SalesOrder, pks) == {"approved"}
    assert AuditRow.objects.count() == rows + 1
    assert {change["id"] for change in AuditRow.objects.latest("id").changes} == set(pks)
    assert trade.proven() == []


@pytest.mark.parametrize("spoil", ["void", "gone"])
def test_one_that_cannot_refuses_all_and_is_named(trade, spoil):
    pks = drafts(trade, 3)
    number = SalesOrder.objects.get(pk=pks[1]).number
    if spoil == "void":
        trade.do(sales.void_order, document_id=pks[1])
    else:
        pks.append(987654)
    with pytest.raises(DomainError) as refusal:
        trade.do(sales.submit_order, document_ids=pks)
    assert len(refusal.value.problems) == 1
    assert (number if spoil == "void" else "987654") in str(refusal.value.problems[0])
    assert states(SalesOrder, [pks[0], pks[2]]) == {"draft"}


def test_nothing_chosen_is_refused(trade):
    with pytest.raises(DomainError) as refusal:
        trade.do(sales.approve_order, document_ids=[])
    assert refusal.value.codes == ["none_chosen"]


def test_a_flow_of_three_steps_costs_the_same_statements_for_2_and_20(db):
    shop = Shop()

    def life(count: int) -> list[int]:
        pks = [shop.order("2", release=False).pk for _ in range(count)]
        found = []
        for verb in [production.submit_order, *[production.approve_order] * 3]:
            with CaptureQueriesContext(connection) as statements:
                shop.do(verb, document_ids=pks)
            found.append(len(statements))
            asked = ApprovalTask.objects.filter(document_id__in=pks, state="pending")
            assert asked.count() in (0, count)
        assert states(WorkOrder, pks) == {"approved"}
        assert ApprovalTask.objects.filter(document_id__in=pks, state="approved").count() == 3 * count
        return found

    assert life(2) == life(20)
    assert max(life(3)) <= 15
