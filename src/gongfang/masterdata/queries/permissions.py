"""Who may look at which master data."""

from gongfang.platform.identity.presets import EVERYBODY, OFFICE
from gongfang.platform.verbs import view_permission

VIEW_ITEMS = view_permission("masterdata.view_items", EVERYBODY)
VIEW_PARTNERS = view_permission("masterdata.view_partners", OFFICE)
VIEW_STRUCTURE = view_permission("masterdata.view_structure", EVERYBODY)
VIEW_SITES = view_permission("masterdata.view_sites", EVERYBODY)
VIEW_SUPPLIER_PRICES = view_permission(
    "masterdata.view_supplier_prices", {"owner", "buyer", "planner", "cost_accountant", "accountant", "cashier"}
)
VIEW_CUSTOMER_PRICES = view_permission(
    "masterdata.view_customer_prices", {"owner", "sales", "cost_accountant", "accountant", "cashier"}
)
