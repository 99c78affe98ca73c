"""Manual vouchers: written as a document, numbered and posted when approved."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from gongfang.kernel.errors import N_, Problem
from gongfang.ledger.models import Account, JournalEntry, JournalLine
from gongfang.ledger.queries.stock import postings_of
from gongfang.ledger.rules.moves import Entry
from gongfang.ledger.services.posting import post
from gongfang.ledger.services.reversing import reverse_all
from gongfang.platform.documents.editing import change, editable, new_document, save_lines
from gongfang.platform.documents.lifecycle import Effect, Lifecycle
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb

WRITERS = ("accountant", "cashier", "cost_accountant")


@dataclass(frozen=True, slots=True)
class JournalLineInput:
    """One line as entered. account, partner, cost_object: primary keys. id: of the line it changes."""

    account: int
    debit: Decimal = Decimal(0)
    credit: Decimal = Decimal(0)
    summary: str = ""
    partner: int | None = None
    cost_object: int | None = None
    element: str = ""
    id: int | None = None


def _rows(lines: Sequence[JournalLineInput]) -> list[dict[str, object]]:
    return [
        {
            "id": line.id, "account_id": line.account, "debit": line.debit or Decimal(0), "credit": line.credit or Decimal(0),
            "summary": line.summary or "", "partner_id": line.partner, "cost_object_id": line.cost_object, "element": line.element or "",
        }
        for line in lines
    ]  # fmt: skip


def _total(lines: Sequence[JournalLineInput]) -> Decimal:
    return sum((line.debit or Decimal(0) for line in lines), Decimal(0))


@verb("ledger.create_journal", N_("New manual voucher"), roles=WRITERS)
def create_journal(
    *, actor: User, request_id: uuid.UUID, summary: str, lines: Sequence[JournalLineInput], business_date: date | None = None,
    attachments: int = 0, remark: str = "",
) -> JournalEntry:  # fmt: skip
    """Write a manual voucher as a draft."""
    journal = new_document(
        JournalEntry,
        actor=actor,
        on=business_date,
        summary=summary,
        attachments=attachments or 0,
        remark=remark,
        total=_total(lines),
    )
    save_lines(journal, JournalLine, _rows(lines))
    return journal


@verb("ledger.edit_journal", N_("Change manual voucher"), roles=WRITERS)
def edit_journal(
    *, actor: User, request_id: uuid.UUID, document_id: int, summary: str, lines: Sequence[JournalLineInput],
    business_date: date | None = None, attachments: int = 0, remark: str = "", version: int | None = None,
) -> JournalEntry:  # fmt: skip
    """Change a draft."""
    journal = editable(JournalEntry, document_id, version=version)
    save_lines(journal, JournalLine, _rows(lines))
    change(
        journal, summary=summary, attachments=attachments or 0, remark=remark, total=_total(lines),
        business_date=business_date or journal.business_date,
    )  # fmt: skip
    return journal


def journal_problems(journal: JournalEntry) -> list[Problem]:
    """What is missing before a manual voucher may be posted."""
    lines = list(journal.lines.select_related("account"))
    problems = []
    for n, line in enumerate(lines):
        where, account = f"lines.{n}.account", line.account
        if not account.is_leaf or not account.is_active:
            problems.append(
                Problem(
                    "not_a_leaf", "{account} has sub-accounts: choose one of them.", where=where, account=str(account)
                )
            )
        if account.is_controlled:
            problems.append(
                Problem(
                    "stock_account", "{account} is moved by stock documents only, so that stock and books stay equal.",
                    where=where, account=str(account),
                )
            )  # fmt: skip
        if "partner" in account.dims and not line.partner_id:
            problems.append(
                Problem("partner_needed", "{account} is kept by partner: say which.", where=f"lines.{n}.partner", account=str(account))
            )  # fmt: skip
        if "cost_object" in account.dims and not line.cost_object_id:
            problems.append(
                Problem(
                    "cost_object_needed", "{account} is kept by cost object: say which.", where=f"lines.{n}.cost_object",
                    account=str(account),
                )
            )  # fmt: skip
        if bool(line.debit) == bool(line.credit):
            problems.append(
                Problem(
                    "one_side", "Line {line}: enter either a debit or a credit.", where=f"lines.{n}.debit", line=n + 1
                )
            )
    difference = sum((line.debit - line.credit for line in lines), Decimal(0))
    if len(lines) < 2:
        problems.append(Problem("lines_needed", "A voucher has at least two lines."))
    if difference:
        problems.append(Problem("not_balanced", "Debits and credits differ by {difference}.", difference=difference))
    return problems


def _approved(actor: User, journal: JournalEntry, request_id: uuid.UUID) -> None:
    codes = dict(Account.objects.filter(pk__in=journal.lines.values("account")).values_list("pk", "code"))
    post(
        actor=actor, reason="ledger.journal", source=journal, on=journal.business_date, summary=journal.summary,
        entries=[
            Entry(
                codes[line.account_id], line.debit, line.credit, line.partner_id, line.cost_object_id, line.element or None, line.summary
            )
            for line in journal.lines.all()
        ],
    )  # fmt: skip


def _unapproved(actor: User, journal: JournalEntry, request_id: uuid.UUID) -> None:
    reverse_all(
        actor=actor, postings=postings_of(journal), reason="ledger.journal_undone",
        instead=Problem("instead", "Or enter the opposite voucher in an open month."),
    )  # fmt: skip


def _effects(journal: JournalEntry) -> list[Effect]:
    return [
        Effect("A red voucher takes back {voucher} of {date}.", {"voucher": str(posting.voucher), "date": posting.on})
        for posting in postings_of(journal)
    ]


JOURNAL = Lifecycle(
    JournalEntry, package="ledger", noun="journal", title=N_("manual voucher"), writers=WRITERS, approvers=("accountant", "owner"),
    check=journal_problems, on_approve=_approved, on_unapprove=_unapproved, effects=_effects, closable=False,
)  # fmt: skip
submit_journal, withdraw_journal, approve_journal = JOURNAL.submit, JOURNAL.withdraw, JOURNAL.approve
reject_journal, unapprove_journal, void_journal = JOURNAL.reject, JOURNAL.unapprove, JOURNAL.void
