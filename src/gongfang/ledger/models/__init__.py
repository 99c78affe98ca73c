"""Tables of the stock ledger (locations, lots, balances, moves) and of the general ledger (accounts, periods, vouchers)."""

from gongfang.ledger.models.account import Account, AccountRole
from gongfang.ledger.models.adjustment import ValueAdjustment, ValueAdjustmentLine
from gongfang.ledger.models.balance import Balance, Layer, StandardPrice, ValueBalance
from gongfang.ledger.models.cost_object import CostElement, CostObject
from gongfang.ledger.models.journal import JournalEntry, JournalLine
from gongfang.ledger.models.location import PHYSICAL, Location
from gongfang.ledger.models.lot import Lot
from gongfang.ledger.models.period import Period
from gongfang.ledger.models.posting import Posting, StockMove
from gongfang.ledger.models.reservation import Reservation
from gongfang.ledger.models.voucher import AccountBalance, Voucher, VoucherLine

__all__ = [
    "PHYSICAL", "Account", "AccountBalance", "AccountRole", "Balance", "CostElement", "CostObject", "JournalEntry", "JournalLine",
    "Layer", "Location", "Lot", "Period", "Posting", "Reservation", "StandardPrice", "StockMove", "ValueAdjustment", "ValueAdjustmentLine", "ValueBalance", "Voucher", "VoucherLine",
]  # fmt: skip
