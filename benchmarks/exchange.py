"""How long a workbook of many rows takes to check and to load, against the limits that were promised.

    .venv/bin/python benchmarks/exchange.py                    100,000 rows on SQLite, a file in a temporary folder
    .venv/bin/python benchmarks/exchange.py --rows 20000
    GONGFANG_DATABASE_URL=postgresql://… .venv/bin/python benchmarks/exchange.py      an empty PostgreSQL database

A fifth of the rows are items, the rest opening stock: untracked goods, lots with dates, serial numbers. Limits (2 cores):
100,000 rows checked in under 60 s and loaded in under 120 s; smaller books in proportion. Exit status 1 when a limit is missed.
"""

import argparse
import os
import resource
import sys
import tempfile
import uuid
from collections.abc import Callable
from datetime import date
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
CHECK_SECONDS, LOAD_SECONDS, FULL = 60, 120, 100_000


def timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    wall, cpu = perf_counter(), process_time()
    result = work()
    return perf_counter() - wall, process_time() - cpu, result


def book_of(rows: int) -> bytes:
    """A company with items and opening stock, `rows` rows in these two sheets."""
    from tests.platform.test_exchange import workbook

    items = rows // 5
    tracking = ("none", "lot", "serial")
    goods = [[f"P{n:06}", f"零件 {n}", "10", "PCS", tracking[n % 3], 365 if n % 3 == 1 else None] for n in range(items)]
    stock: list[list[Any]] = []
    n = 0
    while len(stock) < rows - items:
        item, turn = n % items, n // items
        kind = tracking[item % 3]
        if kind == "none" and turn:
            n += 1
            continue
        lot = None if kind == "none" else f"{'SN' if kind == 'serial' else 'L'}{item:06}-{turn:03}"
        made = date(2026, 1, 1 + turn % 28) if kind == "lot" else None
        stock.append([f"P{item:06}", "W1", lot, 1 if kind == "serial" else 12.5, 99.99, made])
        n += 1
    return workbook(
        {
            "company": [["name", "opening_date"], ["测试工厂", date(2026, 11, 1)]],
            "units": [["code", "name", "precision"], ["PCS", "件", 3]],
            "plants": [["code", "name"], ["P1", "一厂"]],
            "warehouses": [["code", "name", "plant"], ["W1", "一库", "P1"]],
            "categories": [["code", "name", "inventory_role"], ["10", "原材料", "raw"]],
            "items": [["code", "name", "category", "unit", "tracking", "shelf_life_days"], *goods],
            "opening_stock": [["item", "warehouse", "lot", "quantity", "value", "made_on"], *stock],
        }
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=FULL)
    parser.add_argument("--profile", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["GONGFANG_DATA"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "gongfang.config.settings.local"
        return run(args.rows, args.profile)


def run(rows: int, profile: bool) -> int:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    from gongfang.platform.exchange import services as exchange
    from gongfang.platform.identity.services import register_first_admin
    from gongfang.platform.verification import run_all

    boss = register_first_admin(
        actor=None, request_id=uuid.uuid4(), username="admin", name="管理员", password="Gongfang-2026"
    )
    content = book_of(rows)
    print(f"{connection.vendor}, {rows:,} rows, {len(content) / 2**20:.1f} MB")
    if profile:
        import cProfile
        import pstats

        profiler = cProfile.Profile()
        profiler.enable()
    wall, cpu, checked = timed(lambda: exchange.check_workbook(content, actor=boss))
    assert not checked.faults, checked.faults[:3]
    missed = told("check", wall, cpu, CHECK_SECONDS * rows / FULL, rows)
    wall, cpu, _ = timed(lambda: exchange.import_workbook(actor=boss, request_id=uuid.uuid4(), content=content))
    missed |= told("load", wall, cpu, LOAD_SECONDS * rows / FULL, rows)
    if profile:
        profiler.disable()
        pstats.Stats(profiler).sort_stats("cumulative").print_stats(45)
    wall, cpu, faults = timed(run_all)
    print(
        f"  verify {wall:7.1f} s, {len(faults)} faults; peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB"
    )
    return 1 if missed or faults else 0


def told(what: str, wall: float, cpu: float, limit: float, rows: int) -> bool:
    """Print a figure against its limit; whether it is missed."""
    missed = wall > limit
    print(
        f"  {what:6} {wall:7.1f} s ({cpu:6.1f} s CPU, {1000 * cpu / rows:.3f} ms a row), limit {limit:.0f} s{'  MISSED' if missed else ''}"
    )
    return missed


if __name__ == "__main__":
    sys.exit(main())
