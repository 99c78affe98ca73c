"""Who may look at what on the shop floor."""

from gongfang.platform.verbs import view_permission

VIEW_ORDERS = view_permission(
    "production.view_orders",
    {
        "owner",
        "sales",
        "planner",
        "buyer",
        "keeper",
        "engineer",
        "supervisor",
        "inspector",
        "cost_accountant",
        "accountant",
    },
)
VIEW_FLOOR = view_permission(
    "production.view_floor",
    {"owner", "planner", "keeper", "supervisor", "operator", "inspector", "maintainer", "engineer"},
)
