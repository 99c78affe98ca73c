"""Hand-written pages of the shop floor, one file per page."""

from gongfang.production.views import (
    board,
    dispatch,
    engineer,
    give_back,
    labels,
    pick,
    quick,
    receive,
    report,
    rework,
    today,
)

__all__ = [
    "board",
    "dispatch",
    "engineer",
    "give_back",
    "labels",
    "pick",
    "quick",
    "receive",
    "report",
    "rework",
    "today",
]
