"""Who may look at what of purchasing."""

from gongfang.platform.identity.presets import OFFICE
from gongfang.platform.verbs import view_permission

MONEY = {"owner", "buyer", "planner", "keeper", "cost_accountant", "accountant", "cashier"}
VIEW_ORDERS = view_permission("purchasing.view_orders", MONEY | {"supervisor", "inspector"})
VIEW_RECEIPTS = view_permission("purchasing.view_receipts", MONEY | {"inspector"})
VIEW_REQUISITIONS = view_permission("purchasing.view_requisitions", OFFICE)
VIEW_SUPPLIERS = view_permission("purchasing.view_suppliers", {"owner", "buyer", "planner", "inspector", "accountant"})
