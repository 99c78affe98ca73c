"""What the keeper's documents share: who may work in a warehouse, lines in and out, reversal with its preview."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from gongfang.inventory.models import TransferLine
from gongfang.kernel.errors import DomainError, Kind, Problem
from gongfang.ledger import queries as ledger
from gongfang.ledger.services import Move, NewLot, lots_for, reverse_all
from gongfang.masterdata.queries import as_entered
from gongfang.platform.bases import Document
from gongfang.platform.documents.editing import change, editable, new_document, save_lines
from gongfang.platform.documents.lifecycle import Effect
from gongfang.platform.documents.progress import add_done, roll_up
from gongfang.platform.identity.models import User

WRITERS = ("keeper",)
APPROVERS = ("keeper", "owner")
NEEDED_OF_ITEM = {"id", "code", "name", "tracking"}
ITEM_BALLAST = tuple(
    f"item__{field.attname}" for field in TransferLine._meta.get_field("item").related_model._meta.concrete_fields
    if field.name not in NEEDED_OF_ITEM
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class StockLineInput:
    """One line as entered, in base units or in the `unit` named. item, lot: primary keys. id: of the line it changes. second: in the item's
    second unit."""

    item: int
    quantity: Decimal
    lot: int | None = None
    remark: str = ""
    id: int | None = None
    second: Decimal | None = None
    unit: int | None = None


def lines_of(document: Document, *related: str) -> list[Any]:
    """The lines with what rules and postings need of their items, and no more, and read once: what is judged is what is posted."""
    return _read_once(document, "lines", *related)


def outputs_of(document: Document) -> list[Any]:
    """The same of what comes out of a conversion."""
    return _read_once(document, "outputs")


def _read_once(document: Document, name: str, *related: str) -> list[Any]:
    wanted = (name, *related)
    kept: dict[tuple[str, ...], list[Any]] = document.__dict__.setdefault("_read_rows", {})
    if wanted not in kept:
        kept[wanted] = list(getattr(document, name).select_related("item", *related).defer(*ITEM_BALLAST))
    return kept[wanted]


def entered_rows(
    lines: Sequence[Any], also: Callable[[Any], Mapping[str, Any]], grid: str = "lines"
) -> list[dict[str, Any]]:
    """What every entered line is kept as: in base units, beside the unit and quantity of whoever entered it. also: what is its own."""
    return [
        {
            "id": line.id, "item_id": line.item, "quantity": line.quantity, "unit_id": unit, "unit_quantity": quantity,
            "second_quantity": line.second, "remark": line.remark or "", **also(line),
        }
        for line, unit, quantity in as_entered(lines, lambda line: line.item, grid)
    ]  # fmt: skip


def line_rows(lines: Sequence[StockLineInput]) -> list[dict[str, Any]]:
    return entered_rows(lines, lambda line: {"lot_id": line.lot})


def of_new_lot(line: Any) -> dict[str, Any]:
    """The lot or serial number that a line brings, and its dates."""
    return {"lot_code": (line.lot_code or "").strip(), "made_on": line.made_on, "expires_on": line.expires_on}


def lots_of_lines(document: Document, lines: Sequence[Any], supplier_id: int | None = None) -> None:
    """Give each line the lot that it names, made where it is new; four statements."""
    lots = lots_for(
        [
            NewLot(line.item_id, line.lot_code, line.made_on or document.business_date, line.expires_on, supplier_id)
            for line in lines
            if line.lot_code.strip()
        ],
        source=document,
    )
    for line in lines:
        line.lot = lots.get((line.item_id, line.lot_code.strip()))


Grids = Mapping[type[Any], Sequence[Mapping[str, Any]]]
"""Model of lines → what stands in them."""


def warehouse_draft(
    model: Any, actor: User, grids: Grids, *, warehouse: int, on: date | None, **header: Any
) -> Any:  # fmt: skip
    """Write a document of one warehouse as a draft, with its lines."""
    may_work_in(actor, ledger.store_at(warehouse).warehouse)
    document = new_document(model, actor=actor, on=on, warehouse_id=warehouse, **header)
    for line_model, rows in grids.items():
        save_lines(document, line_model, rows)
    return document


def change_warehouse_draft(
    model: Any, actor: User, grids: Grids, *, document_id: int, version: int | None, warehouse: int, on: date | None, **header: Any
) -> Any:  # fmt: skip
    """Change such a draft; a line keeps its id."""
    may_work_in(actor, ledger.store_at(warehouse).warehouse)
    document = editable(model, document_id, version=version)
    for line_model, rows in grids.items():
        save_lines(document, line_model, rows)
    change(document, warehouse_id=warehouse, business_date=on or document.business_date, **header)
    return document


def may_work_in(actor: User, *warehouses: Any) -> None:
    """Refuse a person whose data scope leaves the warehouse out."""
    codes = actor.scope_codes("warehouse")
    for warehouse in warehouses:
        if codes is not None and warehouse is not None and warehouse.code not in codes:
            raise DomainError(
                Problem("other_warehouse", "Warehouse {warehouse} is not yours.", warehouse=warehouse.name),
                Kind.FORBIDDEN,
            )


def outgoing(lines: Sequence[Any], source: Any, target: Any, on: date, **extra: Any) -> list[Move]:
    """Moves that take the lines from a place (a main place: from its bins too), lots chosen by rule where a line names none."""
    moves = [
        Move(
            line.item_id,
            line.quantity,
            source,
            target,
            line.lot_id,
            source_line=line.pk,
            second=line.second_quantity,
            **extra,
        )
        for line in lines
    ]
    return ledger.spread(
        moves, on=on, open_lots={line.pk for line in lines if line.item.tracking != "none" and line.lot_id is None}
    )


def mark_done(document: Document, lines: Sequence[Any], also: Sequence[str] = ()) -> None:
    """All lines happened at once. also: fields of theirs that were set beside."""
    add_done(lines, {line.pk: line.quantity for line in lines}, also=also)
    roll_up([document])


def going_back(document: Document) -> list[Move]:
    """The moves that taking a document back makes, as moves of their own; one statement."""
    return [
        Move(move.item_id, move.quantity, move.target, move.source, move.lot_id)
        for move in ledger.moves_of(document)
        if move.reverses_id is None and move.quantity > 0 and not hasattr(move, "reversed_by")
    ]


def _instead(document: Document) -> Problem:
    """What to do about goods of a closed month."""
    if document.doc_type == "inventory.other_receipt":
        return Problem("instead", "Or take the goods out by an other issue in an open month.")
    if document.doc_type == "inventory.other_issue":
        return Problem("instead", "Or take the goods in by an other receipt in an open month.")
    if document.doc_type == "inventory.count":
        return Problem("instead", "Or count again in an open month.")
    return Problem("instead", "Or move the goods back by a document of an open month.")


def take_back(actor: User, document: Document, request_id: uuid.UUID) -> None:
    """Un-approve: what the document posted is taken back, each on its own day: goods in transit may have arrived days later."""
    postings = ledger.postings_of(document)
    if postings:
        reverse_all(actor=actor, postings=postings, reason=f"{document.doc_type}.undone", instead=_instead(document))
    lines: Sequence[Any] = lines_of(document)
    add_done(lines, {line.pk: -line.done_quantity for line in lines})
    roll_up([document])


def reversal_effects(document: Document) -> list[Effect]:
    """What un-approving moves back, line by line."""
    effects = [
        Effect(
            "{item} {quantity} goes back from {source} to {target}.",
            {"item": move.item.code, "quantity": move.quantity.normalize(), "source": move.target.name, "target": move.source.name},
        )
        for move in ledger.moves_of(document)
        if move.reverses_id is None and move.quantity and not hasattr(move, "reversed_by")
    ]  # fmt: skip
    for posting in ledger.postings_of(document):
        voucher = getattr(posting, "voucher", None)
        if voucher:
            effects.append(
                Effect("A red voucher takes back {voucher} of {date}.", {"voucher": str(voucher), "date": posting.on})
            )
    return effects
