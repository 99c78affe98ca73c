"""A month of the demo factory from plan to books: MRP → release → schedule → publish → 30 days of work → proof of everything.

    .venv/bin/python benchmarks/month.py                      30 days on SQLite, in a temporary folder
    .venv/bin/python benchmarks/month.py --days 60 --seed 5

Ends with status 1 where the schedule does not fit, the shop stands still, or `verify` finds anything.
"""

import argparse
import os
import sys
import tempfile
from datetime import date, time, timedelta
from pathlib import Path
from time import perf_counter, process_time
from uuid import uuid4

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
START = date(2026, 9, 1)  # a Tuesday
AHEAD = timedelta(days=10)


def planned_and_published() -> None:
    """MRP, what has to be made soon released, sequenced and published, then what has to be bought."""
    from gongfang.planning import queries, services
    from gongfang.planning.models import PlannedOrder
    from gongfang.planning.services.schedules import solve_into
    from gongfang.platform.identity.models import User
    from gongfang.platform.tasks.services import Progress
    from gongfang.simulation.clock import Clock, running

    planner = User.objects.filter(roles__code="planner").order_by("pk")[0]
    clock = Clock(START)
    with running(clock):
        clock.set(START, time(7))
        run = services.plan_now(actor=planner, today=START)
        wanted = list(PlannedOrder.objects.filter(pk__in=queries.to_release(run, START + AHEAD)))
        made = [row.pk for row in wanted if row.kind == "make"]
        bought = [row.pk for row in wanted if row.kind != "make"]
        services.release_suggestions(actor=planner, request_id=uuid4(), order_ids=made)
        schedule = services.create_schedule(actor=planner, request_id=uuid4(), seconds=0)
        solve_into(schedule, Progress())
        if schedule.state != "done" or schedule.operation_count != schedule.slots.count():
            sys.exit(f"the schedule is {schedule.state}: {schedule.message}")
        services.publish_schedule(actor=planner, request_id=uuid4(), schedule_id=schedule.pk)
        if bought:
            services.release_suggestions(actor=planner, request_id=uuid4(), order_ids=bought)
    print(
        f"planned {run.order_count} suggestions, released {len(made)} to make and {len(bought)} to buy, "
        f"published {schedule.operation_count} operations"
    )


def proved(what: str) -> None:
    """Nothing is wrong in the books, or the end."""
    from gongfang.platform.verification import run_all

    faults = run_all()
    print(f"verify {what}: {len(faults)} faults")
    if faults:
        sys.exit("\n".join(str(fault) for fault in faults[:20]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--seed", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["GONGFANG_DATA"] = folder
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongfang.config.settings.local")
        import django

        django.setup()
        from django.core.management import call_command

        from gongfang.platform.exchange import services as exchange
        from gongfang.platform.identity import services as identity
        from gongfang.simulation.runner import simulate

        call_command("migrate", verbosity=0)
        wall, cpu = perf_counter(), process_time()
        admin = identity.register_first_admin(
            actor=None, request_id=uuid4(), username="root", name="管理员", password="Gongfang-2026"
        )
        workbook = (ROOT / "examples" / "pump-factory.xlsx").read_bytes()
        exchange.import_workbook(actor=admin, request_id=uuid4(), content=workbook, start=START)
        planned_and_published()
        proved("before")
        report = simulate(days=asked.days, seed=asked.seed, start=START)
        print(
            f"{report.first} to {report.last}: " + ", ".join(f"{name} {count}" for name, count in report.done.items())
        )
        print("refused: " + ", ".join(f"{name} {count}" for name, count in report.refused.items()))
        if not (report.done.get("finished") and report.done.get("shipments")):
            sys.exit("the shop stands still")
        proved("after")
        print(f"{perf_counter() - wall:.0f} s, {process_time() - cpu:.0f} CPU s")


if __name__ == "__main__":
    main()
