"""L1: what goods are worth. Pools of quantity (10⁻⁶ units) and value (cents), one class per costing method, one interface."""

from gongfang.engines.valuation.periodic import MonthAverage, month_average
from gongfang.engines.valuation.pools import (
    Fifo,
    Method,
    MovingAverage,
    Pool,
    Shortage,
    Specific,
    Standard,
    new_pool,
    share,
)

__all__ = [
    "Fifo", "Method", "MonthAverage", "MovingAverage", "Pool", "Shortage", "Specific", "Standard", "month_average", "new_pool", "share",
]  # fmt: skip
