"""Reads of a plan: where a suggestion comes from and leads to, in rows and in words."""

from gongfang.planning.queries.origins import Origin, origins_of
from gongfang.planning.queries.pegging import PegRow, demands_above, supplies_below
from gongfang.planning.queries.projection import ProjectionRow, projected_stock
from gongfang.planning.queries.runs import VIEW_FLOOR, VIEW_PLAN, current_run, to_release

__all__ = [
    "VIEW_FLOOR",
    "VIEW_PLAN",
    "Origin",
    "PegRow",
    "ProjectionRow",
    "current_run",
    "demands_above",
    "origins_of",
    "projected_stock",
    "supplies_below",
    "to_release",
]
