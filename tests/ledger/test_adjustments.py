"""Costs that come after the goods, as a document: spread, asked, posted, taken back."""

import uuid
from datetime import timedelta
from decimal import Decimal as D

import pytest

from gongfang.kernel.errors import DomainError, Kind
from gongfang.ledger import services
from gongfang.ledger.models import StockMove, ValueAdjustment
from gongfang.ledger.services import AdjustmentLineInput
from gongfang.platform.identity.models import Role, RolePermission, User
from gongfang.platform.verbs import verb
from gongfang.platform.verification import run_all


def do(store, verb, **values):
    return verb(actor=store.user, request_id=uuid.uuid4(), **values)


def receipts(store, **values):
    """Three pieces at 1.00, 2.00 and 7.00 (item code → value), five days ago."""
    posting = store.post(
        *(store.move(code, "1", "SUPPLIER", "W1", value) for code, value in values.items()),
        on=store.today - timedelta(days=5),
    )
    return list(posting.moves.order_by("line_no"))


def freight(store, amount, moves, **values):
    lines = [AdjustmentLineInput(move.pk) for move in moves]
    return do(
        store,
        services.create_value_adjustment,
        amount=D(amount),
        lines=lines,
        partner=store.partners["S1"].pk,
        **values,
    )


@pytest.mark.parametrize(
    ("basis", "shares"),
    [("value", ["1.00", "2.00", "7.00"]), ("quantity", ["3.33", "3.33", "3.34"]), ("weight", ["5.00", "2.50", "2.50"])],
)
def test_shares_add_up_to_the_cent(store, basis, shares):
    moves = receipts(store, shaft="1.00", wheel="2.00", pump="7.00")
    document = freight(store, "10.00", moves, basis=basis)
    if basis == "weight":
        lines = [AdjustmentLineInput(move.pk, weight=D(w)) for move, w in zip(moves, ("2", "1", "1"), strict=True)]
        values = {"document_id": document.pk, "amount": D("10.00"), "partner": store.partners["S1"].pk}
        do(store, services.edit_value_adjustment, lines=lines, basis="weight", **values)
    assert [line.amount for line in document.lines.all()] == [D(share) for share in shares]
    do(store, services.approve_value_adjustment, document_id=document.pk)
    assert store.worth("wheel") == (D(1), D("2.00") + D(shares[1])) and store.books()["220201"] == D("-10.00")
    assert run_all() == []


def test_what_is_gone_takes_its_share_after_asking(store):
    (receipt,) = receipts(store, shaft="130.00")
    store.ship("shaft", "1", on=store.today - timedelta(days=3))
    document = freight(store, "15.00", [receipt])
    with pytest.raises(DomainError) as question:
        do(store, services.approve_value_adjustment, document_id=document.pk, confirm=frozenset())
    assert question.value.kind == Kind.CONFIRM and set(question.value.codes) == {"recost"}
    assert [problem.data["amount"] for problem in question.value.problems] == ["15.00", "15.00"]
    assert ValueAdjustment.objects.get().approval == "draft" and not StockMove.objects.filter(kind="added").exists()
    do(store, services.approve_value_adjustment, document_id=document.pk, confirm=frozenset({"recost"}))
    assert store.books()["540101"] == D("145.00") and run_all() == []
    do(store, services.unapprove_value_adjustment, document_id=document.pk)
    assert store.books()["540101"] == D("130.00") and "220201" not in store.books() and run_all() == []


@pytest.mark.parametrize(
    ("change", "code"),
    [({"amount": "0"}, "amount_needed"), ({"partner": None}, "partner_needed"), ({"basis": "weight"}, "weight_needed"), ({"basis": "manual"}, "shares_differ")],
)  # fmt: skip
def test_what_is_missing_is_named(store, change, code):
    (receipt,) = receipts(store, shaft="130.00")
    values = {"amount": "15.00", "partner": store.partners["S1"].pk, "basis": "value", **change}
    lines = [AdjustmentLineInput(receipt.pk)]
    document = do(store, services.create_value_adjustment, lines=lines, **{**values, "amount": D(values["amount"])})
    with pytest.raises(DomainError) as refusal:
        do(store, services.approve_value_adjustment, document_id=document.pk)
    assert code in refusal.value.codes


def test_cost_goes_on_receipts_only(store):
    receipts(store, shaft="130.00")
    issue = store.ship("shaft", "1").moves.get()
    document = freight(store, "15.00", [issue])
    with pytest.raises(DomainError) as refusal:
        do(store, services.approve_value_adjustment, document_id=document.pk)
    assert refusal.value.code == "not_a_receipt"


def test_whoever_may_not_see_costs_is_asked_without_amounts(store):
    store.receive("shaft", "1", "10.00", on=store.today - timedelta(days=3))
    store.ship("shaft", "1", on=store.today - timedelta(days=1))
    role = Role.objects.create(code="blind", name="blind")
    RolePermission.objects.create(role=role, permission="tests.late")
    blind = User.objects.create(username="blind", name="blind")
    blind.roles.add(role)
    with pytest.raises(DomainError) as question:
        late(actor=blind, request_id=uuid.uuid4(), confirm=frozenset(), store=store)
    assert question.value.kind == Kind.CONFIRM
    assert all("amount" not in problem.data for problem in question.value.problems)
    late(actor=blind, request_id=uuid.uuid4(), confirm=frozenset({"recost"}), store=store)
    assert store.worth("shaft") == (D(1), D("15.00"))


@verb("tests.late", "Late")
def late(*, actor, request_id, store):
    """A receipt before what is there."""
    move = store.move("shaft", "1", "SUPPLIER", "W1", "20.00")
    services.post(
        actor=actor, reason="late", source=None, on=store.today - timedelta(days=4), moves=[move],
        partner_id=store.partners["S1"].pk,
    )  # fmt: skip
