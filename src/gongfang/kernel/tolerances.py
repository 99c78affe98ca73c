"""More than planned: how much is tolerated, and what is done about what goes beyond. One rule for receipts, deliveries, issues, reports.

Both are said by the line (or the order), else by the item, else its category, else the company.
"""

from decimal import Decimal
from typing import TypeVar

FORBID, WARN, APPROVE = "forbid", "warn", "approve"
ZERO = Decimal(0)
Said = TypeVar("Said", bound=Decimal | str)


def first_said(*said: Said | None) -> Said | None:
    """The nearest that says something: the line's, the item's, the category's, the company's. "" and None say nothing; 0 does."""
    return next((one for one in said if one is not None and one != ""), None)


def tolerated(*shares: Decimal | None) -> Decimal:
    """The share in excess that is tolerated."""
    return first_said(*shares) or ZERO


def mode_of(*modes: str | None) -> str:
    """What is done about more than that: "forbid", "warn" or "approve"."""
    return first_said(*modes) or FORBID


def passes(mode: str, *, confirmed: bool = False, accepted: bool = False) -> bool:
    """Whether more than tolerated may happen: warned of and confirmed, or accepted by somebody who may."""
    return (mode == WARN and confirmed) or (mode == APPROVE and accepted)
