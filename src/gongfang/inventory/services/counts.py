"""Stock counts: sheets of what the books say, counted and counted again, differences posted when approved."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from gongfang.inventory.models import StockCount, StockCountLine
from gongfang.inventory.rules import count_figures, count_problems
from gongfang.inventory.services.documents import (
    WRITERS,
    lines_of,
    may_work_in,
    reversal_effects,
    take_back,
)
from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.ledger import queries as ledger
from gongfang.ledger.services import Move, post
from gongfang.masterdata.queries import in_base
from gongfang.platform.documents.editing import change, editable, new_document, save_lines
from gongfang.platform.documents.lifecycle import Lifecycle
from gongfang.platform.documents.progress import add_done, roll_up
from gongfang.platform.identity.models import User
from gongfang.platform.settings import services as company_settings
from gongfang.platform.setwise import update_rows
from gongfang.platform.verbs import verb, view_permission

ZERO = Decimal(0)
COUNTERS = (*WRITERS, "supervisor")
APPROVE_LARGE = view_permission("inventory.approve_large_count", {"owner", "cost_accountant"})
KEEPER_LIMIT = company_settings.declare(
    "inventory.count_limit", N_("Count difference that a keeper may approve (value, 0: any)"), "ratio", "1000"
)


@dataclass(frozen=True, slots=True)
class CountLineInput:
    """What was found of one item (and lot), in base units or in the `unit` named. counted None: not counted yet. id: of the line it changes.

    second: what was found in the item's second unit.
    """

    item: int
    counted: Decimal | None = None
    lot: int | None = None
    remark: str = ""
    id: int | None = None
    recounted: Decimal | None = None
    second: Decimal | None = None
    unit: int | None = None


@verb("inventory.open_count", N_("Open a count"), roles=WRITERS)
def open_count(
    *, actor: User, request_id: uuid.UUID, location: int, categories: Sequence[int] = (), is_blind: bool = False,
    business_date: date | None = None, remark: str = "", mode: str = "moving", assignee: int | None = None, due_on: date | None = None,
    tolerance: Decimal | None = None, other_person: bool = False,
) -> StockCount:  # fmt: skip
    """Start a count of a location: a line for each item and lot that the books say is there. categories: only these.

    mode "frozen": nothing may move in the place until the count is approved or void. tolerance: share of the book quantity
    beyond which a line is counted again, by another person where other_person says so. Raises DomainError(nothing_to_count).
    """
    place = ledger.place(location)
    may_work_in(actor, place.warehouse)
    lines = [
        {"item_id": row.item_id, "lot_id": row.lot_id, "quantity": row.quantity}
        for row in ledger.stock_in(place, categories)
    ]
    if not lines:
        raise DomainError(Problem("nothing_to_count", "By the books nothing is in {place}.", place=place.name))
    count = new_document(
        StockCount, actor=actor, on=business_date, location=place, is_blind=is_blind, remark=remark, mode=mode, assignee_id=assignee,
        due_on=due_on, tolerance=tolerance, other_person=other_person,
    )  # fmt: skip
    save_lines(count, StockCountLine, lines)
    return count


@verb("inventory.create_count", N_("New count"), roles=WRITERS)
def create_count(
    *, actor: User, request_id: uuid.UUID, location: int, lines: Sequence[CountLineInput] = (), is_blind: bool = False,
    business_date: date | None = None, remark: str = "", mode: str = "moving", assignee: int | None = None, due_on: date | None = None,
    tolerance: Decimal | None = None, other_person: bool = False,
) -> StockCount:  # fmt: skip
    """Write a count of chosen items; the books' quantities are added by the system."""
    place = ledger.place(location)
    may_work_in(actor, place.warehouse)
    count = new_document(
        StockCount, actor=actor, on=business_date, location=place, is_blind=is_blind, remark=remark, mode=mode, assignee_id=assignee,
        due_on=due_on, tolerance=tolerance, other_person=other_person,
    )  # fmt: skip
    _save(count, actor, lines)
    return count


