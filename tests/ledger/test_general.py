"""Vouchers by hand, month close, statements."""

import uuid
from datetime import date
from decimal import Decimal as D

import pytest

from gongfang.kernel.errors import DomainError
from gongfang.ledger import queries, services
from gongfang.ledger.models import Account, Period, Voucher
from gongfang.ledger.rules.chart import ROLES, small_enterprise_chart
from gongfang.ledger.rules.moves import OPENINGS
from gongfang.ledger.rules.statements import ASSETS, CASH_FLOW, INCOME, LIABILITIES, prefixes
from gongfang.ledger.services import Entry, JournalLineInput


def do(store, verb, **values):
    return verb(actor=store.user, request_id=uuid.uuid4(), **values)


def account(code):
    services.ensure_books()
    return Account.objects.get(code=code).pk


def rent(store, amount="300.00", credit="1001", on=None):
    return do(
        store, services.create_journal, summary="房租", business_date=on,
        lines=[JournalLineInput(account("560299"), debit=D(amount)), JournalLineInput(account(credit), credit=D(amount))],
    )  # fmt: skip


def amounts(rows):
    return {row.line.no: row.first for row in rows}


def test_the_chart_is_the_legal_one():
    rows = small_enterprise_chart()
    codes = {row.code: row for row in rows}
    assert len([row for row in rows if len(row.code) == 4]) == 66
    assert codes["5301"].name == "营业外收入" and codes["5301"].direction == "credit"
    assert codes["1602"].direction == "credit" and codes["5401"].direction == "debit"
    assert all(codes[code].is_leaf for code in ROLES.values())
    assert all(row.parent in codes for row in rows if len(row.code) > 4)


def test_every_account_stands_on_one_line_of_the_balance_sheet():
    covered = [prefix for line in (*ASSETS, *LIABILITIES) if not line.is_detail for prefix in prefixes(line)]
    two_sided = {"1122", "1123", "2202", "2203", "1221", "2241"}
    for row in small_enterprise_chart():
        if row.is_leaf:
            lines = [prefix for prefix in covered if row.code.startswith(prefix)]
            assert len(lines) == (2 if row.code[:4] in two_sided else 1), row.code


def test_a_manual_voucher_is_posted_when_approved_and_red_when_taken_back(store):
    journal = rent(store)
    assert not Voucher.objects.exists()
    do(store, services.approve_journal, document_id=journal.pk)
    assert store.books() == {"1001": D("-300.00"), "560299": D("300.00")}
    do(store, services.unapprove_journal, document_id=journal.pk)
    assert store.books() == {}
    assert [voucher.amount for voucher in Voucher.objects.order_by("number")] == [D("300.00"), D("-300.00")]


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([("1001", "5", "0"), ("3001", "0", "4")], "not_balanced"),
        ([("1001", "5", "0")], "lines_needed"),
        ([("1405", "5", "0"), ("3001", "0", "5")], "not_a_leaf"),
        ([("140501", "5", "0"), ("3001", "0", "5")], "stock_account"),
        ([("1122", "5", "0"), ("3001", "0", "5")], "partner_needed"),
        ([("1001", "0", "0"), ("3001", "0", "0")], "one_side"),
    ],
)
def test_faulty_vouchers_are_refused(store, lines, code):
    journal = do(
        store, services.create_journal, summary="x",
        lines=[JournalLineInput(account(name), D(debit), D(credit)) for name, debit, credit in lines],
    )  # fmt: skip
    with pytest.raises(DomainError) as refusal:
        do(store, services.approve_journal, document_id=journal.pk)
    assert code in refusal.value.codes and not Voucher.objects.exists()


def month(store):
    return Period.objects.get(year=store.today.year, month=store.today.month)


def trade(store):
    """Buy 10 for 1,000.00, sell 4 for 800.00 on credit, take 500.00, owe capital 5,000.00."""
    store.post(entries=[Entry("bank", debit=D("5000.00")), Entry("capital", credit=D("5000.00"))])
    store.receive("shaft", "10", "1000.00")
    store.ship("shaft", "4")
    customer = store.partners["C1"].pk
    store.post(entries=[Entry("receivable", debit=D("904.00"), partner_id=customer), Entry("revenue", credit=D("800.00")), Entry("vat_out", credit=D("104.00"))])  # fmt: skip
    store.post(
        entries=[Entry("bank", debit=D("1000.00")), Entry("receivable", credit=D("1000.00"), partner_id=customer)]
    )


def test_statements_balance_and_reclassify(store):
    trade(store)
    assets, claims = queries.balance_sheet(store.today.year, store.today.month)
    left, right = amounts(assets), amounts(claims)
    assert left[30] == right[53] == D("6600.00")
    assert (left[1], left[4], left[9], left[10]) == (D("6000.00"), D(0), D("600.00"), D("600.00"))
    assert right[34] == D("96.00"), "a customer who paid too much stands on the other side"
    assert (right[33], right[36], right[51]) == (D("1000.00"), D("104.00"), D("400.00"))
    income = amounts(queries.income_statement(store.today.year, store.today.month))
    assert (income[1], income[2], income[21], income[32]) == (D("800.00"), D("400.00"), D("400.00"), D("400.00"))
    cash = amounts(queries.cash_flow_statement(store.today.year, store.today.month))
    assert (cash[1], cash[15], cash[20], cash[22]) == (D("1000.00"), D("5000.00"), D("6000.00"), D("6000.00"))


