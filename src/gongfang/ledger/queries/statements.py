"""Balance sheet, income statement and cash flow statement of a month, from the account balances."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, Sum

from gongfang.ledger.models import AccountBalance, Period, Voucher, VoucherLine
from gongfang.ledger.queries.general import brought_in, periods_before
from gongfang.ledger.rules.moves import OPENINGS
from gongfang.ledger.rules.statements import (
    ASSETS,
    CASH_ACCOUNTS,
    CASH_FLOW,
    INCOME,
    LIABILITIES,
    OUTFLOWS,
    Line,
    cash_line,
    evaluate,
)

ZERO = Decimal(0)
Nets = dict[tuple[str, int], Decimal]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a statement with its two columns: balance sheet (end, start of year), income (month, year to date)."""

    line: Line
    first: Decimal
    second: Decimal


def _nets(period_ids: list[int]) -> Nets:
    rows = (
        AccountBalance.objects.filter(period__in=period_ids)
        .values("account__code", "partner_key")
        .annotate(debits=Sum("debit"), credits=Sum("credit"))
    )
    return {(row["account__code"], row["partner_key"]): row["debits"] - row["credits"] for row in rows}


def _upto(year: int, month: int) -> list[int]:
    return [*periods_before(year, month), *Period.objects.filter(year=year, month=month).values_list("pk", flat=True)]


def balance_sheet(year: int, month: int) -> tuple[list[Row], list[Row]]:
    """会小企01: assets and liabilities with equity, end of the month beside start of the year. Both sides are equal."""
    end, start = _nets(_upto(year, month)), _nets(periods_before(year, 1))
    assets = [evaluate(ASSETS, figures) for figures in (end, start)]
    claims = [evaluate(LIABILITIES, figures, credit_side=True) for figures in (end, start)]
    return (
        [Row(line, assets[0][line.no], assets[1][line.no]) for line in ASSETS],
        [Row(line, claims[0][line.no], claims[1][line.no]) for line in LIABILITIES],
    )


def _profit_nets(period_ids: list[int]) -> Nets:
    """Movement of the profit and loss accounts without the vouchers that carry it forward."""
    nets: Nets = defaultdict(Decimal)
    for key, amount in _nets(period_ids).items():
        if key[0].startswith("5"):
            nets[key] += amount
    carried = VoucherLine.objects.filter(voucher__period__in=period_ids, account__code__startswith="5").exclude(
        voucher__kind=Voucher.Kind.NORMAL
    )
    for code, debit, credit in carried.values_list("account__code").annotate(Sum("debit"), Sum("credit")):
        nets[code, 0] -= debit - credit
    return nets


def income_statement(year: int, month: int) -> list[Row]:
    """会小企02: the month beside the year to date."""
    during = list(Period.objects.filter(year=year, month=month).values_list("pk", flat=True))
    so_far = list(Period.objects.filter(year=year, month__lte=month).values_list("pk", flat=True))
    columns = [evaluate(INCOME, _profit_nets(ids)) for ids in (during, so_far)]
    return [Row(line, columns[0][line.no], columns[1][line.no]) for line in INCOME]


def _cash_sums(period_ids: list[int]) -> dict[int, Decimal]:
    """Line of the statement → money of some months; what the company was opened with came from nowhere and is no flow."""
    is_cash = Q()
    for prefix in CASH_ACCOUNTS:
        is_cash |= Q(account__code__startswith=prefix)
    with_cash = VoucherLine.objects.filter(is_cash, voucher=OuterRef("voucher"))
    counter = (
        VoucherLine.objects.filter(Exists(with_cash), voucher__period__in=period_ids)
        .exclude(is_cash)
        .exclude(voucher__posting__reason__in=OPENINGS)
        .values_list("voucher", "account__code")
        .annotate(Sum("debit"), Sum("credit"))
    )
    sums: dict[int, Decimal] = defaultdict(Decimal)
    for _, code, debit, credit in counter:
        amount = credit - debit
        if amount:
            no = cash_line(code, amount)
            sums[no] += -amount if no in OUTFLOWS else amount
    return sums


def _cash_before(year: int, month: int, during: list[int]) -> Decimal:
    """Cash before a month, with what the company was opened with during it."""
    before = [(code, amount) for (code, _), amount in _nets(periods_before(year, month)).items()]
    opened = [(code, debit - credit) for _, code, debit, credit in brought_in(during)]
    return sum((amount for code, amount in (*before, *opened) if code.startswith(CASH_ACCOUNTS)), ZERO)


def cash_flow_statement(year: int, month: int) -> list[Row]:
    """会小企03, direct method: each cash voucher's other side says what the money was for. Month beside year to date."""
    during = list(Period.objects.filter(year=year, month=month).values_list("pk", flat=True))
    so_far = list(Period.objects.filter(year=year, month__lte=month).values_list("pk", flat=True))
    columns = []
    for ids, opening in ((during, _cash_before(year, month, during)), (so_far, _cash_before(year, 1, so_far))):
        sums = _cash_sums(ids) | {21: opening}
        found: dict[int, Decimal] = {}
        for line in CASH_FLOW:
            found[line.no] = (
                sum((found[abs(no)] * (1 if no > 0 else -1) for no in line.total), ZERO)
                if line.total
                else sums.get(line.no, ZERO)
            )
        columns.append(found)
    return [Row(line, columns[0][line.no], columns[1][line.no]) for line in CASH_FLOW]
