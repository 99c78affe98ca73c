"""MRP with everything around it: read from the database, planned, written (suggestions, requirements, pegging, exceptions).

    .venv/bin/python benchmarks/planning.py                        10,000 items on SQLite, a file in a temporary folder
    .venv/bin/python benchmarks/planning.py --items 100000
    GONGFANG_DATABASE_URL=postgresql://… .venv/bin/python benchmarks/planning.py --items 100000      an empty PostgreSQL database

The shape is the one that planners are compared by: five levels, 3.5 BOM lines and 1.2 demands per item, lead times of 1 to 10 days,
half the items lot for lot, half minimum and multiple. The data are written by bulk insert, which is not measured.
Limit of 100,000 items: under 60 s on PostgreSQL, under 90 s on SQLite; of fewer, that share of it. PASS or FAIL is told, and exit status 1
with a FAIL.
"""

import argparse
import os
import random
import resource
import sys
import tempfile
from datetime import timedelta
from decimal import Decimal as D
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
WEEKS = 12


def prepare(count: int) -> Any:
    """Items, structure, stock and customer orders; answers the day to plan on."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from gongfang.ledger import queries as ledger
    from gongfang.ledger.models import Balance
    from gongfang.masterdata.models import Bom, BomLine, Item
    from gongfang.sales.models import SalesOrder, SalesOrderLine
    from tests.production.shop import Shop

    luck, shop = random.Random(1), Shop()
    from gongfang.masterdata.models import Partner

    customer = Partner.objects.create(code="C1", name="客户", pinyin="kh", is_customer=True)
    sizes = [count // 10] + [count // 5] * 3
    sizes.append(count - sum(sizes))
    made = [
        Item(
            code=f"L{level}-{number:06d}", name=f"物料 {level}-{number}", category=shop.categories["semi"], unit=shop.unit,
            source="make" if level < 4 else "buy", lead_time_days=luck.randint(1, 10), standard_cost=D(10),
            default_supplier=None if level < 4 else shop.supplier,
        )
        for level, size in enumerate(sizes) for number in range(size)
    ]  # fmt: skip
    structure, asked = [], {}
    starts = [sum(sizes[:level]) for level in range(5)]
    for level in range(4):
        for parent in range(starts[level], starts[level] + sizes[level]):
            for component in luck.sample(range(starts[level + 1], starts[level + 1] + sizes[level + 1]), 5):
                structure.append((parent, component, 1 if luck.random() < 0.75 else 2))
    gross = [0] * len(made)
    for row in range(sizes[0]):
        asked[row] = [luck.randint(5, 20) for _ in range(WEEKS)]
        gross[row] = sum(asked[row])
    stock = [0] * len(made)
    below = iter(structure)
    for row in range(len(made)):  # parents stand before their components
        mean = gross[row] / WEEKS
        stock[row] = 0 if luck.random() < 0.2 else int(luck.random() * 4 * mean)
        if luck.random() >= 0.5:
            made[row].lot_rule, made[row].lot_multiple = (
                "minimum_multiple",
                D(max(1, int(mean * luck.uniform(0.1, 0.5)))),
            )
            made[row].lot_minimum = made[row].lot_multiple * luck.randint(2, 5)
        if row < starts[4]:
            for _parent, component, quantity in (next(below) for _ in range(5)):
                gross[component] += max(gross[row] - stock[row], 0) * quantity
    items = Item.objects.bulk_create(made, batch_size=5000)
    levels, at = [], 0
    for size in sizes:
        levels.append(items[at : at + size])
        at += size
    boms = Bom.objects.bulk_create([Bom(item=item) for level in levels[:4] for item in level], batch_size=5000)
    BomLine.objects.bulk_create(
        [
            BomLine(bom=boms[parent], line_no=number % 5 + 1, component=items[component], quantity=D(quantity))
            for number, (parent, component, quantity) in enumerate(structure)
        ],
        batch_size=5000,
    )
    store = ledger.store_of(shop.raw)
    Balance.objects.bulk_create(
        [
            Balance(item=item, location=store, quantity=D(on_hand))
            for item, on_hand in zip(items, stock, strict=True)
            if on_hand
        ],
        batch_size=5000,
    )
    for week in range(1, WEEKS + 1):
        due = shop.today + timedelta(weeks=week)
        order = SalesOrder.objects.create(
            number=f"XS-{week}", business_date=shop.today, customer=customer, promised_date=due, approval="approved",
            created_by=shop.boss,
        )  # fmt: skip
        SalesOrderLine.objects.bulk_create(
            [
                SalesOrderLine(
                    document=order, line_no=number, item=item, quantity=(quantity := D(asked[number - 1][week - 1])), unit_quantity=quantity,
                    unit=shop.unit, price=D(1), promised_date=due,
                )
                for number, item in enumerate(levels[0], start=1)
            ],
            batch_size=5000,
        )  # fmt: skip
    return shop


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=2)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("GONGFANG_DATA", folder)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongfang.config.settings.local")
        import django

        django.setup()
        from benchmarks.judging import within
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        from gongfang.planning.models import PlanItem
        from gongfang.planning.packing import pegs, requirements
        from gongfang.planning.services import plan_now

        began = perf_counter()
        shop = prepare(asked.items)
        print(f"{connection.vendor}: {asked.items:,} items made in {perf_counter() - began:.1f} s")
        limit = (60 if connection.vendor == "postgresql" else 90) * asked.items / 100_000
        best = float("inf")
        for number in range(asked.rounds):
            wall, cpu = perf_counter(), process_time()
            with CaptureQueriesContext(connection) as caught:
                run = plan_now(actor=shop.boss, today=shop.today, horizon_days=7 * WEEKS + 7)
            wall, cpu = perf_counter() - wall, process_time() - cpu
            best = min(best, wall)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(
                f"run {number + 1}: {wall:.1f} s ({cpu:.1f} CPU s), load {run.timings['load']}, solve {run.timings['solve']}, "
                f"write {run.timings['write']}; {run.order_count:,} suggestions, {run.demand_count:,} demands, "
                f"{len(caught)} statements, {peak:,.0f} MB at most"
            )
        needs = served = 0
        for row in PlanItem.objects.filter(run=run).iterator(chunk_size=2000):
            needs += len(requirements(row.item_id, 0, row.requirements))
            served += len(pegs(row.item_id, row.pegs))
        print(f"{needs:,} requirements and {served:,} pegs kept")
        sys.exit(0 if within(f"{asked.items:,} items on {connection.vendor}, the faster run", best, limit) else 1)


if __name__ == "__main__":
    main()
