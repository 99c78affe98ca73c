"""Maintenance orders: reported, worked on with spare parts from stock, handed back to the shop."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Max
from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.ledger import queries as ledger_queries
from gongfang.ledger import services as ledger
from gongfang.maintenance.models import Equipment, EquipmentState, MaintenanceOrder, OrderKind, OrderStage, SparePart
from gongfang.maintenance.rules import STAGES, stage_problem
from gongfang.maintenance.services.equipment import KEEPERS
from gongfang.maintenance.services.stops import close_stop, open_stop
from gongfang.masterdata import queries as masterdata
from gongfang.platform.bases import ApprovalState
from gongfang.platform.documents.editing import change, locked, new_document
from gongfang.platform.identity.models import User
from gongfang.platform.notifications.services import notify
from gongfang.platform.verbs import verb

REPORTERS = ("maintainer", "supervisor", "operator", "engineer", "inspector")
ZERO = Decimal(0)
REASON = "maintenance.parts"


@dataclass(frozen=True, slots=True)
class PartInput:
    """A spare part to be issued, in base units. warehouse: None takes the item's usual one."""

    item: int
    quantity: Decimal
    warehouse: int | None = None
    lot: int | None = None


def new_order(
    actor: User,
    equipment: Equipment,
    *,
    fault: str,
    stops_machine: bool = False,
    kind: str = OrderKind.REPAIR,
    **values: Any,
) -> MaintenanceOrder:
    """Make an order and tell the maintainers; a machine that stands begins its downtime. Call it inside a verb."""
    now = timezone.now()
    order = new_document(
        MaintenanceOrder, actor=actor, approval=ApprovalState.APPROVED, approved_by=actor, approved_at=now, kind=kind,
        equipment=equipment, fault=fault[:300], stops_machine=stops_machine, reported_at=now, **values,
    )  # fmt: skip
    if stops_machine:
        open_stop(actor, equipment, "breakdown" if kind == OrderKind.REPAIR else "maintenance", now, order)
        change(equipment, state=EquipmentState.IN_REPAIR)
    people = User.objects.filter(is_active=True, roles__code="maintainer").distinct()
    notify(
        people, title=f"{order.number} {equipment}"[:200], text=fault[:300], doc_type=MaintenanceOrder.doc_type, document_id=order.pk,
        url=f"/maintenance/orders/{order.pk}/",
    )  # fmt: skip
    return order


@verb("maintenance.report_fault", N_("Report a fault"), roles=REPORTERS)
def report_fault(
    *, actor: User, request_id: uuid.UUID, equipment_id: int, fault: str, stops_machine: bool = False, due: date | None = None,
    source_call: int = 0,
) -> MaintenanceOrder:  # fmt: skip
    """Ask for a repair (报修). stops_machine: it stands from now on. source_call: the call for help it comes from."""
    if not fault.strip():
        raise DomainError(Problem("fault_missing", "{point}: say what is wrong.", where="fault", point=""))
    equipment = locked(Equipment, equipment_id)
    if equipment.state == EquipmentState.RETIRED:
        raise DomainError(
            Problem("retired", "{equipment} is out of use for good.", where="equipment", equipment=equipment.code),
            Kind.CONFLICT,
        )
    return new_order(
        actor, equipment, fault=fault.strip(), stops_machine=stops_machine, due=due, source_call=source_call
    )


def held(order_id: int, action: str, version: int | None = None) -> MaintenanceOrder:
    """Lock an order; refuses where the action is not possible."""
    order = locked(MaintenanceOrder, order_id, version=version)
    problem = stage_problem(order.number, order.stage, action)
    refuse_if([problem] if problem else [], Kind.CONFLICT)
    return order


@verb("maintenance.assign_order", N_("Assign"), roles=(*KEEPERS, "supervisor"))
def assign_order(
    *, actor: User, request_id: uuid.UUID, document_id: int, assigned_to_id: int, due: date | None = None
) -> MaintenanceOrder:
    """Give an order to a person, with a day."""
    order = held(document_id, "cancel")
    change(order, assigned_to_id=assigned_to_id, **({} if due is None else {"due": due}))
    return order


