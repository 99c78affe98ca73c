"""Why an order cost more or less than its standard: the variances of one order, by kind and cost element.

Source: standard costing as in Horngren, Cost Accounting, ch. 7–8 (price, usage, rate, efficiency, yield); the lot variance is
what the standard of one piece carries of set-up and fixed quantities that another lot size would spread differently.
Positive is unfavourable. In each element actual − standard is cut at fixed points (actual → actual quantity at standard price
→ standard for the pieces worked on → standard for the pieces received → value received), so the parts add up to the cent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from gongfang.kernel.money import ZERO, to_cents

KINDS = ("price", "usage", "substitution", "rate", "efficiency", "yield", "lot")
MINUTES = Decimal(60)


@dataclass(frozen=True, slots=True)
class MaterialUse:
    """One component of the order. fixed: quantity per order; per_piece: quantity per piece, scrap included.

    is_planned: False for a substitute or an unplanned issue, whose whole cost is a substitution variance.
    """

    fixed: Decimal
    per_piece: Decimal
    standard_price: Decimal
    actual_quantity: Decimal
    actual_value: Decimal
    is_planned: bool = True


@dataclass(frozen=True, slots=True)
class TimeUse:
    """Time of one kind (labour, machine, overhead) at one operation: standard minutes and rate per hour, actual minutes and cost.

    worked: pieces that went through the operation, good or not.
    """

    element: str
    setup_minutes: Decimal
    run_minutes: Decimal
    standard_rate: Decimal
    actual_minutes: Decimal
    actual_value: Decimal
    worked: Decimal


@dataclass(frozen=True, slots=True)
class OutsideUse:
    """Work done by a subcontractor: standard price per piece, pieces sent through, what it cost."""

    standard_price: Decimal
    worked: Decimal
    actual_value: Decimal


@dataclass(frozen=True, slots=True)
class OrderUse:
    """One order. worked: pieces that material was meant for (received and scrapped). received_value: what output took out."""

    received: Decimal
    worked: Decimal
    received_value: Decimal
    materials: Sequence[MaterialUse] = ()
    times: Sequence[TimeUse] = ()
    outside: Sequence[OutsideUse] = ()


@dataclass(frozen=True, slots=True)
class Variance:
    element: str
    kind: str
    amount: Decimal


def variances(order: OrderUse) -> list[Variance]:
    """All variances that are not zero; they add up to actual cost − value received, exactly. Cost O(components + operations)."""
    found: dict[tuple[str, str], Decimal] = {}
    standard = ZERO

    def add(element: str, kind: str, amount: Decimal) -> None:
        found[element, kind] = found.get((element, kind), ZERO) + amount

    for material in order.materials:
        at_standard = to_cents(material.actual_quantity * material.standard_price)
        if not material.is_planned:
            add("material", "substitution", material.actual_value)
            continue
        worked = to_cents((material.fixed + material.per_piece * order.worked) * material.standard_price)
        received = to_cents((material.fixed + material.per_piece * order.received) * material.standard_price)
        add("material", "price", material.actual_value - at_standard)
        add("material", "usage", at_standard - worked)
        add("material", "yield", worked - received)
        standard += received
    for time in order.times:
        at_standard = to_cents(time.actual_minutes * time.standard_rate / MINUTES)
        worked = to_cents((time.setup_minutes + time.run_minutes * time.worked) * time.standard_rate / MINUTES)
        received = to_cents((time.setup_minutes + time.run_minutes * order.received) * time.standard_rate / MINUTES)
        add(time.element, "rate", time.actual_value - at_standard)
        add(time.element, "efficiency", at_standard - worked)
        add(time.element, "yield", worked - received)
        standard += received
    for outside in order.outside:
        worked = to_cents(outside.standard_price * outside.worked)
        received = to_cents(outside.standard_price * order.received)
        add("subcontract", "price", outside.actual_value - worked)
        add("subcontract", "yield", worked - received)
        standard += received
    add("", "lot", standard - order.received_value)
    return [Variance(element, kind, amount) for (element, kind), amount in found.items() if amount]


def total(found: Sequence[Variance]) -> Decimal:
    return sum((variance.amount for variance in found), ZERO)
