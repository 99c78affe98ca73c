"""Transfers between warehouses or stock statuses; posted when approved."""

import uuid
from collections.abc import Sequence
from datetime import date

from gongfang.inventory.models import Transfer, TransferLine
from gongfang.inventory.rules import line_problems
from gongfang.inventory.services.documents import (
    APPROVERS,
    WRITERS,
    StockLineInput,
    line_rows,
    lines_of,
    mark_done,
    may_work_in,
    outgoing,
    reversal_effects,
    take_back,
)
from gongfang.kernel.errors import N_, Problem
from gongfang.ledger import queries as ledger
from gongfang.ledger.services import post
from gongfang.platform.documents.editing import change, editable, new_document, save_lines
from gongfang.platform.documents.lifecycle import Lifecycle
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb


@verb("inventory.create_transfer", N_("New transfer"), roles=WRITERS)
def create_transfer(
    *, actor: User, request_id: uuid.UUID, source: int, target: int, lines: Sequence[StockLineInput], business_date: date | None = None,
    remark: str = "",
) -> Transfer:  # fmt: skip
    """Write a transfer as a draft. source, target: locations."""
    _may(actor, source, target)
    transfer = new_document(Transfer, actor=actor, on=business_date, source_id=source, target_id=target, remark=remark)
    save_lines(transfer, TransferLine, line_rows(lines))
    return transfer


@verb("inventory.edit_transfer", N_("Change transfer"), roles=WRITERS)
def edit_transfer(
    *, actor: User, request_id: uuid.UUID, document_id: int, source: int, target: int, lines: Sequence[StockLineInput],
    business_date: date | None = None, remark: str = "", version: int | None = None,
) -> Transfer:  # fmt: skip
    """Change a draft."""
    _may(actor, source, target)
    transfer = editable(Transfer, document_id, version=version)
    save_lines(transfer, TransferLine, line_rows(lines))
    change(
        transfer,
        source_id=source,
        target_id=target,
        remark=remark,
        business_date=business_date or transfer.business_date,
    )
    return transfer


def _may(actor: User, *location_ids: int) -> None:
    may_work_in(actor, *(ledger.place(pk).warehouse for pk in location_ids))


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
    return problems


def _approved(actor: User, transfer: Transfer, request_id: uuid.UUID) -> None:
    lines = lines_of(transfer)
    post(
        actor=actor, reason="inventory.transfer", source=transfer, on=transfer.business_date,
        moves=outgoing(lines, transfer.source, transfer.target), summary=f"调拨 {transfer.number}",
    )  # fmt: skip
    mark_done(transfer, lines)


TRANSFERS = Lifecycle(
    Transfer, package="inventory", noun="transfer", title=N_("transfer"), writers=WRITERS, approvers=APPROVERS, check=transfer_problems,
    on_approve=_approved, on_unapprove=take_back, effects=reversal_effects, closable=False,
)  # fmt: skip
submit_transfer, withdraw_transfer, approve_transfer = TRANSFERS.submit, TRANSFERS.withdraw, TRANSFERS.approve
reject_transfer, unapprove_transfer, void_transfer = TRANSFERS.reject, TRANSFERS.unapprove, TRANSFERS.void
