"""How long the proof of the ledgers takes on many moves.

    .venv/bin/python benchmarks/verify.py --moves 1000000        SQLite, or what GONGFANG_DATABASE_URL names (an empty database)
    .venv/bin/python benchmarks/verify.py --limits               the same; PASS or FAIL: all checks < 60 s and < 1 GiB

The moves are written straight into the tables, consistent with balances, values and books; then every check is timed, and the
reads of the stock pages: on hand of all items now and on a past day, one item's card.
"""

import argparse
import os
import resource
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
ITEMS, PRICE = 1000, 333  # cents per unit
PROOF_SECONDS, GIB = 60, 1


def fill(moves: int) -> Any:
    from benchmarks.posting import prepare
    from django.db import transaction

    from gongfang.ledger.models import Account, Period

    store = prepare(ITEMS)
    accounts = dict(Account.objects.values_list("code", "pk"))
    period = Period.objects.get()
    with transaction.atomic():
        for number in range(2, moves // ITEMS + 2):
            _one_posting(store, accounts, period.pk, number)
        _sum_up(store, accounts, period, moves // ITEMS)
    return store


def _one_posting(store: Any, accounts: dict[str, int], period: int, number: int) -> None:
    """A receipt of 6 each, or one of the three issues of 2 each that follow it."""
    from gongfang.ledger.models import Posting, StockMove, Voucher, VoucherLine
    from gongfang.platform.setwise import DATE, INT, TEXT, insert

    comes_in = number % 4 == 2
    quantity = 6 if comes_in else 2
    source, target = (store.at_supplier, store.at_w1) if comes_in else (store.at_w1, store.at_customer)
    debit, credit = (accounts["140301"], accounts["220202"]) if comes_in else (accounts["540101"], accounts["140301"])
    posting = Posting.objects.create(reason="bench", on=store.today)
    partner = store.partners["S1"].pk
    rows = [
        (posting.pk, n, store.today, pk, source, target, quantity * 10**6, quantity * PRICE, credit, debit, "", 0)
        for n, pk in enumerate(store.benched, start=1)
    ]
    columns = [
        ("posting_id", INT), ("line_no", INT), ("on", DATE), ("item_id", INT), ("source_id", INT), ("target_id", INT), ("quantity", INT),
        ("value", INT), ("source_account_id", INT), ("target_account_id", INT), ("element", TEXT), ("source_line", INT),
    ]  # fmt: skip
    insert(StockMove._meta.db_table, columns, rows)
    amount = quantity * PRICE * ITEMS
    from decimal import Decimal

    voucher = Voucher.objects.create(
        period_id=period, number=number, on=store.today, amount=Decimal(amount) / 100, posting=posting
    )
    VoucherLine.objects.bulk_create(
        [
            VoucherLine(voucher=voucher, line_no=1, on=store.today, account_id=debit, debit=Decimal(amount) / 100),
            VoucherLine(
                voucher=voucher, line_no=2, on=store.today, account_id=credit, credit=Decimal(amount) / 100,
                partner_id=partner if comes_in else None,
            ),
        ]
    )  # fmt: skip


def _sum_up(store: Any, accounts: dict[str, int], period: Any, postings: int) -> None:
    """Balances, pools and account balances as the postings leave them."""
    from decimal import Decimal

    from gongfang.ledger.models import AccountBalance, Balance, ValueBalance, VoucherLine

    received = sum(1 for number in range(2, postings + 2) if number % 4 == 2)
    left = 6 * received - 2 * (postings - received)
    worth = Decimal(left * PRICE) / 100
    Balance.objects.bulk_create(
        [Balance(item_id=pk, location_id=store.at_w1, quantity=left, last_on=store.today) for pk in store.benched]
    )
    ValueBalance.objects.bulk_create(
        [
            ValueBalance(item_id=pk, area="stock", quantity=left, value=worth, account_id=accounts["140301"])
            for pk in store.benched
        ]
    )
    AccountBalance.objects.all().delete()
    sums: dict[tuple[int, int], list[Decimal]] = {}
    for account, partner, debit, credit in VoucherLine.objects.values_list(
        "account_id", "partner_id", "debit", "credit"
    ):
        total = sums.setdefault((account, partner or 0), [Decimal(0), Decimal(0)])
        total[0] += debit
        total[1] += credit
    AccountBalance.objects.bulk_create(
        [
            AccountBalance(period=period, account_id=account, partner_key=partner, debit=debit, credit=credit)
            for (account, partner), (debit, credit) in sums.items()
        ]
    )
    period.last_number = postings + 1
    period.save()


def reads(store: Any) -> dict[str, float]:
    from gongfang.ledger import queries
    from gongfang.ledger.queries.cards import stock_card, stock_summary

    yesterday = store.today - timedelta(days=1)
    acts = {
        "on hand of all items": lambda: queries.on_hand(store.benched),
        "on hand of all items at a past day": lambda: queries.on_hand(store.benched, at=yesterday),
        "stock summary of a month": lambda: stock_summary(store.today - timedelta(days=30), store.today),
        "card of one item": lambda: stock_card(store.benched[5], store.today - timedelta(days=30), store.today),
    }
    found = {}
    for name, act in acts.items():
        started = perf_counter()
        act()
        found[name] = perf_counter() - started
    return found


def prove() -> tuple[float, float]:
    """Run every check as `gongfang verify` does; seconds, and the peak memory of this process in GiB."""
    from django.db import connection

    from gongfang.platform.verification import run_each

    total = 0.0
    for result in run_each():
        total += result.seconds
        if result.seconds >= 0.1 or result.faults:
            print(f"| {result.check.name} | {result.seconds:.2f} s | {len(result.faults)} faults |", flush=True)
        assert not result.faults, result.faults[:5]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"| all, {connection.vendor} | {total:.1f} s | {memory:.2f} GiB |")
    return total, memory


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moves", type=int, default=1_000_000)
    parser.add_argument("--limits", action="store_true", help="exit status 1 where a limit is missed")
    parser.add_argument("--filled", action="store_true", help="prove a database as it is, filled before")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("GONGFANG_DATA", folder)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongfang.config.settings.local")
        import django

        django.setup()
        from benchmarks.judging import judge, within
        from django.db import connection

        started = perf_counter()
        store = None if args.filled else fill(args.moves)
        if store:
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
            print(f"{connection.vendor}, {args.moves:,} moves written in {perf_counter() - started:.0f} s", flush=True)
        seconds, memory = prove()
        for name, took in (reads(store) if store else {}).items():
            print(f"| {name} | {took * 1000:.0f} ms | |")
        good = [
            within("the proof of everything", seconds, PROOF_SECONDS),
            judge(f"peak memory {memory:.2f} GiB, limit {GIB} GiB", memory < GIB),
        ]
    return 1 if args.limits and not all(good) else 0


if __name__ == "__main__":
    sys.exit(main())