@verb("inventory.edit_count", N_("Enter counted quantities"), roles=WRITERS)
def edit_count(
    *, actor: User, request_id: uuid.UUID, document_id: int, lines: Sequence[CountLineInput], business_date: date | None = None,
    is_blind: bool | None = None, remark: str | None = None, version: int | None = None, counted_at: datetime | None = None,
    mode: str | None = None, assignee: int | None = None, due_on: date | None = None, tolerance: Decimal | None = None,
    other_person: bool | None = None,
) -> StockCount:  # fmt: skip
    """Enter what was found. counted_at: when it was counted (from a paper list), now when left out; the books are looked up as
    they stood at that moment. A line whose figure does not change keeps its moment.
    """
    count = editable(StockCount, document_id, version=version)
    may_work_in(actor, count.location.warehouse)
    _save(count, actor, lines, counted_at)
    entered = {
        "is_blind": is_blind,
        "remark": remark,
        "mode": mode,
        "other_person": other_person,
        "business_date": business_date,
    }
    change(
        count, **{name: value for name, value in entered.items() if value is not None}, assignee_id=assignee or count.assignee_id,
        due_on=due_on or count.due_on, tolerance=count.tolerance if tolerance is None else tolerance,
    )  # fmt: skip
    return count


def _save(count: StockCount, actor: User, lines: Sequence[CountLineInput], at: datetime | None = None) -> None:
    """Lines with the books of the moment at which each was counted, of now where none is told: whatever the clock says, nothing was
    recorded after now. The same number of statements for any number of lines.
    """
    lines = in_base(lines, lambda line: line.item, "counted", "recounted")
    moment = at or timezone.now()
    if moment > timezone.now():
        raise DomainError(Problem("in_future", "It cannot have been counted in the future.", where="counted_at"))
    kept = {line.pk: line for line in count.lines.all()}
    fresh = [line for line in lines if _is_news(line, kept.get(line.id or 0))]
    book = ledger.book_quantities_at(count.location_id, [(line.item, line.lot, at) for line in fresh]) if fresh else {}
    costs = ledger.unit_costs({line.item for line in lines})
    rows = []
    for line in lines:
        old = kept.get(line.id or 0)
        row: dict[str, Any] = {
            "id": line.id, "item_id": line.item, "lot_id": line.lot, "counted": line.counted, "recounted": line.recounted,
            "remark": line.remark or "", "second_quantity": line.second, "unit_cost": costs.get(line.item, ZERO),
        }  # fmt: skip
        if _is_news(line, old):
            row["quantity"] = book.get((line.item, line.lot), ZERO)
            again = old is not None and line.recounted is not None and line.recounted != old.recounted
            row |= (
                {"recounted_by_id": actor.pk}
                if again
                else {"counted_by_id": actor.pk if line.counted is not None else None}
            )
            row |= {"counted_at": moment if line.counted is not None else None}
        rows.append(row)
    refuse_if(_same_person(count, rows, kept))
    keys = {key for row in rows for key in row}
    for row in rows:
        old = kept.get(row["id"] or 0)
        for key in keys - row.keys():
            row[key] = getattr(old, key) if old is not None else None
    save_lines(count, StockCountLine, rows)


def _is_news(line: CountLineInput, old: StockCountLine | None) -> bool:
    """Whether a line says something that was not known: it is compared with the books of its moment."""
    return (
        old is None
        or (line.counted, line.recounted) != (old.counted, old.recounted)
        or (line.item, line.lot) != (old.item_id, old.lot_id)
    )


def _same_person(count: StockCount, rows: Sequence[dict[str, Any]], kept: dict[int, StockCountLine]) -> list[Problem]:
    if not count.other_person:
        return []
    return [
        Problem("same_person", "Somebody else than the first counter counts again.", where=f"lines.{n}.recounted")
        for n, row in enumerate(rows)
        if row.get("recounted_by_id") and row["recounted_by_id"] == kept[row["id"]].counted_by_id
    ]


