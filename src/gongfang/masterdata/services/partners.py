"""Customers, suppliers, subcontractors."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from gongfang.kernel.errors import N_, refuse_if
from gongfang.masterdata.events import PartnersAdded
from gongfang.masterdata.models import Partner, PartnerStatus
from gongfang.masterdata.rules.items import partner_problems
from gongfang.masterdata.services.pinyin import initials
from gongfang.masterdata.services.records import changed, created, lock, save_children
from gongfang.platform.documents.numbering import next_serials
from gongfang.platform.events import emit
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb

PARTNER_FIELDS = (
    "code", "name", "short_name", "is_customer", "is_supplier", "is_subcontractor", "tax_no", "contact", "phone", "address", "email",
    "payment_days", "price_includes_tax", "tax_rate", "match_tolerance", "credit_limit", "currency", "status", "remark",
)  # fmt: skip
SIDES = ("is_customer", "is_supplier", "is_subcontractor")
BANK_FIELDS = ("bank", "account", "holder", "is_default")
KEEPERS = ("sales", "buyer", "accountant")


@verb("masterdata.create_partner", N_("Create partner"), roles=KEEPERS)
def create_partner(
    *, actor: User, request_id: uuid.UUID, banks: Sequence[Mapping[str, Any]] | None = None, **values: Any
) -> Partner:
    """Add a customer, supplier or subcontractor. Without a code it gets the next free number (KH0001, GYS0001)."""
    refuse_if(partner_problems(values))
    if not str(values.get("code") or "").strip():
        prefix = "KH" if values.get("is_customer") else "GYS"
        values["code"] = f"{prefix}{next_serials(f'masterdata.partner.{prefix}'):04d}"
    names = (str(values.get("name") or ""), str(values.get("short_name") or ""))
    partner = created(Partner, values, PARTNER_FIELDS, pinyin=initials(*names))
    save_children(partner, "banks", banks, BANK_FIELDS, key=("account",))
    emit(PartnersAdded((partner.pk,)))
    return partner


@verb("masterdata.change_partner", N_("Change partner"), roles=KEEPERS)
def change_partner(
    *, actor: User, request_id: uuid.UUID, partner_id: int, version: int | None = None,
    banks: Sequence[Mapping[str, Any]] | None = None, **values: Any,
) -> Partner:  # fmt: skip
    """Change what is given."""
    partner = lock(Partner, partner_id, version)
    refuse_if(partner_problems({side: getattr(partner, side) for side in SIDES} | values))
    names = (str(values.get("name", partner.name)), str(values.get("short_name", partner.short_name) or ""))
    sides = {name: getattr(partner, name) for name in SIDES}
    changed(partner, values, PARTNER_FIELDS, pinyin=initials(*names))
    save_children(partner, "banks", banks, BANK_FIELDS, key=("account",))
    if any(getattr(partner, name) != was for name, was in sides.items()):
        emit(PartnersAdded((partner.pk,)))
    return partner


@verb("masterdata.block_partner", N_("Block partner"), roles=KEEPERS)
def block_partner(*, actor: User, request_id: uuid.UUID, partner_id: int, version: int | None = None) -> Partner:
    """Keep a partner from being ordered from or sold to."""
    partner = lock(Partner, partner_id, version)
    changed(partner, {"status": PartnerStatus.BLOCKED}, ("status",))
    return partner


@verb("masterdata.unblock_partner", N_("Unblock partner"), roles=KEEPERS)
def unblock_partner(*, actor: User, request_id: uuid.UUID, partner_id: int, version: int | None = None) -> Partner:
    """Let a blocked partner be used again."""
    partner = lock(Partner, partner_id, version)
    changed(partner, {"status": PartnerStatus.ACTIVE}, ("status",))
    return partner
