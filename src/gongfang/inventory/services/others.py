"""Other receipts and issues, by purpose; posted when approved."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from gongfang.inventory.models import OtherIssue, OtherIssueLine, OtherReceipt, OtherReceiptLine, PurposeAccount
from gongfang.inventory.rules import ISSUE_ROLES, RECEIPT_ROLES, line_problems, lot_date_problems, receipt_value
from gongfang.inventory.services.documents import (
    APPROVERS,
    WRITERS,
    StockLineInput,
    change_warehouse_draft,
    entered_rows,
    line_rows,
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
from gongfang.ledger.services import Move, post
from gongfang.platform.documents.editing import change, locked
from gongfang.platform.documents.lifecycle import Lifecycle
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb


@dataclass(frozen=True, slots=True)
class ReceiptLineInput:
    """One line as entered, in base units or in the `unit` named. lot_code: of the lot or serial number. unit_cost: of one of that unit; None
    takes the present cost. came_on: of opening stock, when the goods had come; what is costed first in, first out leaves in this order."""

    item: int
    quantity: Decimal
    lot_code: str = ""
    unit_cost: Decimal | None = None
    remark: str = ""
    id: int | None = None
    second: Decimal | None = None
    made_on: date | None = None
    expires_on: date | None = None
    unit: int | None = None
    came_on: date | None = None


def _receipt_rows(lines: Sequence[ReceiptLineInput]) -> list[dict[str, Any]]:
    rows = entered_rows(lines, lambda line: of_new_lot(line) | {"unit_cost": line.unit_cost, "came_on": line.came_on})
    for row in rows:
        row["amount"] = receipt_value(row["unit_quantity"], row["unit_cost"])
    return rows


@verb("inventory.create_other_receipt", N_("New other receipt"), roles=WRITERS)
def create_other_receipt(
    *, actor: User, request_id: uuid.UUID, warehouse: int, lines: Sequence[ReceiptLineInput], purpose: str = "found",
    business_date: date | None = None, remark: str = "",
) -> OtherReceipt:  # fmt: skip
    """Write an other receipt as a draft."""
    grids = {OtherReceiptLine: _receipt_rows(lines)}
    return warehouse_draft(OtherReceipt, actor, grids, warehouse=warehouse, on=business_date, purpose=purpose, remark=remark)  # fmt: skip


@verb("inventory.edit_other_receipt", N_("Change other receipt"), roles=WRITERS)
def edit_other_receipt(
    *, actor: User, request_id: uuid.UUID, document_id: int, warehouse: int, lines: Sequence[ReceiptLineInput], purpose: str = "found",
    business_date: date | None = None, remark: str = "", version: int | None = None,
) -> OtherReceipt:  # fmt: skip
    """Change a draft."""
    return change_warehouse_draft(
        OtherReceipt, actor, {OtherReceiptLine: _receipt_rows(lines)}, document_id=document_id, version=version, warehouse=warehouse,
        on=business_date, purpose=purpose, remark=remark,
    )  # fmt: skip


def receipt_problems(receipt: OtherReceipt) -> list[Problem]:
    """What is missing before an other receipt may be posted."""
    lines = lines_of(receipt)
    problems = line_problems(lines) + lot_date_problems(lines, "lines", receipt.business_date)
    for n, line in enumerate(lines):
        if line.item.tracking != "none" and not line.lot_code.strip():
            problems.append(
                Problem("lot_code_missing", "{item}: enter the lot or serial number.", where=f"lines.{n}.lot_code", item=line.item.code)
            )  # fmt: skip
        if line.unit_cost is not None and line.unit_cost < 0:
            problems.append(
                Problem("value_negative", "{item}: goods cannot have a negative value.", where=f"lines.{n}.unit_cost", item=line.item.code)
            )  # fmt: skip
        if line.came_on and receipt.purpose != OtherReceipt.Purpose.OPENING:
            problems.append(
                Problem("came_before_books", "{item}: only opening stock had come on an earlier day; leave it empty.", where=f"lines.{n}.came_on", item=line.item.code)
            )  # fmt: skip
        elif line.came_on and line.came_on > receipt.business_date:
            problems.append(
                Problem("came_later", "{item}: it cannot have come after the day of the opening, {date}.", where=f"lines.{n}.came_on", item=line.item.code, date=receipt.business_date)
            )  # fmt: skip
    return problems


def account_of_purpose(direction: str, purpose: str) -> str:
    """Account code the company has chosen for a purpose, else the usual role; one statement."""
    chosen = (
        PurposeAccount.objects.filter(direction=direction, purpose=purpose)
        .values_list("account__code", flat=True)
        .first()
    )
    return chosen or (RECEIPT_ROLES if direction == "receipt" else ISSUE_ROLES)[purpose]


@verb("inventory.set_purpose_account", N_("Set account of a purpose"), roles=("accountant", "cost_accountant"))
def set_purpose_account(
    *, actor: User, request_id: uuid.UUID, direction: str, purpose: str, account: int, pk: int | None = None
) -> PurposeAccount:
    """Choose the account that other receipts or issues of a purpose are booked against. Postings made before stay.

    Raises DomainError: bad_choice; account_not_leaf; account_controlled (moved by stock only).
    """
    roles = RECEIPT_ROLES if direction == "receipt" else ISSUE_ROLES if direction == "issue" else {}
    row = (
        locked(PurposeAccount, pk)
        if pk
        else PurposeAccount.objects.filter(direction=direction, purpose=purpose).first()
    )
    found = PurposeAccount._meta.get_field("account").related_model._default_manager.filter(pk=account).first()
    problems = []
    if purpose not in roles:
        problems.append(Problem("bad_choice", "There is no such purpose.", where="purpose"))
    if found is None:
        problems.append(
            Problem("account_unknown", "There is no account or account role “{name}”.", where="account", name=account)
        )
    elif not found.is_leaf or found.dims:
        problems.append(
            Problem(
                "account_not_leaf", "Choose an account without sub-accounts that needs no partner.", where="account"
            )
        )
    elif found.is_controlled:
        problems.append(
            Problem("account_controlled", "{account} is moved by stock only.", where="account", account=str(found))
        )
    refuse_if(problems)
    if row is None:
        return PurposeAccount.objects.create(direction=direction, purpose=purpose, account_id=account)
    change(row, direction=direction, purpose=purpose, account_id=account)
    return row


def _receipt_approved(actor: User, receipt: OtherReceipt, request_id: uuid.UUID) -> None:
    lines = lines_of(receipt)
    lots_of_lines(receipt, lines)
    store, source = (
        ledger.store_of(receipt.warehouse),
        ledger.location("OPENING" if receipt.purpose == "opening" else "ADJUST"),
    )
    role = account_of_purpose("receipt", receipt.purpose)
    moves = [
        Move(
            line.item_id, line.quantity, source, store, line.lot_id, receipt_value(line.unit_quantity or line.quantity, line.unit_cost),
            source_line=line.pk, counter_role=role, second=line.second_quantity, came_on=line.came_on,
        )
        for line in lines
    ]  # fmt: skip
    posting = post(
        actor=actor, reason="inventory.other_receipt", source=receipt, on=receipt.business_date, moves=moves,
        summary=f"{receipt.get_purpose_display()} {receipt.number}",
    )  # fmt: skip
    values = ledger.value_by_line(posting)
    for line in lines:
        line.amount = values.get(line.pk, Decimal(0))
    mark_done(receipt, lines, also=["lot", "amount"])


@verb("inventory.create_other_issue", N_("New other issue"), roles=WRITERS)
def create_other_issue(
    *, actor: User, request_id: uuid.UUID, warehouse: int, lines: Sequence[StockLineInput], purpose: str = "workshop",
    business_date: date | None = None, remark: str = "",
) -> OtherIssue:  # fmt: skip
    """Write an other issue as a draft."""
    grids = {OtherIssueLine: line_rows(lines)}
    return warehouse_draft(OtherIssue, actor, grids, warehouse=warehouse, on=business_date, purpose=purpose, remark=remark)  # fmt: skip


@verb("inventory.edit_other_issue", N_("Change other issue"), roles=WRITERS)
def edit_other_issue(
    *, actor: User, request_id: uuid.UUID, document_id: int, warehouse: int, lines: Sequence[StockLineInput], purpose: str = "workshop",
    business_date: date | None = None, remark: str = "", version: int | None = None,
) -> OtherIssue:  # fmt: skip
    """Change a draft."""
    return change_warehouse_draft(
        OtherIssue, actor, {OtherIssueLine: line_rows(lines)}, document_id=document_id, version=version, warehouse=warehouse,
        on=business_date, purpose=purpose, remark=remark,
    )  # fmt: skip


def issue_problems(issue: OtherIssue) -> list[Problem]:
    """What is missing before an other issue may be posted."""
    return line_problems(lines_of(issue))


def _issue_approved(actor: User, issue: OtherIssue, request_id: uuid.UUID) -> None:
    lines = lines_of(issue)
    target = ledger.location("SCRAP" if issue.purpose == "scrap" else "ADJUST")
    posting = post(
        actor=actor, reason="inventory.other_issue", source=issue, on=issue.business_date,
        moves=outgoing(lines, ledger.store_of(issue.warehouse), target, issue.business_date, counter_role=account_of_purpose("issue", issue.purpose)),
        summary=f"{issue.get_purpose_display()} {issue.number}",
    )  # fmt: skip
    values = ledger.value_by_line(posting)
    for line in lines:
        line.amount = values.get(line.pk, Decimal(0))
    mark_done(issue, lines, also=["amount"])


OTHER_RECEIPTS = Lifecycle(
    OtherReceipt, package="inventory", noun="other_receipt", title=N_("other receipt"), writers=WRITERS, approvers=APPROVERS,
    check=receipt_problems, on_approve=_receipt_approved, on_unapprove=take_back, effects=reversal_effects, closable=False,
)  # fmt: skip
OTHER_ISSUES = Lifecycle(
    OtherIssue, package="inventory", noun="other_issue", title=N_("other issue"), writers=WRITERS, approvers=APPROVERS,
    check=issue_problems, on_approve=_issue_approved, on_unapprove=take_back, effects=reversal_effects, closable=False,
)  # fmt: skip
submit_other_receipt, withdraw_other_receipt, approve_other_receipt = (
    OTHER_RECEIPTS.submit,
    OTHER_RECEIPTS.withdraw,
    OTHER_RECEIPTS.approve,
)
reject_other_receipt, unapprove_other_receipt, void_other_receipt = (
    OTHER_RECEIPTS.reject,
    OTHER_RECEIPTS.unapprove,
    OTHER_RECEIPTS.void,
)
submit_other_issue, withdraw_other_issue, approve_other_issue = (
    OTHER_ISSUES.submit,
    OTHER_ISSUES.withdraw,
    OTHER_ISSUES.approve,
)
reject_other_issue, unapprove_other_issue, void_other_issue = (
    OTHER_ISSUES.reject,
    OTHER_ISSUES.unapprove,
    OTHER_ISSUES.void,
)
