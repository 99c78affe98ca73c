"""Have work done outside: subcontract orders for one operation or a whole order (委外订单)."""

import uuid
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.kernel.money import ZERO, to_micro
from gongfang.masterdata import queries as masterdata
from gongfang.platform.documents.editing import change, editable, new_document
from gongfang.platform.documents.lifecycle import Lifecycle
from gongfang.platform.documents.links import Link, link
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb
from gongfang.production.models import (
    HelpCall,
    ReportLine,
    SubcontractMaterial,
    SubcontractOrder,
    WorkOrder,
    WorkOrderOperation,
)
from gongfang.production.rules import (
    Stage,
    posting_problem,
    standard_use,
)
from gongfang.production.services.creating import set_standards
from gongfang.production.services.holding import hold_operations, hold_orders
from gongfang.production.services.setrows import update_rows

WRITERS = ("planner", "buyer", "supervisor")
KEEPERS = ("keeper", "supervisor")


@verb("production.create_subcontract_order", N_("Subcontract"), roles=WRITERS)
def create_subcontract_order(
    *, actor: User, request_id: uuid.UUID, order_id: int, operation_id: int | None = None, operation_no: int | None = None,
    partner_id: int | None = None, quantity: Decimal | None = None, price: Decimal | None = None, tax_rate: Decimal | None = None,
    due: date | None = None, loss_tolerance: Decimal = ZERO, remark: str = "",
) -> SubcontractOrder:  # fmt: skip
    """Draft an order to a subcontractor for one operation, named by id or number; without either for the whole order (整单委外).

    A whole order that nobody has begun gets one outside operation in place of its own. Components are those of the operation,
    of all where none names one. Raises DomainError: subcontractor_needed, operation_unknown, already_begun, over_sent …
    """
    order = hold_orders([order_id])[order_id]
    if order.stage in (Stage.CLOSED, Stage.SETTLED, Stage.CANCELLED):
        problem = posting_problem(order.number, order.stage)
        refuse_if([problem] if problem else [], Kind.CONFLICT)
    operations = hold_operations([order.pk])[order.pk]
    is_whole = operation_id is None and operation_no is None
    operation = (
        _whole(order, operations, partner_id, price) if is_whole else _named(operations, operation_id, operation_no)
    )
    partner = _partner(partner_id or operation.subcontractor_id)
    _take_outside(order, operation, partner, price)
    wanted = _open_quantity(order, operation) if quantity is None else to_micro(quantity)
    if not ZERO < wanted <= _open_quantity(order, operation):
        raise DomainError(
            Problem("subcontract_range", "{number}: {open} pieces of this operation are not yet given out.", where="quantity",
                    number=order.number, open=_open_quantity(order, operation))
        )  # fmt: skip
    document = new_document(
        SubcontractOrder, actor=actor, partner=partner, order=order, operation=operation, is_whole=is_whole, quantity=wanted,
        price=operation.subcontract_price if price is None else price, due=due or order.due, loss_tolerance=loss_tolerance,
        tax_rate=partner.tax_rate if tax_rate is None else tax_rate, remark=remark,
    )  # fmt: skip
    _copy_materials(document, order, operation, operations)
    link([Link(order, document, quantity=wanted)])
    return document


def _partner(partner_id: int | None) -> Any:
    partner = masterdata.partners_by_ids([partner_id]).get(partner_id) if partner_id else None
    if partner is None or not partner.is_subcontractor:
        raise DomainError(
            Problem("subcontractor_needed", "Who does this work? Choose the subcontractor.", where="partner")
        )
    if partner.status == "blocked":
        raise DomainError(Problem("partner_blocked", "{partner} is blocked.", where="partner", partner=partner.name))
    return partner


def _named(
    operations: Sequence[WorkOrderOperation], operation_id: int | None, number: int | None
) -> WorkOrderOperation:
    for row in operations:
        if row.pk == operation_id or (operation_id is None and row.operation_no == number):
            return row
    raise DomainError(Problem("operation_unknown", "The order has no such operation.", where="operation_no"))


def _whole(
    order: WorkOrder, operations: Sequence[WorkOrderOperation], partner_id: int | None, price: Decimal | None
) -> WorkOrderOperation:
    """The one outside operation that stands for all the work; made where the order has own operations that nobody began."""
    if len(operations) == 1 and operations[0].is_subcontracted:
        return operations[0]
    if any(row.minutes or row.worked_quantity or row.rework_quantity for row in operations):
        raise DomainError(
            Problem("already_begun", "{number} has issues or reports; take them back first.", number=order.number), Kind.CONFLICT
        )  # fmt: skip
    if _are_named(operations):
        raise DomainError(
            Problem("operations_named", "{number}: reports, calls or subcontract orders name its operations, so these cannot be replaced by one; give out single operations.", number=order.number), Kind.CONFLICT
        )  # fmt: skip
    centre = masterdata.outside_centre() or (operations[-1].work_centre if operations else None)
    if centre is None:
        raise DomainError(Problem("outside_centre_needed", "Make a work centre of the kind “Outside” first."))
    order.operations.all().delete()
    step = WorkOrderOperation.objects.create(
        document=order, operation_no=10, name="委外加工", work_centre=centre, is_subcontracted=True, subcontractor_id=partner_id,
        subcontract_price=price or ZERO,
    )  # fmt: skip
    if not order.received_quantity:
        materials = list(order.materials.all())
        for row in (*materials, step):
            row.document = order
        set_standards([order], materials, [step], list(order.outputs.all()))
    return step


