"""The demo factory grown to a million stock moves and 100,000 work orders, for the benchmarks that look at its pages.

The rows are copies of what the simulation made, under new keys and numbers, so that they spread as real ones do; pages only read
them. Balances, links and the audit chain know nothing of the copies: `gongfang verify` is clean before the growth and not after it.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = (
    "production.WorkOrder", "production.Report", "production.Issue", "production.OutputReceipt", "sales.SalesOrder", "sales.Shipment",
    "purchasing.PurchaseOrder", "purchasing.Arrival", "purchasing.Receipt", "quality.Inspection", "finance.SalesInvoice",
)  # fmt: skip
LINES = (
    "sales.SalesOrderLine", "sales.ShipmentLine", "purchasing.PurchaseOrderLine", "purchasing.ReceiptLine", "platform.AuditRow",
)  # fmt: skip


def options_of(description: str | None) -> argparse.ArgumentParser:
    """What every benchmark on the grown factory may be told."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moves", type=int, default=1_000_000)
    parser.add_argument("--orders", type=int, default=100_000, help="work orders, and as many of each other document")
    parser.add_argument("--days", type=int, default=20, help="simulated before it is grown")
    parser.add_argument("--keep", type=Path, help="folder of the SQLite database, reused when it was grown before")
    parser.add_argument("--cpu", action="store_true", help="judge by CPU time of Python and of the PostgreSQL session")
    parser.add_argument("--rows", type=int, default=15, help="how many of the slowest pages to print")
    parser.add_argument("--only", default="", help="addresses that begin so")
    return parser


@contextmanager
def grown(options: Any) -> Iterator[Any]:
    """A client of the first administrator of the grown factory: made now, or found as an earlier run left it."""
    with tempfile.TemporaryDirectory() as folder:
        if options.keep:
            options.keep.mkdir(exist_ok=True)
            os.environ["GONGFANG_DATA"] = str(options.keep)
        os.environ.setdefault("GONGFANG_DATA", folder)
        os.environ["DJANGO_SETTINGS_MODULE"] = "gongfang.config.settings.local"
        import django

        django.setup()
        from django.conf import settings
        from django.core.management import call_command
        from django.db import connection

        settings.ALLOWED_HOSTS = ["*"]
        call_command("migrate", verbosity=0)
        if not _has_grown(options.moves):
            demo(options.days)
            grow(options.moves, options.orders)
        print(f"{connection.vendor}, load {os.getloadavg()[0]:.1f}", flush=True)
        yield known()


def _has_grown(moves: int) -> bool:
    from gongfang.ledger.models import StockMove

    last = StockMove.objects.order_by("-pk").values_list("pk", flat=True).first()
    return last is not None and last >= moves


