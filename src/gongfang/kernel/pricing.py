"""What a document line costs: one function for every quotation, order, shipment and invoice."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from gongfang.kernel.money import ZERO, tax_excluded, tax_included, to_cents, to_micro


@dataclass(frozen=True, slots=True)
class Amounts:
    """net + tax = total, to the cent."""

    net: Decimal = ZERO
    tax: Decimal = ZERO
    total: Decimal = ZERO

    def __sub__(self, other: "Amounts") -> "Amounts":
        return Amounts(self.net - other.net, self.tax - other.tax, self.total - other.total)


def line_amounts(
    quantity: Decimal, price: Decimal, discount: Decimal, tax_rate: Decimal, *, includes_tax: bool
) -> Amounts:
    """Amounts of a line. quantity and price per the same unit; discount, tax_rate: ratios. Rounded once."""
    entered = to_cents(quantity * price * (1 - discount))
    if includes_tax:
        net, tax = tax_included(entered, tax_rate)
        return Amounts(net, tax, entered)
    tax, total = tax_excluded(entered, tax_rate)
    return Amounts(entered, tax, total)


def summed(rows: Iterable[Amounts]) -> Amounts:
    """The foot of a document: the sum of its lines, never computed anew."""
    net = tax = ZERO
    for row in rows:
        net, tax = net + row.net, tax + row.tax
    return Amounts(net, tax, net + tax)


def portion(whole: Decimal, quantity: Decimal, before: Decimal, part: Decimal) -> Decimal:
    """What `part` of a line's quantity is worth when `before` has been executed: parts of a line add up to its amount.

    Beyond the line's quantity (a tolerated excess) the same rate goes on.
    """
    if not quantity:
        return ZERO
    return to_cents(whole * (before + part) / quantity) - to_cents(whole * before / quantity)


def portion_of(whole: Amounts, quantity: Decimal, before: Decimal, part: Decimal) -> Amounts:
    """`portion` of net and total; the tax is what lies between them."""
    net = portion(whole.net, quantity, before, part)
    total = portion(whole.total, quantity, before, part)
    return Amounts(net, total - net, total)


def net_price(net: Decimal, quantity: Decimal) -> Decimal:
    """Price before tax per base unit, to six decimals; for showing and for planning, not for posting."""
    return to_micro(net / quantity) if quantity else ZERO
