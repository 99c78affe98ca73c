"""Who may look at what orders cost."""

from gongfang.platform.verbs import view_permission

VIEW_COSTS = view_permission("costing.view_costs", {"owner", "planner", "cost_accountant", "accountant", "buyer"})
