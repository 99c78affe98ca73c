"""Take an engineering change back out of running orders: what it replaced is remembered when it goes in."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.kernel.money import ZERO
from gongfang.platform.documents.links import unlink_from
from gongfang.platform.documents.registry import document_model
from gongfang.platform.identity.models import User
from gongfang.platform.setwise import update_rows
from gongfang.platform.verbs import note, verb
from gongfang.production.models import AppliedChange, IssueLine, WorkOrder, WorkOrderMaterial, WorkOrderOperation
from gongfang.production.queries import away_at
from gongfang.production.services.changing_operations import (
    CHANGED,
    OPERATION_CHANGED,
    Steps,
    bound_operations,
    out_of_turn,
)
from gongfang.production.services.creating import restandard
from gongfang.production.services.holding import execution_now, hold_materials_of, hold_operations, hold_orders
from gongfang.production.services.keeping import fit_to_need

MATERIAL_CHANGED = ("quantity", "per_piece", "fixed", "operation_no")
Fields = Mapping[str, Mapping[str, Mapping[str, Any]]]
CHANGERS = ("engineer", "planner", "supervisor")


def _json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, date) else value


def fields_of(operations: Sequence[WorkOrderOperation], materials: Sequence[WorkOrderMaterial]) -> Fields:
    """What a change may change on an order: kind → id → field → value as JSON."""
    return {
        "operations": {str(row.pk): {name: _json(getattr(row, name)) for name in CHANGED} for row in operations},
        "materials": {str(row.pk): {name: _json(getattr(row, name)) for name in MATERIAL_CHANGED} for row in materials},
    }


def _differing(one: Fields, other: Fields) -> dict[str, dict[str, Mapping[str, Any]]]:
    return {
        kind: {pk: fields for pk, fields in rows.items() if other[kind].get(pk, fields) != fields}
        for kind, rows in one.items()
    }


def remember(
    change: Any, orders: Mapping[int, WorkOrder], before: Mapping[int, Fields], after: Mapping[int, Fields],
    steps: Mapping[int, Steps], materials: Sequence[WorkOrderMaterial],
) -> None:  # fmt: skip
    """Keep what a change did to orders; one statement. materials: the new ones."""
    rows = []
    for pk, order in orders.items():
        own = steps.get(pk, Steps())
        made = {
            "materials": [row.line_no for row in materials if row.document_id == pk],
            "operations": [row.operation_no for row in own.fresh],
        }
        gone = [
            {one.attname: _json(getattr(row, one.attname)) for one in row._meta.concrete_fields if not one.primary_key}
            for row in own.gone
        ]
        rows.append(
            AppliedChange(
                order=order, change_id=change.pk, before=_differing(before[pk], after[pk]), after=_differing(after[pk], before[pk]),
                made=made, gone=gone,
            )
        )  # fmt: skip
    AppliedChange.objects.bulk_create(rows, batch_size=500)


@verb("production.unapply_change", N_("Take back the engineering change"), roles=CHANGERS)
def unapply_change(*, actor: User, request_id: uuid.UUID, order_ids: Sequence[int], change_id: int) -> list[WorkOrder]:
    """Put components and operations of running orders back to what they were before a change was applied.

    Refused where its new components are issued, its new operations worked on, or what it changed was changed again since.
    Raises DomainError: not_applied, changed_since, new_part_used, passed_already.
    """
    document: Any = document_model("masterdata.engineering_change")._default_manager.filter(pk=change_id).first()
    if document is None:
        raise DomainError(Problem("change_unknown", "Choose an approved engineering change.", where="change"))
    orders = hold_orders(order_ids)
    operations, materials = hold_operations(orders), hold_materials_of(orders)
    applied = {row.order_id: row for row in AppliedChange.objects.filter(change=change_id, order__in=list(orders))}
    refuse_if(
        [
            Problem("not_applied", "{change} is not applied to {number}.", change=document.number, number=order.number)
            for pk, order in orders.items()
            if pk not in applied
        ],
        Kind.CONFLICT,
    )
    problems = []
    for pk, one in applied.items():
        problems += _standing(orders[pk], one, operations[pk], materials[pk])
    refuse_if(problems, Kind.CONFLICT)
    for pk, one in applied.items():
        _put_back(orders[pk], one, operations[pk], materials[pk])
    away = away_at(row for pk in orders for row in operations[pk])
    refuse_if(
        [
            Problem("passed_already", "{number}: pieces have passed operation {operation} already; leave this order as it is.", number=order.number, operation=number)
            for pk, order in orders.items()
            for number in sorted(out_of_turn(order, operations[pk], away))
            if applied[pk].gone or applied[pk].made["operations"]
        ],
        Kind.CONFLICT,
    )  # fmt: skip
    AppliedChange.objects.filter(pk__in=[one.pk for one in applied.values()]).delete()
    restandard(list(orders.values()))
    unlink_from(document, WorkOrder.doc_type, list(orders))
    return list(orders.values())


def _standing(
    order: WorkOrder, one: AppliedChange, operations: Sequence[WorkOrderOperation], materials: Sequence[WorkOrderMaterial]
) -> list[Problem]:  # fmt: skip
    """What was done with the change since it was applied."""
    now = fields_of(operations, materials)
    found = [
        Problem("changed_since", "{number}: what {change} changed was changed again since; it cannot be taken back.",
                number=order.number, change=one.change.number)
        for kind, rows in one.after.items()
        if any(now[kind].get(pk) != fields for pk, fields in rows.items())
    ]  # fmt: skip
    used = [
        str(row)
        for row in materials
        if row.line_no in one.made["materials"] and (row.done_quantity or row.staged_quantity or row.outside_quantity)
    ]
    fresh = [row for row in operations if row.operation_no in one.made["operations"]]
    bound = bound_operations([row.pk for row in fresh]) if fresh else set()
    used += [str(row) for row in fresh if row.pk in bound or row.state != "open"]
    return found[:1] + [
        Problem("new_part_used", "{number}: {part} of the change is in use; take its issues and reports back first.", number=order.number, part=part)
        for part in used
    ]  # fmt: skip


def _restored(row: models.Model, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        setattr(row, name, row._meta.get_field(name).to_python(value))


def _put_back(
    order: WorkOrder, one: AppliedChange, operations: list[WorkOrderOperation], materials: Sequence[WorkOrderMaterial]
) -> None:  # fmt: skip
    """Write the rows of one order as they were. What is new goes; a new component that an issue was taken back of stays, needed no more."""
    for kind, rows in (("operations", operations), ("materials", materials)):
        for row in rows:
            if fields := one.before[kind].get(str(row.pk)):
                note(row, **{name: (one.after[kind][str(row.pk)][name], value) for name, value in fields.items()})
                _restored(row, fields)
    fresh = [row for row in materials if row.line_no in one.made["materials"]]
    for row in fresh:
        row.quantity = row.fixed = row.per_piece = ZERO
    for row in materials:
        row.execution = execution_now(row)
    update_rows(materials, [*MATERIAL_CHANGED, "execution"])
    fit_to_need(materials)
    named = set(IssueLine.objects.filter(material__in=[row.pk for row in fresh]).values_list("material_id", flat=True))
    WorkOrderMaterial.objects.filter(pk__in=[row.pk for row in fresh if row.pk not in named]).delete()
    made = [row for row in operations if row.operation_no in one.made["operations"]]
    WorkOrderOperation.objects.filter(pk__in=[row.pk for row in made]).delete()
    operations[:] = [row for row in operations if row not in made]
    update_rows(operations, OPERATION_CHANGED)
    again = []
    for fields in one.gone:
        row = WorkOrderOperation()
        _restored(row, fields)
        again.append(row)
    WorkOrderOperation.objects.bulk_create(again)
    operations += again
    operations.sort(key=lambda row: row.operation_no)
