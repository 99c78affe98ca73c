"""Take reports back, alone or with everything that was done on their pieces since; and say beforehand what that would be."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from gongfang.kernel.errors import N_, Kind, Problem, refuse_if
from gongfang.kernel.money import ZERO
from gongfang.platform.documents.lifecycle import Effect
from gongfang.platform.events import emit
from gongfang.platform.identity.models import User
from gongfang.platform.setwise import update_rows
from gongfang.platform.verbs import authorize, verb
from gongfang.production.events import WorkReported
from gongfang.production.models import (
    OperationTime,
    OutputReceipt,
    Report,
    ReportLine,
    SubcontractReceipt,
    WorkOrder,
    WorkOrderOperation,
)
from gongfang.production.queries import away_at, away_by_number, steps_of
from gongfang.production.rules import posting_problem, undo_report_problems
from gongfang.production.services.holding import hold_operations, hold_orders, reopen_if_open, save_orders
from gongfang.production.services.inspecting import withdraw_inspections
from gongfang.production.services.issuing import live_document, take_back, withdraw_issue
from gongfang.production.services.pointing import count_tools
from gongfang.production.services.receiving import undo_receipt
from gongfang.production.services.reporting import OPERATION_FIELDS, SHOP, add_line, settle_states
from gongfang.production.services.subcontract_receiving import withdraw_receipts

STANDING = frozenset({"already_received", "later_report"})
"""Problems that a cascade solves."""


@verb("production.undo_report", N_("Take back the report"), roles=SHOP)
def undo_report(
    *, actor: User, request_id: uuid.UUID, document_id: int, reason: str = "", version: int | None = None, cascade: bool = False,
) -> Report:  # fmt: skip
    """Take a report back with everything it posted: its time and its backflush.

    cascade: also take back, latest first, the receipts and later reports that stand on its pieces (see `cascade_of`).
    Raises DomainError: later_report, already_received, sent_since, order_finished, taken_back; short_stock where goods are gone.
    """
    document = live_document(Report, document_id, version)
    if cascade:
        others = cascade_of(document)
        if any(isinstance(other, OutputReceipt) for other in others):
            authorize(actor, "production.undo_receipt")
        for other in others:
            if isinstance(other, OutputReceipt):
                undo_receipt(actor=actor, request_id=request_id, document_id=other.pk, reason=reason)
            else:
                undo_report(actor=actor, request_id=request_id, document_id=other.pk, reason=reason)
    rows = list(document.lines.all())
    orders = hold_orders(row.order_id for row in rows)
    operations = hold_operations(orders)
    by_id = {row.pk: row for group in operations.values() for row in group}
    refuse_if(_finished(orders), Kind.CONFLICT)
    away = away_at(row for rows in operations.values() for row in rows)
    _take_off(rows, orders, by_id)
    outside = list(document.subcontract_receipts.filter(approval="approved"))
    _send_back(rows, away, outside)
    refuse_if(_problems(orders, operations, away), Kind.CONFLICT)
    withdraw_inspections(actor, request_id, document.pk, orders)
    update_rows(settle_states(operations, {row.operation_id for row in rows}), OPERATION_FIELDS)
    for pk in {row.order_id for row in rows if row.scrap_material or row.scrap_worker}:
        reopen_if_open(orders[pk])
    take_back(actor, document, reason)
    count_tools(rows, orders, -1)
    OperationTime.objects.filter(line__document=document).update(line=None)
    save_orders(list(orders.values()))
    withdraw_receipts(actor, outside, reason)
    for backflush in document.backflushes.filter(approval="approved"):
        withdraw_issue(actor, live_document(type(backflush), backflush.pk), reason)
    emit(WorkReported(document.pk, tuple(orders), document.business_date, undone=True))
    return document


def _finished(orders: Mapping[int, WorkOrder]) -> list[Problem]:
    return [problem for order in orders.values() if (problem := posting_problem(order.number, order.stage))]


def _take_off(
    rows: Sequence[ReportLine], orders: Mapping[int, WorkOrder], by_id: Mapping[int, WorkOrderOperation]
) -> None:
    """Count the lines of a report off their operations and orders, in memory."""
    for row in rows:
        row.order, row.operation = orders[row.order_id], by_id[row.operation_id]
        row.operation.document = row.order
        add_line(row, -1)


def _send_back(rows: Iterable[ReportLine], away: dict[int, Decimal], receipts: Collection[SubcontractReceipt]) -> None:
    """Pieces of a receipt that is taken back are at the subcontractor's again, in memory."""
    for row in rows if receipts else ():
        away[row.operation_id] = away.get(row.operation_id, ZERO) + row.good + row.scrap_material + row.scrap_worker


def _problems(
    orders: Mapping[int, WorkOrder], operations: Mapping[int, Sequence[WorkOrderOperation]], away: Mapping[int, Decimal]
) -> list[Problem]:
    return [
        problem
        for pk, order in orders.items()
        for problem in undo_report_problems(
            order.number, steps_of(operations[pk], released=False), order.received_quantity,
            away_by_number(operations[pk], away),
        )
    ]  # fmt: skip


