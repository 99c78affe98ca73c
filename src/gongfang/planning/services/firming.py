"""Firm planned orders: what the planner decided on, kept by every later run. Firm, split, merge, by hand, change, release, cancel."""

import uuid
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.kernel.pricing import quantity_problems
from gongfang.masterdata import queries as masterdata
from gongfang.planning.models import FirmOrder, MasterItem, PlannedOrder
from gongfang.planning.queries.origins import Origin, origins_of
from gongfang.planning.services.release import ROLES, locked_suggestions, make_documents
from gongfang.platform.identity.models import User
from gongfang.platform.setwise import update_rows
from gongfang.platform.verbs import note, verb

DECISION_DOC = "planning.firm_order"


def _firm(row: PlannedOrder, quantity: Decimal, why: str, actor: User) -> FirmOrder:
    return FirmOrder(
        item_id=row.item_id, kind=row.kind, quantity=quantity, release_on=row.release_on, due_on=row.due_on,
        supplier_id=row.supplier_id, plant_id=row.plant_id, source_plant_id=row.source_plant_id, why=why[:400], created_by=actor,
    )  # fmt: skip


def _words(origins: dict[int, Origin], row: PlannedOrder) -> str:
    return origins[row.seq].words if row.seq in origins else ""


def _decided(rows: Sequence[PlannedOrder], firm: FirmOrder | None = None) -> None:
    for row in rows:
        row.state, row.version = PlannedOrder.State.FIRMED, row.version + 1
        if firm is not None:
            row.doc_type, row.document_id, row.document_number = DECISION_DOC, firm.pk, str(firm)


SAVED = ["state", "doc_type", "document_id", "document_number", "version"]


@verb("planning.firm_suggestions", N_("Firm"), roles=ROLES)
def firm_suggestions(*, actor: User, request_id: uuid.UUID, order_ids: Sequence[int]) -> list[FirmOrder]:
    """Keep suggestions as they are: later runs count on them and plan what they need. Statements do not grow with their number."""
    rows = locked_suggestions(order_ids)
    origins = origins_of(rows)
    made = FirmOrder.objects.bulk_create([_firm(row, row.quantity, _words(origins, row), actor) for row in rows])
    for row, firm in zip(rows, made, strict=True):
        _decided([row], firm)
    update_rows(rows, SAVED)
    return made


@verb("planning.split_suggestion", N_("Split"), roles=ROLES)
def split_suggestion(
    *, actor: User, request_id: uuid.UUID, order_id: int, quantity: Decimal, due_on: date | None = None
) -> list[FirmOrder]:
    """Make two firm orders of a suggestion: so much of it, and the rest. due_on: of the rest, its start moves along."""
    row = locked_suggestions([order_id])[0]
    if not 0 < quantity < row.quantity:
        raise DomainError(
            Problem(
                "split_range", "Enter a quantity between 0 and {quantity}.", where="quantity", quantity=row.quantity
            )
        )
    words = _words(origins_of([row]), row)
    first, rest = _firm(row, quantity, words, actor), _firm(row, row.quantity - quantity, words, actor)
    if due_on is not None:
        rest.release_on, rest.due_on = rest.release_on + (due_on - rest.due_on), due_on
    made = FirmOrder.objects.bulk_create([first, rest])
    _decided([row], made[0])
    update_rows([row], SAVED)
    return made


@verb("planning.merge_suggestions", N_("Merge"), roles=ROLES)
def merge_suggestions(*, actor: User, request_id: uuid.UUID, order_ids: Sequence[int]) -> FirmOrder:
    """Make one firm order of several suggestions of an item: their quantities together, as early as the earliest."""
    rows = locked_suggestions(order_ids)
    if len(rows) < 2 or len({(row.item_id, row.kind, row.plant_id, row.source_plant_id) for row in rows}) > 1:
        raise DomainError(Problem("merge_alike", "Choose at least two suggestions of one item."))
    origins = origins_of(rows)
    words = ", ".join(dict.fromkeys(filter(None, (_words(origins, row) for row in rows))))
    firm = _firm(min(rows, key=lambda row: row.due_on), sum((row.quantity for row in rows), Decimal(0)), words, actor)
    firm.release_on = min(row.release_on for row in rows)
    firm = FirmOrder.objects.bulk_create([firm])[0]
    _decided(rows, firm)
    update_rows(rows, SAVED)
    return firm


@verb("planning.create_firm_order", N_("New firm planned order"), roles=ROLES)
def create_firm_order(
    *, actor: User, request_id: uuid.UUID, item_id: int, quantity: Decimal, due_on: date, release_on: date | None = None,
    supplier_id: int | None = None, why: str = "", plant_id: int | None = None,
) -> FirmOrder:  # fmt: skip
    """Plan a quantity by hand (master scheduling). Without a start, the lead time before it is due.

    plant_id: where it is to come in; None: the plant of the item's warehouse.
    """
    item = masterdata.items_by_ids([item_id]).get(item_id)
    if item is None:
        raise DomainError(Problem("item_unknown", "There is no such item.", where="item"))
    problems = quantity_problems(str(item), quantity, "quantity", item.unit.precision)
    plant = plant_id or masterdata.home_plant(item)
    figures = masterdata.figures_of(item, plant)
    start = release_on or masterdata.working_calendar().add_working_days(due_on, -figures.lead_time_days)
    if figures.lead_time_days == 0 and release_on is None:
        start = due_on
    if start > due_on:
        problems.append(Problem("bad_dates", "It cannot start after it is due.", where="release_on"))
    refuse_if(problems)
    row = FirmOrder(
        item=item, kind=figures.source, plant_id=plant, source_plant_id=figures.source_plant_id, quantity=quantity, release_on=start, due_on=due_on, supplier_id=supplier_id,
        why=why[:400], created_by=actor,
    )  # fmt: skip
    return FirmOrder.objects.bulk_create([row])[0]


