"""What orders cost: planned, standard and actual side by side; why they differ."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.apps import apps

from gongfang.engines.variance import MaterialUse, OrderUse, OutsideUse, TimeUse, Variance, variances
from gongfang.engines.wip import ELEMENTS
from gongfang.kernel.money import ZERO, to_cents
from gongfang.platform.prepared import Prepared

HOUR = Decimal(60)
MATERIALS: Prepared[Any] = Prepared(
    lambda ids: _rows("WorkOrderMaterial").filter(document__in=ids).exclude(issue_method="bulk").order_by("pk")
)
STEPS: Prepared[Any] = Prepared(
    lambda ids: _rows("WorkOrderOperation").filter(document__in=ids).order_by("document_id", "operation_no")
)


def _rows(name: str) -> Any:
    return apps.get_model("production", name)._default_manager


def use_of(orders: Sequence[Any]) -> dict[int, OrderUse]:
    """What each order used and should have used, for the variance engine; two statements."""
    by_id = {order.pk: order for order in orders}
    if not by_id:
        return {}
    ids = sorted(by_id)
    materials: dict[int, list[MaterialUse]] = defaultdict(list)
    for row in MATERIALS(ids):
        materials[row.document_id].append(
            MaterialUse(
                row.fixed,
                row.per_piece,
                row.standard_price,
                row.done_quantity,
                row.value,
                bool(row.fixed or row.per_piece),
            )
        )
    times: dict[int, list[TimeUse]] = defaultdict(list)
    outside: dict[int, list[OutsideUse]] = defaultdict(list)
    for step in STEPS(ids):
        worked = step.worked_quantity
        if step.is_subcontracted:
            outside[step.document_id].append(OutsideUse(step.subcontract_price, worked, step.subcontract_value))
            times[step.document_id] += _done_here(step)
            continue
        setup, run, crew = step.setup_minutes, step.run_minutes, Decimal(step.crew)
        times[step.document_id] += [
            TimeUse(
                "labour", setup * crew, run * crew, step.labour_rate, step.labour_minutes, step.labour_value, worked
            ),
            TimeUse("machine", setup, run, step.machine_rate, step.minutes, step.machine_value, worked),
            TimeUse("overhead", setup, run, step.overhead_rate, step.minutes, step.overhead_value, worked),
        ]
    return {
        pk: OrderUse(
            received=_through(order, materials[pk]), worked=_through(order, materials[pk]) + order.scrap_quantity,
            received_value=order.received_value, materials=materials[pk], times=times[pk], outside=outside[pk],
        )
        for pk, order in by_id.items()
    }  # fmt: skip


def _done_here(step: Any) -> list[TimeUse]:
    """Time of people and machines here on pieces that came back unworked from outside: no standard stands for it."""
    spent = (
        ("labour", step.labour_rate, step.labour_minutes, step.labour_value), ("machine", step.machine_rate, step.minutes, step.machine_value),
        ("overhead", step.overhead_rate, step.minutes, step.overhead_value),
    )  # fmt: skip
    return [
        TimeUse(element, ZERO, ZERO, rate, minutes, value, ZERO)
        for element, rate, minutes, value in spent
        if minutes or value
    ]


def _through(order: Any, materials: Sequence[MaterialUse]) -> Decimal:
    """Pieces an order has made; of one that takes products apart, the products that went in."""
    if order.kind == "disassembly":
        return sum((row.actual_quantity for row in materials), ZERO)
    return Decimal(order.received_quantity)


@dataclass(frozen=True, slots=True)
class CostRow:
    """One cost element of an order. planned: for the planned quantity; standard: for what was received."""

    element: str
    planned: Decimal
    standard: Decimal
    actual: Decimal

    @property
    def variance(self) -> Decimal:
        return self.actual - self.standard


@dataclass(frozen=True, slots=True)
class CostSheet:
    """订单成本单: elements, their sums, per piece, and the variances by kind."""

    rows: list[CostRow]
    variances: list[Variance]
    received: Decimal
    received_value: Decimal
    wip: Decimal

    @property
    def planned(self) -> Decimal:
        return sum((row.planned for row in self.rows), ZERO)

    @property
    def standard(self) -> Decimal:
        return sum((row.standard for row in self.rows), ZERO)

    @property
    def actual(self) -> Decimal:
        return sum((row.actual for row in self.rows), ZERO)

    @property
    def actual_unit_cost(self) -> Decimal | None:
        """Actual cost per received piece; None before the first."""
        return to_cents(self.actual / self.received) if self.received else None


def cost_sheet(order: Any) -> CostSheet:
    """What an order was to cost, should have cost and did cost; two statements."""
    use = use_of([order])[order.pk]
    standard: dict[str, Decimal] = defaultdict(Decimal)
    for material in use.materials:
        if use.received:
            standard["material"] += (material.fixed + material.per_piece * use.received) * material.standard_price
    for time in use.times:
        if use.received:
            minutes = time.setup_minutes + time.run_minutes * use.received
            standard[time.element] += minutes * time.standard_rate / HOUR
    for outside in use.outside:
        standard["subcontract"] += outside.standard_price * use.received
    rows = [
        CostRow(
            element,
            getattr(order, f"standard_{element}"),
            to_cents(standard[element]),
            getattr(order, f"actual_{element}"),
        )
        for element in ELEMENTS
    ]
    return CostSheet(rows, variances(use), order.received_quantity, order.received_value, order.wip)
