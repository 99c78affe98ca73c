"""Have work done outside: subcontract orders for one operation or a whole order (委外订单)."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, counted, refuse_if
from gongfang.kernel.money import ZERO, to_micro
from gongfang.masterdata import queries as masterdata
from gongfang.platform.documents.editing import change, editable
from gongfang.platform.documents.lifecycle import Lifecycle
from gongfang.platform.documents.links import Link, link
from gongfang.platform.documents.numbering import next_numbers
from gongfang.platform.identity.models import User
from gongfang.platform.setwise import update_rows
from gongfang.platform.verbs import verb
from gongfang.production.models import (
    HelpCall,
    ReportLine,
    SubcontractMaterial,
    SubcontractOrder,
    WorkOrder,
    WorkOrderMaterial,
    WorkOrderOperation,
    WorkOrderOutput,
)
from gongfang.production.queries import outside_operations
from gongfang.production.rules import (
    Stage,
    posting_problem,
    resize_problems,
    standard_use,
)
from gongfang.production.services.creating import set_standards
from gongfang.production.services.holding import hold_operations, hold_orders
from gongfang.production.services.subcontract_sending import Held

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
    wish = Outside(
        order_id, partner_id, quantity, price, tax_rate, due, loss_tolerance, remark, operation_id, operation_no
    )
    return give_out(actor, [wish])[0]


@dataclass(frozen=True, slots=True)
class Outside:
    """Work that goes to a subcontractor: the operation that is named, else the whole order. None: as the order or the partner says."""

    order_id: int
    partner_id: int | None = None
    quantity: Decimal | None = None
    price: Decimal | None = None
    tax_rate: Decimal | None = None
    due: date | None = None
    loss_tolerance: Decimal = ZERO
    remark: str = ""
    operation_id: int | None = None
    operation_no: int | None = None

    @property
    def is_whole(self) -> bool:
        return self.operation_id is None and self.operation_no is None


def give_out(actor: User, wanted: Sequence[Outside]) -> list[SubcontractOrder]:
    """Draft subcontract orders, each order at most once; call it inside a verb. Constant statements. Raises as `create_subcontract_order`."""
    orders = hold_orders([one.order_id for one in wanted])
    over = (Stage.CLOSED, Stage.SETTLED, Stage.CANCELLED)
    found = [posting_problem(order.number, order.stage) for order in orders.values() if order.stage in over]
    refuse_if([problem for problem in found if problem], Kind.CONFLICT)
    operations = hold_operations(orders)
    wholes = _wholes([one for one in wanted if one.is_whole], orders, operations)
    steps = [
        wholes[one.order_id] if one.is_whole else _named(operations[one.order_id], one.operation_id, one.operation_no)
        for one in wanted
    ]
    partners = _partners([one.partner_id or step.subcontractor_id for one, step in zip(wanted, steps, strict=True)])
    _take_outside(orders, list(zip(wanted, steps, partners, strict=True)))
    free = _open_quantities(orders, operations, steps)
    documents = []
    today = timezone.localdate()
    numbers = next_numbers(SubcontractOrder, today, len(wanted))
    for one, step, partner, number in zip(wanted, steps, partners, numbers, strict=True):
        order = orders[one.order_id]
        quantity = free[step.pk] if one.quantity is None else to_micro(one.quantity)
        _refuse_more_than_open(order, quantity, free[step.pk])
        documents.append(
            SubcontractOrder(
                number=number, business_date=today, created_by=actor, partner=partner, order=order, operation=step, is_whole=one.is_whole,
                quantity=quantity, price=step.subcontract_price if one.price is None else one.price, due=one.due or order.due,
                loss_tolerance=one.loss_tolerance, tax_rate=partner.tax_rate if one.tax_rate is None else one.tax_rate, remark=one.remark,
            )
        )  # fmt: skip
    SubcontractOrder.objects.bulk_create(documents)
    _copy_materials(documents, operations)
    link([Link(document.order, document, quantity=document.quantity) for document in documents])
    return documents


def _partners(partner_ids: Sequence[int | None]) -> list[Any]:
    known = masterdata.partners_by_ids({pk for pk in partner_ids if pk})
    rows = [known.get(pk) if pk else None for pk in partner_ids]
    if any(row is None or not row.is_subcontractor for row in rows):
        raise DomainError(
            Problem("subcontractor_needed", "Who does this work? Choose the subcontractor.", where="partner")
        )
    refuse_if(
        Problem("partner_blocked", "{partner} is blocked.", where="partner", partner=row.name)
        for row in dict.fromkeys(rows) if row is not None and row.status == "blocked"
    )  # fmt: skip
    return rows


def _named(
    operations: Sequence[WorkOrderOperation], operation_id: int | None, number: int | None
) -> WorkOrderOperation:
    for row in operations:
        if row.pk == operation_id or (operation_id is None and row.operation_no == number):
            return row
    raise DomainError(Problem("operation_unknown", "The order has no such operation.", where="operation_no"))


def _wholes(
    wanted: Sequence[Outside], orders: Mapping[int, WorkOrder], operations: Mapping[int, Sequence[WorkOrderOperation]]
) -> dict[int, WorkOrderOperation]:
    """By order the one outside operation that stands for all the work; made where the order has own operations that nobody began."""
    ready = {
        one.order_id: rows[0]
        for one in wanted
        if len(rows := operations[one.order_id]) == 1 and rows[0].is_subcontracted
    }
    replaced = [one for one in wanted if one.order_id not in ready]
    if not replaced:
        return ready
    own = [row for one in replaced for row in operations[one.order_id]]
    begun = {row.document_id for row in own if row.minutes or row.worked_quantity or row.rework_quantity}
    refuse_if(
        [
            Problem("already_begun", "{number} has issues or reports; take them back first.", number=orders[pk].number)
            for pk in sorted(begun)
        ],
        Kind.CONFLICT,
    )
    named = _named_orders(own)
    refuse_if(
        [
            Problem("operations_named", "{number}: reports, calls or subcontract orders name its operations, so these cannot be replaced by one; give out single operations.", number=orders[pk].number)
            for pk in sorted(named)
        ],
        Kind.CONFLICT,
    )  # fmt: skip
    outside = masterdata.outside_centre()
    steps = []
    for one in replaced:
        centre = outside or (operations[one.order_id][-1].work_centre if operations[one.order_id] else None)
        if centre is None:
            raise DomainError(Problem("outside_centre_needed", "Make a work centre of the kind “Outside” first."))
        steps.append(
            WorkOrderOperation(
                document=orders[one.order_id], operation_no=10, name="委外加工", work_centre=centre, is_subcontracted=True,
                subcontractor_id=one.partner_id, subcontract_price=one.price or ZERO,
            )
        )  # fmt: skip
    WorkOrderOperation.objects.filter(document__in=[one.order_id for one in replaced]).delete()
    WorkOrderOperation.objects.bulk_create(steps)
    _set_standards(
        {
            step.document_id: step
            for step in steps
            if not (step.document.received_quantity or step.document.received_value)
        }
    )
    return ready | {step.document_id: step for step in steps}


def _set_standards(steps: Mapping[int, WorkOrderOperation]) -> None:
    """Reckon the orders anew whose work is one outside operation now."""
    if not steps:
        return
    materials = list(WorkOrderMaterial.objects.filter(document__in=list(steps)).order_by("document_id", "line_no"))
    outputs = list(WorkOrderOutput.objects.filter(document__in=list(steps)).order_by("document_id", "pk"))
    for row in (*materials, *outputs):
        row.document = steps[row.document_id].document
    set_standards([step.document for step in steps.values()], materials, list(steps.values()), outputs)


def _named_orders(operations: Sequence[WorkOrderOperation]) -> set[int]:
    """Orders of operations that documents name, also those that were taken back. Three statements."""
    found: set[int] = set()
    for model in (ReportLine, SubcontractOrder, HelpCall):
        named = model._default_manager.filter(operation__in=operations)
        found.update(named.values_list("operation__document_id", flat=True))
    return found


def _take_outside(orders: Mapping[int, WorkOrder], rows: Sequence[tuple[Outside, WorkOrderOperation, Any]]) -> None:
    """Mark operations as done outside; one that was to be done here takes the agreed price as its standard."""
    changed = []
    for one, operation, partner in rows:
        if operation.is_subcontracted and operation.subcontractor_id == partner.pk:
            continue
        if not operation.is_subcontracted:
            if operation.minutes or operation.worked_quantity:
                raise DomainError(
                    Problem("already_begun", "{number} has issues or reports; take them back first.", number=orders[one.order_id].number),
                    Kind.CONFLICT,
                )  # fmt: skip
            operation.is_subcontracted, operation.subcontract_price = True, one.price or ZERO
        operation.subcontractor_id = partner.pk
        changed.append(operation)
    if changed:
        update_rows(changed, ["is_subcontracted", "subcontract_price", "subcontractor"])


def _open_quantities(
    orders: Mapping[int, WorkOrder], operations: Mapping[int, Sequence[WorkOrderOperation]], steps: Sequence[WorkOrderOperation]
) -> dict[int, Decimal]:  # fmt: skip
    """Outside operation → pieces that no subcontractor is to do and nobody here has done; what came back unworked is among them."""
    whole = {
        step.document_id: [step] for step in steps
    }  # an order given out whole has this one operation only, made just now
    for pk, rows in operations.items():
        if {step.pk for step in steps if step.document_id == pk} <= {row.pk for row in rows}:
            whole[pk] = list(rows)
    found = outside_operations(whole.values(), {pk: orders[pk].quantity for pk in whole})
    return {pk: max(one.open, ZERO) for pk, one in found.items()}


def _refuse_more_than_open(order: WorkOrder, quantity: Decimal, free: Decimal) -> None:
    if not ZERO < quantity <= free:
        raise DomainError(
            Problem("subcontract_range", counted("{number}: {open} piece of this operation is not yet given out.", "{number}: {open} pieces of this operation are not yet given out.", "open"), where="quantity",
                    number=order.number, open=free)
        )  # fmt: skip


def _copy_materials(
    documents: Sequence[SubcontractOrder], operations: Mapping[int, Sequence[WorkOrderOperation]]
) -> None:
    """The components that the subcontractor gets: of the operation, those without one with the first operation."""
    of_order: dict[int, list[WorkOrderMaterial]] = defaultdict(list)
    wanted = WorkOrderMaterial.objects.filter(document__in=[one.order_id for one in documents]).exclude(
        issue_method="bulk"
    )
    for material in wanted.order_by("document_id", "line_no"):
        of_order[material.document_id].append(material)
    rows = []
    for document in documents:
        number = document.operation.operation_no
        is_first = document.is_whole or number == min(row.operation_no for row in operations[document.order_id])
        taken = [
            material
            for material in of_order[document.order_id]
            if document.is_whole or material.operation_no == number or (is_first and material.operation_no is None)
        ]
        rows += [
            SubcontractMaterial(
                document=document, line_no=line, material=material, item_id=material.item_id,
                quantity=standard_use(material.fixed, material.per_piece, document.quantity) or material.quantity,
            )
            for line, material in enumerate(taken, start=1)
        ]  # fmt: skip
    SubcontractMaterial.objects.bulk_create(rows, batch_size=500)


@verb("production.edit_subcontract_order", N_("Change subcontract order"), roles=WRITERS)
def edit_subcontract_order(
    *, actor: User, request_id: uuid.UUID, document_id: int, quantity: Decimal, price: Decimal, due: date,
    tax_rate: Decimal = ZERO, loss_tolerance: Decimal = ZERO, remark: str = "", version: int | None = None,
) -> SubcontractOrder:  # fmt: skip
    """Change a draft; its components follow the quantity."""
    document = editable(SubcontractOrder, document_id, version=version)
    order = document.order
    rows = list(order.operations.order_by("operation_no"))
    whole = outside_operations([rows], {order.pk: order.quantity})[document.operation_id]
    _refuse_more_than_open(order, quantity, max(whole.open + document.quantity, ZERO))
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


@verb("production.resize_subcontract_order", N_("Order more or fewer"), roles=WRITERS)
def resize_subcontract_order(
    *,
    actor: User,
    request_id: uuid.UUID,
    subcontract_id: int,
    quantity: Decimal,
    reason: str,
    version: int | None = None,
) -> SubcontractOrder:
    """Let a live subcontract order be for more pieces, or for fewer than were ordered: what the subcontractor will not do goes to another.

    Its material follows. Taken back by ordering the former quantity. Raises DomainError: below_given, above_open, reason_needed.
    """
    if not reason.strip():
        raise DomainError(Problem("reason_needed", "Say why.", where="reason"))
    held = Held(subcontract_id, version)
    document, quantity = held.document, to_micro(quantity)
    refuse_if(resize_problems(document.number, document.given, held.operation, quantity), Kind.CONFLICT)
    change(document, quantity=quantity, remark=f"{document.remark} {reason.strip()}".strip()[:500])
    held.save()
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
