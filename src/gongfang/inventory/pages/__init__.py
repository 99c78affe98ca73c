"""Hand-written pages of the store: counting by phone, scan stations, labels, accuracy, alerts."""

from gongfang.inventory.pages.accuracy import accuracy
from gongfang.inventory.pages.alerts import idle_stock
from gongfang.inventory.pages.counting import count_sheet, counting, finish, tally

__all__ = ["accuracy", "count_sheet", "counting", "finish", "idle_stock", "tally"]