def _are_named(operations: Sequence[WorkOrderOperation]) -> bool:
    """Whether documents name some operations, also those that were taken back. Three statements."""
    return any(
        model._default_manager.filter(operation__in=operations).exists() for model in (ReportLine, SubcontractOrder, HelpCall)
    )  # fmt: skip


def _take_outside(order: WorkOrder, operation: WorkOrderOperation, partner: Any, price: Decimal | None) -> None:
    """Mark an operation as done outside; one that was to be done here takes the agreed price as its standard."""
    if operation.is_subcontracted and operation.subcontractor_id == partner.pk:
        return
    if not operation.is_subcontracted:
        if operation.minutes or operation.worked_quantity:
            raise DomainError(
                Problem("already_begun", "{number} has issues or reports; take them back first.", number=order.number),
                Kind.CONFLICT,
            )
        operation.is_subcontracted, operation.subcontract_price = True, price or ZERO
    operation.subcontractor_id = partner.pk
    update_rows([operation], ["is_subcontracted", "subcontract_price", "subcontractor"])


def _open_quantity(order: WorkOrder, operation: WorkOrderOperation) -> Decimal:
    given = SubcontractOrder.objects.filter(operation=operation).exclude(approval="void")
    return order.quantity - (given.aggregate(total=Sum("quantity"))["total"] or ZERO)


def _copy_materials(
    document: SubcontractOrder,
    order: WorkOrder,
    operation: WorkOrderOperation,
    operations: Sequence[WorkOrderOperation],
) -> None:
    """The components that the subcontractor gets: of the operation, those without one with the first operation."""
    is_first = document.is_whole or operation.operation_no == min(row.operation_no for row in operations)
    rows = []
    for material in order.materials.exclude(issue_method="bulk").order_by("line_no"):
        if (
            material.operation_no == operation.operation_no
            or (is_first and material.operation_no is None)
            or document.is_whole
        ):
            rows.append(
                SubcontractMaterial(
                    document=document, line_no=len(rows) + 1, material=material, item_id=material.item_id,
                    quantity=standard_use(material.fixed, material.per_piece, document.quantity) or material.quantity,
                )
            )  # fmt: skip
    SubcontractMaterial.objects.bulk_create(rows, batch_size=500)


@verb("production.edit_subcontract_order", N_("Change subcontract order"), roles=WRITERS)
def edit_subcontract_order(
    *, actor: User, request_id: uuid.UUID, document_id: int, quantity: Decimal, price: Decimal, due: date,
    tax_rate: Decimal = ZERO, loss_tolerance: Decimal = ZERO, remark: str = "", version: int | None = None,
) -> SubcontractOrder:  # fmt: skip
    """Change a draft; its components follow the quantity."""
    document = editable(SubcontractOrder, document_id, version=version)
    free = _open_quantity(document.order, document.operation) + document.quantity
    if not ZERO < quantity <= free:
        raise DomainError(
            Problem("subcontract_range", "{number}: {open} pieces of this operation are not yet given out.", where="quantity",
                    number=document.order.number, open=free)
        )  # fmt: skip
    if price < 0 or not 0 <= tax_rate < 1:
        raise DomainError(Problem("negative", "Quantities and times cannot be negative.", where="price"))
    change(
        document, quantity=to_micro(quantity), price=price, due=due, tax_rate=tax_rate, loss_tolerance=loss_tolerance, remark=remark
    )  # fmt: skip
    rows = list(document.materials.select_related("material"))
    for row in rows:
        row.quantity = standard_use(row.material.fixed, row.material.per_piece, document.quantity) or row.quantity
    update_rows(rows, ["quantity"])
    return document


def _order_problems(document: SubcontractOrder) -> list[Problem]:
    if document.order.stage in (Stage.CLOSED, Stage.SETTLED, Stage.CANCELLED):
        problem = posting_problem(document.order.number, document.order.stage)
        return [problem] if problem else []
    return []


LIFECYCLE = Lifecycle(
    SubcontractOrder, package="production", noun="subcontract_order", title=N_("subcontract order"), writers=WRITERS,
    approvers=("planner", "supervisor", "owner"), check=_order_problems, closable=False,
)  # fmt: skip