def known() -> Any:
    """A client of the first administrator."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    client = Client()
    admin = get_user_model()._default_manager.get(username="bench")
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    return client


def demo(days: int) -> None:
    """The demo factory after some days of work, proved sound."""
    import uuid

    from gongfang.platform.exchange import services as exchange
    from gongfang.platform.identity import services as identity
    from gongfang.platform.verification import run_each
    from gongfang.simulation.runner import simulate

    admin = identity.register_first_admin(
        actor=None, request_id=uuid.uuid4(), username="bench", name="bench", password="Gongfang-2026"
    )
    book = (ROOT / "examples" / "pump-factory.xlsx").read_bytes()
    exchange.import_workbook(actor=admin, request_id=uuid.uuid4(), content=book, start=None)
    simulate(days=days, seed=1)
    faults = [fault for result in run_each() for fault in result.faults]
    assert not faults, faults[:5]
    print("  verified before it grows: no fault", flush=True)


def highest(label: str) -> int:
    from django.apps import apps

    return apps.get_model(label)._default_manager.order_by("-pk").values_list("pk", flat=True)[0]


def copies(label: str, times: int, **fresh: str) -> str:
    """Copy a table's rows times − 1 times; fresh: SQL of the columns that a copy may not share (n is the copy's number)."""
    from django.apps import apps
    from django.db import connection

    model = apps.get_model(label)
    have = model._default_manager.count()
    if times > 1:
        columns = [field.column for field in model._meta.concrete_fields]
        values = {name: f't."{name}"' for name in columns} | {"id": f"t.id + n * {highest(label)}"} | fresh
        series = "generate_series(1, %s) AS c(n)"
        if connection.vendor == "sqlite":
            series = "(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < %s) SELECT n FROM s) c"
        names, picked = ", ".join(f'"{name}"' for name in columns), ", ".join(values[name] for name in columns)
        with connection.cursor() as cursor:
            table = model._meta.db_table
            cursor.execute(f"INSERT INTO {table} ({names}) SELECT {picked} FROM {table} t, {series}", [times - 1])
    return f"  {label}: {have * times:,}"


def grow(moves: int, orders: int) -> None:
    """Documents until there are so many work orders, ledger rows until there are so many moves."""
    from gongfang.ledger.models import StockMove
    from gongfang.production.models import WorkOrder

    times = orders // WorkOrder.objects.count() + 1
    for label in DOCUMENTS:
        fresh = {"number": "t.number || '-' || n"} | ({"invoice_no": "''"} if label == "finance.SalesInvoice" else {})
        print(copies(label, times, **fresh), flush=True)
    for label in LINES:
        print(copies(label, times), flush=True)
    times = moves // StockMove.objects.count() + 1
    posting = f"t.posting_id + n * {highest('ledger.Posting')}"
    print(copies("ledger.Posting", times, reverses_id="NULL"), flush=True)
    print(copies("ledger.Voucher", times, number="t.number + n * 1000000", posting_id=posting), flush=True)
    print(copies("ledger.StockMove", times, reverses_id="NULL", posting_id=posting), flush=True)
    tidy_up()


def tidy_up() -> None:
    """Keys go on after the copies, and the planner knows the sizes."""
    from django.apps import apps
    from django.core.management.color import no_style
    from django.db import connection

    copied = [
        apps.get_model(label) for label in (*DOCUMENTS, *LINES, "ledger.Posting", "ledger.Voucher", "ledger.StockMove")
    ]
    with connection.cursor() as cursor:
        for sql in connection.ops.sequence_reset_sql(no_style(), copied):
            cursor.execute(sql)
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


@dataclass
class Seen:
    """One page: its time, the computing in it (here and in the database), its statements, the longest of them."""

    address: str
    seconds: float
    cpu: float
    statements: int
    slowest: str


def look(client: Any, address: str) -> tuple[Seen, str]:
    """Get a page three times after once to warm up and count; the median of time, the least of computing."""
    from django.db import connection

    caught: list[tuple[float, str]] = []

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        began = perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            caught.append((perf_counter() - began, sql))

    with connection.execute_wrapper(count):
        answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    walls, cpus = [], []
    for _ in range(3):
        wall, cpu, there = perf_counter(), process_time(), session_seconds()
        client.get(address)
        walls.append(perf_counter() - wall)
        cpus.append(process_time() - cpu + session_seconds() - there)
    took, sql = max(caught, default=(0.0, ""))
    return Seen(address, median(walls), min(cpus), len(caught), f"{1000 * took:.0f} ms: {sql}"), answer.content.decode()


def session_seconds() -> float:
    """CPU time of the PostgreSQL process behind this connection, where it runs on this machine; 0 on SQLite."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return 0.0
    connection.ensure_connection()
    stat = Path(f"/proc/{connection.connection.info.backend_pid}/stat")
    if not stat.exists():
        return 0.0
    run_ns = stat.with_name("schedstat").read_text().split()[0]
    return int(run_ns) / 1e9


def judged(seen: list[Seen], limit: float, options: Any) -> int:
    """Print the slowest pages and the verdict; the exit status."""

    def measure(one: Seen) -> float:
        return one.cpu if options.cpu else one.seconds

    slow = [one for one in seen if measure(one) > limit]
    for one in sorted(seen, key=measure, reverse=True)[: options.rows]:
        print(
            f"| {one.address[:70]} | {1000 * one.seconds:.0f} ms | {1000 * one.cpu:.0f} ms CPU | {one.statements} statements |"
        )
        if measure(one) > limit / 2:
            print(f"    longest statement {one.slowest[:300]}")
    print(
        f"{len(seen)} pages, median {1000 * median(one.seconds for one in seen):.0f} ms,"
        f" {1000 * median(one.cpu for one in seen):.0f} ms CPU, most {1000 * max(one.cpu for one in seen):.0f} ms CPU,"
        f" load {os.getloadavg()[0]:.1f}, statements {min(one.statements for one in seen)} to {max(one.statements for one in seen)}"
    )
    print("PASS" if not slow else f"FAIL: {len(slow)} pages over {1000 * limit:.0f} ms")
    return 1 if slow else 0


sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
