"""Who may look at the ledgers."""

from gongfang.platform.identity.presets import OFFICE
from gongfang.platform.verbs import view_permission

VIEW_STOCK = view_permission("ledger.view_stock", set(OFFICE))
VIEW_ACCOUNTS = view_permission("ledger.view_accounts", {"owner", "accountant", "cost_accountant", "cashier"})
VIEW_ADJUSTMENTS = view_permission("ledger.view_value_adjustments", {"owner", "accountant", "cost_accountant", "buyer"})
