"""What of orders is done outside: pieces at subcontractors', what waits or came back unworked, and the fees that are owed."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, Q, QuerySet, Sum

from gongfang.kernel.money import ZERO
from gongfang.platform.prepared import Prepared
from gongfang.production.models import ReportLine, SubcontractOrder, SubcontractReceipt, WorkOrderOperation
from gongfang.production.queries.steps import steps_of
from gongfang.production.rules import Given, OutsideOperation, arrived

SENT_OUT: Prepared[tuple[int, Decimal, Decimal, Decimal]] = Prepared(
    lambda ids: SubcontractOrder.objects.filter(order__in=ids, approval="approved", sent_quantity__gt=0).values_list(
        "order_id", "sent_quantity", "received_quantity", "lost_quantity"
    )
)


def outside_quantities(order_ids: Collection[int]) -> dict[int, Decimal]:
    """Order → pieces that are at a subcontractor's for an operation, neither back nor lost; one statement."""
    found: dict[int, Decimal] = defaultdict(Decimal)
    for pk, sent, good, lost in SENT_OUT(sorted(set(order_ids))):
        found[pk] += sent - good - lost
    return {pk: quantity for pk, quantity in found.items() if quantity > 0}


GIVEN: Prepared[tuple[int, Decimal, Decimal, Decimal, Decimal, Decimal, str]] = Prepared(
    lambda ids: (
        SubcontractOrder.objects.filter(operation__in=ids)
        .exclude(approval="void")
        .order_by("pk")
        .values_list(
            "operation_id",
            "quantity",
            "sent_quantity",
            "returned_quantity",
            "received_quantity",
            "lost_quantity",
            "approval",
        )
    )
)


def given_of(operation_ids: Collection[int]) -> dict[int, tuple[Given, ...]]:
    """Operation → its subcontract orders, drafts too, void ones not; one statement, none without operations."""
    found: dict[int, list[Given]] = defaultdict(list)
    for pk, *counts, approval in GIVEN(sorted(set(operation_ids))):
        found[pk].append(Given(*counts, is_live=approval == "approved"))
    return {pk: tuple(rows) for pk, rows in found.items()}


def away_at(operations: Iterable[WorkOrderOperation]) -> dict[int, Decimal]:
    """Operation → pieces at subcontractors' for it. One statement, none where nothing is done outside."""
    given = given_of([row.pk for row in operations if row.is_subcontracted and row.pk])
    return {pk: sum((one.away for one in rows), ZERO) for pk, rows in given.items()}


def away_by_number(operations: Iterable[WorkOrderOperation], away: Mapping[int, Decimal]) -> dict[int, Decimal]:
    """The same by the numbers of one order's operations, as the sequence rule asks."""
    return {row.operation_no: away[row.pk] for row in operations if row.pk in away}


def outside_operations(
    groups: Iterable[Sequence[WorkOrderOperation]], planned: Mapping[int, Decimal]
) -> dict[int, OutsideOperation]:
    """Operation → where its pieces are, for the outside ones of some orders' operations (all of each order, counted up to now).

    planned: order → its quantity. One statement, none where nothing is done outside.
    """
    whole = list(groups)
    given = given_of([row.pk for rows in whole for row in rows if row.is_subcontracted])
    found = {}
    for rows in whole:
        if not any(row.is_subcontracted for row in rows):
            continue
        steps = {step.operation_no: step for step in steps_of(rows)}
        for row in rows:
            if row.is_subcontracted:
                there = arrived(steps[row.operation_no], steps)
                found[row.pk] = OutsideOperation(
                    planned[row.document_id], there, row.worked_quantity, given.get(row.pk, ())
                )
    return found


def _whole_orders(operations: Collection[WorkOrderOperation]) -> dict[int, list[WorkOrderOperation]]:
    """Order → all its operations, of the orders of some operations. One statement."""
    by_order: dict[int, list[WorkOrderOperation]] = defaultdict(list)
    rows = WorkOrderOperation.objects.filter(document__in={row.document_id for row in operations})
    for row in rows.select_related("document").order_by("document_id", "operation_no"):
        by_order[row.document_id].append(row)
    return by_order


