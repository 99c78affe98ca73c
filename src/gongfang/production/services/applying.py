"""Bring an engineering change into orders that already run, where somebody asks for it (变更应用到在制工单)."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.kernel.money import ZERO, to_micro
from gongfang.masterdata import queries as masterdata
from gongfang.platform.documents.links import Link, link, targets
from gongfang.platform.documents.registry import document_model
from gongfang.platform.identity.models import User
from gongfang.platform.setwise import insert_rows, update_rows
from gongfang.platform.verbs import note, verb
from gongfang.production.models import WorkOrder, WorkOrderMaterial, WorkOrderOperation
from gongfang.production.queries import away_at
from gongfang.production.rules import Stage, rounded_up
from gongfang.production.services.changing_operations import (
    OPERATION_CHANGED,
    Steps,
    bound_operations,
    centres_in,
    change_steps,
)
from gongfang.production.services.creating import restandard
from gongfang.production.services.holding import execution_now, hold_materials_of, hold_operations, hold_orders
from gongfang.production.services.keeping import fit_to_need
from gongfang.production.services.prices import prices_of
from gongfang.production.services.unapplying import MATERIAL_CHANGED, fields_of, remember

OPEN = (Stage.PLANNED, Stage.RELEASED, Stage.STARTED, Stage.PAUSED)


@verb("production.apply_change", N_("Apply engineering change"), roles=("engineer", "planner", "supervisor"))
def apply_change(*, actor: User, request_id: uuid.UUID, order_ids: Sequence[int], change_id: int) -> list[WorkOrder]:
    """Change components and operations of running orders as an approved engineering change says, for what is still to come.

    What was issued stays; the rest is needed of the new component. Operations that all pieces have passed stay. Standards are reckoned
    anew while nothing is received, so the change is no variance. Raises DomainError: change_unknown, not_concerned, order_finished,
    applied_already, operation_begun, passed_already, nothing_to_apply.
    """
    changes, steps = masterdata.changes_in(change_id), masterdata.operation_changes_in(change_id)
    document: Any = document_model("masterdata.engineering_change")._default_manager.filter(pk=change_id).first()
    if document is None or not (changes or steps):
        raise DomainError(Problem("change_unknown", "Choose an approved engineering change.", where="change"))
    orders = hold_orders(order_ids)
    operations = hold_operations(orders)
    materials = hold_materials_of(orders)
    _refuse(orders.values(), {line.item_id for line in (*changes, *steps)}, document)
    before = {pk: fields_of(operations[pk], materials[pk]) for pk in orders}
    items = masterdata.items_by_ids({line.replacement_id for line in changes if line.replacement_id})
    prices = prices_of(items.values())
    fresh: list[WorkOrderMaterial] = []
    for order in orders.values():
        rows = materials[order.pk]
        for line in (one for one in changes if one.item_id == order.item_id):
            fresh += _changed(order, rows, line, items, prices, len(fresh))
    steps_after = _change_operations(orders, operations, materials, changes, steps, document)
    _save_materials([row for rows in materials.values() for row in rows])
    insert_rows(fresh)
    remember(
        document, orders, before, {pk: fields_of(operations[pk], materials[pk]) for pk in orders}, steps_after, fresh
    )
    restandard(list(orders.values()))
    link([Link(document, order) for order in orders.values()])
    return list(orders.values())


def _save_materials(rows: Sequence[WorkOrderMaterial]) -> None:
    for row in rows:
        row.execution = execution_now(row)
    update_rows(rows, [*MATERIAL_CHANGED, "execution"])
    fit_to_need(rows)


def _change_operations(
    orders: Mapping[int, WorkOrder], operations: Mapping[int, list[WorkOrderOperation]],
    materials: Mapping[int, Sequence[WorkOrderMaterial]], changes: Sequence[masterdata.LineChange], lines: Sequence[Any], document: Any,
) -> dict[int, Steps]:  # fmt: skip
    """Change the operations of the orders; order → what was done to it. Six statements at most, none without lines."""
    if not lines:
        return {}
    taken_out = {(line.item_id, line.operation_no) for line in lines if line.action == "remove"}
    bound = bound_operations(
        [
            row.pk
            for pk, rows in operations.items()
            for row in rows
            if (orders[pk].item_id, row.operation_no) in taken_out
        ]
    )
    centres, away = centres_in(lines), away_at(row for rows in operations.values() for row in rows)
    after, problems = {}, []
    for pk, order in orders.items():
        own = [line for line in lines if line.item_id == order.item_id]
        after[pk], found = change_steps(order, operations[pk], materials[pk], own, centres, bound, away)
        problems += found
        if not found and not after[pk].any and not any(line.item_id == order.item_id for line in changes):
            problems.append(
                Problem("nothing_to_apply", "{change}: {number} has passed these operations; nothing of the change is still to come.",
                        change=document.number, number=order.number)
            )  # fmt: skip
    refuse_if(problems, Kind.CONFLICT)
    update_rows([row for one in after.values() for row in one.touched], OPERATION_CHANGED)
    WorkOrderOperation.objects.filter(pk__in=[row.pk for one in after.values() for row in one.gone]).delete()
    for pk, one in after.items():
        operations[pk][:] = [row for row in operations[pk] if row not in one.gone]
    WorkOrderOperation.objects.bulk_create([row for one in after.values() for row in one.fresh], batch_size=500)
    return after


def _refuse(orders: Collection[WorkOrder], concerned: Collection[int], document: Any) -> None:
    applied = {pk for _, pk in targets(document, WorkOrder.doc_type)}
    problems = []
    for order in orders:
        if order.stage not in OPEN:
            problems.append(Problem("cannot_change", "{number} can no longer be changed.", number=order.number))
        elif order.item_id not in concerned:
            problems.append(
                Problem(
                    "not_concerned",
                    "{change} does not touch what {number} makes.",
                    change=document.number,
                    number=order.number,
                )
            )
        elif order.pk in applied:
            problems.append(
                Problem(
                    "applied_already",
                    "{change} is applied to {number} already.",
                    change=document.number,
                    number=order.number,
                )
            )
    refuse_if(problems, Kind.CONFLICT)


def _changed(
    order: WorkOrder, rows: Sequence[WorkOrderMaterial], line: masterdata.LineChange, items: Any, prices: Any, offset: int
) -> list[WorkOrderMaterial]:  # fmt: skip
    """Change the rows of one order in memory; returns those to be added.

    fixed + per_piece × pieces stays the standard: what is issued becomes the fixed part of the old component, and the new one
    begins with the pieces that are still to be made, so its fixed part is below zero.
    """
    left = max(order.quantity - order.received_quantity - order.scrap_quantity, ZERO)
    number = max((row.line_no for row in rows), default=0) + offset + 1
    per_piece = to_micro(line.quantity / line.base) if line.quantity else None
    if line.action == "add":
        return [_new(order, None, items[line.replacement_id], per_piece or ZERO, left, number, prices)]
    made = []
    for row in rows:
        if row.item_id != line.component_id or (row.issued_quantity and row.done_quantity >= row.quantity):
            continue
        there = row.done_quantity + row.outside_quantity
        before, pieces = (
            row.quantity,
            left if not row.quantity else min(left, order.quantity * max(row.quantity - there, ZERO) / row.quantity),
        )
        if line.action == "replace" and pieces:
            each = per_piece or row.per_piece
            made.append(_new(order, row, items[line.replacement_id], each, pieces, number + len(made), prices))
        row.per_piece = (per_piece or row.per_piece) if line.action == "quantity" else ZERO
        row.quantity = there + (
            rounded_up(row.per_piece * pieces, row.item.unit.precision) if line.action == "quantity" else ZERO
        )
        row.fixed = row.quantity - row.per_piece * order.quantity
        note(row, quantity=(before, row.quantity))
    return made


def _new(
    order: WorkOrder, like: WorkOrderMaterial | None, item: Any, per_piece: Decimal, pieces: Decimal, line_no: int, prices: Any
) -> WorkOrderMaterial:  # fmt: skip
    quantity = rounded_up(per_piece * pieces, item.unit.precision)
    return WorkOrderMaterial(
        document=order, line_no=line_no, item=item, per_piece=per_piece, fixed=to_micro(quantity - per_piece * order.quantity),
        quantity=quantity, issue_method=like.issue_method if like else "push", operation_no=like.operation_no if like else None,
        warehouse_id=item.default_warehouse_id or (like.warehouse_id if like else None), standard_price=prices[item.pk],
    )  # fmt: skip
