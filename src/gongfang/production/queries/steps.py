"""Operations of an order as the sequence rule sees them."""

from collections.abc import Collection

from gongfang.kernel.money import ZERO
from gongfang.production.models import WorkOrderOperation
from gongfang.production.models.orders import OperationState
from gongfang.production.rules import Step, predecessors_of


def steps_of(operations: Collection[WorkOrderOperation], *, released: bool = True) -> list[Step]:
    """Operations of one order as the sequence rule sees them. released: pieces held for inspection do not count as good yet."""
    numbers = [operation.operation_no for operation in operations]
    return [
        Step(
            operation.operation_no, predecessors_of(operation.operation_no, operation.predecessors, numbers),
            operation.onward_quantity if released else operation.good_quantity, operation.worked_quantity,
            ZERO if operation.state == OperationState.DONE else operation.overlap_quantity,
        )
        for operation in operations
    ]  # fmt: skip
