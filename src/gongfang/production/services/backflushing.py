"""Material that nobody issues by hand (倒冲): what reported pieces took of it, by the bill of materials or by what was staged."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from gongfang.kernel.errors import N_
from gongfang.kernel.money import ZERO, to_micro
from gongfang.platform.settings import services as company_settings
from gongfang.production.models import ReportLine, WorkOrder, WorkOrderMaterial, WorkOrderOperation
from gongfang.production.queries import steps_of
from gongfang.production.rules import last_steps
from gongfang.production.services.holding import hold_backflushed
from gongfang.production.services.issuing import IssueInput

BASIS = company_settings.declare(
    "production.backflush_basis", N_("Backflushed material is reckoned by"), "choice", "bom",
    (("bom", N_("The bill of materials")), ("staged", N_("What was brought to the line"))),
)  # fmt: skip


def backflush_of(
    orders: Mapping[int, WorkOrder], operations: Mapping[int, Sequence[WorkOrderOperation]], rows: Sequence[ReportLine]
) -> tuple[list[IssueInput], dict[int, WorkOrderMaterial]]:
    """What the reported pieces took of the material that is not issued by hand, and those components, locked. One statement."""
    worked: dict[tuple[int, int], Decimal] = {}
    for row in rows:
        last = {step.operation_no for step in last_steps(steps_of(operations[row.order_id]))}
        pieces = row.good + row.scrap_material + row.scrap_worker
        worked[row.order_id, row.operation.operation_no] = pieces
        if row.operation.operation_no in last:
            worked[row.order_id, 0] = max(worked.get((row.order_id, 0), ZERO), pieces)
    return backflush_lines(orders, worked)


def backflush_lines(
    orders: Mapping[int, WorkOrder], worked: Mapping[tuple[int, int], Decimal]
) -> tuple[list[IssueInput], dict[int, WorkOrderMaterial]]:
    """What pieces worked at (order, operation; 0 for the last) take, and the components they take it of, locked.

    The fixed part goes with the first pieces. One statement; the orders are held.
    """
    lines, taken = [], {}
    for material in hold_backflushed(orders):
        pieces = worked.get((material.document_id, material.operation_no or 0), ZERO)
        if pieces > 0:
            fixed = max(material.fixed, ZERO) if material.issued_quantity == 0 else ZERO
            quantity = to_micro(fixed + material.per_piece * pieces)
            if material.staged_quantity > 0 and company_settings.get(BASIS) == "staged":
                quantity = to_micro(_staged_share(material, orders[material.document_id], pieces))
            if quantity > 0:
                lines.append(IssueInput(material.pk, quantity))
                taken[material.pk] = material
    return lines, taken


def _staged_share(material: WorkOrderMaterial, order: WorkOrder, pieces: Decimal) -> Decimal:
    """What pieces take of the material at the line when the pieces still to come are to use all of it."""
    usual = material.quantity / order.quantity if material.quantity else Decimal(1)
    left = order.quantity - material.done_quantity / usual
    return material.staged_quantity if pieces >= left else material.staged_quantity * pieces / left
