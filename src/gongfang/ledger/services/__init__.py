"""The doors of the ledgers. Goods and money change through `post` and `reverse` only."""

from gongfang.ledger.rules.moves import AddedCost, Draft, Entry, Move
from gongfang.ledger.services.accounts import assign_role, change_account, create_account
from gongfang.ledger.services.adding import add_costs
from gongfang.ledger.services.adjustments import (
    VALUE_ADJUSTMENT,
    AdjustmentLineInput,
    approve_value_adjustment,
    create_value_adjustment,
    edit_value_adjustment,
    reject_value_adjustment,
    submit_value_adjustment,
    unapprove_value_adjustment,
    void_value_adjustment,
    withdraw_value_adjustment,
)
from gongfang.ledger.services.averaging import average_month, reckon_month_average, start_month_average
from gongfang.ledger.services.books import ensure_books
from gongfang.ledger.services.closing import (
    CLOSING_CHECKS,
    close_period,
    closing_faults,
    closing_warnings,
    reopen_period,
)
from gongfang.ledger.services.cost_objects import cost_objects_for
from gongfang.ledger.services.following import follow_recost
from gongfang.ledger.services.holds import HOLDS
from gongfang.ledger.services.journal import (
    JOURNAL,
    JournalLineInput,
    approve_journal,
    create_journal,
    edit_journal,
    reject_journal,
    submit_journal,
    unapprove_journal,
    void_journal,
    withdraw_journal,
)
from gongfang.ledger.services.keeping import (
    ON_APPROVAL,
    Used,
    carrying,
    hand_on,
    keep,
    kept_for,
    release_ended,
    release_kept,
    reserve_approved,
    trim,
    use,
)
from gongfang.ledger.services.locations import (
    change_location,
    create_location,
    ensure_owner_location,
    ensure_subcontractor_locations,
    ensure_warehouse_locations,
)
from gongfang.ledger.services.lots import NewLot, change_lot, free_lot, freeze_lot, lots_for
from gongfang.ledger.services.periods import open_period
from gongfang.ledger.services.posting import post, post_all
from gongfang.ledger.services.recosting import FINISHED
from gongfang.ledger.services.reservations import (
    Reserve,
    harden_reservation,
    release,
    release_reservation,
    reserve,
    swap_reservation,
)
from gongfang.ledger.services.reversing import reverse, reverse_all
from gongfang.ledger.services.standards import reprice

__all__ = [
    "CLOSING_CHECKS",
    "FINISHED",
    "HOLDS",
    "JOURNAL",
    "ON_APPROVAL",
    "VALUE_ADJUSTMENT",
    "AddedCost",
    "AdjustmentLineInput",
    "Draft",
    "Entry",
    "JournalLineInput",
    "Move",
    "NewLot",
    "Reserve",
    "Used",
    "add_costs",
    "approve_journal",
    "approve_value_adjustment",
    "assign_role",
    "average_month",
    "carrying",
    "change_account",
    "change_location",
    "change_lot",
    "close_period",
    "closing_faults",
    "closing_warnings",
    "cost_objects_for",
    "create_account",
    "create_journal",
    "create_location",
    "create_value_adjustment",
    "edit_journal",
    "edit_value_adjustment",
    "ensure_books",
    "ensure_owner_location",
    "ensure_subcontractor_locations",
    "ensure_warehouse_locations",
    "follow_recost",
    "free_lot",
    "freeze_lot",
    "hand_on",
    "harden_reservation",
    "keep",
    "kept_for",
    "lots_for",
    "open_period",
    "post",
    "post_all",
    "reckon_month_average",
    "reject_journal",
    "reject_value_adjustment",
    "release",
    "release_ended",
    "release_kept",
    "release_reservation",
    "reopen_period",
    "reprice",
    "reserve",
    "reserve_approved",
    "reverse",
    "reverse_all",
    "start_month_average",
    "submit_journal",
    "submit_value_adjustment",
    "swap_reservation",
    "trim",
    "unapprove_journal",
    "unapprove_value_adjustment",
    "use",
    "void_journal",
    "void_value_adjustment",
    "withdraw_journal",
    "withdraw_value_adjustment",
]
