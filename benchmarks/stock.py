"""How long the stock ledger takes on a long history: enquiries, a late receipt, the month's average.

    .venv/bin/python benchmarks/stock.py history --moves 1000000       stock on hand of all items, now and on past days
    .venv/bin/python benchmarks/stock.py late --moves 22000            one receipt before so many later moves, question and all
    .venv/bin/python benchmarks/stock.py average --items 10000 --moves 500000
    … --limits                                                         the sizes above; PASS or FAIL for each limit
    GONGFANG_DATABASE_URL=postgresql://…  the same on an empty PostgreSQL database

Rows are made through the posting door in documents of many lines, so that verification finds nothing (`--verify` says so).
"""

import argparse
import os
import sys
import tempfile
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal as D
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]


SIZES = {"history": 1_000_000, "late": 22_000, "average": 500_000}
NOW_SECONDS, PAST_SECONDS, LATE_SECONDS, AVERAGE_SECONDS = 0.1, 0.5, 5, 60


def timed(name: str, work: Callable[[], Any]) -> float:
    """Print what some work took; its seconds of wall time."""
    wall, cpu = perf_counter(), process_time()
    work()
    seconds = perf_counter() - wall
    print(f"| {name} | {1000 * seconds:.0f} ms | {1000 * (process_time() - cpu):.0f} ms CPU |", flush=True)
    return seconds


def prepare(items: int, method: str) -> Any:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from gongfang.masterdata.models import Item
    from tests.ledger.conftest import Store

    store = Store()
    rows = [
        Item(code=f"B{n:06}", name=f"零件 {n}", pinyin=f"lj{n}", category=store.categories["raw"], unit=store.unit, costing_method=method, tracking=_tracking(method), standard_cost=D(3))
        for n in range(items)
    ]  # fmt: skip
    store.benched = [item.pk for item in Item.objects.bulk_create(rows, batch_size=5000)]
    store.places = {name: store.at(name) for name in ("SUPPLIER", "W1", "W2", "CUSTOMER")}
    store.lots = {}
    return store


def _tracking(method: str) -> str:
    return "lot" if method == "specific" else "none"


def lot_of(store: Any, method: str) -> None:
    """All goods of the one item are of one lot where each lot has its own cost: the deepest history there is."""
    from gongfang.ledger.services import NewLot, lots_for

    pk = store.benched[0]
    store.lots = {pk: lots_for([NewLot(pk, "L1")])[pk, "L1"].pk} if _tracking(method) == "lot" else {}


