"""L1: what goods are worth. Pools of quantity (10⁻⁶ units) and value (cents), one class per costing method, one interface."""

from gongfang.engines.valuation.flow import NOTHING, Carried, carry, undo
from gongfang.engines.valuation.pools import (
    Fifo,
    Layer,
    Method,
    MovingAverage,
    Pool,
    Shortage,
    Standard,
    new_pool,
    share,
)
from gongfang.engines.valuation.timeline import Event, PoolKey, reckon

__all__ = [
    "NOTHING", "Carried", "Event", "Fifo", "Layer", "Method", "MovingAverage", "Pool", "PoolKey", "Shortage", "Standard", "carry",
    "new_pool", "reckon", "share", "undo",
]  # fmt: skip
