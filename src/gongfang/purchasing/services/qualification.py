"""Supplier qualification: the approved list, certificates, blocks."""

import uuid
from datetime import date

from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.masterdata import queries as masterdata
from gongfang.platform.documents.editing import change, locked
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb
from gongfang.purchasing.models import ApprovedSupplier, Certificate, Qualification, SupplierBlock

QUALIFIERS = ("buyer", "inspector")


def _supplier(supplier_id: int) -> list[Problem]:
    partner = masterdata.partners_by_ids([supplier_id]).get(supplier_id)
    if partner is None or not (partner.is_supplier or partner.is_subcontractor):
        return [Problem("supplier_unknown", "There is no such supplier.", "supplier")]
    return []


@verb("purchasing.create_approved_supplier", N_("Approve supplier for item"), roles=QUALIFIERS)
def create_approved_supplier(
    *, actor: User, request_id: uuid.UUID, supplier_id: int, item_id: int, status: str = "approved", valid_to: date | None = None,
    remark: str = "",
) -> ApprovedSupplier:  # fmt: skip
    """Put a supplier on an item's approved list. From its first line on the item may be bought from listed suppliers only."""
    found = _supplier(supplier_id)
    if item_id not in masterdata.items_by_ids([item_id]):
        found.append(Problem("item_unknown", "There is no such item.", "item"))
    if status not in Qualification.values:
        found.append(Problem("bad_status", "Choose approved, on trial or suspended.", "status"))
    refuse_if(found)
    if ApprovedSupplier.objects.filter(supplier=supplier_id, item=item_id).exists():
        raise DomainError(Problem("listed", "The supplier is on this item's list already.", "supplier"), Kind.CONFLICT)
    return ApprovedSupplier.objects.create(
        supplier_id=supplier_id, item_id=item_id, status=status, valid_to=valid_to, remark=remark
    )


@verb("purchasing.change_approved_supplier", N_("Change supplier approval"), roles=QUALIFIERS)
def change_approved_supplier(
    *, actor: User, request_id: uuid.UUID, approved_id: int, status: str | None = None, valid_to: date | None = None,
    remark: str | None = None, version: int | None = None,
) -> ApprovedSupplier:  # fmt: skip
    """Suspend, prolong, put on trial. A suspension gives its reason in the remark."""
    row = locked(ApprovedSupplier, approved_id, version=version)
    if status is not None and status not in Qualification.values:
        raise DomainError(Problem("bad_status", "Choose approved, on trial or suspended.", "status"))
    text = row.remark if remark is None else remark
    if status == Qualification.SUSPENDED and not text.strip():
        raise DomainError(Problem("reason_missing", "Give the reason.", "remark"))
    change(row, status=status or row.status, valid_to=valid_to, remark=text)
    return row


def _certificate_problems(supplier_id: int, title: str, issued_on: date | None, expires_on: date) -> list[Problem]:
    found = _supplier(supplier_id)
    if not title.strip():
        found.append(Problem("title_missing", "Name the certificate.", "title"))
    if issued_on is not None and issued_on > expires_on:
        found.append(Problem("dates_reversed", "It expires before it was issued.", "expires_on"))
    return found


@verb("purchasing.create_certificate", N_("Enter certificate"), roles=QUALIFIERS)
def create_certificate(
    *, actor: User, request_id: uuid.UUID, supplier_id: int, title: str, expires_on: date, reference: str = "",
    issued_on: date | None = None, is_needed: bool = False, remark: str = "",
) -> Certificate:  # fmt: skip
    """Enter a supplier's paper; it replaces earlier ones of the same title."""
    refuse_if(_certificate_problems(supplier_id, title, issued_on, expires_on))
    title = title.strip()[:80]
    earlier = Certificate.objects.select_for_update().filter(supplier=supplier_id, title=title, is_replaced=False)
    for row in earlier.filter(expires_on__lte=expires_on):
        change(row, is_replaced=True)
    return Certificate.objects.create(
        supplier_id=supplier_id, title=title, reference=reference, issued_on=issued_on, expires_on=expires_on, is_needed=is_needed,
        remark=remark,
    )  # fmt: skip


@verb("purchasing.change_certificate", N_("Change certificate"), roles=QUALIFIERS)
def change_certificate(
    *, actor: User, request_id: uuid.UUID, certificate_id: int, title: str, expires_on: date, reference: str = "",
    issued_on: date | None = None, is_needed: bool = False, remark: str = "", version: int | None = None,
) -> Certificate:  # fmt: skip
    """Correct a certificate; a renewed one is entered anew."""
    row = locked(Certificate, certificate_id, version=version)
    refuse_if(_certificate_problems(row.supplier_id, title, issued_on, expires_on))
    change(
        row, title=title.strip()[:80], reference=reference, issued_on=issued_on, expires_on=expires_on, is_needed=is_needed, remark=remark
    )  # fmt: skip
    return row


@verb("purchasing.block_supplier", N_("Block supplier"), roles=("buyer", "owner"))
def block_supplier(
    *, actor: User, request_id: uuid.UUID, supplier_id: int, reason: str, since: date | None = None
) -> SupplierBlock:
    """Order nothing more from a supplier until the block is lifted; the reason is told wherever an order is refused."""
    found = _supplier(supplier_id)
    if not reason.strip():
        found.append(Problem("reason_missing", "Give the reason.", "reason"))
    refuse_if(found)
    if SupplierBlock.objects.filter(supplier=supplier_id, lifted_on=None).exists():
        raise DomainError(Problem("blocked_already", "This supplier is blocked already.", "supplier"), Kind.CONFLICT)
    return SupplierBlock.objects.create(
        supplier_id=supplier_id, since=since or timezone.localdate(), reason=reason.strip()[:200], made_by=actor
    )


@verb("purchasing.lift_block", N_("Lift block"), roles=("buyer", "owner"))
def lift_block(
    *, actor: User, request_id: uuid.UUID, block_id: int, reason: str, version: int | None = None
) -> SupplierBlock:
    """Let orders go to the supplier again, with the reason."""
    row = locked(SupplierBlock, block_id, version=version)
    if row.lifted_on is not None:
        raise DomainError(Problem("lifted", "This block was lifted on {day}.", day=row.lifted_on), Kind.CONFLICT)
    if not reason.strip():
        raise DomainError(Problem("reason_missing", "Give the reason.", "reason"))
    change(row, lifted_on=timezone.localdate(), lifted_reason=reason.strip()[:200])
    return row
