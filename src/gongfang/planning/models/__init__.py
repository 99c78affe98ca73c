"""Tables of planning, one file per noun. Plans are disposable; forecasts, firm orders, fences and published schedules are not."""

from gongfang.planning.models.firm import FirmOrder, MasterItem
from gongfang.planning.models.forecasts import Forecast, ForecastPeriod
from gongfang.planning.models.plans import PlanException, PlanItem, PlanMemory, PlannedOrder, PlanRun, PlanSource
from gongfang.planning.models.policies import PolicyProposal
from gongfang.planning.models.promises import PlanPromise
from gongfang.planning.models.scenarios import Scenario, ScenarioChange
from gongfang.planning.models.schedules import Schedule, ScheduleSlot

__all__ = [
    "FirmOrder", "Forecast", "ForecastPeriod", "MasterItem", "PlanException", "PlanItem", "PlanMemory", "PlanPromise", "PlanRun", "PlanSource",
    "PlannedOrder", "PolicyProposal", "Scenario", "ScenarioChange", "Schedule", "ScheduleSlot",
]  # fmt: skip