class _Floor:
    """The orders of a report as they would be while documents are taken back, in memory."""

    def __init__(self, document: Report) -> None:
        rows = list(document.lines.select_related("order"))
        self.orders = {row.order_id: row.order for row in rows}
        self.operations: dict[int, list[WorkOrderOperation]] = defaultdict(list)
        for operation in WorkOrderOperation.objects.filter(document__in=self.orders).order_by("operation_no"):
            self.operations[operation.document_id].append(operation)
        self.by_id = {row.pk: row for group in self.operations.values() for row in group}
        self.away = away_at(self.by_id.values())
        self._take_off(document, rows)

    def problems(self) -> list[Problem]:
        return _problems(self.orders, self.operations, self.away)

    def _take_off(self, document: Report, rows: Sequence[ReportLine]) -> None:
        _take_off(rows, self.orders, self.by_id)
        if any(row.subcontractor_id for row in rows):
            _send_back(rows, self.away, list(document.subcontract_receipts.filter(approval="approved")))

    def without(self, other: Any) -> None:
        """Take one later document off."""
        if isinstance(other, OutputReceipt):
            for row in other.lines.filter(order__in=self.orders, output=None):
                self.orders[row.order_id].received_quantity -= row.quantity
        else:
            self._take_off(other, list(other.lines.filter(order__in=self.orders)))


def cascade_of(document: Report) -> list[OutputReceipt | Report]:
    """What has to be taken back first, in that order: the latest receipts and the latest reports of later operations,
    no more than until nothing stands on the report."""
    floor = _Floor(document)
    receipts = list(
        OutputReceipt.objects.filter(lines__order__in=floor.orders, approval="approved")
        .distinct().prefetch_related("lines__order").order_by("-pk")
    )  # fmt: skip
    reports = list(
        Report.objects.filter(lines__order__in=floor.orders, approval="approved").exclude(pk=document.pk)
        .distinct().prefetch_related("lines__order", "lines__operation").order_by("-pk")
    )  # fmt: skip
    taken: tuple[list[Any], list[Any]] = ([], [])
    while problems := [problem for problem in floor.problems() if problem.code in STANDING]:
        problem = next((one for one in problems if one.code == "already_received"), problems[0])
        number, operation = problem.data["number"], problem.data.get("operation")
        kind, pool = (1, reports) if operation else (0, receipts)
        other = next((one for one in pool if _concerns(one, number, operation)), None)
        if other is None:
            break
        pool.remove(other)
        floor.without(other)
        taken[kind].append(other)
    return [*taken[0], *taken[1]]


def _concerns(other: Any, number: object, operation: object) -> bool:
    """Whether a document has a line on the order (and, of reports, on the operation)."""
    return any(
        line.order.number == number and (operation is None or line.operation.operation_no == operation)
        for line in other.lines.all()
    )


def why_not_undo_report(document: Report, *, cascade: bool = True) -> list[Problem]:
    """What stands against taking a report back, for the button. Changes nothing."""
    if document.approval != "approved":
        return [Problem("taken_back", "{number} was already taken back.", number=document.number)]
    floor = _Floor(document)
    problems = _finished(floor.orders)
    return problems or [one for one in floor.problems() if not cascade or one.code not in STANDING]


def effects_of_report(document: Report) -> list[Effect]:
    """What taking a report back would reverse, in sentences."""
    effects = [Effect(N_("{number} is taken back first."), {"number": other.number}) for other in cascade_of(document)]
    for row in document.lines.select_related("order", "operation"):
        effects.append(
            Effect(N_("{order}, {operation}: good {good} and scrap {scrap} are taken off, {minutes} min leave work in process."),
                {"order": row.order.number, "operation": str(row.operation), "good": row.good,
                 "scrap": row.scrap_material + row.scrap_worker, "minutes": row.minutes},
            )
        )  # fmt: skip
    for backflush in document.backflushes.filter(approval="approved"):
        effects.append(
            Effect(N_("{number}: backflushed material goes back to the store."), {"number": backflush.number})
        )
    return effects


def effects_of_receipt(document: OutputReceipt) -> list[Effect]:
    """What taking a receipt back would reverse."""
    effects = [
        Effect(
            N_("{quantity} of {item} leave {warehouse} and go back into {order}."),
            {
                "quantity": row.quantity,
                "item": str(row.item),
                "warehouse": str(row.warehouse),
                "order": row.order.number,
            },
        )
        for row in document.lines.select_related("item", "warehouse", "order")
    ]
    for backflush in document.backflushes.filter(approval="approved"):
        effects.append(
            Effect(N_("{number}: backflushed material goes back to the store."), {"number": backflush.number})
        )
    return effects


def effects_of_materials(document: Any) -> list[Effect]:
    """What taking an issue or a return back would reverse."""
    issued = document.doc_type == "production.issue"
    text = (
        N_("{quantity} of {item} go back from {order} into {warehouse}.")
        if issued
        else N_("{quantity} of {item} go from {warehouse} into {order} again.")
    )
    return [
        Effect(
            text,
            {
                "quantity": row.quantity,
                "item": str(row.item),
                "warehouse": str(row.warehouse),
                "order": row.order.number,
            },
        )
        for row in document.lines.select_related("item", "warehouse", "order")
    ]
