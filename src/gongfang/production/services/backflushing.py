"""Material that nobody issues by hand (倒冲): what reported pieces took of it, by the bill of materials or by what was staged."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from gongfang.kernel.errors import N_
from gongfang.kernel.money import ZERO, to_micro
from gongfang.platform.settings import services as company_settings
from gongfang.production.models import ReportLine, SubcontractMaterial, WorkOrder, WorkOrderMaterial, WorkOrderOperation
from gongfang.production.queries import steps_of
from gongfang.production.rules import last_steps
from gongfang.production.services.holding import hold_backflushed, hold_taken_at_receipt
from gongfang.production.services.issuing import IssueInput

BASIS = company_settings.declare(
    "production.backflush_basis", N_("Backflushed material is reckoned by"), "choice", "bom",
    (("bom", N_("The bill of materials")), ("staged", N_("What was brought to the line"))),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Work:
    """Pieces that are reported (or received), of those that were still to come: left."""

    pieces: Decimal
    left: Decimal
    is_back: bool = False
    """Done here after it came back unworked: its material comes from our stores, whatever is at the subcontractor's."""


def backflush_of(
    orders: Mapping[int, WorkOrder], operations: Mapping[int, Sequence[WorkOrderOperation]], rows: Sequence[ReportLine]
) -> tuple[list[IssueInput], dict[int, WorkOrderMaterial]]:
    """What the reported pieces took of the material that is not issued by hand, and those components, locked. One statement.

    operations: with the report counted on them.
    """
    worked: dict[tuple[int, int], Work] = {}
    for order_id, steps in operations.items():
        pieces: dict[int, Decimal] = defaultdict(Decimal)
        back: set[int] = set()
        for row in rows:
            if row.order_id == order_id:
                pieces[row.operation.operation_no] += row.good + row.scrap_material + row.scrap_worker
                if row.operation.is_subcontracted and row.subcontractor_id is None:
                    back.add(row.operation.operation_no)
        last = {step.operation_no for step in last_steps(steps_of(steps))}
        for step in steps:
            number = step.operation_no
            if number not in pieces:
                continue
            left = orders[order_id].quantity - step.worked_quantity + pieces[number]
            work = Work(pieces[number], left, number in back)
            worked[order_id, number] = work
            if number in last:
                before = worked.get((order_id, 0), work)
                worked[order_id, 0] = Work(
                    max(work.pieces, before.pieces), min(work.left, before.left), work.is_back or before.is_back
                )
    lines: list[IssueInput] = []
    taken: dict[int, WorkOrderMaterial] = {}
    for material in hold_backflushed(orders):
        if work_here := worked.get((material.document_id, material.operation_no or 0)):
            _take(material, work_here, lines, taken)
    return lines, taken


def receipt_lines(
    orders: Mapping[int, WorkOrder], received: Mapping[int, Decimal], without_operations: Collection[int]
) -> tuple[list[IssueInput], dict[int, WorkOrderMaterial]]:
    """What received pieces of orders take of the material that is issued at receipt, and those components, locked.

    Orders without operations take all their backflushed material then, whichever operation it names. What was sent to a subcontractor
    is reckoned there. Two statements at most.
    """
    rows = [
        row
        for row in hold_taken_at_receipt(received)
        if row.issue_method == "receipt" or row.document_id in without_operations
    ]
    sent = SubcontractMaterial.objects.filter(material__in=[row.pk for row in rows], sent_quantity__gt=0)
    outside = set(sent.exclude(document__approval="void").values_list("material_id", flat=True)) if rows else set()
    lines: list[IssueInput] = []
    taken: dict[int, WorkOrderMaterial] = {}
    for material in rows:
        if material.pk not in outside:
            order = orders[material.document_id]
            _take(material, Work(received[order.pk], order.quantity - order.received_quantity), lines, taken)
    return lines, taken


def _take(
    material: WorkOrderMaterial, work: Work, lines: list[IssueInput], taken: dict[int, WorkOrderMaterial]
) -> None:
    """Add what pieces take of a component; the fixed part goes with the first pieces. What is at a subcontractor's is taken there."""
    if work.pieces <= 0 or (material.outside_quantity > 0 and not work.is_back):
        return
    fixed = max(material.fixed, ZERO) if material.issued_quantity == 0 else ZERO
    quantity = to_micro(fixed + material.per_piece * work.pieces)
    if material.staged_quantity > 0 and company_settings.get(BASIS) == "staged":
        # the pieces still to come are to use all that is at the line
        all_of_it = work.pieces >= work.left
        quantity = (
            material.staged_quantity if all_of_it else to_micro(material.staged_quantity * work.pieces / work.left)
        )
    if quantity > 0:
        lines.append(IssueInput(material.pk, quantity))
        taken[material.pk] = material
