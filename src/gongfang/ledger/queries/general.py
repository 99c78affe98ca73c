"""The general ledger as read by people and by the packages above: balances, lines, work in process."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from gongfang.ledger.models import Account, AccountBalance, AccountRole, Period, Posting, VoucherLine
from gongfang.ledger.rules.moves import OPENINGS
from gongfang.platform.prepared import Prepared

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class TrialRow:
    """One account of the trial balance; opening and closing are debit less credit."""

    account: Account
    opening: Decimal
    debit: Decimal
    credit: Decimal

    @property
    def closing(self) -> Decimal:
        return self.opening + self.debit - self.credit

    @property
    def opening_debit(self) -> Decimal:
        return max(self.opening, ZERO)

    @property
    def opening_credit(self) -> Decimal:
        return max(-self.opening, ZERO)

    @property
    def closing_debit(self) -> Decimal:
        return max(self.closing, ZERO)

    @property
    def closing_credit(self) -> Decimal:
        return max(-self.closing, ZERO)


def period_of(on: date) -> Period | None:
    """The month of a date, if it was opened."""
    return Period.objects.filter(year=on.year, month=on.month).first()


def _sums(**until: object) -> dict[int, tuple[Decimal, Decimal]]:
    rows = AccountBalance.objects.filter(**until).values_list("account").annotate(Sum("debit"), Sum("credit"))
    return {account: (debit, credit) for account, debit, credit in rows}


def periods_before(year: int, month: int) -> list[int]:
    """Ids of the months before one."""
    return [
        pk for pk, at_year, at_month in Period.objects.values_list("pk", "year", "month") if (at_year, at_month) < (year, month)
    ]  # fmt: skip


def brought_in(period_ids: Collection[int]) -> list[tuple[int, str, Decimal, Decimal]]:
    """What the company was opened with during some months, by leaf account: id, code, debit, credit. One statement."""
    lines = VoucherLine.objects.filter(voucher__period__in=period_ids, voucher__posting__reason__in=OPENINGS)
    return list(lines.values_list("account", "account__code").annotate(Sum("debit"), Sum("credit")))


def trial_balance(year: int, month: int, *, leaves_only: bool = False) -> list[TrialRow]:
    """科目余额表 of a month: every account that has moved, inner accounts as sums of theirs; what the company was opened with in
    it is no movement but the opening. Six statements."""
    before = _sums(period__in=periods_before(year, month))
    during = _sums(period__year=year, period__month=month)
    months = list(Period.objects.filter(year=year, month=month).values_list("pk", flat=True))
    for pk, _, debit, credit in brought_in(months):
        for sums, sign in ((before, 1), (during, -1)):
            was = sums.get(pk, (ZERO, ZERO))
            sums[pk] = (was[0] + sign * debit, was[1] + sign * credit)
    accounts = {row.pk: row for row in Account.objects.order_by("code")}
    figures: dict[int, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO, ZERO])
    for pk in before.keys() | during.keys():
        opening = before.get(pk, (ZERO, ZERO))
        debit, credit = during.get(pk, (ZERO, ZERO))
        at: int | None = pk
        while at is not None:
            sums = figures[at]
            sums[0] += opening[0] - opening[1]
            sums[1] += debit
            sums[2] += credit
            at = None if leaves_only else accounts[at].parent_id
    return [TrialRow(account, *figures[pk]) for pk, account in accounts.items() if pk in figures]


def account_lines(account: Account, since: date, until: date) -> QuerySet[VoucherLine]:
    """Voucher lines of an account and its sub-accounts between two dates, in order; with voucher, posting and partner."""
    return (
        VoucherLine.objects.filter(account__code__startswith=account.code, on__gte=since, on__lte=until)
        .select_related("voucher__posting", "voucher__period", "account", "partner", "cost_object")
        .order_by("on", "voucher__number", "pk")
    )


def lines_of_accounts(codes: Collection[str], since: date, until: date) -> QuerySet[VoucherLine]:
    """Voucher lines of several accounts and their sub-accounts between two dates, in order."""
    chosen = Q(pk__in=[])
    for code in codes:
        chosen |= Q(account__code__startswith=code)
    return (
        VoucherLine.objects.filter(chosen, on__gte=since, on__lte=until)
        .select_related("voucher__posting", "voucher__period", "account", "partner", "cost_object")
        .order_by("on", "voucher__period", "voucher__number", "line_no")
    )


def lines_of_roles(roles: Collection[str]) -> QuerySet[VoucherLine]:
    """Voucher lines on the accounts that play some parts ("grni"), all dates."""
    return VoucherLine.objects.filter(account__played__role__in=list(roles))


def balance_before(account: Account, day: date) -> Decimal:
    """Debit less credit of an account and its sub-accounts before a day; one statement."""
    sums = VoucherLine.objects.filter(account__code__startswith=account.code, on__lt=day).aggregate(
        debit=Sum("debit"), credit=Sum("credit")
    )
    return (sums["debit"] or ZERO) - (sums["credit"] or ZERO)


def balance_of(name: str, partner_id: int | None = None) -> Decimal:
    """Debit less credit of an account (a role or a code) now, of one partner if given; two statements."""
    role = AccountRole.objects.filter(role=name).select_related("account").first()
    code = role.account.code if role else name
    rows = AccountBalance.objects.filter(account__code__startswith=code)
    if partner_id is not None:
        rows = rows.filter(partner_key=partner_id)
    sums = rows.aggregate(debit=Sum("debit"), credit=Sum("credit"))
    return (sums["debit"] or ZERO) - (sums["credit"] or ZERO)


def partner_balances(name: str, until: Period | None = None) -> Mapping[int, Decimal]:
    """Partner → debit less credit of an account (a role or a code), at the end of a month where it is said; three statements at most."""
    role = AccountRole.objects.filter(role=name).select_related("account").first()
    code = role.account.code if role else name
    balances = AccountBalance.objects.filter(account__code__startswith=code)
    if until is not None:
        balances = balances.filter(period__in=[*periods_before(until.year, until.month), until.pk])
    rows = balances.values_list("partner_key").annotate(Sum("debit"), Sum("credit"))
    return {partner: debit - credit for partner, debit, credit in rows if debit != credit}


IN_PROCESS: Prepared[tuple[int, str, Decimal, Decimal]] = Prepared(
    lambda ids: AccountBalance.objects.filter(cost_object_key__in=ids, account__code__startswith="4001").values_list(
        "cost_object_key", "element", "debit", "credit"
    )
)


def wip_of(cost_object_ids: Collection[int]) -> Mapping[int, Mapping[str, Decimal]]:
    """Cost object → cost element → what stands in work in process (put in less taken out); one statement."""
    found: dict[int, dict[str, Decimal]] = {pk: {} for pk in cost_object_ids}
    for pk, element, debit, credit in IN_PROCESS(sorted(found)):
        found[pk][element] = found[pk].get(element, ZERO) + debit - credit
    return found


def wip_input_of(cost_object_ids: Collection[int]) -> Mapping[int, Mapping[str, Decimal]]:
    """Cost object → cost element → debits to work in process, what was put in; one statement."""
    found: dict[int, dict[str, Decimal]] = {pk: {} for pk in cost_object_ids}
    rows = (
        AccountBalance.objects.filter(cost_object_key__in=list(cost_object_ids), account__code__startswith="4001")
        .values_list("cost_object_key", "element")
        .annotate(Sum("debit"))
    )
    for pk, element, debit in rows:
        found[pk][element] = debit
    return found


def account_of_role(role: str) -> Account:
    """The account that plays a part in postings."""
    return AccountRole.objects.select_related("account").get(role=role).account


def money_account(account_id: int | None = None) -> Account | None:
    """A cash or bank account to post to: the one named (None if it is none), else the first bank account (None before the books have one)."""
    accounts = Account.objects.filter(is_leaf=True, code__regex=r"^10(01|02|12)")
    if account_id is None:
        role = AccountRole.objects.select_related("account").filter(role="bank").first()
        return role.account if role else None
    return accounts.filter(pk=account_id).first()


def documents_with_postings(doc_type: str) -> set[int]:
    """Ids of the documents of a type that have a posting which still stands; one statement.

    What was re-costed because of them is left out: it nets to nothing where its cause was taken back.
    """
    rows = Posting.objects.filter(source_type=doc_type, reverses=None, reversed_by=None).exclude(reason="ledger.recost")
    return set(rows.values_list("source_id", flat=True))