def problems_of(count: StockCount) -> list[Problem]:
    """What is missing before a count may be posted."""
    return count_problems(lines_of(count, "lot"))


def _approved(actor: User, count: StockCount, request_id: uuid.UUID) -> None:
    lines = lines_of(count)
    figures = count_figures(lines)
    limit = company_settings.get(KEEPER_LIMIT)
    if limit and figures.gain + figures.loss > limit and not actor.may(APPROVE_LARGE):
        raise DomainError(
            Problem("variance_too_large", "The differences of {number} are worth more than you may approve; ask the owner or the cost accountant.", number=count.number),
            Kind.FORBIDDEN,
        )  # fmt: skip
    change(
        count, line_count=figures.lines, right_count=figures.right, book_value=figures.book_value, gain_value=figures.gain,
        loss_value=figures.loss,
    )  # fmt: skip
    moves = _moves(count, lines)
    if moves:
        post(
            actor=actor,
            reason="inventory.count",
            source=count,
            on=count.business_date,
            moves=moves,
            summary=f"盘点差异 {count.number}",
        )
    add_done(lines, {line.pk: line.quantity for line in lines})
    for line in lines:
        line.execution = "done"
    update_rows(lines, ["execution"])
    roll_up([count])


def _moves(count: StockCount, lines: Sequence[StockCountLine]) -> list[Move]:
    """What was found and what is missing, in pieces and in the second unit.

    What differs in the second unit alone, or the other way round than the pieces, moves by itself and carries no value.
    """
    lost, place = ledger.location("COUNT"), count.location
    seconds = _second_differences(count, lines)
    moves = []
    for line in lines:
        gained = line.difference > 0
        second = seconds.get(line.pk)
        alike = second is None or (second > 0) == gained
        if line.difference:
            ends = (lost, place) if gained else (place, lost)
            with_it = second if second is None else abs(second) if alike else ZERO
            moves.append(
                Move(line.item_id, abs(line.difference), *ends, line.lot_id, source_line=line.pk, second=with_it)
            )
        if second and not (line.difference and alike):
            ends = (lost, place) if second > 0 else (place, lost)
            moves.append(Move(line.item_id, ZERO, *ends, line.lot_id, source_line=line.pk, second=abs(second)))
    return moves


def _second_differences(count: StockCount, lines: Sequence[StockCountLine]) -> dict[int, Decimal]:
    """Line → found less by the books of its moment in the second unit, where that was counted too; one statement at most."""
    counted = [line for line in lines if line.second_quantity is not None]
    if not counted:
        return {}
    book = ledger.book_quantities_at(
        count.location_id, [(line.item_id, line.lot_id, line.counted_at) for line in counted], second=True
    )
    return {line.pk: (line.second_quantity or ZERO) - book.get((line.item_id, line.lot_id), ZERO) for line in counted}


def _unapproved(actor: User, count: StockCount, request_id: uuid.UUID) -> None:
    take_back(actor, count, request_id)
    count.lines.update(execution="open")
    change(count, line_count=0, right_count=0, book_value=ZERO, gain_value=ZERO, loss_value=ZERO)
    roll_up([count])


COUNTS = Lifecycle(
    StockCount, package="inventory", noun="count", title=N_("stock count"), writers=WRITERS, approvers=("keeper", "owner", "cost_accountant"),
    check=problems_of, on_approve=_approved, on_unapprove=_unapproved, effects=reversal_effects, closable=False,
)  # fmt: skip
submit_count, withdraw_count, approve_count = COUNTS.submit, COUNTS.withdraw, COUNTS.approve
reject_count, unapprove_count, void_count = COUNTS.reject, COUNTS.unapprove, COUNTS.void
