"""Verbs of planning: run, change, firm, release, dismiss, what-if."""

from gongfang.planning.services.exceptions import follow_exceptions, proposal_of, why_not_follow
from gongfang.planning.services.firming import (
    cancel_firm_orders,
    change_firm_order,
    create_firm_order,
    firm_suggestions,
    leave_master_schedule,
    merge_suggestions,
    release_firm_orders,
    set_fences,
    split_suggestion,
    why_not_firm,
)
from gongfang.planning.services.forecasts import CellInput, accept_forecast, set_analogy, set_forecast, start_forecast
from gongfang.planning.services.netchange import why_no_net_change
from gongfang.planning.services.policies import accept_policy, start_policy
from gongfang.planning.services.release import change_suggestion, dismiss_suggestions, release_suggestions
from gongfang.planning.services.runs import plan_now, run_mrp, start_mrp, start_scenario
from gongfang.planning.services.scenarios import ChangeInput, change_scenario, create_scenario, delete_scenario
from gongfang.planning.services.schedules import (
    create_schedule,
    delete_schedule,
    move_operation,
    publish_schedule,
    solve_schedule,
    unpin_operations,
)
from gongfang.planning.services.within import start_within_hours

__all__ = [
    "CellInput", "ChangeInput", "accept_forecast", "accept_policy", "cancel_firm_orders", "change_firm_order", "change_scenario",
    "change_suggestion", "create_firm_order", "create_scenario", "create_schedule", "delete_scenario", "delete_schedule", "dismiss_suggestions", "firm_suggestions",
    "follow_exceptions", "leave_master_schedule", "merge_suggestions", "move_operation", "plan_now", "proposal_of", "publish_schedule", "release_firm_orders", "release_suggestions",
    "run_mrp", "set_analogy", "set_fences", "set_forecast", "solve_schedule", "split_suggestion", "start_forecast", "start_mrp", "start_policy", "start_scenario", "start_within_hours", "unpin_operations", "why_no_net_change", "why_not_firm", "why_not_follow",
]  # fmt: skip
