"""What engineering changes do to bills of materials and routings."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gongfang.masterdata.models import EngineeringChange, EngineeringChangeLine, EngineeringChangeOperation
from gongfang.masterdata.rules.operations import OperationChange

WORDS = ("name", "inspection", "predecessors", "instruction")
FIGURES = ("work_centre_id", "setup_minutes", "run_minutes", "crew", "piece_rate")


@dataclass(frozen=True, slots=True)
class LineChange:
    """What an engineering change does to the bill of materials of an item."""

    item_id: int
    action: str
    component_id: int | None
    replacement_id: int | None
    quantity: Decimal | None
    base: Decimal


def changes_in(change_id: int) -> list[LineChange]:
    """The lines of an approved engineering change; empty for any other. One statement."""
    rows = EngineeringChangeLine.objects.filter(document=change_id, document__approval="approved").select_related("bom")
    return [
        LineChange(
            row.bom.item_id, row.action, row.component_id, row.replacement_id, row.quantity, row.bom.base_quantity
        )
        for row in rows
    ]


def values_of(line: EngineeringChangeOperation) -> dict[str, Any]:
    """Field → what it becomes; a field that stays is not in it."""
    words = {name: getattr(line, name).strip() for name in WORDS if getattr(line, name).strip()}
    return words | {name: value for name in FIGURES if (value := getattr(line, name)) is not None}


def operation_changes(documents: Collection[EngineeringChange]) -> dict[int, list[OperationChange]]:
    """Change → its lines about operations, in order; one statement."""
    found: dict[int, list[OperationChange]] = {document.pk: [] for document in documents}
    rows = EngineeringChangeOperation.objects.filter(document__in=documents).select_related("routing__item")
    for row in rows.order_by("document_id", "line_no"):
        found[row.document_id].append(
            OperationChange(row.routing_id, row.routing.item_id, row.action, row.operation_no, values_of(row), str(row.routing))
        )  # fmt: skip
    return found


def operation_changes_in(change_id: int) -> list[OperationChange]:
    """What an approved engineering change does to operations; empty for any other. Two statements."""
    rows = EngineeringChange.objects.filter(pk=change_id, approval="approved")
    return next(iter(operation_changes(rows).values()), [])
