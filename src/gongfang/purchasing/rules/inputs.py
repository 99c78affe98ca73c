"""What people and programs hand to the verbs of purchasing."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line of a purchase order as entered. quantity, price: per `unit` (the item's base unit if left out).

    price None: what is agreed with the supplier. discount, tax_rate, over_receipt, under_receipt: ratios. id: of the line it changes.
    """

    item_id: int
    quantity: Decimal
    price: Decimal | None = None
    due_date: date | None = None
    unit_id: int | None = None
    discount: Decimal = Decimal(0)
    tax_rate: Decimal | None = None
    over_receipt: Decimal | None = None
    over_mode: str = ""
    under_receipt: Decimal | None = None
    need: str = ""
    remark: str = ""
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Revision:
    """A change to one line of an approved order; None leaves it as it is. quantity: in the ordered unit."""

    id: int
    quantity: Decimal | None = None
    price: Decimal | None = None
    due_date: date | None = None
    promised_date: date | None = None


@dataclass(frozen=True, slots=True)
class NewPurchase:
    """What planning wants bought, in base units. supplier_id None: the item's default supplier, else the biggest share.

    price: per base unit, None: what is agreed; tax_included: whether it is with tax. warehouse_id: where it is to come in.
    """

    item_id: int
    quantity: Decimal
    due: date
    supplier_id: int | None = None
    need: str = ""
    price: Decimal | None = None
    tax_included: bool = False
    warehouse_id: int | None = None


@dataclass(frozen=True, slots=True)
class IncomingGoods:
    """Goods of one order line, in base units or in the `unit` named.

    lot_code: of a lot-tracked item; left out, the server makes one. serials: of a serial-tracked item, as people write them
    ("SN001-SN010, SN015"); it becomes one line per piece. id: of the line it changes. second: all of it in the item's second unit.
    """

    order_line_id: int
    quantity: Decimal
    lot_code: str = ""
    serials: str = ""
    made_on: date | None = None
    expires_on: date | None = None
    remark: str = ""
    id: int | None = None
    second: Decimal | None = None
    unit: int | None = None


@dataclass(frozen=True, slots=True)
class ReturnedGoods:
    """Goods of one receipt line that go back. place: store, inspection or blocked."""

    receipt_line_id: int
    quantity: Decimal
    place: str = "store"
    remark: str = ""
    id: int | None = None


@dataclass(frozen=True, slots=True)
class RequisitionItem:
    """One line of a requisition, in base units or in the `unit` named. warehouse_id: where it is to come in, and so in which plant."""

    item_id: int
    quantity: Decimal
    due_date: date
    supplier_id: int | None = None
    remark: str = ""
    id: int | None = None
    warehouse_id: int | None = None
    unit: int | None = None


@dataclass(frozen=True, slots=True)
class AskedItem:
    """One item of a request for quotation, in base units. warehouse_id: where it is to come in."""

    item_id: int
    quantity: Decimal
    due_date: date
    remark: str = ""
    id: int | None = None
    warehouse_id: int | None = None


@dataclass(frozen=True, slots=True)
class OfferedPrice:
    """What a supplier offers for an item. price: per base unit, 0 while he has not answered; lead_days: calendar days.

    extra_cost: freight and the like, before tax per base unit. is_chosen: to be ordered whatever its rank. awarded_quantity: how much
    of the item this supplier is to get, where it is split.
    """

    supplier_id: int
    item_id: int
    price: Decimal = Decimal(0)
    tax_included: bool = True
    tax_rate: Decimal = Decimal("0.13")
    lead_days: int = 0
    is_chosen: bool = False
    remark: str = ""
    id: int | None = None
    extra_cost: Decimal = Decimal(0)
    awarded_quantity: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """One line of an order change; None leaves the value as it is. quantity: in the ordered unit."""

    order_line_id: int
    quantity: Decimal | None = None
    price: Decimal | None = None
    due_date: date | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Promise:
    """The date a supplier promises for one order line."""

    id: int
    promised_date: date


@dataclass(frozen=True, slots=True)
class BlanketItem:
    """One line of a blanket order: quantity and price per base unit."""

    item_id: int
    quantity: Decimal
    price: Decimal
    tax_rate: Decimal = Decimal("0.13")
    remark: str = ""
    id: int | None = None


@dataclass(frozen=True, slots=True)
class CallOff:
    """How much of a blanket order's line is called off, in base units."""

    line_id: int
    quantity: Decimal
    due_date: date | None = None
