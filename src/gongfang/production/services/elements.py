"""Cost elements of what comes out of orders: so much of its value is material, so much labour, machine, overhead, outside work."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Sum

from gongfang.engines.wip import ELEMENTS, by_element
from gongfang.kernel.money import ZERO, split, to_cents
from gongfang.ledger import queries as ledger
from gongfang.ledger.services import Entry
from gongfang.platform.prepared import Prepared
from gongfang.production.models import OutputReceiptLine, WorkOrder, WorkOrderOutput

OTHERS = tuple(element for element in ELEMENTS if element != "material")


@dataclass(slots=True)
class Come:
    """What has come out of one order, in money. values: output → its worth; None is the product itself.

    by_products: output → what it is planned to be worth. shares: part of a disassembly → its share of what is put in.
    """

    values: dict[int | None, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    by_products: dict[int, Decimal] = field(default_factory=dict)
    shares: dict[int, Decimal] = field(default_factory=dict)

    @property
    def beside(self) -> Decimal:
        """The worth of the by-products that have come."""
        return sum((self.values[pk] for pk in self.by_products), ZERO)

    def part_of(self, output_id: int, amount: Decimal) -> Decimal:
        """A part's share of an amount; the shares of all parts add up to it."""
        return dict(zip(self.shares, split(amount, list(self.shares.values())), strict=True))[output_id]


FURTHER = Prepared(
    lambda ids: (
        WorkOrderOutput.objects.filter(document__in=ids)
        .order_by("pk")
        .values_list("document_id", "pk", "kind", "unit_cost", "quantity", "cost_share")
    )
)


def come_out(orders: Mapping[int, WorkOrder]) -> dict[int, Come]:
    """Order → what has come out of it; two statements, one where none has further output."""
    found = {pk: Come() for pk in orders}
    order_of: dict[int, int] = {}
    for order_id, pk, kind, unit_cost, quantity, share in FURTHER(sorted(orders)):
        order_of[pk] = order_id
        if orders[order_id].kind == "disassembly":
            found[order_id].shares[pk] = share
        elif kind == "by":
            found[order_id].by_products[pk] = to_cents(unit_cost * quantity)
    if order_of:
        live = OutputReceiptLine.objects.filter(output__in=list(order_of), document__approval="approved")
        for pk, value in live.values_list("output_id").annotate(Sum("value")):
            found[order_of[pk]].values[pk] = value
    for pk, come in found.items():
        come.values[None] = orders[pk].received_value - sum(come.values.values(), ZERO)
    return found


def is_by_standard(order: WorkOrder) -> bool:
    """Whether output leaves at a standard, which stands still once something has come, and not at a share of what was put in."""
    return order.unit_cost > 0 and order.kind != "disassembly"


def out_by_element(order: WorkOrder, come: Come) -> dict[str, Decimal]:
    """Element → what all that has come out of an order takes of it; the parts add up to the value received.

    By-products lower the material (副产品冲减材料成本); all else divides as the standard does without them, or as what was put in.
    """
    by_standard = is_by_standard(order)
    name = "standard" if by_standard else "actual"
    weights = {element: getattr(order, f"{name}_{element}") for element in ELEMENTS}
    weights["material"] -= sum(come.by_products.values(), ZERO) if by_standard else come.beside
    parts = by_element(order.received_value - come.beside, weights)
    parts["material"] = parts.get("material", ZERO) + come.beside
    return parts


def element_entries(orders: Iterable[WorkOrder], come: Mapping[int, Come]) -> list[Entry]:
    """The moves of a receipt take all from material; these entries put each order's other elements in its place.

    All that has come is divided anew, and what the ledger has not taken out of an element yet is posted: many receipts, or some
    that were taken back, leave no cent behind in an element. Orders and come count the receipt already. One statement.
    """
    orders = list(orders)
    standing = ledger.wip_of([order.cost_object_id for order in orders])
    entries = []
    for order in orders:
        parts = out_by_element(order, come[order.pk])
        for element in OTHERS:
            taken = getattr(order, f"actual_{element}") - standing[order.cost_object_id].get(element, ZERO)
            if part := parts.get(element, ZERO) - taken:
                entries.append(
                    Entry("wip_material", debit=part, cost_object_id=order.cost_object_id, element="material")
                )
                entries.append(
                    Entry(f"wip_{element}", credit=part, cost_object_id=order.cost_object_id, element=element)
                )
    return entries
