"""Stock counts: opened with the book quantities of the moment, counted, differences posted when approved."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from gongfang.inventory.models import StockCount, StockCountLine
from gongfang.inventory.rules import count_problems
from gongfang.inventory.services.documents import (
    WRITERS,
    lines_of,
    may_work_in,
    reversal_effects,
    take_back,
)
from gongfang.kernel.errors import N_, DomainError, Problem
from gongfang.ledger import queries as ledger
from gongfang.ledger.services import Move, post
from gongfang.platform.documents.editing import change, editable, new_document, save_lines
from gongfang.platform.documents.lifecycle import Lifecycle
from gongfang.platform.documents.progress import add_done, roll_up
from gongfang.platform.identity.models import User
from gongfang.platform.setwise import update_rows
from gongfang.platform.verbs import verb

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class CountLineInput:
    """What was found of one item (and lot), in base units. counted None: not counted yet. id: of the line it changes."""

    item: int
    counted: Decimal | None = None
    lot: int | None = None
    remark: str = ""
    id: int | None = None


@verb("inventory.open_count", N_("Open a count"), roles=WRITERS)
def open_count(
    *, actor: User, request_id: uuid.UUID, location: int, categories: Sequence[int] = (), is_blind: bool = False,
    business_date: date | None = None, remark: str = "",
) -> StockCount:  # fmt: skip
    """Start a count of a location: a line for each item and lot that the books say is there. categories: only these.

    Raises DomainError(nothing_to_count).
    """
    place = ledger.place(location)
    may_work_in(actor, place.warehouse)
    lines = [
        {"item_id": row.item_id, "lot_id": row.lot_id, "quantity": row.quantity}
        for row in ledger.stock_in(place, categories)
    ]
    if not lines:
        raise DomainError(Problem("nothing_to_count", "By the books nothing is in {place}.", place=place.name))
    count = new_document(StockCount, actor=actor, on=business_date, location=place, is_blind=is_blind, remark=remark)
    save_lines(count, StockCountLine, lines)
    return count


@verb("inventory.create_count", N_("New count"), roles=WRITERS)
def create_count(
    *, actor: User, request_id: uuid.UUID, location: int, lines: Sequence[CountLineInput] = (), is_blind: bool = False,
    business_date: date | None = None, remark: str = "",
) -> StockCount:  # fmt: skip
    """Write a count of chosen items; the books' quantities are added by the system."""
    place = ledger.place(location)
    may_work_in(actor, place.warehouse)
    count = new_document(StockCount, actor=actor, on=business_date, location=place, is_blind=is_blind, remark=remark)
    save_lines(count, StockCountLine, _rows(count, lines))
    return count


@verb("inventory.edit_count", N_("Enter counted quantities"), roles=WRITERS)
def edit_count(
    *, actor: User, request_id: uuid.UUID, document_id: int, lines: Sequence[CountLineInput], business_date: date | None = None,
    is_blind: bool | None = None, remark: str = "", version: int | None = None,
) -> StockCount:  # fmt: skip
    """Enter what was found. Lines that are new take their book quantity now; those that were there keep theirs."""
    count = editable(StockCount, document_id, version=version)
    may_work_in(actor, count.location.warehouse)
    save_lines(count, StockCountLine, _rows(count, lines))
    change(
        count, remark=remark, business_date=business_date or count.business_date,
        is_blind=count.is_blind if is_blind is None else is_blind,
    )  # fmt: skip
    return count


def _rows(count: StockCount, lines: Sequence[CountLineInput]) -> list[dict[str, Any]]:
    book = ledger.book_quantities(count.location_id, {line.item for line in lines})
    rows = []
    for line in lines:
        row = {
            "id": line.id,
            "item_id": line.item,
            "lot_id": line.lot,
            "counted": line.counted,
            "remark": line.remark or "",
        }
        if not line.id:
            row["quantity"] = book.get((line.item, line.lot), ZERO)
        rows.append(row)
    return rows


def problems_of(count: StockCount) -> list[Problem]:
    """What is missing before a count may be posted."""
    return count_problems(lines_of(count, "lot"))


def _approved(actor: User, count: StockCount, request_id: uuid.UUID) -> None:
    lines = lines_of(count)
    lost = ledger.location("COUNT")
    moves = [
        Move(line.item_id, abs(line.difference), *((lost, count.location) if line.difference > 0 else (count.location, lost)), line.lot_id, source_line=line.pk)
        for line in lines
        if line.difference
    ]  # fmt: skip
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


def _unapproved(actor: User, count: StockCount, request_id: uuid.UUID) -> None:
    take_back(actor, count, request_id)
    count.lines.update(execution="open")
    roll_up([count])


COUNTS = Lifecycle(
    StockCount, package="inventory", noun="count", title=N_("stock count"), writers=WRITERS, approvers=("keeper", "owner", "cost_accountant"),
    check=problems_of, on_approve=_approved, on_unapprove=_unapproved, effects=reversal_effects, closable=False,
)  # fmt: skip
submit_count, withdraw_count, approve_count = COUNTS.submit, COUNTS.withdraw, COUNTS.approve
reject_count, unapprove_count, void_count = COUNTS.reject, COUNTS.unapprove, COUNTS.void
