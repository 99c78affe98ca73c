"""How long a posting takes, against the raw insert of the same rows in the same database.

    .venv/bin/python benchmarks/posting.py                         SQLite, a file in a temporary folder
    GONGFANG_DATABASE_URL=postgresql://… .venv/bin/python benchmarks/posting.py      an empty PostgreSQL database
    … benchmarks/posting.py --lines 5000 --rounds 5 --profile
    … benchmarks/posting.py --limits                       1,000 and 5,000 lines; PASS or FAIL for each limit

Measured per document: a receipt and an issue of N lines through the posting door alone, the same through the document's verb
(approval, posting, audit), a receipt of N lines of one purchase order (order lines, links; lots on every second, incoming inspection of
every fourth) in one step and from its draft, a reversal, and `executemany` of the N move rows.
"""

import argparse
import os
import sys
import tempfile
import uuid
from collections.abc import Callable
from decimal import Decimal as D
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]


def timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    wall, cpu = perf_counter(), process_time()
    result = work()
    return perf_counter() - wall, process_time() - cpu, result


def prepare(lines: int) -> Any:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from gongfang.masterdata.models import Item
    from tests.ledger.conftest import Store

    store = Store()
    store.benched = [
        item.pk
        for item in Item.objects.bulk_create(
            [
                Item(
                    code=f"B{n:05}",
                    name=f"零件 {n}",
                    pinyin=f"lj{n}",
                    category=store.categories["raw"],
                    unit=store.unit,
                )
                for n in range(lines)
            ]
        )
    ]
    store.bought = [
        item.pk
        for item in Item.objects.bulk_create(
            [
                Item(
                    code=f"P{n:05}", name=f"外购件 {n}", pinyin=f"wgj{n}", category=store.categories["raw"], unit=store.unit,
                    tracking="lot" if n % 2 else "none", inspect_incoming=n % 4 == 1,
                )
                for n in range(lines)
            ]
        )
    ]  # fmt: skip
    store.receive("shaft", "1", "1.00")
    store.at_supplier, store.at_w1, store.at_customer = (store.at(name).pk for name in ("SUPPLIER", "W1", "CUSTOMER"))
    return store


