"""Hand-written pages of the store: the keeper's day, counting by phone, scan stations, labels, accuracy, idle stock."""

from gongfang.inventory.pages.accuracy import accuracy
from gongfang.inventory.pages.alerts import idle_stock
from gongfang.inventory.pages.counting import count_sheet, counting, finish, tally
from gongfang.inventory.pages.keeper import keeper
from gongfang.inventory.pages.labels import labels
from gongfang.inventory.pages.stations import finish_station, resolve_code, scan, work

__all__ = [
    "accuracy", "count_sheet", "counting", "finish", "finish_station", "idle_stock", "keeper", "labels", "resolve_code", "scan", "tally", "work",
]  # fmt: skip
