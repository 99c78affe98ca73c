"""The proof finds nothing in sound books, and each kind of fault by its row."""

import pytest
from django.db import connection, transaction

from gongfang.ledger.models import Balance, ValueBalance
from gongfang.ledger.services import Reserve, cost_objects_for, reserve
from gongfang.ledger.verify import CHECKS
from gongfang.platform.verification import run_all, run_each


@pytest.fixture
def busy(store):
    """A store where everything has happened once."""
    first = store.receive("shaft", "10", "100.01")
    store.receive("shaft", "5", "70.00", to="W2")
    store.receive("casting", "5", "50.00", lot="L1")
    store.receive("motor", "1", "300.00", lot="SN1")
    store.post(store.move("shaft", "2", "W1", "W2"))
    store.post(store.move("shaft", "3", "W1", "SUB-S1"))
    store.ship("shaft", "2")
    store.ship("casting", "1", lot="L1")
    order = cost_objects_for("work_order", ["GD1"])["GD1"]
    store.post(store.move("casting", "1", "W1", "PRODUCTION", lot="L1", cost_object_id=order.pk))
    store.reverse(store.ship("shaft", "1"))
    store.reverse(store.receive("wheel", "4", "40.00"))
    store.item("layered", costing_method="fifo")
    store.receive("layered", "4", "40.00")
    store.ship("layered", "1")
    with transaction.atomic():

        class Paper:
            doc_type, pk, number = "test.order", 7, "T-7"

        reserve(source=Paper, wanted=[Reserve(store.items["shaft"].pk, store.at("W2"), 1)])
    assert first.pk
    return store


def test_sound_books_have_no_fault(busy):
    assert run_all() == []
    assert {result.check.name for result in run_each()} >= {check.name for check in CHECKS} | {"platform.audit"}


def tampered(sql):
    """Change the database behind the ledger's back (without its triggers)."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(sql)
            cursor.execute("SET session_replication_role = DEFAULT")
            return
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'ledger_%'")
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute("PRAGMA ignore_check_constraints = ON")
        cursor.execute(sql)
        cursor.execute("PRAGMA ignore_check_constraints = OFF")


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("UPDATE ledger_balance SET quantity = quantity + 1 WHERE id = {balance}", {"ledger.balances", "ledger.pool_quantity"}),
        ("UPDATE ledger_valuebalance SET value = value + 1 WHERE id = {pool}", {"ledger.values", "ledger.stock_and_books", "ledger.replay"}),
        ("UPDATE ledger_voucherline SET debit = debit + 1 WHERE debit > 0 AND account_id IN (SELECT id FROM ledger_account WHERE code = '540101')",
         {"ledger.vouchers_balance", "ledger.account_balances"}),
        ("UPDATE ledger_stockmove SET quantity = 900000000 WHERE quantity = 3000000",
         {"ledger.balances", "ledger.values", "ledger.never_negative", "ledger.replay"}),
        ("UPDATE ledger_period SET last_number = last_number + 1", {"ledger.voucher_numbers"}),
        ("UPDATE ledger_accountbalance SET credit = credit + 1 WHERE credit > 0", {"ledger.account_balances"}),
        ("DELETE FROM ledger_reservation", {"ledger.reserved"}),
        ("UPDATE ledger_stockmove SET value = value - 1 WHERE reverses_id IS NOT NULL",
         {"ledger.reversals", "ledger.values", "ledger.moves_and_books", "ledger.replay"}),
        ("UPDATE ledger_posting SET \"on\" = '2001-01-01'", {"ledger.voucher_dates"}),
        ("UPDATE ledger_lot SET kind = 'serial'", {"ledger.serials"}),
        ("UPDATE ledger_layer SET value = value + 1", {"ledger.replay"}),
        ("DELETE FROM ledger_layer", {"ledger.replay"}),
        ("UPDATE ledger_balance SET second_quantity = 1 WHERE id = {balance}", {"ledger.second_quantities"}),
    ],
)  # fmt: skip
def test_each_fault_is_named(busy, sql, names):
    balance = Balance.objects.filter(item=busy.items["shaft"], location=busy.at("W1")).get()
    pool = ValueBalance.objects.get(item=busy.items["shaft"], area="stock")
    tampered(sql.format(balance=balance.pk, pool=pool.pk))
    faults = run_all()
    assert {fault.check for fault in faults} == names, faults
    if "{balance}" in sql:
        assert f"ledger_balance {balance.pk}" in {fault.row for fault in faults}