def outside_of(operations: Collection[WorkOrderOperation]) -> dict[int, OutsideOperation]:
    """Operation → where its pieces are, for the outside ones of some. Two statements, none where nothing is done outside."""
    if not any(row.is_subcontracted for row in operations):
        return {}
    whole = _whole_orders([row for row in operations if row.is_subcontracted])
    return outside_operations(whole.values(), {pk: rows[0].document.quantity for pk, rows in whole.items()})


def arrived_quantities(operations: Collection[WorkOrderOperation]) -> dict[int, Decimal]:
    """Operation → pieces that may still be reported there now: what has arrived less what is through; of an operation that is given out
    only what came back unworked. One statement, two where something is done outside."""
    whole = _whole_orders(operations)
    outside = outside_operations(whole.values(), {pk: rows[0].document.quantity for pk, rows in whole.items()})
    found = {}
    for group in whole.values():
        steps = {step.operation_no: step for step in steps_of(group)}
        for row in group:
            there = arrived(steps[row.operation_no], steps)
            found[row.pk] = max((row.document.quantity if there is None else there) - row.worked_quantity, ZERO)
            if row.pk in outside and outside[row.pk].is_given:
                found[row.pk] = outside[row.pk].for_here
    return found


def came_back(rows: QuerySet[WorkOrderOperation]) -> dict[int, Decimal]:
    """Operation → pieces that came back unworked and may be done here, of some operations. Three statements, one where none came back."""
    back = SubcontractOrder.objects.filter(
        operation__in=rows.filter(is_subcontracted=True), approval="approved", returned_quantity__gt=0
    )
    operations = list(WorkOrderOperation.objects.filter(pk__in=list(back.values_list("operation_id", flat=True))))
    wanted = {row.pk for row in operations}
    return {pk: one.for_here for pk, one in outside_of(operations).items() if pk in wanted and one.for_here}


def done_here(rows: QuerySet[WorkOrderOperation]) -> QuerySet[WorkOrderOperation]:
    """Those of some operations that people here work on: outside ones only where pieces came back unworked."""
    return rows.filter(Q(is_subcontracted=False) | Q(pk__in=list(came_back(rows.order_by()))))


@dataclass(frozen=True, slots=True)
class Fee:
    """What a subcontractor may still invoice of one receipt, before tax; pieces: the good ones."""

    receipt_id: int
    number: str
    partner_id: int
    payment_days: int
    item_id: int
    pieces: Decimal
    open: Decimal
    tax_rate: Decimal


def open_fees(receipt_ids: Collection[int] | None = None) -> list[Fee]:
    """Fees of subcontract receipts that are not invoiced, oldest first; one statement."""
    rows = SubcontractReceipt.objects.filter(approval="approved", fee__gt=F("deduction") + F("invoiced"))
    if receipt_ids is not None:
        rows = rows.filter(pk__in=list(receipt_ids))
    return [
        Fee(row.pk, row.number, row.subcontract.partner_id, row.subcontract.partner.payment_days, row.subcontract.order.item_id,
            row.good, row.net - row.invoiced, row.subcontract.tax_rate)
        for row in rows.select_related("subcontract__order", "subcontract__partner").order_by("business_date", "pk")
    ]  # fmt: skip


def fees_by_subcontractor() -> dict[int, Decimal]:
    """Subcontractor → fees that live reports owe; what is charged beyond a fee is a claim and left out. One statement."""
    rows = ReportLine.objects.filter(
        document__approval="approved", subcontract_value__gt=0, subcontractor__isnull=False
    )
    return dict(rows.order_by().values_list("subcontractor").annotate(Sum("subcontract_value")))


def subcontract_receipts(ids: Collection[int]) -> list[SubcontractReceipt]:
    """Subcontract receipts by id; one statement."""
    return list(SubcontractReceipt.objects.filter(pk__in=list(ids)).order_by("pk"))
