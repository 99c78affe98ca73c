"""What a document line costs: one function for every quotation, order, shipment and invoice."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from gongfang.kernel.errors import Problem, counted
from gongfang.kernel.money import ZERO, tax_excluded, tax_included, to_cents, to_micro
from gongfang.kernel.units import Factor, fits


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


MOST = Decimal(10) ** 9  # of a quantity or a unit price
DEAREST = Decimal(10) ** 12  # of a line's amount


@dataclass(frozen=True, slots=True)
class EnteredLine:
    """What somebody typed into a priced line. item: its name in sentences; precision: decimals that its unit allows."""

    item: str
    quantity: Decimal
    price: Decimal
    discount: Decimal
    tax_rate: Decimal
    precision: int = 6


def priced_line_problems(line: EnteredLine, where: str) -> list[Problem]:
    """Reasons against one priced line. where: its place on the form, such as "lines.3"."""
    found = quantity_problems(line.item, line.quantity, f"{where}.quantity", line.precision)
    if line.price < 0 or line.price > MOST:
        found.append(
            Problem(
                "bad_price", "{item}: a price lies between 0 and {most}.", f"{where}.price", item=line.item, most=MOST
            )
        )
    elif line.price != to_micro(line.price):
        found.append(Problem("too_fine", "{item}: at most six decimals are kept.", f"{where}.price", item=line.item))
    if not 0 <= line.discount <= 1:
        found.append(
            Problem(
                "bad_discount", "{item}: a discount lies between 0 % and 100 %.", f"{where}.discount", item=line.item
            )
        )
    if not 0 <= line.tax_rate < 1:
        found.append(
            Problem(
                "bad_tax_rate", "{item}: a tax rate lies between 0 % and 100 %.", f"{where}.tax_rate", item=line.item
            )
        )
    if not found and line.quantity * line.price > DEAREST:
        found.append(Problem("too_dear", "{item}: the amount is too large.", f"{where}.quantity", item=line.item))
    return found


def base_problems(item: str, quantity: Decimal, where: str, factor: Factor, precision: int, unit: str) -> list[Problem]:
    """Reasons against a quantity in another unit: in the base unit, here called `unit`, it is no finer than that is kept."""
    if factor == Factor() or not quantity.is_finite() or not 0 < quantity <= MOST:
        return []
    base = factor.to_base(quantity)
    if factor.is_exact(quantity) and fits(base, precision) and base <= MOST:
        return []
    return [
        Problem(
            "uneven_unit",
            counted(
                "{item}: {quantity} of the unit chosen would be {base} {unit}, which is kept with {places} decimal. Enter a quantity that comes out even, or enter it in {unit}.",
                "{item}: {quantity} of the unit chosen would be {base} {unit}, which is kept with {places} decimals. Enter a quantity that comes out even, or enter it in {unit}.",
                "places",
            ),
            where,
            item=item,
            quantity=quantity.normalize(),
            base=base.normalize(),
            unit=unit,
            places=precision,
        )
    ]


def quantity_problems(item: str, quantity: Decimal, where: str, precision: int = 6) -> list[Problem]:
    """Reasons against a quantity: it is positive, not absurd, and no finer than its unit."""
    if not quantity.is_finite() or quantity <= 0:
        return [Problem("bad_quantity", "{item}: the quantity must be more than 0.", where, item=item)]
    if quantity > MOST:
        return [Problem("too_many", "{item}: the quantity is too large.", where, item=item)]
    if not fits(quantity, precision):
        return [
            Problem(
                "too_fine_quantity",
                counted(
                    "{item}: the unit is kept with {places} decimal.",
                    "{item}: the unit is kept with {places} decimals.",
                    "places",
                ),
                where,
                item=item,
                places=precision,
            )
        ]
    return []