def test_closing_carries_profit_forward_and_shuts_the_month(store):
    trade(store)
    period = month(store)
    before = amounts(queries.income_statement(store.today.year, store.today.month))
    closed = do(store, services.close_period, period_id=period.pk)
    assert closed.state == "closed" and queries.balance_of("3103") == D("-400.00")
    assert amounts(queries.income_statement(store.today.year, store.today.month)) == before
    assets, claims = queries.balance_sheet(store.today.year, store.today.month)
    assert amounts(assets)[30] == amounts(claims)[53]
    with pytest.raises(DomainError) as refusal:
        store.receive("shaft", "1", "1.00")
    assert refusal.value.code == "period_closed"
    do(store, services.reopen_period, period_id=period.pk, reason="发票晚到")
    store.ship("shaft", "1")
    do(store, services.close_period, period_id=period.pk)
    assert queries.balance_of("3103") == D("-300.00")
    assert Voucher.objects.filter(kind="carry_forward").count() == 2


def test_months_close_in_order_and_drafts_are_confirmed(store):
    last = date(store.today.year - 1, 12, 31)
    store.receive("shaft", "1", "1.00", on=last)
    store.receive("shaft", "1", "1.00")
    rent(store, on=last)
    with pytest.raises(DomainError) as refusal:
        do(store, services.close_period, period_id=month(store).pk)
    assert refusal.value.code == "close_in_order"
    december = Period.objects.get(year=last.year, month=12)
    with pytest.raises(DomainError) as refusal:
        do(store, services.close_period, period_id=december.pk)
    assert refusal.value.kind == "confirm"
    do(store, services.close_period, period_id=december.pk, confirm=frozenset(refusal.value.codes))
    with pytest.raises(DomainError) as refusal:
        store.receive("shaft", "1", "1.00", on=date(last.year, 11, 30))
    assert refusal.value.code == "period_not_open"


def test_year_end_moves_profit_to_undistributed(store):
    last = date(store.today.year - 1, 12, 31)
    store.post(entries=[Entry("cash", debit=D("70.00")), Entry("revenue", credit=D("70.00"))], on=last)
    do(store, services.close_period, period_id=Period.objects.get(month=12, year=last.year).pk)
    assert (queries.balance_of("3103"), queries.balance_of("310415")) == (D(0), D("-70.00"))


def test_trial_balance_sums_up_the_tree(store):
    trade(store)
    rows = {row.account.code: row for row in queries.trial_balance(store.today.year, store.today.month)}
    assert rows["1403"].closing == rows["140301"].closing == D("600.00")
    leaves = queries.trial_balance(store.today.year, store.today.month, leaves_only=True)
    assert sum(row.debit for row in leaves) == sum(row.credit for row in leaves)
    assert sum(row.closing for row in leaves) == 0


def test_what_a_company_is_opened_with_is_no_movement_of_its_month(store):
    store.post(reason=OPENINGS[1], entries=[Entry("bank", debit=D("900.00")), Entry("capital", credit=D("900.00"))])
    trade(store)
    year, at = store.today.year, store.today.month
    bank = next(row for row in queries.trial_balance(year, at) if row.account.code == store.code("bank"))
    assert (bank.opening, bank.debit, bank.closing) == (D("900.00"), D("6000.00"), D("6900.00"))
    cash = queries.cash_flow_statement(year, at)
    assert [amounts(cash)[no] for no in (15, 20, 21, 22)] == [D("5000.00"), D("6000.00"), D("900.00"), D("6900.00")]
    assert all(row.first == row.second for row in cash)


def test_work_in_process_by_order_and_element(store):
    orders = services.cost_objects_for("work_order", {"GD1": "pump", "GD2": ""})
    store.receive("shaft", "10", "100.00")
    store.post(store.move("shaft", "4", "W1", "PRODUCTION", cost_object_id=orders["GD1"].pk))
    store.post(
        entries=[
            Entry("wip_labour", debit=D("9.00"), cost_object_id=orders["GD1"].pk),
            Entry("wages", credit=D("9.00")),
        ]
    )
    store.post(
        store.move("pump", "1", "PRODUCTION", "W1", "49.00", counter_role=""),
        entries=[
            Entry("wip_material", credit=D("40.00"), cost_object_id=orders["GD1"].pk),
            Entry("wip_labour", credit=D("9.00"), cost_object_id=orders["GD1"].pk),
        ],
    )
    ids = [order.pk for order in orders.values()]
    assert queries.wip_of(ids) == {ids[0]: {"material": 0, "labour": 0}, ids[1]: {}}
    assert queries.wip_input_of(ids)[ids[0]] == {"material": D("40.00"), "labour": D("9.00")}
    assert store.books()["140501"] == D("49.00")


def test_every_line_of_the_statements_has_english_words():
    assert all(line.english for line in (*ASSETS, *LIABILITIES, *INCOME, *CASH_FLOW))
