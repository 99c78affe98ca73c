"""What people and programs hand to the verbs of sales."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line of a sales order as entered. quantity, price: per `unit` (the item's base unit if left out).

    price None: the customer's price, else the list price. discount, tax_rate, over_delivery: ratios.
    """

    item_id: int
    quantity: Decimal
    price: Decimal | None = None
    promised_date: date | None = None
    unit_id: int | None = None
    discount: Decimal = Decimal(0)
    tax_rate: Decimal | None = None
    over_delivery: Decimal | None = None
    over_mode: str = ""
    remark: str = ""
    id: int | None = None


@dataclass(frozen=True, slots=True)
class QuotedLine:
    """One line of a quotation as entered; as OrderLine. lead_days: calendar days to delivery."""

    item_id: int
    quantity: Decimal
    price: Decimal | None = None
    unit_id: int | None = None
    discount: Decimal = Decimal(0)
    tax_rate: Decimal | None = None
    lead_days: int = 30
    remark: str = ""
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Revision:
    """A change to one line of an approved order; None leaves it as it is. quantity: in the ordered unit."""

    id: int
    quantity: Decimal | None = None
    price: Decimal | None = None
    promised_date: date | None = None


@dataclass(frozen=True, slots=True)
class ShippedGoods:
    """Goods of one order line, in base units. lot_id, lot_code: of one lot; serials: several pieces ("SN1-SN5").

    A tracked item without any gets lots proposed by the picking rules. second: all of it in the item's second unit.
    """

    order_line_id: int
    quantity: Decimal
    lot_id: int | None = None
    lot_code: str = ""
    serials: str = ""
    remark: str = ""
    id: int | None = None
    second: Decimal | None = None


@dataclass(frozen=True, slots=True)
class SentBack:
    """Goods of one shipment line that came back, in base units. location_id: the very place; left out, as the return says."""

    shipment_line_id: int
    quantity: Decimal
    remark: str = ""
    id: int | None = None
    location_id: int | None = None
