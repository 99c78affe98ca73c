"""What sales tells those above."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class ShippedLine:
    """line_id: of the shipment (or return). Amounts before tax at the order's price; cost: what was posted."""

    line_id: int
    order_line_id: int
    item_id: int
    quantity: Decimal
    net_amount: Decimal
    tax_amount: Decimal
    cost_amount: Decimal


@dataclass(frozen=True, slots=True)
class GoodsShipped:
    """Goods left for a customer (taken_back: a shipment was un-approved, quantities as they had been)."""

    shipment_id: int
    number: str
    customer_id: int
    on: date
    lines: tuple[ShippedLine, ...]
    taken_back: bool = False


@dataclass(frozen=True, slots=True)
class GoodsSentBack:
    """A customer's goods came back. line_id: of the return; quantities and amounts positive."""

    return_id: int
    number: str
    customer_id: int
    on: date
    lines: tuple[ShippedLine, ...]
    taken_back: bool = False


@dataclass(frozen=True, slots=True)
class OrderApproved:
    """A sales order became binding."""

    order_id: int
    number: str
    customer_id: int
