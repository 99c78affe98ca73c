"""Hand-written pages of the shop floor, one file per page."""

from gongfang.production.views import board, dispatch, give_back, pick, quick, receive, report

__all__ = ["board", "dispatch", "give_back", "pick", "quick", "receive", "report"]
