"""Settle orders; roll up standard costs."""

from gongfang.costing.services.rollup import apply_version, roll_up
from gongfang.costing.services.settling import settle_orders, unsettle_orders

__all__ = ["apply_version", "roll_up", "settle_orders", "unsettle_orders"]
