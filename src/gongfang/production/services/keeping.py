"""Materials kept for work orders: when one is approved or somebody says so; let go as they are issued or not needed any more."""

import uuid
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.kernel.money import ZERO
from gongfang.kernel.states import Approval
from gongfang.ledger import queries as ledger_queries
from gongfang.ledger import services as ledger
from gongfang.masterdata import queries as masterdata
from gongfang.platform.identity.models import User
from gongfang.platform.settings.services import declare
from gongfang.platform.settings.services import get as setting
from gongfang.platform.verbs import note, verb
from gongfang.production.models import WorkOrder, WorkOrderMaterial
from gongfang.production.rules import Stage
from gongfang.production.services.holding import hold_materials_of, hold_orders
from gongfang.production.services.stocks import stores

RESERVERS = ("planner", "keeper", "supervisor")
BEFORE_USE = (Stage.PLANNED, Stage.RELEASED, Stage.STARTED, Stage.PAUSED)
ON_APPROVAL = declare(
    "production.reserve_on_approval", N_("Approving a work order reserves"), "choice", "none", ledger.ON_APPROVAL
)
"""Planning and kit check count the order's needs either way; by default materials go to who fetches them first."""


def needed(material: WorkOrderMaterial) -> Decimal:
    """What is still to leave the stores for a component."""
    there = material.done_quantity + material.outside_quantity + material.staged_quantity
    return max(material.quantity - there, ZERO)


def _open_materials(orders: Iterable[WorkOrder]) -> list[WorkOrderMaterial]:
    """Components that are fetched, brought or taken from the stores; bulk material is nobody's. One statement."""
    by_id = {order.pk: order for order in orders}
    rows = [row for group in hold_materials_of(by_id).values() for row in group]
    for row in rows:
        row.document = by_id[row.document_id]
    return [row for row in rows if row.issue_method != "bulk" and needed(row) > 0]


def reserve_approved(actor: User, orders: Sequence[WorkOrder], request_id: uuid.UUID) -> None:
    """What the company wants approved orders to reserve; nothing is refused where material is short. Constant statements."""
    kind = setting(ON_APPROVAL)
    if kind != "none":
        rows = _open_materials(orders)
        ledger.reserve_approved(str(kind), lambda: _promises(rows), lambda: _wants(rows))


def _promises(rows: Sequence[WorkOrderMaterial]) -> list[tuple[WorkOrder, ledger_queries.Want]]:
    """From the component's warehouse, else the item's, else any raw material store."""
    known = masterdata.warehouses_by_codes().values()
    usual = next((row.pk for row in known if row.kind == "raw"), None) or next((row.pk for row in known), None)
    home: dict[int, Any] = {row.pk: row.warehouse_id or row.item.default_warehouse_id or usual for row in rows}
    places = stores(home.values())
    return [
        (row.document, ledger_queries.Want(row.pk, row.item_id, needed(row), places[home[row.pk]]))
        for row in rows
        if home[row.pk]
    ]


def _wants(rows: Sequence[WorkOrderMaterial]) -> list[tuple[WorkOrder, ledger_queries.HouseWant]]:
    return [
        (row.document, ledger_queries.HouseWant(row.pk, row.item_id, needed(row), row.warehouse_id)) for row in rows
    ]


@verb("production.reserve_materials", N_("Reserve materials"), roles=RESERVERS)
def reserve_materials(*, actor: User, request_id: uuid.UUID, order_ids: Sequence[int]) -> list[WorkOrder]:
    """Keep firmly what is free of the components that orders still need, by the picking rules; orders by priority. Constant statements.

    Raises DomainError: not_approved_yet, order_over, nothing_free.
    """
    orders = hold_orders(order_ids)
    refuse_if(
        [
            Problem("not_approved_yet", "{number} is not approved yet.", number=order.number)
            if order.approval != Approval.APPROVED
            else Problem("order_over", "{number} needs no material any more.", number=order.number)
            for order in orders.values()
            if order.approval != Approval.APPROVED or order.stage not in BEFORE_USE
        ],
        Kind.CONFLICT,
    )
    rows = _open_materials(orders.values())
    rows.sort(key=lambda row: (row.document.priority, row.document.due, row.document_id, row.line_no))
    kept = ledger.keep(_wants(rows), on=timezone.localdate())
    if not kept:
        names = [row.item.code for row in rows[:10]]
        raise DomainError(
            Problem("nothing_free_for_orders", "Nothing more is free of {items}. Buy or make it, or swap with another order.", items=", ".join(names))
            if names
            else Problem("nothing_to_keep", "All components are issued already."),
            Kind.CONFLICT,
        )  # fmt: skip
    for order in orders.values():
        mine = sum((kept.get(row.pk, ZERO) for row in rows if row.document_id == order.pk), ZERO)
        note(order, reserved=(None, mine))
    return list(orders.values())


@verb("production.release_materials", N_("Let go of reserved materials"), roles=RESERVERS)
def release_materials(*, actor: User, request_id: uuid.UUID, order_id: int) -> WorkOrder:
    """Let go of everything that is kept for or promised to an order; others may take it at once."""
    order = hold_orders([order_id])[order_id]
    ledger.release_kept(order)
    return order


def hand_to(
    order: WorkOrder, lines: Iterable[tuple[WorkOrderMaterial, WorkOrderMaterial]], *, whole: bool = False
) -> None:  # fmt: skip
    """What is kept for components beyond their need passes on to those of another order, as far as these need it.

    lines: (component, component of the order), their quantities as they are now. whole: the components need nothing any more. Two
    statements where nothing is kept.
    """
    pairs = list(lines)
    mine = [new.pk for _, new in pairs]
    held = ledger.kept_for(WorkOrder.doc_type, [*(old.pk for old, _ in pairs), *mine])
    room = {new.pk: needed(new) - held.get(new.pk, ZERO) for _, new in pairs}
    given: dict[int, tuple[int, Decimal]] = {}
    for old, new in pairs:
        part = min(held.get(old.pk, ZERO) - (ZERO if whole else needed(old)), room[new.pk])
        if part > 0:
            given[old.pk] = (new.pk, part)
            room[new.pk] -= part
    ledger.hand_on(order, given)


def fit_to_need(rows: Iterable[WorkOrderMaterial]) -> None:
    """Nothing stays kept beyond what components still need whose quantity has changed; one statement where nothing is kept."""
    ledger.trim(WorkOrder.doc_type, {row.pk: needed(row) for row in rows})
