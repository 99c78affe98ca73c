"""The plan that is worked from."""

from datetime import date

from gongfang.planning.models import PlanException, PlannedOrder, PlanRun
from gongfang.platform.verbs import view_permission

VIEW_PLAN = view_permission("planning.view_plan", ("planner", "owner", "supervisor", "buyer", "sales", "keeper"))
VIEW_FLOOR = view_permission(
    "planning.view_floor", ("planner", "owner", "supervisor", "buyer", "keeper", "engineer", "sales")
)


def current_run() -> PlanRun | None:
    """The last finished run, or None before the first."""
    return PlanRun.objects.filter(is_current=True).first()


def to_release(run: PlanRun, until: date) -> list[int]:
    """Ids of the open suggestions of a run that have to start by a day; those that cannot be released (data faults) left out."""
    faulty = PlanException.objects.filter(run=run, fault__in=("no_bom", "no_supplier")).values("item")
    rows = PlannedOrder.objects.filter(run=run, state=PlannedOrder.State.SUGGESTED, release_on__lte=until).exclude(
        item__in=faulty
    )
    return list(rows.order_by("release_on", "pk").values_list("pk", flat=True))
