"""Approved lists, certificates, blocks that say why, corrective requests, second sources."""

from datetime import timedelta
from typing import Any

import pytest

from gongfang.kernel.errors import DomainError
from gongfang.platform.documents.links import targets
from gongfang.platform.settings.models import Setting
from gongfang.purchasing import queries
from gongfang.purchasing import services as purchasing
from gongfang.purchasing.models import Certificate
from gongfang.purchasing.services import NewPurchase
from gongfang.quality import services as quality
from gongfang.quality.models import Nonconformance
from gongfang.quality.queries import waiting
from tests.trading import D, Trade


def refusal(act: Any) -> tuple[str, str]:
    with pytest.raises(DomainError) as refused:
        act()
    return refused.value.code, str(refused.value.problems[0])


def test_a_blocked_supplier_is_refused_with_the_reason(trade: Trade) -> None:
    draft = trade.order(approved=False, shaft=1)
    block = trade.do(purchasing.block_supplier, supplier_id=trade.partners["S1"].pk, reason="三批连续不合格")
    for act in (
        lambda: trade.order(shaft=1),
        lambda: trade.do(purchasing.approve_order, document_id=draft.pk),
        lambda: purchasing.create_orders(trade.boss, [NewPurchase(trade.items["shaft"].pk, D(1), trade.today, trade.partners["S1"].pk)]),
    ):  # fmt: skip
        code, words = refusal(act)
        assert code == "supplier_blocked" and "三批连续不合格" in words and str(trade.today) in words
    assert trade.order("S2", shaft=1).approval == "approved"
    assert refusal(lambda: trade.do(purchasing.block_supplier, supplier_id=block.supplier_id, reason="x"))[0] == "blocked_already"  # fmt: skip
    assert refusal(lambda: trade.do(purchasing.lift_block, block_id=block.pk, reason=" "))[0] == "reason_missing"
    trade.do(purchasing.lift_block, block_id=block.pk, reason="整改有效")
    assert trade.order(shaft=1).approval == "approved"
    assert refusal(lambda: trade.do(purchasing.lift_block, block_id=block.pk, reason="x"))[0] == "lifted"


@pytest.mark.parametrize(("mode", "code"), [("forbid", "certificate_expired"), ("off", "")])
def test_an_expired_certificate_stops_orders_as_the_company_says(trade: Trade, mode: str, code: str) -> None:
    Setting.objects.create(key="purchasing.certificates", value=mode)
    pk = trade.partners["S1"].pk
    trade.do(purchasing.create_certificate, supplier_id=pk, title="ISO 9001", expires_on=trade.today - timedelta(1), is_needed=True)  # fmt: skip
    if code:
        found, words = refusal(lambda: trade.order(shaft=1))
        assert found == code and "ISO 9001" in words
        trade.do(purchasing.create_certificate, supplier_id=pk, title="ISO 9001", expires_on=trade.today, is_needed=True)  # fmt: skip
        assert Certificate.objects.filter(is_replaced=True).count() == 1
    assert trade.order(shaft=1).approval == "approved"  # valid to the end of its last day
    assert len(queries.expiring_certificates(trade.today)) == 1


@pytest.mark.parametrize(
    ("values", "code"),
    [({"title": " "}, "title_missing"), ({"supplier_id": 10**6}, "supplier_unknown"), ({"issued_on": 1}, "dates_reversed")],
)  # fmt: skip
def test_bad_certificates(trade: Trade, values: dict[str, Any], code: str) -> None:
    values = {"supplier_id": trade.partners["S1"].pk, "title": "ISO", "expires_on": trade.today, **values}
    if "issued_on" in values:
        values["issued_on"] = trade.today + timedelta(1)
    assert refusal(lambda: trade.do(purchasing.create_certificate, **values))[0] == code


@pytest.mark.parametrize(
    ("supplier", "status", "days", "code"),
    [("S1", "approved", None, ""), ("S1", "trial", 0, ""), ("S1", "approved", -1, "approval_over"), ("S1", "suspended", None, "suspended"), ("S2", "", None, "not_qualified")],
)  # fmt: skip
def test_the_approved_list_of_an_item(trade: Trade, supplier: str, status: str, days: int | None, code: str) -> None:
    trade.do(
        purchasing.create_approved_supplier, supplier_id=trade.partners["S1"].pk, item_id=trade.items["shaft"].pk, status=status or "approved",
        valid_to=None if days is None else trade.today + timedelta(days), remark="尺寸不稳",
    )  # fmt: skip
    if code:
        found, words = refusal(lambda: trade.order(supplier, shaft=1, wheel=1))
        assert found == code and "shaft" in words
        Setting.objects.create(key="purchasing.approved_list", value="off")
    assert trade.order(supplier, shaft=1, wheel=1).approval == "approved"


