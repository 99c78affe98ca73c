"""What may be received of some orders now: the product, and what comes out beside it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from django.db.models import Exists, F, OuterRef, QuerySet, Sum

from gongfang.kernel.money import ZERO, to_micro
from gongfang.platform.prepared import Prepared
from gongfang.production.models import WorkOrder, WorkOrderMaterial, WorkOrderOperation, WorkOrderOutput
from gongfang.production.queries import ready_quantities, steps_of
from gongfang.production.rules import Step, output_for, pieces_through
from gongfang.production.services.inspecting import accepted_quantities

CANDIDATES = 1000


@dataclass(frozen=True, slots=True)
class Ready:
    """One output of an order and what may be received of it now. output: None for the product itself."""

    order: WorkOrder
    output: WorkOrderOutput | None
    planned: Decimal
    received: Decimal
    quantity: Decimal

    @property
    def item(self) -> object:
        return self.output.item if self.output else self.order.item


def given_outputs(
    orders: Mapping[int, WorkOrder], outputs: Collection[WorkOrderOutput]
) -> dict[int, tuple[Decimal, Decimal]]:
    """Output → (pieces that can have given it, what these give of it); those that nothing is reported for are left out.

    What is taken apart gives parts only as far as it was issued. Two statements at most.
    """
    if not outputs:
        return {}
    wanted = {output.document_id for output in outputs}
    steps = _steps(wanted)
    issued = _taken_apart([pk for pk in wanted if orders[pk].kind == "disassembly"])
    found = {}
    for output in outputs:
        order = orders[output.document_id]
        through = pieces_through(steps[order.pk], output.kind)
        if order.kind == "disassembly":
            there = issued.get(order.pk, ZERO)
            through = there if through is None else min(through, there)
        if through is not None:
            precision = output.item.unit.precision
            found[output.pk] = (through, output_for(output.quantity, order.quantity, through, precision))
    return found


def _steps(order_ids: Collection[int]) -> dict[int, list[Step]]:
    by_order: dict[int, list[WorkOrderOperation]] = defaultdict(list)
    for operation in WorkOrderOperation.objects.filter(document__in=list(order_ids)):
        by_order[operation.document_id].append(operation)
    return defaultdict(list, {pk: steps_of(rows) for pk, rows in by_order.items()})


def _taken_apart(order_ids: Collection[int]) -> dict[int, Decimal]:
    """Disassembly order → pieces of its product that were issued to it, net; one statement at most."""
    if not order_ids:
        return {}
    rows = WorkOrderMaterial.objects.filter(document__in=list(order_ids), item=F("document__item"))
    return {pk: quantity for pk, quantity in rows.values_list("document_id").annotate(Sum("done_quantity"))}


FURTHER = Prepared(
    lambda ids: (
        WorkOrderOutput.objects.filter(document__in=ids)
        .select_related("item__unit", "item__second_unit")
        .order_by("document_id", "pk")
    )
)


def ready_outputs(orders: Mapping[int, WorkOrder], *, inspected: bool = True) -> list[Ready]:
    """Every output of some orders with what may be received of it now, by order, the product first. Constant statements.

    Without operations all that is planned is ready. inspected: no more than final inspection has let pass.
    """
    good = ready_quantities(list(orders))
    accepted = accepted_quantities(list(orders.values())) if inspected else {}
    by_order: dict[int, list[WorkOrderOutput]] = defaultdict(list)
    for row in FURTHER(sorted(orders)):
        by_order[row.document_id].append(row)
    given = given_outputs(orders, [row for some in by_order.values() for row in some])
    found = []
    for order in orders.values():
        if order.kind != "disassembly":
            there = min(good.get(order.pk, order.quantity), accepted.get(order.pk, order.quantity * 2))
            found.append(
                Ready(order, None, order.quantity, order.received_quantity, max(there - order.received_quantity, ZERO))
            )
        for row in by_order[order.pk]:
            left = _whole(row, order, given.get(row.pk)) - row.received_quantity
            found.append(Ready(order, row, row.quantity, row.received_quantity, max(left, ZERO)))
    return found


def orders_ready(orders: QuerySet[WorkOrder], most: int) -> list[WorkOrder]:
    """Those of some orders (see `orders_with_output`, with item and unit) that something may be received of now, no more than `most`.

    Looked for among the first CANDIDATES that have good pieces at all. Constant statements.
    """
    steps = WorkOrderOperation.objects.filter(document=OuterRef("pk"))
    further = WorkOrderOutput.objects.filter(document=OuterRef("pk"), received_quantity__lt=F("quantity"))
    may = orders.filter(
        ~Exists(steps) | Exists(steps.filter(good_quantity__gt=OuterRef("received_quantity"))) | Exists(further)
    )
    candidates = {order.pk: order for order in may[:CANDIDATES]}
    ready = {one.order.pk for one in ready_outputs(candidates) if one.quantity > 0}
    return [order for pk, order in candidates.items() if pk in ready][:most]


def _whole(output: WorkOrderOutput, order: WorkOrder, given: tuple[Decimal, Decimal] | None) -> Decimal:
    """What is proposed of an output: whole units only, and no more than planned."""
    if given is None or given[0] >= order.quantity:
        return output.quantity
    exact = to_micro(output.quantity * given[0] / order.quantity)
    return exact.quantize(Decimal(1).scaleb(-output.item.unit.precision), ROUND_FLOOR)


def planned_again(output: WorkOrderOutput, order: WorkOrder, received: Decimal) -> Decimal:
    """The pieces of the order for which so much of an output would be planned."""
    return to_micro(order.quantity * received / output.quantity)


def of_order(ready: Sequence[Ready]) -> dict[int, list[Ready]]:
    found: dict[int, list[Ready]] = defaultdict(list)
    for one in ready:
        found[one.order.pk].append(one)
    return found
