"""Lock orders and their lines for a verb, in one order everywhere: orders by id, then their lines by id, then the ledger."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TypeVar

from django.db import models

from gongfang.kernel.errors import DomainError, Kind, Problem
from gongfang.platform.verbs import note
from gongfang.production.models import WorkOrder, WorkOrderMaterial, WorkOrderOperation, WorkOrderOutput
from gongfang.production.rules import EXECUTION_OF, STAGES, Stage
from gongfang.production.services.setrows import update_rows

M = TypeVar("M", bound=models.Model)
FLOOR_FIELDS = (
    "stage", "execution", "received_quantity", "scrap_quantity", "rework_quantity", "actual_start", "actual_end", "actual_material",
    "actual_labour", "actual_machine", "actual_overhead", "actual_subcontract", "received_value", "variance_value", "version",
)  # fmt: skip


def _held(rows: models.QuerySet[M], ids: Iterable[int], title: str) -> dict[int, M]:
    wanted = set(ids)
    found = {row.pk: row for row in rows.select_for_update(of=("self",)).filter(pk__in=wanted).order_by("pk")}
    missing = sorted(wanted - found.keys())
    if missing:
        raise DomainError(Problem("missing", "There is no {title} {id}.", title=title, id=missing[0]), Kind.MISSING)
    return found


def hold_orders(ids: Iterable[int]) -> dict[int, WorkOrder]:
    """Lock orders, with item and unit read along; one statement. Raises DomainError(missing)."""
    return _held(WorkOrder.objects.select_related("item__unit"), ids, str(WorkOrder._meta.verbose_name))


def hold_materials(ids: Iterable[int]) -> dict[int, WorkOrderMaterial]:
    return _held(WorkOrderMaterial.objects.select_related("item"), ids, str(WorkOrderMaterial._meta.verbose_name))


def hold_outputs(ids: Iterable[int]) -> dict[int, WorkOrderOutput]:
    return _held(WorkOrderOutput.objects.select_related("item"), ids, str(WorkOrderOutput._meta.verbose_name))


def hold_operations(order_ids: Iterable[int]) -> dict[int, list[WorkOrderOperation]]:
    """Lock all operations of some orders, by order and number; one statement."""
    rows = WorkOrderOperation.objects.select_for_update(of=("self",)).select_related("work_centre")
    found: dict[int, list[WorkOrderOperation]] = defaultdict(list)
    for row in rows.filter(document__in=list(order_ids)).order_by("document_id", "operation_no"):
        found[row.document_id].append(row)
    return found


def hold_materials_of(order_ids: Iterable[int]) -> dict[int, list[WorkOrderMaterial]]:
    """Lock all components of some orders, by order and line; one statement."""
    rows = WorkOrderMaterial.objects.select_for_update(of=("self",)).select_related("item")
    found: dict[int, list[WorkOrderMaterial]] = defaultdict(list)
    for row in rows.filter(document__in=list(order_ids)).order_by("document_id", "line_no"):
        found[row.document_id].append(row)
    return found


def set_stage(order: WorkOrder, action: str) -> None:
    """Move a locked order along the stage machine, in memory, with the change noted on the audit row."""
    before, after = order.stage, STAGES.next(order.stage, action)
    order.stage = after
    order.execution = EXECUTION_OF[Stage(after)]
    order.version += 1
    note(order, stage=(before, after))


def save_orders(orders: Sequence[WorkOrder], *more: str) -> None:
    """Write what the floor changes on orders; one statement."""
    update_rows(orders, [*FLOOR_FIELDS, *more])
