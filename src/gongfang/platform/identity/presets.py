"""The roles every factory has. What each may do stands at the verbs (`@verb(…, roles=…)`); this is only their list."""

from gongfang.kernel.errors import N_

ADMIN = "admin"

PRESET_ROLES: dict[str, str] = {
    "owner": N_("Owner"),
    "sales": N_("Sales"),
    "planner": N_("Planner"),
    "buyer": N_("Buyer"),
    "keeper": N_("Warehouse keeper"),
    "engineer": N_("Process engineer"),
    "supervisor": N_("Workshop supervisor"),
    "operator": N_("Operator"),
    "inspector": N_("Quality inspector"),
    "maintainer": N_("Maintainer"),
    "cost_accountant": N_("Cost accountant"),
    "accountant": N_("Accountant"),
    "cashier": N_("Cashier"),
    "hr": N_("Human resources"),
    "admin": N_("Administrator"),
}

EVERYBODY = tuple(PRESET_ROLES)
OFFICE = tuple(role for role in PRESET_ROLES if role != "operator")

SCOPES: dict[str, tuple[str, frozenset[str]]] = {
    # field scope: (title, preset roles that see such figures)
    "cost": (N_("See costs and purchase prices"), frozenset({"owner", "buyer", "planner", "cost_accountant", "accountant", "cashier"})),
    "price": (N_("See sales prices"), frozenset({"owner", "sales", "cost_accountant", "accountant", "cashier"})),
    "pay": (N_("See other people's pay"), frozenset({"owner", "hr", "accountant"})),
}  # fmt: skip