@verb("maintenance.begin_order", N_("Begin the repair"), roles=KEEPERS)
def begin_order(
    *, actor: User, request_id: uuid.UUID, document_id: int, version: int | None = None
) -> MaintenanceOrder:
    """Begin to work on an order; the equipment is under repair."""
    order = held(document_id, "begin", version)
    equipment = locked(Equipment, order.equipment_id)
    change(
        order, stage=STAGES.next(order.stage, "begin"), begun_at=timezone.now(), execution="partial",
        assigned_to=order.assigned_to or actor,
    )  # fmt: skip
    if order.stops_machine or order.kind == OrderKind.REPAIR:
        change(equipment, state=EquipmentState.IN_REPAIR)
    return order


@verb("maintenance.issue_parts", N_("Issue spare parts"), roles=(*KEEPERS, "keeper"))
def issue_parts(
    *, actor: User, request_id: uuid.UUID, document_id: int, lines: Sequence[PartInput], on: date | None = None
) -> MaintenanceOrder:
    """Take spare parts from stock for an order; their value goes to manufacturing overhead. One posting, constant statements.

    Lots are chosen first expired first where none is named. Raises DomainError: short_stock, warehouse_missing, not_positive …
    """
    order = held(document_id, "finish")
    if not lines:
        raise DomainError(Problem("no_lines", "Enter at least one line."))
    items = masterdata.items_by_ids({line.item for line in lines})
    problems = []
    for index, line in enumerate(lines):
        item = items.get(line.item)
        if item is None:
            problems.append(Problem("item_unknown", "There is no such item.", f"lines.{index}.item"))
        elif line.quantity <= 0:
            problems.append(Problem("not_positive", "Enter a quantity above 0.", f"lines.{index}.quantity"))
        elif not (line.warehouse or item.default_warehouse_id):
            problems.append(
                Problem(
                    "warehouse_missing", "{item}: say from which warehouse.", f"lines.{index}.warehouse", item=item.code
                )
            )
    refuse_if(problems)
    first = (order.parts.aggregate(last=Max("line_no"))["last"] or 0) + 1
    parts = SparePart.objects.bulk_create(
        SparePart(
            document=order, line_no=line_no, item_id=line.item, quantity=line.quantity,
            warehouse_id=line.warehouse or items[line.item].default_warehouse_id,
        )
        for line_no, line in enumerate(lines, start=first)
    )  # fmt: skip
    day = on or timezone.localdate()
    posting = ledger.post(
        actor=actor, reason=REASON, source=order, on=day, moves=_moves(parts, lines, items, day),
        summary=f"维修领料 {order.number}",
    )  # fmt: skip
    values = ledger_queries.value_by_line(posting)
    for part in parts:
        part.value, part.posting = values.get(part.pk, ZERO), posting
    SparePart.objects.bulk_update(parts, ["value", "posting"])
    change(order, parts_value=order.parts_value + sum((part.value for part in parts), ZERO))
    return order


def _moves(parts: Sequence[SparePart], lines: Sequence[PartInput], items: Any, on: date) -> list[ledger.Move]:
    """Moves out of the stores into overhead, with lots where items have them. Raises DomainError(short_stock)."""
    placed = SparePart.objects.filter(pk__in=[part.pk for part in parts]).select_related("warehouse")
    stores = ledger_queries.stores_of({part.warehouse_id: part.warehouse for part in placed}.values())
    wants = [
        ledger_queries.Want(part.pk, part.item_id, part.quantity, stores[part.warehouse_id], line.lot)
        for part, line in zip(parts, lines, strict=True)
    ]
    picks, missing = ledger_queries.picks(wants, on=on)
    if missing:
        by_id = {part.pk: part for part in parts}
        raise DomainError(
            [
                Problem(
                    "short_stock", "{item} {name}: {gap} missing in {location}.", item=items[by_id[key].item_id].code,
                    name=items[by_id[key].item_id].name, gap=gap.normalize(), location=stores[by_id[key].warehouse_id].name,
                )
                for key, gap in missing.items()
            ],
            Kind.CONFLICT,
        )  # fmt: skip
    target = ledger_queries.location("ADJUST")
    return [
        ledger.Move(
            pick.item_id, pick.quantity, pick.location, target, pick.lot_id, source_line=pick.key,
            counter_role="overhead_material",
        )
        for pick in picks
    ]  # fmt: skip


