"""Orders that are not made by the book: rework, substitutes, several orders made one."""

import uuid
from collections.abc import Sequence
from decimal import Decimal

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.kernel.money import MICRO, ZERO, to_micro
from gongfang.ledger import queries as ledger
from gongfang.ledger.services import release_ended
from gongfang.masterdata import queries as masterdata
from gongfang.platform.documents.editing import change
from gongfang.platform.documents.links import Link, link
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import note, verb
from gongfang.production.models import WorkOrder, WorkOrderMaterial
from gongfang.production.rules import Stage, posting_problem
from gongfang.production.services.changing import rescale
from gongfang.production.services.creating import (
    set_standards,
)
from gongfang.production.services.holding import (
    execution_now,
    hold_materials,
    hold_materials_of,
    hold_orders,
    save_orders,
    set_stage,
)
from gongfang.production.services.keeping import fit_to_need, hand_to
from gongfang.production.services.life import PLANNERS
from gongfang.production.services.prices import prices_of


@verb("production.substitute_material", N_("Substitute"), roles=(*PLANNERS, "keeper", "engineer"))
def substitute_material(
    *, actor: User, request_id: uuid.UUID, material_id: int, item_id: int, quantity: Decimal, replaces: Decimal | None = None
) -> WorkOrderMaterial:  # fmt: skip
    """Use another item for (part of) a component of an order. replaces: quantity of the component that is not needed any more.

    What the substitute costs is a substitution variance; what is saved of the component a favourable usage variance.
    """
    found = WorkOrderMaterial.objects.filter(pk=material_id).first()
    if found is None:
        title = str(WorkOrderMaterial._meta.verbose_name)
        raise DomainError(Problem("missing", "There is no {title} {id}.", title=title, id=material_id), Kind.MISSING)
    order = hold_orders([found.document_id])[found.document_id]
    if order.stage != Stage.PLANNED:
        problem = posting_problem(order.number, order.stage)
        refuse_if([problem] if problem else [], Kind.CONFLICT)
    material = hold_materials([material_id])[material_id]
    item = masterdata.items_by_ids([item_id]).get(item_id)
    saved = quantity if replaces is None else replaces
    problems = []
    if item is None:
        problems.append(Problem("item_unknown", "There is no such item.", where="item"))
    elif item_id in (material.item_id, order.item_id):
        problems.append(Problem("own_component", "{item} cannot go into itself.", where="item", item=str(item)))
    if quantity <= 0 or saved <= 0:
        problems.append(Problem("not_positive", "Enter a quantity above 0.", where="quantity"))
    left = material.quantity - material.done_quantity
    if saved > left:
        problems.append(
            Problem("nothing_left_to_replace", "Only {left} of {item} are still to be issued.", where="replaces", left=left, item=material.item.code)
        )  # fmt: skip
    refuse_if(problems)
    assert item is not None
    last = order.materials.order_by("-line_no").first()
    row = WorkOrderMaterial.objects.create(
        document=order, line_no=last.line_no + 1, item=item, quantity=to_micro(quantity), issue_method="push",
        operation_no=material.operation_no, offset_days=material.offset_days,
        warehouse_id=item.default_warehouse_id or material.warehouse_id,
        substitute_for=material, standard_price=prices_of([item])[item.pk],
    )  # fmt: skip
    before, material.quantity = material.quantity, material.quantity - to_micro(saved)
    material.execution = execution_now(material)
    material.save(update_fields=["quantity", "execution"])
    fit_to_need([material])
    note(material, quantity=(before, material.quantity))
    return row


