"""Goods of others in our keeping: taken in and given back; they carry no value until they are taken over."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from gongfang.inventory.models import Custody, CustodyLine
from gongfang.inventory.rules import line_problems, lot_date_problems
from gongfang.inventory.services.documents import (
    APPROVERS,
    WRITERS,
    change_warehouse_draft,
    entered_rows,
    lines_of,
    lots_of_lines,
    mark_done,
    of_new_lot,
    outgoing,
    reversal_effects,
    take_back,
    warehouse_draft,
)
from gongfang.kernel.errors import N_, Problem, refuse_if
from gongfang.ledger import queries as ledger
from gongfang.ledger.services import Move, ensure_owner_location, post
from gongfang.masterdata import queries as masterdata
from gongfang.platform.documents.lifecycle import Lifecycle
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb

OUTSIDE = {"consigned": "SUPPLIER", "customer": "CUSTOMER"}


@dataclass(frozen=True, slots=True)
class CustodyLineInput:
    """One line as entered, in base units or in the `unit` named. lot_code: of the lot or serial number; when given back, empty is chosen by the picking rules."""

    item: int
    quantity: Decimal
    lot_code: str = ""
    remark: str = ""
    id: int | None = None
    second: Decimal | None = None
    made_on: date | None = None
    expires_on: date | None = None
    unit: int | None = None


def _rows(lines: Sequence[CustodyLineInput]) -> list[dict[str, Any]]:
    return entered_rows(lines, of_new_lot)


@verb("inventory.create_custody", N_("New custody note"), roles=WRITERS)
def create_custody(
    *, actor: User, request_id: uuid.UUID, warehouse: int, partner: int, lines: Sequence[CustodyLineInput], kind: str = "receive",
    ownership: str = "consigned", delivery_note: str = "", business_date: date | None = None, remark: str = "",
) -> Custody:  # fmt: skip
    """Write down, as a draft, which goods of others we take in or give back. partner: their owner."""
    refuse_if(_owner_problems(ownership, partner))
    return warehouse_draft(
        Custody, actor, {CustodyLine: _rows(lines)}, warehouse=warehouse, on=business_date, kind=kind, ownership=ownership,
        partner_id=partner, delivery_note=delivery_note, remark=remark,
    )  # fmt: skip


@verb("inventory.edit_custody", N_("Change custody note"), roles=WRITERS)
def edit_custody(
    *, actor: User, request_id: uuid.UUID, document_id: int, warehouse: int, partner: int, lines: Sequence[CustodyLineInput],
    kind: str = "receive", ownership: str = "consigned", delivery_note: str = "", business_date: date | None = None,
    remark: str = "", version: int | None = None,
) -> Custody:  # fmt: skip
    """Change a draft."""
    refuse_if(_owner_problems(ownership, partner))
    return change_warehouse_draft(
        Custody, actor, {CustodyLine: _rows(lines)}, document_id=document_id, version=version, warehouse=warehouse, on=business_date,
        kind=kind, ownership=ownership, partner_id=partner, delivery_note=delivery_note, remark=remark,
    )  # fmt: skip


def _owner_problems(ownership: str, partner: int) -> list[Problem]:
    owner = masterdata.partners_by_ids([partner]).get(partner)
    if ownership == "consigned" and (owner is None or not owner.is_supplier):
        return [Problem("owner_supplier_needed", "Consigned goods belong to a supplier.", where="partner")]
    if ownership == "customer" and (owner is None or not owner.is_customer):
        return [Problem("owner_is_customer", "A customer's material belongs to a customer.", where="partner")]
    return []


def custody_problems(custody: Custody) -> list[Problem]:
    """What is missing before a custody note may be posted."""
    lines = lines_of(custody)
    problems = line_problems(lines)
    if custody.kind == Custody.Kind.RECEIVE:
        problems += lot_date_problems(lines, "lines", custody.business_date)
        problems += [
            Problem("lot_code_missing", "{item}: enter the lot or serial number.", where=f"lines.{n}.lot_code", item=line.item.code)
            for n, line in enumerate(lines)
            if line.item.tracking != "none" and not line.lot_code
        ]  # fmt: skip
    return problems


def _approved(actor: User, custody: Custody, request_id: uuid.UUID) -> None:
    """Between the owner and his place in the warehouse; nothing reaches the books."""
    lines = lines_of(custody)
    place = ensure_owner_location(custody.warehouse, custody.partner, custody.ownership)
    outside = ledger.location(OUTSIDE[custody.ownership])
    if custody.kind == Custody.Kind.RECEIVE:
        lots_of_lines(custody, lines, custody.partner_id)
        moves = [
            Move(line.item_id, line.quantity, outside, place, line.lot_id, source_line=line.pk, second=line.second_quantity)
            for line in lines
        ]  # fmt: skip
    else:
        _find_lots(lines)
        moves = outgoing(lines, place, outside, custody.business_date)
    post(
        actor=actor, reason=f"inventory.custody_{custody.kind}", source=custody, on=custody.business_date, moves=moves,
        partner_id=custody.partner_id, summary=f"{custody.get_kind_display()} {custody.number}",
    )  # fmt: skip
    mark_done(custody, lines, also=["lot"])


def _find_lots(lines: Sequence[Any]) -> None:
    """The lots that lines name by their codes; one statement where any does."""
    named = [line for line in lines if line.lot_code]
    known = ledger.lots_of_items((line.item_id, line.lot_code) for line in named) if named else {}
    refuse_if(
        Problem("lot_unknown_here", "{item}: there is no lot {lot}.", where=f"lines.{n}.lot_code", item=line.item.code, lot=line.lot_code)
        for n, line in enumerate(lines)
        if line.lot_code and (line.item_id, line.lot_code) not in known
    )  # fmt: skip
    for line in named:
        line.lot = known[line.item_id, line.lot_code]


def _unapproved(actor: User, custody: Custody, request_id: uuid.UUID) -> None:
    take_back(actor, custody, request_id)


CUSTODIES = Lifecycle(
    Custody, package="inventory", noun="custody", title=N_("custody note"), writers=WRITERS, approvers=APPROVERS, check=custody_problems,
    on_approve=_approved, on_unapprove=_unapproved, effects=reversal_effects, closable=False,
)  # fmt: skip
