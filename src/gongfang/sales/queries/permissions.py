"""Who may look at what of sales."""

from gongfang.platform.verbs import view_permission

VIEW_ORDERS = view_permission(
    "sales.view_orders",
    {"owner", "sales", "planner", "keeper", "supervisor", "cost_accountant", "accountant", "cashier"},
)
VIEW_SHIPMENTS = view_permission(
    "sales.view_shipments", {"owner", "sales", "planner", "keeper", "cost_accountant", "accountant", "cashier"}
)
VIEW_QUOTATIONS = view_permission("sales.view_quotations", {"owner", "sales"})
