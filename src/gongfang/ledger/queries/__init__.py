"""Named reads of the ledgers, for screens and for the packages above."""

from gongfang.ledger.queries.general import (
    TrialRow,
    account_lines,
    account_of_role,
    balance_before,
    balance_of,
    partner_balances,
    period_of,
    trial_balance,
    wip_input_of,
    wip_of,
)
from gongfang.ledger.queries.locations import (
    blocked_of,
    inspection_of,
    location,
    locations,
    store_of,
    stores_of,
    subcontractor_of,
)
from gongfang.ledger.queries.permissions import VIEW_ACCOUNTS, VIEW_STOCK
from gongfang.ledger.queries.statements import balance_sheet, cash_flow_statement, income_statement
from gongfang.ledger.queries.stock import (
    available,
    balances_for_items,
    moves_of,
    on_hand,
    plannable_stock,
    postings_of,
    unit_costs,
    value_by_line,
    value_of,
)

__all__ = [
    "VIEW_ACCOUNTS", "VIEW_STOCK", "TrialRow", "account_lines", "account_of_role", "available", "balance_before", "balance_of", "balance_sheet",
    "balances_for_items", "blocked_of", "cash_flow_statement", "income_statement", "inspection_of", "location", "locations", "moves_of", "on_hand", "partner_balances",
    "period_of", "plannable_stock", "postings_of", "store_of", "stores_of", "subcontractor_of", "trial_balance", "unit_costs", "value_by_line", "value_of",
    "wip_input_of", "wip_of",
]  # fmt: skip
