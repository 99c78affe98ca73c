"""The planner's nouns and pages: workbench, suggestions, exceptions, firm orders, forecast, master schedule, schedules, policies."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gongfang.planning.models import PlannedOrder
from gongfang.planning.queries import VIEW_FLOOR, VIEW_PLAN
from gongfang.planning.screens.decisions import FIRM_ORDERS, MASTER_ITEMS, SCENARIOS
from gongfang.planning.screens.policies import FORECAST_CELLS, POLICIES
from gongfang.planning.screens.slots import SLOTS
from gongfang.planning.screens.suggestions import EXCEPTIONS, RUNS, SUGGESTIONS, current_exceptions
from gongfang.planning.screens.within import EXTRA_TABS, PROMISES
from gongfang.planning.views import compare, faults, forecasts, kits, loads, masters, promising, schedules, workbench
from gongfang.ui.screens import Alert, AlertRow, Figure, Page, ProcessBox, Screen, Tile

PAGES = [
    Page("planning/workbench", _("MRP workbench"), workbench.page, view_permission=VIEW_PLAN, icon="layout-board-split", order=5, day_of=("planner",),
         routes=workbench.ROUTES),
    Page("planning/forecast", _("Demand and forecast"), forecasts.page, view_permission=VIEW_PLAN, icon="chart-line", order=8, routes=forecasts.ROUTES),
    Page("planning/mps", _("Master production schedule"), masters.page, view_permission=VIEW_PLAN, icon="calendar-month", order=12, routes=masters.ROUTES),
    Page("planning/promise", _("Promise and rush order"), promising.page, view_permission=VIEW_PLAN, icon="calendar-question", order=55, day_of=("sales",)),
    Page("planning/bottleneck", _("Bottleneck"), promising.bottleneck, view_permission=VIEW_PLAN, icon="filter", order=62),
    Page("planning/kits", _("Kit check"), kits.page, view_permission=VIEW_FLOOR, icon="puzzle", order=50),
    Page("planning/loads", _("Capacity load"), loads.page, view_permission=VIEW_PLAN, icon="chart-bar", order=60),
    Page("planning/gantt", _("Finite schedule"), schedules.page, view_permission=VIEW_FLOOR, icon="timeline", order=65, routes=schedules.ROUTES),
    Page("planning/compare", _("Compare plans"), compare.page, view_permission=VIEW_PLAN, icon="arrows-diff", order=36),
    Page("planning/faults", _("Data faults"), faults.page, view_permission=VIEW_PLAN, icon="bandage", order=25),
]  # fmt: skip
SCREENS: list[Screen | Page] = [
    SUGGESTIONS,
    EXCEPTIONS,
    RUNS,
    FIRM_ORDERS,
    MASTER_ITEMS,
    SCENARIOS,
    POLICIES,
    FORECAST_CELLS,
    PROMISES,
    SLOTS,
    *PAGES,
]

__all__ = ["EXTRA_TABS"]


def _open_count(user: Any) -> int:
    return PlannedOrder.objects.filter(run__is_current=True, state="suggested").count()


def _late_count(user: Any) -> int:
    return PlannedOrder.objects.filter(run__is_current=True, state="suggested", is_late=True).count()


def _open_figure(user: Any) -> Figure:
    return Figure(_open_count(user), good="down", note=gettext("to be released"))


def _exception_rows(user: Any) -> list[AlertRow]:
    rows = current_exceptions(user).filter(kind__in=["expedite", "past_due_demand", "data_fault"])[:10]
    return [
        AlertRow(
            f"{row.item.code} {row.item.name}" if row.item else row.document,
            "/planning/exceptions/",
            "orange",
            f"{row.get_kind_display()} {row.document}",
        )
        for row in rows
    ]


PROCESS_BOXES = [
    ProcessBox("mrp", _("MRP"), "/planning/workbench/", count=_open_count, late=_late_count, permission=VIEW_PLAN)
]
TILES = [
    Tile(
        "planning.suggestions",
        _("Open suggestions"),
        _open_figure,
        permission=VIEW_PLAN,
        url="/planning/workbench/",
        order=40,
    )
]
ALERTS = [
    Alert(
        "planning.exceptions", _("MRP exceptions"), _exception_rows, permission=VIEW_PLAN, url="/planning/exceptions/"
    )
]