def _locked(ids: Sequence[int]) -> list[FirmOrder]:
    wanted = list(dict.fromkeys(ids))
    rows = list(
        FirmOrder.objects.select_for_update(of=("self",))
        .select_related("item__unit")
        .filter(pk__in=wanted)
        .order_by("pk")
    )
    problems = [] if rows else [Problem("nothing_chosen", "Choose at least one suggestion.")]
    problems += [_not_open(row) for row in rows if row.state != FirmOrder.State.OPEN]
    refuse_if(problems, Kind.CONFLICT)
    return rows


def _not_open(row: FirmOrder) -> Problem:
    return Problem(
        "not_open",
        "{order} for {item} was dealt with already ({document}).",
        order=str(row),
        item=row.item.code,
        document=row.document_number or "–",
    )


def why_not_firm(row: FirmOrder) -> list[Problem]:
    """Why a firm order can no longer be changed or released; empty where it can."""
    return [] if row.state == FirmOrder.State.OPEN else [_not_open(row)]


@verb("planning.change_firm_order", N_("Change firm planned order"), roles=ROLES)
def change_firm_order(
    *, actor: User, request_id: uuid.UUID, firmorder_id: int, quantity: Decimal, release_on: date, due_on: date,
    supplier_id: int | None = None, version: int | None = None,
) -> FirmOrder:  # fmt: skip
    """Change quantity, dates or supplier; the next run plans with it."""
    row = _locked([firmorder_id])[0]
    if version is not None and row.version != version:
        raise DomainError(
            Problem(
                "stale",
                "{subject} was changed by somebody else meanwhile. Reload the page and enter the change again.",
                subject=str(row),
            ),
            Kind.CONFLICT,
        )
    problems = quantity_problems(str(row.item), quantity, "quantity", row.item.unit.precision)
    if release_on > due_on:
        problems.append(Problem("bad_dates", "It cannot start after it is due.", where="release_on"))
    refuse_if(problems)
    note(row, quantity=(row.quantity, quantity), release_on=(row.release_on, release_on), due_on=(row.due_on, due_on))
    row.quantity, row.release_on, row.due_on, row.version = quantity, release_on, due_on, row.version + 1
    row.supplier_id = supplier_id if row.kind != PlannedOrder.Kind.MAKE else None
    update_rows([row], ["quantity", "release_on", "due_on", "supplier", "version"])
    return row


@verb("planning.release_firm_orders", N_("Release"), roles=ROLES)
def release_firm_orders(
    *, actor: User, request_id: uuid.UUID, order_ids: Sequence[int], buy_as: str = "order"
) -> list[FirmOrder]:
    """Make work orders, purchases or subcontract orders of firm orders, all or none."""
    rows = _locked(order_ids)
    make_documents(actor, rows, {}, buy_as)
    update_rows(rows, SAVED)
    return rows


@verb("planning.cancel_firm_orders", N_("Give up firm orders"), roles=ROLES)
def cancel_firm_orders(*, actor: User, request_id: uuid.UUID, order_ids: Sequence[int]) -> list[FirmOrder]:
    """Count on them no longer; the next run plans the need anew."""
    rows = _locked(order_ids)
    for row in rows:
        row.state, row.version = FirmOrder.State.CANCELLED, row.version + 1
    update_rows(rows, ["state", "version"])
    return rows


@verb("planning.set_fences", N_("Set time fences"), roles=ROLES)
def set_fences(
    *, actor: User, request_id: uuid.UUID, item_id: int, demand_fence_days: int = 0, planning_fence_days: int = 0
) -> MasterItem:
    """Put an item on the master schedule with its fences (days from today)."""
    problems = []
    if masterdata.items_by_ids([item_id]).get(item_id) is None:
        problems.append(Problem("item_unknown", "There is no such item.", where="item"))
    if not 0 <= demand_fence_days <= planning_fence_days <= 1000:
        problems.append(
            Problem(
                "bad_fences",
                "The demand fence lies within the planning fence, and that within 1,000 days.",
                where="planning_fence_days",
            )
        )
    refuse_if(problems)
    row, _ = MasterItem.objects.update_or_create(
        item_id=item_id,
        defaults={"demand_fence_days": demand_fence_days, "planning_fence_days": planning_fence_days},
    )
    return row


@verb("planning.leave_master_schedule", N_("Take off the master schedule"), roles=ROLES)
def leave_master_schedule(*, actor: User, request_id: uuid.UUID, masteritem_id: int) -> None:
    """Plan an item by MRP alone."""
    MasterItem.objects.filter(pk=masteritem_id).delete()
