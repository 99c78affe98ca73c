"""How long every list page takes when the demo factory has grown to a million stock moves and 100,000 work orders.

    .venv/bin/python benchmarks/lists.py                         the demo factory in a temporary SQLite file, grown, every list timed
    GONGFANG_DATABASE_URL=postgresql://… .venv/bin/python benchmarks/lists.py      the same in an empty PostgreSQL database
    … benchmarks/lists.py --moves 100000 --orders 10000 --days 20
    … benchmarks/lists.py --keep FOLDER      SQLite in a folder that stays: grown the first time, only looked at after that

The rows are copies of what the simulation made, under new keys and numbers, so that they spread as real ones do; pages only read
them. Measured per list: the server's time for the first page, quick searches, and the page after the last row shown (median of
three), and its statements. Limit: 150 ms, and a number of statements that does not depend on the rows. Exit 1 where one is over it.
"""

import argparse
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
LIMIT_SECONDS = 0.150
WORDS = ("A1", "0001", "泵", "zqx")  # of codes, the tail of numbers, a part of many names, and found nowhere
DOCUMENTS = (
    "production.WorkOrder", "production.Report", "production.Issue", "production.OutputReceipt", "sales.SalesOrder", "sales.Shipment",
    "purchasing.PurchaseOrder", "purchasing.Arrival", "purchasing.Receipt", "quality.Inspection", "finance.SalesInvoice",
)  # fmt: skip
LINES = (
    "sales.SalesOrderLine", "sales.ShipmentLine", "purchasing.PurchaseOrderLine", "purchasing.ReceiptLine", "platform.AuditRow",
)  # fmt: skip


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
    from django.db import connection

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
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@dataclass
class Seen:
    """One list page."""

    address: str
    seconds: float
    cpu: float
    statements: int


def look(client: Any, address: str) -> tuple[Seen, str]:
    """Get a page three times after once to warm up; the median."""
    from django.db import connection

    caught: list[str] = []

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        caught.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    walls, cpus = [], []
    for _ in range(3):
        wall, cpu = perf_counter(), process_time()
        client.get(address)
        walls.append(perf_counter() - wall)
        cpus.append(process_time() - cpu)
    return Seen(address, median(walls), median(cpus), len(caught)), answer.content.decode()


def every_list(client: Any) -> list[Seen]:
    import re

    from gongfang.ui.registry import registry

    found = []
    for key in sorted(registry().screens):
        first, html = look(client, f"/{key}/")
        found += [first, *(look(client, f"/{key}/?q={word}")[0] for word in WORDS)]
        if onward := re.search(r'href="\?([^"]*after=[^"]+)"', html):
            found.append(look(client, f"/{key}/?" + onward.group(1).replace("&amp;", "&"))[0])
    return found


def known() -> Any:
    """A client of the first administrator of a database grown before, brought to today's tables."""
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.test import Client

    call_command("migrate", verbosity=0)
    client = Client()
    admin = get_user_model()._default_manager.get(username="bench")
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    return client


def demo(days: int) -> Any:
    """The demo factory after some days of work; a client of its first administrator."""
    import uuid

    from django.core.management import call_command

    from gongfang.platform.exchange import services as exchange
    from gongfang.platform.identity import services as identity
    from gongfang.simulation.runner import simulate

    call_command("migrate", verbosity=0)
    admin = identity.register_first_admin(
        actor=None, request_id=uuid.uuid4(), username="bench", name="bench", password="Gongfang-2026"
    )
    book = (ROOT / "examples" / "pump-factory.xlsx").read_bytes()
    exchange.import_workbook(actor=admin, request_id=uuid.uuid4(), content=book, start=None)
    simulate(days=days, seed=1)
    return known()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moves", type=int, default=1_000_000)
    parser.add_argument("--orders", type=int, default=100_000, help="work orders, and as many of each other document")
    parser.add_argument("--days", type=int, default=20, help="simulated before it is grown")
    parser.add_argument(
        "--cpu", action="store_true", help="judge by CPU time: on a machine that others use too, SQLite only"
    )
    parser.add_argument("--rows", type=int, default=15, help="how many of the slowest pages to print")
    parser.add_argument("--keep", type=Path, help="folder of the database, reused when it was grown before")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        grown = options.keep and (options.keep / "grown").exists()
        if options.keep:
            options.keep.mkdir(exist_ok=True)
            os.environ["GONGFANG_DATA"] = str(options.keep)
        os.environ.setdefault("GONGFANG_DATA", folder)
        os.environ["DJANGO_SETTINGS_MODULE"] = "gongfang.config.settings.local"
        import django

        django.setup()
        from django.conf import settings
        from django.db import connection

        settings.ALLOWED_HOSTS = ["*"]
        client = known() if grown else demo(options.days)
        print(f"{connection.vendor}, load {os.getloadavg()[0]:.1f}")
        if not grown:
            grow(options.moves, options.orders)
            if options.keep:
                (options.keep / "grown").touch()
        seen = every_list(client)
    judged = {one.address: one.cpu if options.cpu else one.seconds for one in seen}
    slow = [one for one in seen if judged[one.address] > LIMIT_SECONDS]
    for one in sorted(seen, key=lambda one: -judged[one.address])[: options.rows]:
        print(
            f"| {one.address[:70]} | {1000 * one.seconds:.0f} ms | {1000 * one.cpu:.0f} ms CPU | {one.statements} statements |"
        )
    print(
        f"{len(seen)} pages, median {1000 * median(one.seconds for one in seen):.0f} ms,"
        f" most CPU {1000 * max(one.cpu for one in seen):.0f} ms, load {os.getloadavg()[0]:.1f},"
        f" statements {min(one.statements for one in seen)} to {max(one.statements for one in seen)}"
    )
    over = f"{len(slow)} pages over {1000 * LIMIT_SECONDS:.0f} ms"
    print("PASS" if not slow else f"FAIL: {over}")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
