"""Transfers between warehouses or stock statuses; posted when approved."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from gongfang.inventory.models import Transfer, TransferLine
from gongfang.inventory.rules import line_problems
from gongfang.inventory.services.documents import (
    APPROVERS,
    WRITERS,
    StockLineInput,
    going_back,
    line_rows,
    lines_of,
    mark_done,
    may_work_in,
    outgoing,
    reversal_effects,
    take_back,
)
from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.ledger import queries as ledger
from gongfang.ledger.services import Move, carrying, post
from gongfang.masterdata.queries import base_units
from gongfang.platform.documents.editing import change, editable, locked, new_document, save_lines
from gongfang.platform.documents.lifecycle import Lifecycle
from gongfang.platform.documents.numbering import next_numbers
from gongfang.platform.documents.progress import add_done, roll_up
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import note, verb


@verb("inventory.create_transfer", N_("New transfer"), roles=WRITERS)
def create_transfer(
    *, actor: User, request_id: uuid.UUID, source: int, target: int, lines: Sequence[StockLineInput], business_date: date | None = None,
    remark: str = "", in_two_steps: bool = False, reason: str = "", ship_on: date | None = None, due_on: date | None = None,
) -> Transfer:  # fmt: skip
    """Write a transfer as a draft. source, target: locations. in_two_steps: what leaves is in transit until it is received."""
    _may(actor, source, target, in_two_steps=in_two_steps)
    transfer = new_document(
        Transfer,
        actor=actor,
        on=business_date,
        source_id=source,
        target_id=target,
        remark=remark,
        in_two_steps=in_two_steps,
        reason=reason,
        ship_on=ship_on,
        due_on=due_on,
    )
    save_lines(transfer, TransferLine, line_rows(lines))
    return transfer


@dataclass(frozen=True, slots=True)
class NewTransfer:
    """Goods that planning wants moved in two steps from one warehouse to another; quantity in base units."""

    item: int
    quantity: Decimal
    source_warehouse: int
    target_warehouse: int
    ship_on: date
    due_on: date
    remark: str = ""


def create_transfers(actor: User, wanted: Sequence[NewTransfer]) -> list[Transfer]:
    """Draft transfers, one for each way and pair of dates, and return that of each wish, in the same order. Call it inside a verb.

    Constant statements when the warehouses have their places.
    """
    groups: dict[tuple[int, int, date, date], list[NewTransfer]] = {}
    keys = [(one.source_warehouse, one.target_warehouse, one.ship_on, one.due_on) for one in wanted]
    for key, one in zip(keys, wanted, strict=True):
        groups.setdefault(key, []).append(one)
    warehouses: Any = Transfer._meta.get_field("source").related_model._meta.get_field("warehouse").related_model
    ids = {pk for source, target, _, _ in groups for pk in (source, target)}
    stores = ledger.stores_of(warehouses._default_manager.filter(pk__in=ids))
    today = timezone.localdate()
    numbers = next_numbers(Transfer, today, len(groups))
    made = Transfer.objects.bulk_create(
        Transfer(
            number=number, business_date=today, created_by=actor, source=stores[source], target=stores[target], in_two_steps=True,
            ship_on=ship_on, due_on=due_on,
        )
        for number, (source, target, ship_on, due_on) in zip(numbers, groups, strict=True)
    )  # fmt: skip
    units = base_units({one.item for one in wanted})
    TransferLine.objects.bulk_create(
        TransferLine(
            document=transfer, line_no=n, item_id=one.item, quantity=one.quantity, unit_id=units.get(one.item), unit_quantity=one.quantity,
            remark=one.remark[:200],
        )
        for transfer, lines in zip(made, groups.values(), strict=True)
        for n, one in enumerate(lines, start=1)
    )  # fmt: skip
    by_key = dict(zip(groups, made, strict=True))
    return [by_key[key] for key in keys]


@verb("inventory.reschedule_transfer", N_("Move transfer"), roles=(*WRITERS, "planner"))
def reschedule_transfer(
    *, actor: User, request_id: uuid.UUID, document_id: int, ship_on: date | None = None, due_on: date | None = None
) -> Transfer:
    """Change when a transfer has to leave (while it has not) and when it is expected; None leaves a date as it is."""
    transfer = locked(Transfer, document_id)
    if transfer.execution in ("done", "closed") or transfer.approval == "void":
        raise DomainError(
            Problem("transfer_over", "{number} is over; its dates cannot change.", number=transfer.number),
            Kind.CONFLICT,
        )
    leaves = ship_on if ship_on and transfer.approval != "approved" else transfer.ship_on
    arrives = due_on or transfer.due_on
    if leaves and arrives and arrives < leaves:
        raise DomainError(Problem("bad_dates", "It cannot be there before it leaves.", where="due_on"), Kind.INVALID)
    change(transfer, ship_on=leaves, due_on=arrives)
    return transfer


@verb("inventory.edit_transfer", N_("Change transfer"), roles=WRITERS)
def edit_transfer(
    *, actor: User, request_id: uuid.UUID, document_id: int, source: int, target: int, lines: Sequence[StockLineInput],
    business_date: date | None = None, remark: str = "", in_two_steps: bool | None = None, reason: str | None = None,
    ship_on: date | None = None, due_on: date | None = None, version: int | None = None,
) -> Transfer:  # fmt: skip
    """Change a draft."""
    transfer = editable(Transfer, document_id, version=version)
    two = transfer.in_two_steps if in_two_steps is None else in_two_steps
    _may(actor, source, target, in_two_steps=two)
    save_lines(transfer, TransferLine, line_rows(lines))
    change(
        transfer,
        source_id=source,
        target_id=target,
        remark=remark,
        in_two_steps=two,
        reason=transfer.reason if reason is None else reason,
        ship_on=ship_on or transfer.ship_on,
        due_on=due_on or transfer.due_on,
        business_date=business_date or transfer.business_date,
    )
    return transfer


@verb("inventory.drop_transfer_line", N_("Leave a line out"), roles=(*WRITERS, "planner"))
def drop_transfer_line(*, actor: User, request_id: uuid.UUID, document_id: int, line_id: int) -> Transfer:
    """Send one line of a draft no more; a transfer without lines is void. Raises DomainError where it has left already."""
    transfer = locked(Transfer, document_id)
    if not transfer.is_editable:
        raise DomainError(
            Problem("not_editable", "{number} is no longer a draft; un-approve it or make a change order.", number=transfer.number),
            Kind.CONFLICT,
        )  # fmt: skip
    kept = [line for line in transfer.lines.order_by("line_no") if line.pk != line_id]
    if not kept:
        return TRANSFERS.void(actor=actor, request_id=uuid.uuid4(), document_id=transfer.pk)
    save_lines(
        transfer, TransferLine,
        [{"id": line.pk, "item_id": line.item_id, "quantity": line.quantity, "lot_id": line.lot_id, "remark": line.remark} for line in kept],
    )  # fmt: skip
    transfer.version += 1
    transfer.save(update_fields=["version", "updated_at"])
    return transfer


def _may(actor: User, source: int, target: int, *, in_two_steps: bool) -> None:
    """Who sends in two steps needs the warehouse it leaves only; the other side receives it."""
    places = [source] if in_two_steps else [source, target]
    may_work_in(actor, *(ledger.place(pk).warehouse for pk in places))


def transfer_problems(transfer: Transfer) -> list[Problem]:
    """What is missing before a transfer may be posted."""
    problems = line_problems(lines_of(transfer))
    if transfer.source_id == transfer.target_id:
        problems.append(Problem("same_place", "From and to are the same place.", where="target"))
    for field in ("source", "target"):
        if not getattr(transfer, field).is_physical:
            problems.append(
                Problem(
                    "not_a_store",
                    "{place} is not a place in the house.",
                    where=field,
                    place=str(getattr(transfer, field)),
                )
            )
    owners = [
        (place.ownership, place.partner_id if place.ownership != "own" else None)
        for place in (transfer.source, transfer.target)
    ]
    if owners[0] != owners[1]:
        problems.append(
            Problem(
                "owner_differs", "{source} and {target} hold goods of different owners: take them over, give them back or issue them instead.", where="target",
                source=str(transfer.source), target=str(transfer.target),
            )
        )  # fmt: skip
    elif owners[0][0] != "own" and transfer.in_two_steps:
        problems.append(Problem("others_in_one_step", "Goods of others are moved in one step.", where="in_two_steps"))
    if transfer.in_two_steps and transfer.target.warehouse is None:
        problems.append(
            Problem(
                "no_warehouse",
                "{place} belongs to no warehouse: send it in one step.",
                where="target",
                place=str(transfer.target),
            )
        )
    return problems


def _approved(actor: User, transfer: Transfer, request_id: uuid.UUID) -> None:
    lines = lines_of(transfer)
    target = ledger.transit_of(transfer.target.warehouse) if transfer.in_two_steps else transfer.target
    moves = outgoing(lines, transfer.source, target, transfer.business_date)
    with carrying(moves):
        post(
            actor=actor, reason="inventory.transfer", source=transfer, on=transfer.business_date, moves=moves,
            summary=f"调拨 {transfer.number}",
        )  # fmt: skip
    if not transfer.in_two_steps:
        mark_done(transfer, lines)


@dataclass(frozen=True, slots=True)
class ArrivedInput:
    """What arrived of one line of a transfer, in base units."""

    line: int
    quantity: Decimal


def in_transit(transfer: Transfer) -> dict[int, list[tuple[int | None, Decimal]]]:
    """Line → (lot, quantity) that left and has not arrived, in the order in which it left; two statements."""
    if not transfer.in_two_steps or transfer.approval != "approved":
        return {}
    transit = ledger.transit_of(transfer.target.warehouse).pk
    left: dict[tuple[int, int | None], Decimal] = {}
    for move in ledger.moves_of(transfer):
        sign = (move.target_id == transit) - (move.source_id == transit)
        key = (move.source_line, move.lot_id)
        left[key] = left.get(key, Decimal(0)) + sign * move.quantity
    found: dict[int, list[tuple[int | None, Decimal]]] = {}
    for (line, lot), quantity in left.items():
        if quantity > 0:
            found.setdefault(line, []).append((lot, quantity))
    return found


def _leave_transit(
    actor: User, transfer: Transfer, wanted: dict[int, Decimal], target: Any, on: date | None, reason: str, **extra: Any
) -> None:  # fmt: skip
    """Move goods of some lines out of transit, the lots that left first first. Raises DomainError(more_than_in_transit)."""
    lines = {line.pk: line for line in lines_of(transfer)}
    waiting = in_transit(transfer)
    transit = ledger.transit_of(transfer.target.warehouse)
    moves, problems = [], []
    for n, (pk, quantity) in enumerate(wanted.items()):
        line, rest = lines.get(pk), quantity
        if line is None:
            raise DomainError(
                Problem("line_unknown", "Line {line} belongs to another document.", where=f"lines.{n}", line=pk)
            )
        for lot, there in waiting.get(pk, []):
            part = min(rest, there)
            if part > 0:
                moves.append(Move(line.item_id, part, transit, target, lot, source_line=pk, **extra))
                rest -= part
        if quantity < 0 or rest > 0:
            problems.append(
                Problem(
                    "more_than_in_transit", "{item}: {needed} cannot arrive, {present} is in transit.", where=f"lines.{n}.quantity",
                    item=line.item.code, needed=quantity.normalize(), present=(quantity - rest).normalize() if quantity >= 0 else Decimal(0),
                )
            )  # fmt: skip
    refuse_if(problems, Kind.CONFLICT)
    if not moves:
        raise DomainError(
            Problem("nothing_in_transit", "Nothing of {number} is in transit.", number=transfer.number), Kind.CONFLICT
        )
    post(
        actor=actor,
        reason=reason,
        source=transfer,
        on=max(on or timezone.localdate(), transfer.business_date),
        moves=moves,
        summary=f"调拨 {transfer.number}",
    )
    add_done(list(lines.values()), wanted)
    roll_up([transfer])


@verb("inventory.receive_transfer", N_("Receive"), roles=WRITERS)
def receive_transfer(
    *, actor: User, request_id: uuid.UUID, document_id: int, lines: Sequence[ArrivedInput] = (), on: date | None = None,
    version: int | None = None,
) -> Transfer:  # fmt: skip
    """Take in goods that are in transit: all of them, or what is said line by line; what is missing stays in transit."""
    transfer = _sent(document_id, version)
    may_work_in(actor, transfer.target.warehouse)
    everything = {pk: sum((quantity for _, quantity in lots), Decimal(0)) for pk, lots in in_transit(transfer).items()}
    wanted = {row.line: row.quantity for row in lines if row.quantity} if lines else everything
    _leave_transit(actor, transfer, wanted, transfer.target, on, "inventory.transfer_received")
    return transfer


@verb("inventory.settle_transit", N_("Settle what is missing"), roles=APPROVERS)
def settle_transit(
    *,
    actor: User,
    request_id: uuid.UUID,
    document_id: int,
    how: str,
    reason: str,
    on: date | None = None,
    version: int | None = None,
) -> Transfer:
    """What is still in transit will not arrive: it goes "back" where it came from, or is "lost" and its value a count difference."""
    transfer = _sent(document_id, version)
    may_work_in(actor, transfer.source.warehouse)
    if how not in ("back", "lost"):
        raise DomainError(Problem("bad_choice", "Choose whether it goes back or is lost.", where="how"))
    if not reason.strip():
        raise DomainError(Problem("reason_needed", "Say why.", where="reason"))
    wanted = {pk: sum((quantity for _, quantity in lots), Decimal(0)) for pk, lots in in_transit(transfer).items()}
    target = transfer.source if how == "back" else ledger.location("COUNT")
    note(transfer, settled=("", f"{how}: {reason.strip()}"))
    _leave_transit(actor, transfer, wanted, target, on, f"inventory.transfer_{how}")
    return transfer


def _sent(document_id: int, version: int | None) -> Transfer:
    transfer = locked(Transfer, document_id, version=version)
    if transfer.approval != "approved" or not transfer.in_two_steps:
        raise DomainError(
            Problem("not_sent", "{number} was not sent in two steps.", number=transfer.number), Kind.CONFLICT
        )
    return transfer


def transit_problems(transfer: Transfer) -> list[Problem]:
    """Why nothing can be received now."""
    if in_transit(transfer):
        return []
    return [Problem("nothing_in_transit", "Nothing of {number} is in transit.", number=transfer.number)]


@verb("inventory.quick_transfer", N_("Transfer at once"), roles=WRITERS)
def quick_transfer(
    *, actor: User, request_id: uuid.UUID, source: int, target: int, lines: Sequence[StockLineInput], reason: str = ""
) -> Transfer:
    """Write and approve a transfer in one step, as the scan station does."""
    transfer = create_transfer(
        actor=actor, request_id=request_id, source=source, target=target, lines=lines, reason=reason
    )
    return TRANSFERS.approve(actor=actor, request_id=request_id, document_id=transfer.pk)


@verb("inventory.freeze_goods", N_("Freeze goods"), roles=(*WRITERS, "inspector"))
def freeze_goods(
    *,
    actor: User,
    request_id: uuid.UUID,
    location: int,
    item: int,
    quantity: Decimal,
    reason: str,
    lot: int | None = None,
) -> Transfer:
    """Set goods aside in the blocked place of their warehouse, at once."""
    place = ledger.place(location)
    if place.kind == "blocked" or place.warehouse is None:
        raise DomainError(
            Problem("already_frozen", "What is in {place} is frozen already.", where="location", place=str(place)),
            Kind.CONFLICT,
        )
    return _at_once(
        actor, request_id, place, ledger.blocked_of(place.warehouse), StockLineInput(item, quantity, lot), reason
    )


@verb("inventory.free_goods", N_("Unfreeze goods"), roles=("inspector", "owner"))
def free_goods(
    *,
    actor: User,
    request_id: uuid.UUID,
    location: int,
    item: int,
    quantity: Decimal,
    reason: str,
    lot: int | None = None,
) -> Transfer:
    """Put frozen goods back into the stock that may be used."""
    place = ledger.place(location)
    if place.kind != "blocked":
        raise DomainError(
            Problem("not_frozen", "What is in {place} is not frozen.", where="location", place=str(place)),
            Kind.CONFLICT,
        )
    return _at_once(
        actor, request_id, place, ledger.store_of(place.warehouse), StockLineInput(item, quantity, lot), reason
    )


def _at_once(
    actor: User, request_id: uuid.UUID, source: Any, target: Any, line: StockLineInput, reason: str
) -> Transfer:
    """A transfer that is written and approved in one step."""
    if not reason.strip():
        raise DomainError(Problem("reason_needed", "Say why.", where="reason"))
    transfer = create_transfer(
        actor=actor, request_id=request_id, source=source.pk, target=target.pk, lines=[line], reason=reason.strip()
    )
    return TRANSFERS.approve(actor=actor, request_id=request_id, document_id=transfer.pk)


def _unapproved(actor: User, transfer: Transfer, request_id: uuid.UUID) -> None:
    with carrying(going_back(transfer)):
        take_back(actor, transfer, request_id)


TRANSFERS = Lifecycle(
    Transfer, package="inventory", noun="transfer", title=N_("transfer"), writers=WRITERS, approvers=APPROVERS, check=transfer_problems,
    on_approve=_approved, on_unapprove=_unapproved, effects=reversal_effects, closable=False,
)  # fmt: skip
submit_transfer, withdraw_transfer, approve_transfer = TRANSFERS.submit, TRANSFERS.withdraw, TRANSFERS.approve
reject_transfer, unapprove_transfer, void_transfer = TRANSFERS.reject, TRANSFERS.unapprove, TRANSFERS.void