@verb("maintenance.return_part", N_("Take back the issue"), roles=(*KEEPERS, "keeper"))
def return_part(*, actor: User, request_id: uuid.UUID, document_id: int) -> MaintenanceOrder:
    """Put the parts issued last back into stock, at the value at which they left; the whole issue."""
    order = held(document_id, "finish")
    last = order.parts.filter(is_returned=False).order_by("-line_no").first()
    if last is None or last.posting is None:
        raise DomainError(
            Problem("no_parts", "{number} has no spare parts to take back.", number=order.number), Kind.CONFLICT
        )
    ledger.reverse(actor=actor, posting=last.posting, reason=f"{REASON}.undone")
    gone = list(order.parts.filter(posting=last.posting))
    order.parts.filter(posting=last.posting).update(is_returned=True)
    change(order, parts_value=order.parts_value - sum((part.value for part in gone), ZERO))
    return order


@verb("maintenance.finish_order", N_("Finish the repair"), roles=KEEPERS)
def finish_order(
    *,
    actor: User,
    request_id: uuid.UUID,
    document_id: int,
    work_done: str,
    cause: str = "",
    labour_minutes: Decimal = ZERO,
) -> MaintenanceOrder:
    """The work is done; the machine runs again and somebody of the shop accepts it."""
    order = held(document_id, "finish")
    if not work_done.strip():
        raise DomainError(Problem("work_missing", "Say what was done.", where="work_done"))
    if labour_minutes < 0:
        raise DomainError(Problem("negative", "Quantities and times cannot be negative.", where="labour_minutes"))
    now = timezone.now()
    change(
        order, stage=STAGES.next(order.stage, "finish"), finished_at=now, work_done=work_done.strip()[:300], cause=cause.strip()[:200],
        labour_minutes=labour_minutes,
    )  # fmt: skip
    _runs_again(order)
    return order


def _runs_again(order: MaintenanceOrder) -> None:
    """End the downtime of an order, unless another one keeps the machine standing."""
    others = MaintenanceOrder.objects.filter(
        equipment=order.equipment_id, stops_machine=True, stage__in=[OrderStage.REPORTED, OrderStage.IN_REPAIR]
    ).exclude(pk=order.pk)
    if others.exists():
        return
    equipment = locked(Equipment, order.equipment_id)
    close_stop(equipment, timezone.now())
    if equipment.state == EquipmentState.IN_REPAIR:
        change(equipment, state=EquipmentState.IN_USE)


@verb("maintenance.accept_order", N_("Accept the work"), roles=("supervisor", "operator", "engineer", "maintainer"))
def accept_order(*, actor: User, request_id: uuid.UUID, document_id: int) -> MaintenanceOrder:
    """The shop takes the machine back; a preventive plan begins its next interval."""
    order = held(document_id, "accept")
    now = timezone.now()
    change(
        order, stage=STAGES.next(order.stage, "accept"), accepted_at=now, accepted_by=actor, execution="done",
    )  # fmt: skip
    if order.plan is not None:
        done_on = timezone.localdate(order.finished_at or now)
        change(
            order.plan,
            last_on=done_on,
            last_run_minutes=order.equipment.run_minutes,
            last_strokes=order.equipment.strokes,
        )
    return order


@verb("maintenance.refuse_order", N_("Not accepted"), roles=("supervisor", "operator", "engineer"))
def refuse_order(*, actor: User, request_id: uuid.UUID, document_id: int, comment: str) -> MaintenanceOrder:
    """The machine is not right yet; the repair goes on."""
    order = held(document_id, "refuse")
    if not comment.strip():
        raise DomainError(Problem("reason_needed", "Say why: the maker has to know what to mend.", where="comment"))
    change(order, stage=STAGES.next(order.stage, "refuse"), finished_at=None, remark=comment.strip()[:500])
    equipment = locked(Equipment, order.equipment_id)
    change(equipment, state=EquipmentState.IN_REPAIR)
    if order.stops_machine:
        open_stop(actor, equipment, "breakdown", timezone.now(), order)
    return order


@verb("maintenance.cancel_order", N_("Cancel the order"), roles=(*KEEPERS, "supervisor"))
def cancel_order(*, actor: User, request_id: uuid.UUID, document_id: int, comment: str) -> MaintenanceOrder:
    """Drop an order; refused while it holds spare parts."""
    order = held(document_id, "cancel")
    if not comment.strip():
        raise DomainError(Problem("reason_needed", "Say why.", where="comment"))
    if order.parts.filter(is_returned=False).exists():
        raise DomainError(
            Problem("holds_parts", "{number} holds spare parts; take the issue back first.", number=order.number),
            Kind.CONFLICT,
        )
    change(order, stage=STAGES.next(order.stage, "cancel"), remark=comment.strip()[:500], execution="closed")
    if order.stops_machine:
        _runs_again(order)
    return order
