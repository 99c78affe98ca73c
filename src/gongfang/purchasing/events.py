"""What purchasing tells those above."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class ReceivedLine:
    """line_id: of the receipt. quantity in base units; net_amount: what it was posted at, before tax."""

    line_id: int
    order_line_id: int
    item_id: int
    quantity: Decimal
    net_amount: Decimal
    tax_amount: Decimal


@dataclass(frozen=True, slots=True)
class GoodsReceived:
    """Goods of a supplier came into stock (taken_back: a receipt was un-approved, quantities as they had been)."""

    receipt_id: int
    number: str
    supplier_id: int
    on: date
    lines: tuple[ReceivedLine, ...]
    taken_back: bool = False
    actor_id: int = 0


@dataclass(frozen=True, slots=True)
class GoodsReturned:
    """Goods went back to a supplier. line_id: of the return; quantities and amounts positive."""

    return_id: int
    number: str
    supplier_id: int
    on: date
    lines: tuple[ReceivedLine, ...]
    taken_back: bool = False


@dataclass(frozen=True, slots=True)
class OrderApproved:
    """A purchase order became binding."""

    order_id: int
    number: str
    supplier_id: int