def raw(store: Any, lines: int) -> None:
    """The same move rows by executemany, in one transaction."""
    from django.db import connection, transaction

    from gongfang.ledger.models import Posting

    posting, at = Posting.objects.first(), (store.at("SUPPLIER").pk, store.at("W1").pk)
    rows = [
        (posting.pk, n, store.today, pk, *at, 7_000_000, 2331, "", 0)
        for n, pk in enumerate(store.benched[:lines], start=1)
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(
            'INSERT INTO ledger_stockmove (posting_id, line_no, "on", item_id, source_id, target_id, quantity, value, element, source_line)'
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            rows,
        )
        transaction.set_rollback(True)


def door(store: Any, lines: int) -> dict[str, Callable[[], Any]]:
    from gongfang.ledger.services import Move

    supplier, store_place, customer = store.at("SUPPLIER"), store.at("W1"), store.at("CUSTOMER")
    into = [
        Move(pk, D(7), supplier, store_place, value=D("23.31"), source_line=n)
        for n, pk in enumerate(store.benched[:lines])
    ]
    out = [Move(pk, D(2), store_place, customer) for pk in store.benched[:lines]]
    return {"post receipt": lambda: store.post(*into), "post issue": lambda: store.post(*out)}


def through_documents(store: Any, lines: int) -> dict[str, Callable[[], Any]]:
    from gongfang.inventory import services
    from gongfang.inventory.services import ReceiptLineInput, StockLineInput

    def do(verb: Any, **values: Any) -> Any:
        return verb(actor=store.user, request_id=uuid.uuid4(), **values)

    warehouse = store.warehouses["W1"].pk
    receipt = do(
        services.create_other_receipt, warehouse=warehouse,
        lines=[ReceiptLineInput(pk, D(7), unit_cost=D("3.33")) for pk in store.benched[:lines]],
    )  # fmt: skip
    issue = do(
        services.create_other_issue,
        warehouse=warehouse,
        lines=[StockLineInput(pk, D(2)) for pk in store.benched[:lines]],
    )
    return {
        "document receipt": lambda: do(services.approve_other_receipt, document_id=receipt.pk),
        "document issue": lambda: do(services.approve_other_issue, document_id=issue.pk),
    }


def purchased(store: Any, lines: int) -> dict[str, Callable[[], Any]]:
    """Goods of a purchase order, received from a draft and in one step."""
    from gongfang.purchasing import services
    from gongfang.purchasing.services import IncomingGoods, OrderLine

    def do(verb: Any, **values: Any) -> Any:
        return verb(actor=store.user, request_id=uuid.uuid4(), **values)

    supplier, warehouse, run = store.partners["S1"].pk, store.warehouses["W1"].pk, uuid.uuid4().hex[:8]
    order = do(
        services.create_order, supplier_id=supplier, warehouse_id=warehouse, due_date=store.today,
        lines=[OrderLine(pk, D(7), D("3.33")) for pk in store.bought[:lines]],
    )  # fmt: skip
    do(services.approve_order, document_id=order.pk)

    def goods(part: str) -> list[IncomingGoods]:
        return [
            IncomingGoods(line.pk, D(3), lot_code=f"{part}{run}" if line.item.tracking == "lot" else "")
            for line in order.lines.select_related("item")
        ]

    drafted = do(services.create_receipt, supplier_id=supplier, warehouse_id=warehouse, lines=goods("A"))
    more = goods("B")
    return {
        "purchase receipt approved": lambda: do(services.approve_receipt, document_id=drafted.pk),
        "purchase order received in one step": lambda: do(services.receive_order, order_id=order.pk, lines=more),
    }


def measured(store: Any, lines: int, rounds: int) -> dict[str, tuple[float, float]]:
    """Median wall and CPU seconds of each act."""
    walls: dict[str, list[tuple[float, float]]] = {}
    for _ in range(rounds):
        for name, work in {**door(store, lines), **through_documents(store, lines), **purchased(store, lines)}.items():
            wall, cpu, result = timed(work)
            walls.setdefault(name, []).append((wall, cpu))
            if name == "post issue":
                wall, cpu, _ = timed(lambda posting=result: store.reverse(posting))
                walls.setdefault("reverse issue", []).append((wall, cpu))
        wall, cpu, _ = timed(lambda: raw(store, lines))
        walls.setdefault("raw executemany of the moves", []).append((wall, cpu))
    return {name: (median(w for w, _ in seen), median(c for _, c in seen)) for name, seen in walls.items()}


def shown(figures: dict[str, tuple[float, float]], lines: int, rounds: int) -> None:
    from django.db import connection

    raw_wall = figures["raw executemany of the moves"][0]
    print(f"{connection.vendor}, {lines} lines, median of {rounds}")
    for name, (wall, cpu) in figures.items():
        print(f"| {name} | {wall * 1000:.0f} ms | {cpu * 1000:.0f} ms | {1000 * cpu / lines:.3f} ms | {wall / raw_wall:.1f} |")  # fmt: skip


def limits(rounds: int) -> bool:
    """Hold a receipt of 5,000 lines at the door and documents of 1,000 against their limits."""
    from benchmarks.judging import judge, within

    store = prepare(5000)
    figures = {}
    for lines in (5000, 1000):
        figures[lines] = measured(store, lines, rounds)
        shown(figures[lines], lines, rounds)
    wall, cpu = figures[5000]["post receipt"]
    per_line = 1000 * figures[5000]["document receipt"][1] / 5000
    good = [
        within("a receipt of 5,000 lines posted", wall, 3),
        judge(f"the same: {1000 * cpu / 5000:.3f} ms CPU a line, limit 0.3 ms", 1000 * cpu / 5000 < 0.3),
        within("a receipt document of 5,000 lines approved", figures[5000]["document receipt"][0], 3),
        judge(f"the same: {per_line:.3f} ms CPU a line, limit 0.3 ms", per_line < 0.3),
        within(
            "a receipt of 5,000 lines of a purchase order approved", figures[5000]["purchase receipt approved"][0], 3
        ),
        within("the same received in one step", figures[5000]["purchase order received in one step"][0], 3),
        within("a receipt document of 1,000 lines approved", figures[1000]["document receipt"][0], 1),
        within("an issue document of 1,000 lines approved", figures[1000]["document issue"][0], 1),
    ]
    return all(good)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--profile", action="store_true", help="print where the time of the documents goes")
    parser.add_argument("--limits", action="store_true", help="exit status 1 where a limit is missed")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("GONGFANG_DATA", folder)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongfang.config.settings.local")
        import django

        django.setup()
        if args.profile:
            profile(args.lines)
        elif args.limits:
            return 0 if limits(args.rounds) else 1
        else:
            shown(measured(prepare(args.lines), args.lines, args.rounds), args.lines, args.rounds)
    return 0


def profile(lines: int) -> None:
    import cProfile
    import pstats

    store = prepare(lines)
    for name, work in {**through_documents(store, lines), **purchased(store, lines)}.items():
        with cProfile.Profile() as profiler:
            work()
        print(name)
        pstats.Stats(profiler).sort_stats("cumulative").print_stats(35)


if __name__ == "__main__":
    sys.exit(main())
