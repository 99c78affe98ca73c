"""The check list before an order is closed: what is short, held, outside, at the line, half made or undecided (结案检查)."""

from collections.abc import Collection, Sequence
from decimal import Decimal

from gongfang.kernel.errors import Problem
from gongfang.kernel.money import ZERO
from gongfang.platform.prepared import Prepared
from gongfang.production.models import IssueLine, WorkOrder, WorkOrderMaterial
from gongfang.production.models.changes import OrderChange
from gongfang.production.queries import OPERATIONS_OF, outside_quantities, ready_quantities, steps_of
from gongfang.production.rules import Closing, arrived, closing_problems, stage_problem
from gongfang.production.services.inspecting import open_inspections

NOT_BULK = Prepared(
    lambda ids: (
        WorkOrderMaterial.objects.filter(document__in=ids).exclude(issue_method="bulk").select_related("item__unit")
    )
)
UNDECIDED_ISSUES: Prepared[tuple[int, str]] = Prepared(
    lambda ids: IssueLine.objects.filter(order__in=ids, document__approval="submitted").values_list(
        "order_id", "document__number"
    )
)
UNDECIDED_CHANGES: Prepared[tuple[int, str]] = Prepared(
    lambda ids: OrderChange.objects.filter(order__in=ids, approval="submitted").values_list("order_id", "number")
)


def closings(orders: Sequence[WorkOrder]) -> list[Closing]:
    """The closing check list of some orders; eight statements."""
    ids = [order.pk for order in orders]
    ready, outside, open_ones = ready_quantities(ids), outside_quantities(ids), open_inspections(ids)
    waiting, papers = _waiting(ids), _papers(ids)
    short: dict[int, list[str]] = {}
    away: dict[int, list[str]] = {}
    at_line: dict[int, list[str]] = {}
    by_id = {order.pk: order for order in orders}
    for row in NOT_BULK(ids):
        if row.outside_quantity:
            away.setdefault(row.document_id, []).append(row.item.code)
        if row.staged_quantity:
            at_line.setdefault(row.document_id, []).append(
                f"{row.item.code} {_plain(row.staged_quantity)} {row.item.unit.name}"
            )
        if (
            row.issue_method == "push"
            and row.done_quantity < row.fixed + row.per_piece * by_id[row.document_id].received_quantity
        ):
            short.setdefault(row.document_id, []).append(row.item.code)
    return [
        Closing(
            order.number, order.quantity, order.received_quantity, order.scrap_quantity, ready.get(order.pk),
            tuple(short.get(order.pk, ())), open_ones.get(order.pk, 0), outside.get(order.pk, ZERO), tuple(away.get(order.pk, ())),
            tuple(waiting.get(order.pk, ())), tuple(at_line.get(order.pk, ())), tuple(papers.get(order.pk, ())),
        )
        for order in orders
    ]  # fmt: skip


def _plain(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}"


def _waiting(order_ids: Collection[int]) -> dict[int, list[str]]:
    """Order → operations with pieces that came from the one before and are neither good nor scrap. One statement."""
    rows: dict[int, list] = {}
    for operation in OPERATIONS_OF(sorted(set(order_ids))):
        rows.setdefault(operation.document_id, []).append(operation)
    found: dict[int, list[str]] = {}
    for pk, operations in rows.items():
        steps = {step.operation_no: step for step in steps_of(operations)}
        for operation in operations:
            come = arrived(steps[operation.operation_no], steps)
            left = ZERO if come is None else come - operation.worked_quantity
            if left > 0:
                found.setdefault(pk, []).append(f"{operation} {_plain(left)}")
    return found


def _papers(order_ids: Collection[int]) -> dict[int, list[str]]:
    """Order → numbers of its supplements and changes that wait for an approval. Two statements."""
    found: dict[int, list[str]] = {}
    ids = sorted(set(order_ids))
    for pk, number in sorted({*UNDECIDED_ISSUES(ids), *UNDECIDED_CHANGES(ids)}):
        found.setdefault(pk, []).append(number)
    return found


def why_not_close(order: WorkOrder) -> list[Problem]:
    problem = stage_problem(order.number, order.stage, "close")
    return [problem] if problem else closing_problems(closings([order])[0])
