"""Lots and serial numbers: made when goods arrive or are made, frozen and freed."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.ledger.models import Lot
from gongfang.masterdata.queries import Tracked, tracking_of
from gongfang.platform.bases import Document
from gongfang.platform.documents.editing import locked
from gongfang.platform.identity.models import User
from gongfang.platform.setwise import INT, TEXT, insert_rows, rows_as_table
from gongfang.platform.verbs import note, verb


@dataclass(frozen=True, slots=True)
class NewLot:
    """A lot or serial that may have to be made. expires_on: taken from the item's shelf life when left out."""

    item_id: int
    code: str
    made_on: date | None = None
    expires_on: date | None = None
    supplier_id: int | None = None
    supplier_code: str = ""


def lots_for(wanted: Iterable[NewLot], *, source: Document | None = None) -> Mapping[tuple[int, str], Lot]:
    """Get or make lots by (item, code); four statements. Their kind follows the item's tracking.

    Raises DomainError: lot_not_kept for an item without lots; lot_code_missing; lot_expires_otherwise for a known lot.
    """
    by_key = {(lot.item_id, lot.code.strip()): lot for lot in wanted}
    items = tracking_of({item_id for item_id, _ in by_key})
    problems = []
    for item_id, code in by_key:
        if not code:
            problems.append(
                Problem("lot_code_missing", "{item}: enter the lot or serial number.", item=items[item_id].code)
            )
        elif items[item_id].tracking == "none":
            problems.append(Problem("lot_not_kept", "{item} is not kept by lot.", item=items[item_id].code))
    refuse_if(problems)
    found = _found(by_key)
    refuse_if(
        [
            Problem(
                "lot_expires_otherwise", "Lot {lot} of {item} expires on {known}, not on {given}. Enter another number, or correct the dates of the lot.",
                item=items[key[0]].code, lot=key[1], known=lot.expires_on, given=by_key[key].expires_on,
            )
            for key, lot in found.items()
            if by_key[key].expires_on and lot.expires_on and by_key[key].expires_on != lot.expires_on
        ],
        Kind.CONFLICT,
    )  # fmt: skip
    fresh = [_made(lot, items[key[0]], key[1], source) for key, lot in by_key.items() if key not in found]
    if fresh:
        insert_rows(fresh, unless=["item", "code"])
        found = _found(by_key)
    return found


def _found(keys: Iterable[tuple[int, str]]) -> dict[tuple[int, str], Lot]:
    """Lots by item and code; one statement and one parameter a column, whatever the number of keys."""
    source, params = rows_as_table([("item_id", INT), ("code", TEXT)], sorted(set(keys)))
    rows = Lot.objects.raw(
        # Crossed, so that SQLite begins at what is asked for: by code alone it would read every lot of that code for each item.
        f"SELECT l.* FROM ({source}) given CROSS JOIN ledger_lot l WHERE l.item_id = given.item_id AND l.code = given.code",
        params,
    )
    return {(lot.item_id, lot.code): lot for lot in rows}


def _made(lot: NewLot, item: Tracked, code: str, source: Document | None) -> Lot:
    expires = lot.expires_on
    if expires is None and lot.made_on and item.shelf_life_days:
        expires = lot.made_on + timedelta(days=item.shelf_life_days)
    return Lot(
        item_id=lot.item_id, code=code, kind="serial" if item.tracking == "serial" else "lot", made_on=lot.made_on, expires_on=expires,
        supplier_id=lot.supplier_id, supplier_code=lot.supplier_code, source_type=source.doc_type if source else "",
        source_id=source.pk if source else 0, source_number=source.number if source else "",
    )  # fmt: skip


def _set_status(lot_id: int, status: str, reason: str) -> Lot:
    lot = locked(Lot, lot_id)  # type: ignore[type-var]
    if not reason.strip():
        raise DomainError(Problem("reason_needed", "Say why.", where="reason"))
    note(lot, status=(lot.status, f"{status}: {reason}"))
    lot.status = status
    lot.version += 1
    lot.save(update_fields=["status", "version"])
    return lot


@verb("ledger.freeze_lot", N_("Freeze lot"), roles=("keeper", "inspector"))
def freeze_lot(*, actor: User, request_id: uuid.UUID, lot_id: int, reason: str) -> Lot:
    """Forbid that a lot is issued to production or shipped; it may still be moved."""
    return _set_status(lot_id, Lot.Status.FROZEN, reason)


@verb("ledger.free_lot", N_("Free lot"), roles=("inspector",))
def free_lot(*, actor: User, request_id: uuid.UUID, lot_id: int, reason: str) -> Lot:
    """Let a frozen lot be used again."""
    return _set_status(lot_id, Lot.Status.FREE, reason)


@verb("ledger.change_lot", N_("Correct dates"), roles=("keeper", "inspector"))
def change_lot(
    *, actor: User, request_id: uuid.UUID, lot_id: int, reason: str, made_on: date | None = None, expires_on: date | None = None,
    never_expires: bool = False, supplier_code: str | None = None, version: int | None = None,
) -> Lot:  # fmt: skip
    """Correct when a lot was made and expires; what is left out stays. What leaves from now on is chosen by the new dates.

    Raises DomainError: reason_needed, lot_dates_reversed, lot_dates_contradict, nothing_changed.
    """
    lot = locked(Lot, lot_id, version=version)  # type: ignore[type-var]
    if not reason.strip():
        raise DomainError(Problem("reason_needed", "Say why.", where="reason"))
    if never_expires and expires_on:
        raise DomainError(Problem("lot_dates_contradict", "Enter a date or say that it never expires, not both.", where="expires_on"))  # fmt: skip
    made = made_on or lot.made_on
    expires = None if never_expires else expires_on or lot.expires_on
    code = lot.supplier_code if supplier_code is None else supplier_code.strip()[:60]
    if made and expires and expires < made:
        raise DomainError(Problem("lot_dates_reversed", "It expires before it was made.", where="expires_on"))
    before = (lot.made_on, lot.expires_on, lot.supplier_code)
    if before == (made, expires, code):
        raise DomainError(Problem("nothing_changed", "Nothing would change.", where="expires_on"))
    names = ("made_on", "expires_on", "supplier_code")
    changes = {
        name: (old, new) for name, old, new in zip(names, before, (made, expires, code), strict=True) if old != new
    }
    note(lot, **changes, reason=(None, reason.strip()[:200]))
    lot.made_on, lot.expires_on, lot.supplier_code = made, expires, code
    lot.version += 1
    lot.save(update_fields=[*names, "version"])
    return lot