def fill(store: Any, moves: int, days: list[date], lines: int = 5000) -> None:
    """Receive on the first day, then issue, receive and transfer, spread over the days in their order."""
    from gongfang.ledger.services import Move

    at, pks = store.places, store.benched
    lots = store.lots
    store.post(
        *(Move(pk, D(1_000_000), at["SUPPLIER"], at["W1"], lots.get(pk), D("3000000.00")) for pk in pks), on=days[0]
    )
    done, n = len(pks), 0
    per_day = max(1, (moves - done) // max(1, len(days)))
    for day in days:
        left = min(per_day, moves - done)
        while left > 0:
            size = min(lines, left)
            batch = []
            for _ in range(size):
                pk, kind = pks[n % len(pks)], (n // len(pks)) % 3
                n += 1
                ends = (("W1", "CUSTOMER"), ("SUPPLIER", "W1"), ("W1", "W2"))[kind]
                batch.append(Move(pk, D(2), at[ends[0]], at[ends[1]], lots.get(pk), D("6.40") if kind == 1 else None))
            store.post(*batch, on=day)
            done, left = done + size, left - size


def history(args: Any) -> list[bool]:
    from benchmarks.judging import within
    from django.db import connection

    from gongfang.ledger.models import StockMove
    from gongfang.ledger.queries import on_hand, stock_at

    store = prepare(args.items or 5000, "moving_average")
    today = store.today
    days = [today - timedelta(days=ago) for ago in range(364, -1, -1)]
    timed("filled", lambda: fill(store, args.moves, days))
    print(StockMove.objects.count(), "moves")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    found: dict[str, list[float]] = {}
    for _ in range(3):
        found.setdefault("now", []).append(timed("stock on hand of all items, now", lambda: on_hand(store.benched)))
        for ago in (1, 90, 182, 270, 360):
            name, day = f"{ago} days ago", today - timedelta(days=ago)
            found.setdefault(name, []).append(timed(f"stock and value of all items, {name}", lambda day=day: stock_at(day)))  # fmt: skip
            found.setdefault(f"{name}, quantity", []).append(timed(f"stock on hand of all items, {name}", lambda day=day: on_hand(store.benched, at=day)))  # fmt: skip
    return [
        within(f"all {len(store.benched):,} items, {name}, median of 3", median(times), NOW_SECONDS if name == "now" else PAST_SECONDS)
        for name, times in found.items()
    ]  # fmt: skip


def late(args: Any) -> list[bool]:
    from benchmarks.judging import within

    from gongfang.ledger import services
    from gongfang.ledger.services import Move
    from gongfang.platform.verbs import verb

    @verb("bench.late", "Late")
    def receive_late(*, actor: Any, request_id: uuid.UUID, store: Any, on: date) -> None:
        pk, at = store.benched[0], store.places
        move = Move(pk, D(7), at["SUPPLIER"], at["W1"], store.lots.get(pk), D("99.00"))
        services.post(actor=actor, reason="late", source=None, on=on, moves=[move], partner_id=store.partners["S1"].pk)

    from gongfang.kernel.errors import DomainError

    good = []
    for method in args.methods.split(","):
        store = prepare(1, method) if method == args.methods.split(",")[0] else again(method)
        lot_of(store, method)
        days = [store.today - timedelta(days=ago) for ago in range(60, 0, -1)]
        fill(store, args.moves, days)
        first = store.today - timedelta(days=61)

        def ask(store: Any = store, first: date = first) -> None:
            try:
                receive_late(actor=store.user, request_id=uuid.uuid4(), confirm=frozenset(), store=store, on=first)
            except DomainError as question:
                assert question.codes[0] == "recost"

        asked = timed(f"{method}: the question", ask)
        done = timed(
            f"{method}: confirmed",
            lambda store=store, first=first: receive_late(
                actor=store.user, request_id=uuid.uuid4(), confirm=frozenset({"recost"}), store=store, on=first
            ),
        )
        good.append(within(f"{method}: late receipt under {args.moves:,} moves, question and all", asked + done, LATE_SECONDS))  # fmt: skip
    return good


def again(method: str) -> Any:
    """The same store with another item."""
    from gongfang.masterdata.models import Item, ItemCategory
    from gongfang.platform.identity.models import User
    from tests.ledger.conftest import Store

    store = Store.__new__(Store)
    from django.utils import timezone

    from gongfang.ledger import queries
    from gongfang.masterdata.models import Partner, Unit, Warehouse

    store.today, store.user, store.unit = timezone.localdate(), User.objects.get(), Unit.objects.get()
    store.warehouses = {one.code: one for one in Warehouse.objects.all()}
    store.partners = {one.code: one for one in Partner.objects.all()}
    store.categories = {one.code: one for one in ItemCategory.objects.all()}
    item = Item.objects.create(code=f"L-{method}", name=method, pinyin=method.replace("_", ""), category=store.categories["raw"], unit=store.unit, costing_method=method, tracking=_tracking(method), standard_cost=D(3))  # fmt: skip
    store.lots = {}
    store.benched = [item.pk]
    store.places = {name: store.at(name) for name in ("SUPPLIER", "W1", "W2", "CUSTOMER")}
    assert queries
    return store


def average(args: Any) -> list[bool]:
    from benchmarks.judging import within

    from gongfang.ledger.models import Period
    from gongfang.ledger.services import reckon_month_average

    store = prepare(args.items or 10_000, "month_average")
    first = (store.today.replace(day=1) - timedelta(days=1)).replace(day=1)
    days = [first + timedelta(days=n) for n in range(28)]
    timed("filled", lambda: fill(store, args.moves, days))
    period = Period.objects.get(year=first.year, month=first.month)
    seconds = timed(
        "month average", lambda: reckon_month_average(actor=store.user, request_id=uuid.uuid4(), period_id=period.pk)
    )
    timed("again, nothing changed", lambda: reckon_month_average(actor=store.user, request_id=uuid.uuid4(), period_id=period.pk))  # fmt: skip
    return [within(f"month average of {len(store.benched):,} items and {args.moves:,} moves", seconds, AVERAGE_SECONDS)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=list(SIZES))
    parser.add_argument("--moves", type=int, default=0)
    parser.add_argument("--items", type=int, default=0)
    parser.add_argument("--methods", default="moving_average,fifo,specific,standard,month_average")
    parser.add_argument("--verify", action="store_true")
    parser.add_argument("--limits", action="store_true", help="the full size; exit status 1 where a limit is missed")
    args = parser.parse_args()
    args.moves = args.moves or (SIZES[args.what] if args.limits else 20_000)
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("GONGFANG_DATA", folder)
        os.environ["DJANGO_SETTINGS_MODULE"] = os.environ.get("BENCH_SETTINGS", "gongfang.config.settings.local")
        import django

        django.setup()
        good = {"history": history, "late": late, "average": average}[args.what](args)
        if args.verify:
            from gongfang.ledger.verify import CHECKS

            timed("verified", lambda: good.append(not [fault for check in CHECKS for fault in check.run()]))
            assert good[-1], "the proof finds faults"
    return 1 if args.limits and not all(good) else 0


if __name__ == "__main__":
    sys.exit(main())
