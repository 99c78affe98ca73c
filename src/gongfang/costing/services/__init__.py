"""Settle orders; roll up standard costs."""

from gongfang.costing.permissions import VIEW_COSTS
from gongfang.costing.services.rollup import apply_version, roll_up
from gongfang.costing.services.settling import settle_orders, unsettle_orders

__all__ = ["VIEW_COSTS", "apply_version", "roll_up", "settle_orders", "unsettle_orders"]
