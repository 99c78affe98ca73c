"""Value adjustments (入库成本调整单): cost after the goods, spread over receipts and posted when approved."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from gongfang.kernel.errors import N_, Problem, refuse_if
from gongfang.kernel.money import ZERO, split
from gongfang.ledger.models import ValueAdjustment, ValueAdjustmentLine
from gongfang.ledger.queries.stock import postings_of
from gongfang.ledger.rules.moves import AddedCost
from gongfang.ledger.services.adding import add_costs
from gongfang.ledger.services.reversing import reverse_all
from gongfang.platform.documents.editing import change, editable, new_document, save_lines
from gongfang.platform.documents.lifecycle import Effect, Lifecycle
from gongfang.platform.identity.models import User
from gongfang.platform.setwise import update_rows
from gongfang.platform.verbs import verb

WRITERS = ("cost_accountant", "accountant", "buyer")
AMOUNT_NEEDED = Problem("amount_needed", "Enter the amount to spread.", where="amount")
ACCOUNTS: dict[str, str] = {"landed": "payable", "invoice": "variance_price", "correction": "stock_adjustment"}
"""Purpose → role of the other side. A dearer invoice was a price variance until it is put on the goods."""


@dataclass(frozen=True, slots=True)
class AdjustmentLineInput:
    """One receipt. move: primary key of its stock move. amount: only where the spread is as entered."""

    move: int
    weight: Decimal | None = None
    amount: Decimal | None = None
    id: int | None = None


def _rows(lines: Sequence[AdjustmentLineInput]) -> list[dict[str, Any]]:
    return [{"id": line.id, "move_id": line.move, "weight": line.weight, "amount": line.amount} for line in lines]


@verb("ledger.create_value_adjustment", N_("New value adjustment"), roles=WRITERS)
def create_value_adjustment(
    *, actor: User, request_id: uuid.UUID, amount: Decimal, lines: Sequence[AdjustmentLineInput], purpose: str = "landed",
    basis: str = "value", partner: int | None = None, business_date: date | None = None, remark: str = "",
) -> ValueAdjustment:  # fmt: skip
    """Write a value adjustment as a draft, its shares reckoned. Raises DomainError: amount_needed."""
    refuse_if([AMOUNT_NEEDED] if amount is None else [])
    document = new_document(
        ValueAdjustment, actor=actor, on=business_date, purpose=purpose, basis=basis, partner_id=partner, amount=amount, remark=remark
    )  # fmt: skip
    save_lines(document, ValueAdjustmentLine, _rows(lines))
    _spread(document)
    return document


@verb("ledger.edit_value_adjustment", N_("Change value adjustment"), roles=WRITERS)
def edit_value_adjustment(
    *, actor: User, request_id: uuid.UUID, document_id: int, amount: Decimal, lines: Sequence[AdjustmentLineInput],
    purpose: str = "landed", basis: str = "value", partner: int | None = None, business_date: date | None = None, remark: str = "",
    version: int | None = None,
) -> ValueAdjustment:  # fmt: skip
    """Change a draft; its shares are reckoned anew. Raises DomainError: amount_needed."""
    refuse_if([AMOUNT_NEEDED] if amount is None else [])
    document = editable(ValueAdjustment, document_id, version=version)
    save_lines(document, ValueAdjustmentLine, _rows(lines))
    change(
        document, purpose=purpose, basis=basis, partner_id=partner, amount=amount, remark=remark,
        business_date=business_date or document.business_date,
    )  # fmt: skip
    _spread(document)
    return document


def weights(basis: str, lines: Sequence[ValueAdjustmentLine]) -> list[Decimal]:
    """What each receipt counts for in a spread. By weight: as entered, else its second quantity."""
    if basis == ValueAdjustment.Basis.VALUE:
        return [line.move.value for line in lines]
    if basis == ValueAdjustment.Basis.WEIGHT:
        return [line.weight if line.weight is not None else line.move.second_quantity for line in lines]
    return [line.move.quantity for line in lines]


def _spread(document: ValueAdjustment) -> None:
    """Put the shares on the lines; they add up to the amount to the cent. Two statements."""
    lines = list(document.lines.select_related("move"))
    if not lines or document.basis == ValueAdjustment.Basis.MANUAL:
        return
    for line, part in zip(lines, split(document.amount, weights(document.basis, lines)), strict=True):
        line.amount = part
    update_rows(lines, ["amount"])


def adjustment_problems(document: ValueAdjustment) -> list[Problem]:
    """What is missing before a value adjustment may be posted."""
    lines = list(document.lines.select_related("move__item"))
    problems = []
    if not lines:
        problems.append(Problem("no_lines", "Enter at least one line."))
    if not document.amount:
        problems.append(AMOUNT_NEEDED)
    if document.purpose == ValueAdjustment.Purpose.LANDED and document.partner_id is None:
        problems.append(Problem("partner_needed", "Say whom the cost is owed to.", where="partner"))
    total = sum((line.amount or ZERO for line in lines), ZERO)
    if lines and total != document.amount:
        problems.append(
            Problem("shares_differ", "The shares add up to {total}, the amount is {amount}.", where="amount", total=total, amount=document.amount)
        )  # fmt: skip
    if document.basis == ValueAdjustment.Basis.WEIGHT:
        problems += [
            Problem("weight_needed", "{item}: enter its weight.", where=f"lines.{n}.weight", item=line.move.item.code)
            for n, line in enumerate(lines)
            if not (line.weight or line.move.second_quantity)
        ]
    return problems


def _approved(actor: User, document: ValueAdjustment, request_id: uuid.UUID) -> None:
    add_costs(
        actor=actor, reason="ledger.value_adjustment", source=document, on=document.business_date, partner_id=document.partner_id,
        costs=[
            AddedCost(line.move_id, line.amount, ACCOUNTS[document.purpose], document.partner_id, line.pk)
            for line in document.lines.all()
            if line.amount
        ],
        summary=f"{document.get_purpose_display()} {document.number}",
    )  # fmt: skip


def _unapproved(actor: User, document: ValueAdjustment, request_id: uuid.UUID) -> None:
    reverse_all(
        actor=actor, postings=postings_of(document), reason="ledger.value_adjustment_undone",
        instead=Problem("instead", "Or enter an adjustment by the opposite amount in an open month."),
    )  # fmt: skip


def _effects(document: ValueAdjustment) -> list[Effect]:
    return [
        Effect("A red voucher takes back {voucher} of {date}.", {"voucher": str(posting.voucher), "date": posting.on})
        for posting in postings_of(document)
    ]


VALUE_ADJUSTMENT = Lifecycle(
    ValueAdjustment, package="ledger", noun="value_adjustment", title=N_("value adjustment"), writers=WRITERS,
    approvers=("cost_accountant", "accountant", "owner"), check=adjustment_problems, on_approve=_approved, on_unapprove=_unapproved,
    effects=_effects, closable=False,
)  # fmt: skip
submit_value_adjustment, withdraw_value_adjustment = VALUE_ADJUSTMENT.submit, VALUE_ADJUSTMENT.withdraw
approve_value_adjustment, reject_value_adjustment = VALUE_ADJUSTMENT.approve, VALUE_ADJUSTMENT.reject
unapprove_value_adjustment, void_value_adjustment = VALUE_ADJUSTMENT.unapprove, VALUE_ADJUSTMENT.void