def test_bad_approvals(trade: Trade) -> None:
    good = {"supplier_id": trade.partners["S1"].pk, "item_id": trade.items["shaft"].pk}
    row = trade.do(purchasing.create_approved_supplier, **good)
    for values, code in (
        (good, "listed"),
        (good | {"supplier_id": trade.partners["C1"].pk}, "supplier_unknown"),
        (good | {"item_id": 10**6}, "item_unknown"),
        (good | {"status": "maybe"}, "bad_status"),
    ):
        assert refusal(lambda: trade.do(purchasing.create_approved_supplier, **values))[0] == code  # noqa: B023
    assert refusal(lambda: trade.do(purchasing.change_approved_supplier, approved_id=row.pk, status="suspended"))[0] == "reason_missing"  # fmt: skip


def test_a_corrective_request_from_problem_to_effect(trade: Trade) -> None:
    ask = {"supplier_id": trade.partners["S1"].pk, "problem": "孔径偏大 0.2", "item_id": trade.items["shaft"].pk, "quantity": D(12)}  # fmt: skip
    for values, code in (
        (ask | {"problem": ""}, "problem_missing"),
        (ask | {"supplier_id": 10**6}, "supplier_unknown"),
        (ask | {"quantity": D(0)}, "bad_quantity"),
    ):
        assert refusal(lambda: trade.do(purchasing.create_corrective, **values))[0] == code  # noqa: B023
    row = trade.do(purchasing.create_corrective, **ask)
    answer = {"corrective_id": row.pk, "root_cause": "刀具磨损", "action": "每 200 件换刀"}
    assert row.due_date == trade.today + timedelta(7)
    assert refusal(lambda: trade.do(purchasing.answer_corrective, **answer))[0] == "not_now"
    trade.do(purchasing.CORRECTIVE.approve, document_id=row.pk)
    assert refusal(lambda: trade.do(purchasing.answer_corrective, **answer | {"action": " "}))[0] == "answer_missing"
    assert refusal(lambda: trade.do(purchasing.verify_corrective, corrective_id=row.pk, is_effective=True))[0] == "not_now"  # fmt: skip
    trade.do(purchasing.answer_corrective, **answer)
    again = trade.do(purchasing.verify_corrective, corrective_id=row.pk, is_effective=False)
    assert (again.execution, again.answered_on) == ("open", None)
    trade.do(purchasing.answer_corrective, **answer)
    assert trade.do(purchasing.verify_corrective, corrective_id=row.pk, is_effective=True).execution == "done"


def test_second_sources_are_advised_where_one_supplier_has_it_all(trade: Trade) -> None:
    trade.receive(trade.order(shaft=(10, "100")))
    trade.receive(trade.order(wheel=5))
    trade.receive(trade.order("S2", wheel=5))
    trade.agree("S2", "shaft", "90")
    advice = queries.single_sources(trade.today - timedelta(365), trade.today)
    assert [(row.item.code, row.supplier.code, row.amount, [one.code for one in row.others]) for row in advice] == [
        ("shaft", "S1", D("1000.00"), ["S2"])
    ]
    with trade.counted() as statements:
        queries.single_sources(trade.today - timedelta(365), trade.today)
    assert statements[0] <= 5


def test_a_supplier_is_asked_from_the_inspection_or_the_report_that_found_it(trade: Trade) -> None:
    trade.receive(trade.order(seal=100))
    found = waiting().get()
    trade.do(quality.decide_inspection, inspection_id=found.pk, accepted_quantity=D(94), rejected_quantity=D(6))
    found.refresh_from_db()
    report = Nonconformance.objects.get()
    asked = trade.do(purchasing.correct_inspection, inspection_id=found.pk)
    assert (asked.supplier.code, asked.item.code, asked.quantity, asked.reference) == ("S1", "seal", D(6), found.number)
    assert (asked.doc_type, asked.pk) in targets(found)
    assert refusal(lambda: trade.do(purchasing.correct_inspection, inspection_id=found.pk))[0] == "asked_already"
    about = trade.do(
        purchasing.correct_nonconformance, nonconformance_id=report.pk, due_date=trade.today + timedelta(3)
    )
    assert (about.reference, about.due_date, about.quantity) == (report.number, trade.today + timedelta(3), D(6))
    assert report.defect in about.problem
    by_hand = trade.do(quality.create_nonconformance, item_id=trade.items["seal"].pk, quantity=D(1), defect="裂")
    assert (
        refusal(lambda: trade.do(purchasing.correct_nonconformance, nonconformance_id=by_hand.pk))[0] == "no_supplier"
    )
    trade.do(purchasing.CORRECTIVE.void, document_id=about.pk)
    assert trade.do(purchasing.correct_nonconformance, nonconformance_id=report.pk).pk != about.pk
