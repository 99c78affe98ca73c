"""Net change: a run that begins with the plan before and plans anew only what differs. The plan is the one that a full run would give.

Everything is read and written as in a full run; what is saved is the reckoning, and what the planner set aside stays set aside where
nothing changed.
"""

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from gongfang.kernel.errors import Problem
from gongfang.planning.models import PlanMemory, PlannedOrder, PlanRun
from gongfang.planning.queries import current_run

REMEMBERED_AT_MOST = 200_000  # planned orders: some ten megabytes
Lot = tuple[int, int | None, Decimal, date, date]
"""Item, plant, quantity, start, due."""


def why_no_net_change(run: PlanRun | None) -> list[Problem]:
    """Why a net change cannot begin with the live plan; nothing where it can. One statement."""
    if run is None:
        return [Problem("no_plan", "There is no plan yet: run MRP first.")]
    if run.today != timezone.localdate():
        return [
            Problem("plan_of_another_day", "The plan is of {day}. A net change begins with a plan of today: run MRP for all items first, once a day.", day=run.today)
        ]  # fmt: skip
    if not PlanMemory.objects.filter(run=run).exists():
        return [
            Problem("plan_not_kept", "The last plan was not kept for a net change: it is too large, or older than the program. Run MRP for all items.")
        ]  # fmt: skip
    return []


def recall() -> tuple[Any, Counter[Lot]]:
    """The live plan as the engine left it (None: it cannot be used any more), and what of it was set aside. Three statements."""
    from gongfang.engines.mrp import Remembered

    run = current_run()
    kept = PlanMemory.objects.filter(run=run).first() if run is not None else None
    if run is None or kept is None:
        return None, Counter()
    aside = PlannedOrder.objects.filter(run=run, state=PlannedOrder.State.DISMISSED)
    lots = Counter(aside.values_list("item_id", "plant_id", "quantity", "release_on", "due_on"))
    return Remembered.from_bytes(bytes(kept.packed)), lots


def remember(run: PlanRun, plan: Any) -> None:
    """Keep the live plan for a net change, in place of the one before."""
    from gongfang.engines.mrp import Remembered

    PlanMemory.objects.all().delete()
    if len(plan.orders) <= REMEMBERED_AT_MOST:
        PlanMemory.objects.create(run=run, packed=Remembered.of(plan).to_bytes())


def set_aside(run: PlanRun, lots: Counter[Lot], changed_items: set[tuple[int, int | None]]) -> None:
    """Set the same suggestions aside again, of items that are planned as before. Two statements."""
    wanted = Counter({lot: count for lot, count in lots.items() if lot[:2] not in changed_items})
    if not wanted:
        return
    found = []
    rows = PlannedOrder.objects.filter(run=run, item__in={lot[0] for lot in wanted}).order_by("seq")
    for pk, *lot in rows.values_list("pk", "item_id", "plant_id", "quantity", "release_on", "due_on"):
        key = tuple(lot)
        if wanted[key] > 0:
            wanted[key] -= 1
            found.append(pk)
    PlannedOrder.objects.filter(pk__in=found).update(state=PlannedOrder.State.DISMISSED)
