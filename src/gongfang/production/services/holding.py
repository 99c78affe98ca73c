"""Lock orders and their lines for a verb, in one order everywhere: orders by id, then their lines by id, then the ledger."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any, TypeVar

from django.db import models
from django.utils import timezone

from gongfang.kernel.errors import DomainError, Kind, Problem
from gongfang.ledger.services import release_ended
from gongfang.platform.bases import ExecutionState
from gongfang.platform.documents.progress import execution_of
from gongfang.platform.prepared import Prepared
from gongfang.platform.setwise import update_rows
from gongfang.platform.verbs import note
from gongfang.production.models import WorkOrder, WorkOrderMaterial, WorkOrderOperation, WorkOrderOutput
from gongfang.production.rules import EXECUTION_OF, STAGES, Stage

M = TypeVar("M", bound=models.Model)
FLOOR_FIELDS = (
    "stage", "execution", "received_quantity", "scrap_quantity", "rework_quantity", "actual_start", "actual_end", "actual_material",
    "actual_labour", "actual_machine", "actual_overhead", "actual_subcontract", "received_value", "variance_value", "version",
)  # fmt: skip


ORDERS = Prepared(lambda ids: _locked_orders(pk__in=ids))
ORDERS_OF = Prepared(lambda ids: _locked_orders(pk__in=_orders_behind(WorkOrderOperation, ids)))
ORDERS_WITH = Prepared(lambda ids: _locked_orders(pk__in=_orders_behind(WorkOrderMaterial, ids)))
OPERATIONS = Prepared(
    lambda ids: (
        _locking(WorkOrderOperation)
        .select_related("work_centre")
        .filter(document__in=ids)
        .order_by("document_id", "operation_no")
    )
)
MATERIALS = Prepared(lambda ids: _locking(WorkOrderMaterial).select_related("item").filter(pk__in=ids).order_by("pk"))
OUTPUTS = Prepared(lambda ids: _locking(WorkOrderOutput).select_related("item__unit").filter(pk__in=ids).order_by("pk"))
BACKFLUSHED = Prepared(
    lambda ids: (
        _locking(WorkOrderMaterial)
        .select_related("item")
        .filter(document__in=ids, issue_method="backflush")
        .order_by("document_id", "line_no")
    )
)

AT_RECEIPT = Prepared(
    lambda ids: (
        _locking(WorkOrderMaterial)
        .select_related("item")
        .filter(document__in=ids, issue_method__in=("backflush", "receipt"))
        .order_by("document_id", "line_no")
    )
)


def _locking(model: type[M]) -> models.QuerySet[M]:
    return model._default_manager.select_for_update(of=("self",))


def _locked_orders(**chosen: Any) -> models.QuerySet[WorkOrder]:
    return _locking(WorkOrder).select_related("item__unit").filter(**chosen).order_by("pk")


def _orders_behind(lines: type[models.Model], ids: Collection[int]) -> Any:
    return lines._default_manager.filter(pk__in=ids).order_by().values("document_id")


def _all_of(rows: Iterable[M], wanted: Collection[int], model: type[M]) -> dict[int, M]:
    found = {row.pk: row for row in rows}
    if missing := sorted(set(wanted) - found.keys()):
        title = str(model._meta.verbose_name)
        raise DomainError(Problem("missing", "There is no {title} {id}.", title=title, id=missing[0]), Kind.MISSING)
    return found


def hold_orders(ids: Iterable[int]) -> dict[int, WorkOrder]:
    """Lock orders, with item and unit read along; one statement. Raises DomainError(missing)."""
    wanted = sorted(set(ids))
    return _all_of(ORDERS(wanted), wanted, WorkOrder)


def hold_orders_with(material_ids: Iterable[int]) -> dict[int, WorkOrder]:
    """Lock the orders of some components, with item and unit read along; one statement. Unknown components are left out."""
    return {row.pk: row for row in ORDERS_WITH(sorted(set(material_ids)))}


def hold_orders_of(operation_ids: Iterable[int]) -> dict[int, WorkOrder]:
    """Lock the orders of some operations, with item and unit read along; one statement. Unknown operations are left out."""
    return {row.pk: row for row in ORDERS_OF(sorted(set(operation_ids)))}


def hold_materials(ids: Iterable[int]) -> dict[int, WorkOrderMaterial]:
    wanted = sorted(set(ids))
    return _all_of(MATERIALS(wanted), wanted, WorkOrderMaterial)


def hold_outputs(ids: Iterable[int]) -> dict[int, WorkOrderOutput]:
    wanted = sorted(set(ids))
    return _all_of(OUTPUTS(wanted), wanted, WorkOrderOutput)


def hold_outputs_of(order_ids: Iterable[int]) -> dict[int, list[WorkOrderOutput]]:
    """Lock all further outputs of some orders, by order; one statement."""
    rows = _locking(WorkOrderOutput).select_related("item__unit").filter(document__in=list(order_ids))
    found: dict[int, list[WorkOrderOutput]] = defaultdict(list)
    for row in rows.order_by("document_id", "pk"):
        found[row.document_id].append(row)
    return found


def hold_backflushed(order_ids: Iterable[int]) -> list[WorkOrderMaterial]:
    """Lock the components of held orders that nobody issues by hand; one statement."""
    return BACKFLUSHED(sorted(order_ids))


def hold_taken_at_receipt(order_ids: Iterable[int]) -> list[WorkOrderMaterial]:
    """Lock the components of held orders that may be issued when output comes; one statement."""
    return AT_RECEIPT(sorted(order_ids))


def hold_operations(order_ids: Iterable[int]) -> dict[int, list[WorkOrderOperation]]:
    """Lock all operations of some orders, by order and number; one statement."""
    found: dict[int, list[WorkOrderOperation]] = defaultdict(list)
    for row in OPERATIONS(sorted(order_ids)):
        found[row.document_id].append(row)
    return found


def hold_materials_of(order_ids: Iterable[int]) -> dict[int, list[WorkOrderMaterial]]:
    """Lock all components of some orders, by order and line; one statement."""
    rows = WorkOrderMaterial.objects.select_for_update(of=("self",)).select_related("item")
    found: dict[int, list[WorkOrderMaterial]] = defaultdict(list)
    for row in rows.filter(document__in=list(order_ids)).order_by("document_id", "line_no"):
        found[row.document_id].append(row)
    return found


def execution_now(material: WorkOrderMaterial) -> str:
    """How far a component is issued; what is not needed (any more) is done."""
    if material.quantity <= material.done_quantity:
        return ExecutionState.DONE
    return execution_of(material.quantity, material.done_quantity)


def set_stage(order: WorkOrder, action: str) -> None:
    """Move a locked order along the stage machine, in memory, with the change noted on the audit row."""
    before, after = order.stage, STAGES.next(order.stage, action)
    order.stage = after
    order.execution = EXECUTION_OF[Stage(after)]
    order.version += 1
    note(order, stage=(before, after))


def finish_if_through(orders: Iterable[WorkOrder]) -> list[WorkOrder]:
    """Complete held orders whose planned quantity is received or scrapped, in memory; what was kept for them is let go. Returns them.

    No statement where none is through.
    """
    through = [
        order
        for order in orders
        if order.received_quantity + order.scrap_quantity >= order.quantity
        and order.received_quantity > 0
        and order.stage in (Stage.RELEASED, Stage.STARTED)
    ]
    for order in through:
        set_stage(order, "complete")
        order.actual_end = timezone.now()
    release_ended(through)
    return through


def reopen_if_open(order: WorkOrder) -> None:
    """Take back, in memory, that a held order is completed when something of what it rests on is taken back."""
    if order.stage == Stage.COMPLETED and order.received_quantity + order.scrap_quantity < order.quantity:
        set_stage(order, "uncomplete")
        order.actual_end = None


def save_orders(orders: Sequence[WorkOrder], *more: str) -> None:
    """Write what the floor changes on orders; one statement."""
    update_rows(orders, [*FLOOR_FIELDS, *more])
