"""How long work orders take: a wide one from creation to settlement, many in bulk, one report at the terminal.

    .venv/bin/python benchmarks/work_orders.py                         SQLite, a file in a temporary folder
    GONGFANG_DATABASE_URL=postgresql://… .venv/bin/python benchmarks/work_orders.py      an empty PostgreSQL database
    … benchmarks/work_orders.py --lines 500 --orders 1000 --reports 50

Aims: 500 components from creation to receipt under 2 s; 1,000 orders released, picked, reported, received and closed under 10 s
on PostgreSQL and 20 s on SQLite; a report under 100 ms.
"""

import argparse
import os
import sys
import tempfile
import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal as D
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]


def timed(name: str, work: Callable[[], Any]) -> Any:
    wall, cpu = perf_counter(), process_time()
    result = work()
    print(f"  {name:<28}{perf_counter() - wall:8.3f} s   {process_time() - cpu:8.3f} s CPU")
    return result


def widen(shop: Any, lines: int) -> None:
    """A product of so many components, all in stock."""
    from django.db import transaction

    from gongfang.ledger import queries as ledger
    from gongfang.ledger.services import Move, post
    from gongfang.masterdata.models import Bom, BomLine, Item

    parent = shop.item("frame", "finished", "0", source="make", default_warehouse=shop.finished)
    parts = Item.objects.bulk_create(
        [
            Item(code=f"P{n:05}", name=f"零件 {n}", category=shop.categories["raw"], unit=shop.unit, standard_cost=D(2), default_warehouse=shop.raw)
            for n in range(lines)
        ]
    )  # fmt: skip
    bom = Bom.objects.create(item=parent)
    BomLine.objects.bulk_create(
        [BomLine(bom=bom, line_no=n, component=part, quantity=D(1)) for n, part in enumerate(parts, start=1)]
    )
    moves = [
        Move(part.pk, D(100), ledger.location("OPENING"), ledger.store_of(shop.raw), value=D("200.00"))
        for part in parts
    ]
    with transaction.atomic():
        post(actor=shop.boss, reason="opening", source=None, on=shop.today, moves=moves)


def wide(shop: Any) -> None:
    from gongfang.costing import services as costing
    from gongfang.production import services

    wall = perf_counter()
    order = timed("create", lambda: shop.order("2", "frame", release=False))
    timed("approve", lambda: shop.approve(order))
    timed("release", lambda: shop.do(services.release_orders, order_ids=[order.pk]))
    timed("pick and issue", lambda: shop.pick(order))
    timed("receive", lambda: shop.receive(order, "2"))
    print(f"  creation to receipt         {perf_counter() - wall:8.3f} s")
    timed("close", lambda: shop.close(order))
    timed("settle", lambda: shop.do(costing.settle_orders, order_ids=[order.pk]))


def bulk(shop: Any, count: int) -> None:
    from gongfang.costing import services as costing
    from gongfang.platform.verbs import verb
    from gongfang.production import services
    from gongfang.production.models import WorkOrder, WorkOrderOperation

    @verb("production.bench_create", "bench")
    def create(*, actor: Any, request_id: uuid.UUID, rows: list[Any]) -> list[Any]:
        return services.create_work_orders(actor, rows)

    due = shop.today + timedelta(days=3)
    rows = [services.NewWorkOrder(shop.items["pump"].pk, D(2), shop.today, due) for _ in range(count)]
    orders = timed("create", lambda: shop.do(create, rows=rows))
    ids = [order.pk for order in orders]
    WorkOrder.objects.filter(pk__in=ids).update(approval="approved")
    wall = perf_counter()
    timed("release", lambda: shop.do(services.release_orders, order_ids=ids))
    timed("pick and issue", lambda: shop.do(services.pick_orders, order_ids=ids))
    for number in (10, 20):
        steps = WorkOrderOperation.objects.filter(document__in=ids, operation_no=number)
        lines = [services.ReportInput(step.pk, D(2)) for step in steps]
        timed(f"report operation {number}", lambda lines=lines: shop.do(services.report_work, lines=lines))
    timed("receive", lambda: shop.do(services.receive_orders, order_ids=ids))
    timed("close", lambda: shop.do(services.close_orders, order_ids=ids))
    print(f"  release to close            {perf_counter() - wall:8.3f} s")
    timed("settle", lambda: shop.do(costing.settle_orders, order_ids=ids))


def single(shop: Any, count: int) -> None:
    order = shop.order(str(count))
    times, cpu = [], process_time()
    for _ in range(count):
        began = perf_counter()
        shop.report(order, 10, "1")
        times.append(perf_counter() - began)
    used = 1000 * (process_time() - cpu) / count
    print(f"  one report: median {1000 * median(times):.1f} ms, slowest {1000 * max(times):.1f} ms, {used:.1f} ms CPU")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=500, help="components of the wide order")
    parser.add_argument("--orders", type=int, default=1000, help="orders in bulk")
    parser.add_argument("--reports", type=int, default=50, help="single reports")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("GONGFANG_DATA", folder)
        os.environ["DJANGO_SETTINGS_MODULE"] = "gongfang.config.settings.local"
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        call_command("migrate", verbosity=0)
        from tests.production.shop import Shop

        shop = Shop()
        shop.stock_up(2 * options.orders + options.reports)
        widen(shop, options.lines)
        shop.pick(shop.order("1"))  # what is made on first use is made
        print(f"{connection.vendor}: one order of {options.lines} components")
        wide(shop)
        print(f"{connection.vendor}: {options.orders} orders in bulk")
        bulk(shop, options.orders)
        print(f"{connection.vendor}: single reports")
        single(shop, options.reports)
        connection.close()


if __name__ == "__main__":
    main()
