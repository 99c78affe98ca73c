"""Month close: a check list, profit carried forward, the month shut; and its reverse for the last closed month."""

import uuid
from collections.abc import Callable, Collection
from decimal import Decimal

from django.db.models import Sum
from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.ledger.models import Account, AccountBalance, Period, ValueBalance, Voucher, VoucherLine
from gongfang.ledger.queries.general import account_of_role, periods_before
from gongfang.ledger.rules.moves import Entry
from gongfang.ledger.rules.periods import last_day
from gongfang.ledger.services.averaging import items_to_average
from gongfang.ledger.services.posting import post
from gongfang.platform.bases import ApprovalState
from gongfang.platform.documents.editing import locked
from gongfang.platform.documents.registry import document_types
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import note, verb

ZERO = Decimal(0)
CLOSING_CHECKS: list[Callable[[Period], list[Problem]]] = []
"""Checks of the packages above, added in config/wiring.py; what they find has to be confirmed."""


def closing_faults(period: Period) -> list[Problem]:
    """What forbids to close a month."""
    problems = []
    for pk in periods_before(period.year, period.month):
        earlier = Period.objects.get(pk=pk)
        if earlier.state == Period.State.OPEN:
            problems.append(Problem("close_in_order", "Close {month} first.", month=str(earlier)))
    sums = VoucherLine.objects.filter(voucher__period=period).aggregate(debit=Sum("debit"), credit=Sum("credit"))
    if (sums["debit"] or 0) != (sums["credit"] or 0):
        problems.append(
            Problem(
                "not_balanced", "Debits and credits differ by {difference}.", difference=sums["debit"] - sums["credit"]
            )
        )
    numbers = Voucher.objects.filter(period=period).count()
    if numbers != period.last_number:
        problems.append(
            Problem("voucher_gap", "{month} has {count} vouchers but the last number is {last}.", month=str(period), count=numbers, last=period.last_number)
        )  # fmt: skip
    if period.averaged_at is None and (waiting := items_to_average(period)):
        problems.append(
            Problem(
                "not_averaged", "Items costed by the month: {count}. Reckon the month average of {month} first.", count=len(waiting),
                month=str(period),
            )
        )  # fmt: skip
    return problems + _stock_faults()


def _stock_faults() -> list[Problem]:
    worth = dict(ValueBalance.objects.exclude(account=None).values_list("account").annotate(Sum("value")))
    booked = {
        pk: debit - credit
        for pk, debit, credit in AccountBalance.objects.filter(account__is_controlled=True)
        .values_list("account")
        .annotate(Sum("debit"), Sum("credit"))
    }
    accounts = Account.objects.in_bulk(worth.keys() | booked.keys())
    return [
        Problem(
            "stock_and_books_differ", "{account}: stock is worth {worth}, the books say {booked}.", account=str(account),
            worth=worth.get(pk, ZERO), booked=booked.get(pk, ZERO),
        )
        for pk, account in accounts.items()
        if worth.get(pk, ZERO) != booked.get(pk, ZERO)
    ]  # fmt: skip


def closing_warnings(period: Period) -> list[Problem]:
    """What should be looked at before a month is closed; each has to be confirmed by its code."""
    problems = []
    for doc_type, model in sorted(document_types().items()):
        waiting = model._default_manager.filter(
            business_date__year=period.year, business_date__month=period.month,
            approval__in=[ApprovalState.DRAFT, ApprovalState.SUBMITTED, ApprovalState.REJECTED],
        ).count()  # fmt: skip
        if waiting:
            problems.append(
                Problem(
                    f"unapproved:{doc_type}", "{count} × {title} of {month} not approved yet.", count=waiting,
                    title=str(model._meta.verbose_name), month=str(period),
                )
            )  # fmt: skip
    overhead = _closing_balances(period, "4101")
    if overhead and sum(overhead.values()):
        problems.append(
            Problem(
                "overhead_left", "{amount} of overhead is not allocated to products.", amount=sum(overhead.values())
            )
        )
    for check in CLOSING_CHECKS:
        problems.extend(check(period))
    return problems


