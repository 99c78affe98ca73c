"""Pages of figures: stock cards, trial balance, legal statements, account ledgers. Every figure leads to what it is made of."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from gongfang.ledger import queries
from gongfang.ledger.models import Account, Location, Lot, Period, Posting, Reservation, StockMove
from gongfang.ledger.queries.cards import stock_card, stock_summary
from gongfang.ledger.rules.statements import prefixes
from gongfang.ledger.sheets import card_sheet, summary_sheet
from gongfang.masterdata.queries import item_search, items_by_ids
from gongfang.platform.documents.registry import document_types
from gongfang.ui.registry import url_of
from gongfang.ui.sheets import download

LINES_MAX = 2000
EXPORT_MAX = 200_000


@dataclass(frozen=True, slots=True)
class Month:
    year: int
    month: int

    @property
    def key(self) -> str:
        return f"{self.year}-{self.month:02d}"

    @property
    def first(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        return date(self.year, self.month, monthrange(self.year, self.month)[1])


def _months() -> list[Month]:
    return [Month(period.year, period.month) for period in Period.objects.all()]


def _month(request: HttpRequest) -> Month:
    """The month asked for; the latest that was opened, else the present one."""
    known = {month.key: month for month in _months()}
    today = timezone.localdate()
    present = Month(today.year, today.month)
    return known.get(request.GET.get("month", ""), known.get(present.key) or next(iter(known.values()), present))


def asked_day(request: HttpRequest, name: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return otherwise


def asked_number(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 18 else None


def source_url(row: Posting | Reservation) -> str:
    """Address of the document that a posting came from, or that goods are kept for."""
    model = document_types().get(row.source_type)
    return url_of(model(pk=row.source_id)) if model else ""


# ---- the legal statements


def trial_balance(request: HttpRequest) -> HttpResponse:
    """科目余额表 with a way down to each account."""
    month = _month(request)
    leaves = request.GET.get("leaves") == "1"
    rows = queries.trial_balance(month.year, month.month, leaves_only=leaves)
    level = [row for row in rows if row.account.is_leaf]
    sums = ("opening_debit", "opening_credit", "debit", "credit", "closing_debit", "closing_credit")
    totals = [sum((getattr(row, name) for row in level), Decimal(0)) for name in sums]
    context = {
        "title": _("Trial balance"),
        "month": month,
        "months": _months(),
        "rows": rows,
        "totals": totals,
        "leaves": leaves,
    }
    return render(request, "ledger/trial_balance.html", context)


def _way_down(rows: Iterable[Any], month: Month, *, from_start: bool) -> list[dict[str, Any]]:
    shown = []
    for row in rows:
        accounts = ",".join(prefixes(row.line))
        since = month.first if not from_start else date(month.year, 1, 1)
        query = urlencode({"accounts": accounts, "since": since, "until": month.last})
        shown.append({"row": row, "url": f"/ledger/account-lines/?{query}" if accounts else ""})
    return shown


def balance_sheet(request: HttpRequest) -> HttpResponse:
    """会小企01, both sides beside each other."""
    month = _month(request)
    assets, claims = queries.balance_sheet(month.year, month.month)
    left, right = _way_down(assets, month, from_start=True), _way_down(claims, month, from_start=True)
    size = max(len(left), len(right))
    pairs = list(zip([*left, *[None] * (size - len(left))], [*right, *[None] * (size - len(right))], strict=True))
    differs = assets[-1].first != claims[-1].first
    context = {
        "title": _("Balance sheet"),
        "month": month,
        "months": _months(),
        "pairs": pairs,
        "differs": differs,
        "form": "会小企01表",
    }
    return render(request, "ledger/balance_sheet.html", context)


def _two_columns(request: HttpRequest, title: str, form: str, rows: Any, month: Month) -> HttpResponse:
    context = {
        "title": title,
        "form": form,
        "month": month,
        "months": _months(),
        "rows": _way_down(rows, month, from_start=False),
    }
    return render(request, "ledger/statement.html", context)


def income_statement(request: HttpRequest) -> HttpResponse:
    """会小企02."""
    month = _month(request)
    rows = queries.income_statement(month.year, month.month)
    return _two_columns(request, _("Income statement"), "会小企02表", rows, month)


def cash_flow(request: HttpRequest) -> HttpResponse:
    """会小企03."""
    month = _month(request)
    rows = queries.cash_flow_statement(month.year, month.month)
    return _two_columns(request, _("Cash flow statement"), "会小企03表", rows, month)


def account_lines(request: HttpRequest) -> HttpResponse:
    """The ledger of one or more accounts between two days: opening, lines with their voucher and document, what is left."""
    month = _month(request)
    since, until = asked_day(request, "since", month.first), asked_day(request, "until", month.last)
    asked = [code for code in request.GET.get("accounts", "").split(",") if code.isdigit()][:30]
    chosen = [account for code in asked if (account := _account(code))]
    opening = sum((queries.balance_before(account, since) for account in chosen), Decimal(0))
    lines, left = [], opening
    for line in queries.lines_of_accounts([account.code for account in chosen], since, until)[: LINES_MAX + 1]:
        left += line.debit - line.credit
        lines.append({"line": line, "left": left, "source_url": source_url(line.voucher.posting)})
    context = {
        "title": _("Account ledger"), "since": since, "until": until, "chosen": chosen, "asked": ",".join(asked), "opening": opening,
        "lines": lines[:LINES_MAX], "more": len(lines) > LINES_MAX, "left": left, "accounts": Account.objects.order_by("code"),
        "debit": sum((one["line"].debit for one in lines), Decimal(0)), "credit": sum((one["line"].credit for one in lines), Decimal(0)),
    }  # fmt: skip
    return render(request, "ledger/account_lines.html", context)


def _account(prefix: str) -> Account | None:
    """The account of a code; for a class of accounts ("5") one that stands for all of it."""
    found = Account.objects.filter(code=prefix).first()
    if found is None and Account.objects.filter(code__startswith=prefix).exists():
        return Account(code=prefix, name="…")
    return found


# ---- stock


def _span(request: HttpRequest) -> tuple[date, date]:
    today = timezone.localdate()
    return asked_day(request, "since", today - timedelta(days=30)), asked_day(request, "until", today)


def warehouses_of(user: Any) -> list[Any]:
    codes = user.scope_codes("warehouse")
    places = (
        Location.objects.filter(parent=None, kind__in=("store", "line"))
        .exclude(warehouse=None)
        .select_related("warehouse")
    )
    return [
        place.warehouse
        for place in places.order_by("warehouse__code")
        if codes is None or place.warehouse.code in codes
    ]


def chosen_warehouse(request: HttpRequest, warehouses: list[Any]) -> int | None:
    """The warehouse asked for; a person limited to some sees one of them, never all."""
    asked = asked_number(request, "warehouse")
    if asked in {warehouse.pk for warehouse in warehouses}:
        return asked
    limited = request.user.scope_codes("warehouse") is not None  # type: ignore[union-attr]
    return (warehouses[0].pk if warehouses else 0) if limited else None


def card(request: HttpRequest) -> HttpResponse:
    """存货明细账 of one item."""
    since, until = _span(request)
    warehouses = warehouses_of(request.user)
    warehouse = chosen_warehouse(request, warehouses)
    item = items_by_ids([asked_number(request, "item") or 0]).get(asked_number(request, "item") or 0)
    lot = Lot.objects.filter(pk=asked_number(request, "lot") or 0, item=item).first() if item else None
    wanted = {} if not request.GET.get("export") else {"limit": EXPORT_MAX}
    shown = stock_card(item.pk, since, until, warehouse, lot_id=lot.pk if lot else None, **wanted) if item else None
    sees_cost = request.user.sees("cost") and warehouse is None  # type: ignore[union-attr]
    if item and shown and request.GET.get("export"):
        return download(
            request.user, f"{_('Stock card')} {item.code}", card_sheet(item, shown, since, by_value=sees_cost)
        )
    rows = [{"row": row, "source_url": source_url(row.move.posting)} for row in shown.rows] if shown else []
    context = {
        "title": _("Stock card"), "item": item, "lot": lot, "card": shown, "rows": rows, "since": since, "until": until, "warehouses": warehouses,
        "warehouse": warehouse, "sees_cost": sees_cost, "more": len(rows) >= LINES_MAX,
    }  # fmt: skip
    return render(request, "ledger/card.html", context)


def summary(request: HttpRequest) -> HttpResponse:
    """收发存汇总表 of all items."""
    since, until = _span(request)
    warehouses = warehouses_of(request.user)
    warehouse = chosen_warehouse(request, warehouses)
    text = request.GET.get("q", "").strip()[:60]
    rows = stock_summary(since, until, warehouse, item_search(text) if text else None)
    sees_cost = request.user.sees("cost") and warehouse is None  # type: ignore[union-attr]
    if request.GET.get("export"):
        return download(request.user, _("Stock summary"), summary_sheet(rows, by_value=sees_cost))
    totals = [
        sum((getattr(row, name) for row in rows), Decimal(0))
        for name in ("opening_value", "in_value", "out_value", "value")
    ]
    context = {
        "title": _("Stock summary"), "rows": rows[:LINES_MAX], "more": len(rows) > LINES_MAX, "since": since, "until": until, "q": text,
        "warehouses": warehouses, "warehouse": warehouse, "sees_cost": sees_cost, "totals": totals, "count": len(rows),
    }  # fmt: skip
    return render(request, "ledger/summary.html", context)


def moves_of_item(item_id: int, limit: int = 100) -> list[StockMove]:
    """The latest moves of an item."""
    rows = StockMove.objects.filter(item=item_id).select_related("posting", "source", "target", "lot", "item__unit")
    return list(rows.order_by("-on", "-pk")[:limit])