@verb("production.use_substitutes", N_("Use substitutes"), roles=(*PLANNERS, "keeper"))
def use_substitutes(*, actor: User, request_id: uuid.UUID, document_id: int) -> list[WorkOrderMaterial]:
    """Put substitutes in the place of components that are short, by the ranks of the BOM and as far as they are in stock.

    What is to be used up goes first, even where the component itself is there. Raises DomainError(no_substitute).
    """
    order = hold_orders([document_id])[document_id]
    rows = [row for row in order.materials.select_related("item") if row.allowed_substitutes]
    names = {item for row in rows for item, _, _ in row.allowed_substitutes} | {row.item_id for row in rows}
    left = dict(ledger.available(names)) if names else {}
    made: list[WorkOrderMaterial] = []
    for row in rows:
        wanted = row.quantity - row.done_quantity - row.outside_quantity
        own = max(left.get(row.item_id, ZERO), ZERO)
        for item_id, ratio, use_up in row.allowed_substitutes:
            short = wanted if use_up else max(wanted - own, ZERO)
            replaces = min(short, to_micro(max(left.get(item_id, ZERO), ZERO) / Decimal(ratio)))
            if replaces > 0:
                made.append(
                    substitute_material(
                        actor=actor, request_id=request_id, material_id=row.pk, item_id=item_id,
                        quantity=to_micro(replaces * Decimal(ratio)), replaces=replaces,
                    )
                )  # fmt: skip
                left[item_id] -= replaces * Decimal(ratio)
                wanted -= replaces
    if not made:
        raise DomainError(
            Problem("no_substitute", "{number}: nothing is short that has a substitute in stock.", number=order.number), Kind.CONFLICT
        )  # fmt: skip
    return made


@verb("production.merge_orders", N_("Merge"), roles=PLANNERS)
def merge_orders(*, actor: User, request_id: uuid.UUID, order_ids: Sequence[int]) -> WorkOrder:
    """Make several planned orders of one product one (合并): the earliest takes the quantity, the others are cancelled."""
    orders = sorted(hold_orders(order_ids).values(), key=lambda order: (order.start, order.pk))
    if len(orders) < 2:
        raise DomainError(Problem("merge_two", "Choose at least two work orders of one product."))
    first, others = orders[0], orders[1:]
    alike = {(o.item_id, o.bom_id, o.routing_id, o.warehouse_id, o.approval, o.kind) for o in orders}
    if len(alike) > 1 or any(order.stage != Stage.PLANNED for order in orders):
        raise DomainError(
            Problem(
                "not_alike",
                "Only planned orders of one product, with the same BOM, routing, warehouse and approval, can be merged.",
            ),
            Kind.CONFLICT,
        )
    refuse_if(_differing(first, others), Kind.CONFLICT)
    before = first.quantity
    change(first, quantity=sum((order.quantity for order in orders), ZERO), due=min(order.due for order in orders))
    materials, outputs = rescale(first, before)
    operations = list(first.operations.all())
    for row in operations:
        row.document = first
    set_standards([first], materials, operations, outputs)
    for order in others:
        set_stage(order, "cancel")
    save_orders(others)
    hand_to(first, _same_lines(materials, others), whole=True)
    release_ended(others)
    link([Link(order, first, quantity=order.quantity) for order in others])
    return first


def _differing(first: WorkOrder, others: Sequence[WorkOrder]) -> list[Problem]:
    """Orders that need other components or bring other output per piece than the first: what they need could not be told any more."""
    usual = _per_piece(first)
    found = []
    for order in others:
        own = _per_piece(order)
        if own.keys() != usual.keys() or any(abs(own[key] - usual[key]) > 2 * MICRO for key in own):
            found.append(
                Problem("other_components", "{number} needs other components or brings other output than {first}; they cannot be merged.",
                        number=order.number, first=first.number)
            )  # fmt: skip
    return found


def _line_of(row: WorkOrderMaterial) -> tuple[object, ...]:
    return (row.item_id, row.operation_no, row.issue_method, row.substitute_for_id is not None)


def _same_lines(
    rows: Sequence[WorkOrderMaterial], others: Sequence[WorkOrder]
) -> list[tuple[WorkOrderMaterial, WorkOrderMaterial]]:
    """(component of one of the others, the same component of the first order); one statement."""
    mine = {_line_of(row): row for row in rows}
    theirs = hold_materials_of([order.pk for order in others])
    return [(row, mine[_line_of(row)]) for order in others for row in theirs[order.pk] if _line_of(row) in mine]


def _per_piece(order: WorkOrder) -> dict[tuple[object, ...], Decimal]:
    found: dict[tuple[object, ...], Decimal] = {}
    for row in order.materials.all():
        key = _line_of(row)
        share = row.quantity / order.quantity if row.substitute_for_id else row.per_piece
        found[key] = found.get(key, ZERO) + share
    for output in order.outputs.all():
        found["output", output.item_id, output.kind] = output.quantity / order.quantity
    return found