def _closing_balances(period: Period, prefix: str = "", **account: object) -> dict[str, Decimal]:
    """Leaf account code → debit less credit at the end of a month, zeros left out."""
    rows = (
        AccountBalance.objects.filter(
            period__in=[*periods_before(period.year, period.month), period.pk],
            account__code__startswith=prefix,
            **account,
        )
        .values_list("account__code")
        .annotate(Sum("debit"), Sum("credit"))
    )
    return {code: debit - credit for code, debit, credit in rows if debit != credit}


@verb("ledger.close_period", N_("Close month"), roles=("accountant",))
def close_period(
    *,
    actor: User,
    request_id: uuid.UUID,
    period_id: int,
    confirm: Collection[str] = frozenset(),
    version: int | None = None,
) -> Period:
    """Carry the month's profit to 本年利润 (in December on to 未分配利润) and shut the month. Locks the month first.

    Raises DomainError: faults (close_in_order, stock_and_books_differ …); warnings of the check list not in `confirm`.
    """
    period = locked(Period, period_id, version=version)  # type: ignore[type-var]
    if period.state != Period.State.OPEN:
        raise DomainError(Problem("period_closed", "{month} is closed.", month=str(period)), Kind.CONFLICT)
    refuse_if(closing_faults(period), Kind.CONFLICT)
    refuse_if([problem for problem in closing_warnings(period) if problem.code not in confirm], Kind.CONFIRM)
    _carry_forward(actor, period)
    if period.month == 12:
        _carry_year(actor, period)
    period.refresh_from_db()
    period.state, period.closed_by, period.closed_at = Period.State.CLOSED, actor, timezone.now()
    period.version += 1
    period.save(update_fields=["state", "closed_by", "closed_at", "version"])
    return period


def _carry_forward(actor: User, period: Period) -> None:
    balances = _closing_balances(period, account__kind=Account.Kind.PROFIT)
    if not balances:
        return
    profit = account_of_role("profit_of_year").code
    _post_transfer(actor, period, balances, profit, Voucher.Kind.CARRY_FORWARD, "结转本期损益")


def _carry_year(actor: User, period: Period) -> None:
    profit = account_of_role("profit_of_year").code
    balances = _closing_balances(period, profit)
    if balances:
        target = account_of_role("undistributed_profit").code
        _post_transfer(actor, period, balances, target, Voucher.Kind.YEAR_END, "结转本年利润")


def _post_transfer(
    actor: User, period: Period, balances: dict[str, Decimal], target: str, kind: str, summary: str
) -> None:
    total = sum(balances.values(), ZERO)
    entries = [
        Entry(code, debit=max(-amount, ZERO), credit=max(amount, ZERO)) for code, amount in sorted(balances.items())
    ]
    entries.append(Entry(target, debit=max(total, ZERO), credit=max(-total, ZERO)))
    post(
        actor=actor,
        reason=f"ledger.{kind}",
        source=None,
        on=last_day(period),
        entries=entries,
        summary=summary,
        kind=kind,
    )


@verb("ledger.reopen_period", N_("Reopen month"), roles=("owner",))
def reopen_period(
    *, actor: User, request_id: uuid.UUID, period_id: int, reason: str, version: int | None = None
) -> Period:
    """Open the last closed month again. No posted voucher is touched: closing once more carries forward what came since.

    Raises DomainError: not_closed, not_the_last, reason_needed.
    """
    period = locked(Period, period_id, version=version)  # type: ignore[type-var]
    problems = []
    if period.state != Period.State.CLOSED:
        problems.append(Problem("not_closed", "{month} is not closed.", month=str(period)))
    last = Period.objects.filter(state=Period.State.CLOSED).order_by("-year", "-month").first()
    if last and last != period:
        problems.append(
            Problem("not_the_last", "Only the last closed month can be reopened: {month}.", month=str(last))
        )
    if not reason.strip():
        problems.append(Problem("reason_needed", "Say why.", where="reason"))
    refuse_if(problems, Kind.CONFLICT)
    note(period, state=(period.state, f"{Period.State.OPEN}: {reason}"))
    period.state, period.closed_by, period.closed_at = Period.State.OPEN, None, None
    period.version += 1
    period.save(update_fields=["state", "closed_by", "closed_at", "version"])
    return period
