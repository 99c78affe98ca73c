"""How long a workbook of many rows takes to check and to load, against the limits that were promised.

    .venv/bin/python benchmarks/exchange.py                    100,000 rows on SQLite, a file in a temporary folder
    .venv/bin/python benchmarks/exchange.py --rows 20000
    .venv/bin/python benchmarks/exchange.py --limits           PASS or FAIL for each limit
    GONGFANG_DATABASE_URL=postgresql://… .venv/bin/python benchmarks/exchange.py      an empty PostgreSQL database

A fifth of the rows are items, the rest opening stock: untracked goods, lots with dates, serial numbers. The load is the job that
runs beside the pages; before it the same job is stopped half-way. Limits (2 cores): 100,000 rows checked in under 60 s and loaded in
under 120 s, smaller books in proportion; what is seen of the job is never older than 15 s, a cancelled one ends within 15 s and
leaves nothing; below 1 GiB; the proof finds nothing. Exit status 1 when one is missed.
"""

import argparse
import cProfile
import os
import pstats
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
CHECK_SECONDS, LOAD_SECONDS, SILENT_SECONDS, GIB, FULL = 60, 120, 15, 1, 100_000


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


class Watch:
    """Notes when a job tells how far it is, and asks it to stop once it has told so many percent."""

    def __init__(self) -> None:
        from gongfang.platform.tasks import marks

        self.plain, self.marks = marks.mark, marks
        marks.mark = self.mark

    def begin(self, stop_at: int = 101) -> None:
        self.stop_at, self.asked, self.told = stop_at, 0.0, [(perf_counter(), 0, "")]

    def mark(self, run_id: int, percent: int, message: str) -> bool:
        if message or percent != self.told[-1][1]:
            self.told.append((perf_counter(), percent, message))
        if percent >= self.stop_at and not self.asked:
            self.asked = perf_counter()
            self.marks.ask_to_stop(run_id)
            return False  # asked just after this one looked
        return self.plain(run_id, percent, message)

    def silence(self) -> tuple[float, str]:
        """The longest time between two signs of life, and what the job was at."""
        ends = [*self.told[1:], (perf_counter(), 100, "")]
        return max((later[0] - told[0], told[2]) for told, later in zip(self.told, ends, strict=True))


def load_beside(boss: Any, content: bytes) -> Any:
    """The job as the page starts it, run here and now."""
    from gongfang.platform.exchange import jobs
    from gongfang.platform.tasks.services import perform

    run = jobs.start_import(
        actor=boss, content=content, name="book.xlsx", act="load", start_on=None, request_id=uuid.uuid4()
    )
    perform.call(run.pk)
    run.refresh_from_db()
    return run


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=FULL)
    parser.add_argument("--profile", action="store_true")
    parser.add_argument(
        "--limits", action="store_true", help="accepted as of the other benchmarks; limits are always told"
    )
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["GONGFANG_DATA"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "gongfang.config.settings.local"
        import django

        django.setup()
        return 0 if run(args.rows, args.profile) else 1


def run(rows: int, profile: bool) -> bool:
    from benchmarks.judging import judge, within
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    from gongfang.masterdata.models import Item
    from gongfang.platform.exchange import services as exchange
    from gongfang.platform.identity.services import register_first_admin
    from gongfang.platform.verification import run_all

    boss = register_first_admin(
        actor=None, request_id=uuid.uuid4(), username="admin", name="管理员", password="Gongfang-2026"
    )
    content, watch, size = book_of(rows), Watch(), f"{rows:,} rows"
    print(f"{connection.vendor}, {size}, {len(content) / 2**20:.1f} MB")
    profiler = cProfile.Profile()
    if profile:
        profiler.enable()
    wall, cpu, checked = timed(lambda: exchange.check_workbook(content, actor=boss))
    assert not checked.faults, checked.faults[:3]
    told("check", wall, cpu, rows)
    good = [within(f"{size} checked", wall, CHECK_SECONDS * rows / FULL)]
    watch.begin(stop_at=50)
    stopped = load_beside(boss, content)
    good.append(judge("cancelled half-way, nothing stays", stopped.state == "cancelled" and not Item.objects.exists()))
    good.append(within("from the cancel to the end of the job", perf_counter() - watch.asked, SILENT_SECONDS))
    watch.begin()
    wall, cpu, done = timed(lambda: load_beside(boss, content))
    told("load", wall, cpu, rows)
    silent, act = watch.silence()
    if profile:
        profiler.disable()
        pstats.Stats(profiler).sort_stats("cumulative").print_stats(45)
    good.append(judge("the job loaded all of it", done.state == "done" and Item.objects.count() == rows // 5))
    good.append(within(f"{size} checked and loaded", wall, LOAD_SECONDS * rows / FULL))
    good.append(within(f"longest time without a sign of life ({act})", silent, SILENT_SECONDS))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    good.append(judge(f"peak memory {memory:.2f} GiB, limit {GIB} GiB", memory < GIB))
    wall, cpu, faults = timed(run_all)
    told("verify", wall, cpu, rows)
    good.append(judge(f"the proof: {len(faults)} faults", not faults))
    return all(good)


def told(what: str, wall: float, cpu: float, rows: int) -> None:
    print(f"  {what:6} {wall:7.1f} s ({cpu:6.1f} s CPU, {1000 * cpu / rows:.3f} ms a row)", flush=True)


if __name__ == "__main__":
    sys.exit(main())
