"""Final inspection of what orders make: asked of quality before output is received."""

from collections.abc import Sequence
from decimal import Decimal

from gongfang.production.models import WorkOrder


def accepted_quantities(orders: Sequence[WorkOrder]) -> dict[int, Decimal]:
    """Order → pieces that final inspection has let pass; orders whose item needs none are left out."""
    return {}
