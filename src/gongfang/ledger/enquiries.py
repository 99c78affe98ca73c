"""Pages that ask the stock ledger: how old, what was there on a day, where a lot came from and went."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongfang.ledger.models import Lot
from gongfang.ledger.pages import asked_day, asked_number, chosen_warehouse, warehouses_of
from gongfang.ledger.queries.ageing import BOUNDS, stock_ageing
from gongfang.ledger.queries.cards import items_of
from gongfang.ledger.queries.dated import stock_at
from gongfang.ledger.queries.genealogy import Kin, ancestors, descendants, lots_by_ids
from gongfang.masterdata.queries import item_search
from gongfang.ui.screens import Column, Table
from gongfang.ui.sheets import SheetPage, download

ROWS_MAX = 2000
ITEM = [
    Column("item", gettext_lazy("Item code"), value=lambda row: row["item"].code, kind="text", to="masterdata/items"),
    Column("name", gettext_lazy("Item name"), value=lambda row: row["item"].name, kind="text"),
    Column("spec", gettext_lazy("Specification"), value=lambda row: row["item"].spec, kind="text"),
    Column("unit", gettext_lazy("Unit"), value=lambda row: row["item"].unit.name, kind="text"),
]
PRECISION = "item__unit__precision"


def _answer(
    request: HttpRequest, title: str, columns: Sequence[Column], rows: list[Any], *, empty: str, chart: Any = None, teach: str = "", **more: Any
) -> HttpResponse:  # fmt: skip
    """The page, or with `?export=1` its sheet. Columns whose scope the person lacks are left out of both."""
    shown = [column for column in columns if column.scope is None or request.user.sees(column.scope)]  # type: ignore[union-attr]
    if request.GET.get("export"):
        return download(request.user, title, SheetPage(title, shown, rows))
    context = {
        "title": title, "table": Table(shown, rows[:ROWS_MAX], empty=empty), "more": len(rows) > ROWS_MAX, "count": len(rows),
        "chart": chart, "teach": teach, **more,
    }  # fmt: skip
    return render(request, "ledger/enquiry.html", context)


def _asked(request: HttpRequest) -> dict[str, Any]:
    warehouses = warehouses_of(request.user)
    return {
        "day": asked_day(request, "day", timezone.localdate()), "warehouses": warehouses,
        "warehouse": chosen_warehouse(request, warehouses), "q": request.GET.get("q", "").strip()[:60],
    }  # fmt: skip


def bands() -> list[str]:
    """The bands of an ageing in words."""
    found, low = [], 0
    for bound in BOUNDS:
        found.append(_("{low}–{high} days").format(low=low, high=bound))
        low = bound + 1
    return [*found, _("over {days} days").format(days=BOUNDS[-1])]


def _band(n: int, name: str, *, by_value: bool) -> Column:
    if by_value:
        return Column(
            f"band{n}", name, kind="money", scope="cost", value=lambda one: one["row"].values[n] or None, total=True
        )
    return Column(f"band{n}", name, kind="quantity", value=lambda one: one["row"].quantities[n] or None)


def ageing(request: HttpRequest) -> HttpResponse:
    """库龄分析."""
    asked = _asked(request)
    aged = stock_ageing(asked["day"], asked["warehouse"])
    if asked["q"]:
        wanted = {item.pk for item in items_of([row.item.pk for row in aged], item_search(asked["q"]))}
        aged = [row for row in aged if row.item.pk in wanted]
    rows = [{"item": row.item, "row": row} for row in aged]
    names = bands()
    sees = request.user.sees("cost")  # type: ignore[union-attr]
    by_value = bool(sees and request.GET.get("by") == "value")
    columns = [
        *ITEM,
        Column("quantity", _("On hand"), kind="quantity", value=lambda one: one["row"].quantity),
        Column("value", _("Value"), kind="money", scope="cost", value=lambda one: one["row"].value, total=True),
        *(_band(n, name, by_value=by_value) for n, name in enumerate(names)),
        Column("oldest", _("Oldest"), kind="date", value=lambda one: one["row"].oldest),
    ]  # fmt: skip
    sums = [sum((row.values[n] for row in aged), Decimal(0)) for n in range(len(names))]
    chart = {
        "tooltip": {"trigger": "axis"}, "xAxis": {"type": "category", "data": names}, "yAxis": {"type": "value", "name": _("yuan")},
        "series": [{"type": "bar", "data": [str(total) for total in sums], "name": _("Value")}],
    } if sees and any(sums) else None  # fmt: skip
    return _answer(
        request, _("Stock ageing"), columns, rows, empty=_("Nothing was in stock on this day."), chart=chart,
        teach=_("How long what is there has been there; the latest receipts are taken to be what is left."), by="value" if by_value else "quantity", sees=sees, **asked,
    )  # fmt: skip


def at_day(request: HttpRequest) -> HttpResponse:
    """What was there at the end of a past day."""
    asked = _asked(request)
    present = stock_at(asked["day"], asked["warehouse"])
    found = items_of(
        [pk for pk, (quantity, value) in present.items() if quantity or value],
        item_search(asked["q"]) if asked["q"] else None,
    )
    rows = [{"item": item, "quantity": present[item.pk][0], "value": present[item.pk][1]} for item in found]
    columns = [
        *ITEM, Column("quantity", _("On hand"), kind="quantity"),
        *([] if asked["warehouse"] else [Column("value", _("Value"), kind="money", scope="cost", total=True)]),
    ]  # fmt: skip
    return _answer(
        request, _("Stock on a day"), columns, rows, empty=_("Nothing was in stock on this day."),
        teach=_("What was there at the end of a day in the past, as the books know it now."), **asked,
    )  # fmt: skip


def genealogy(request: HttpRequest) -> HttpResponse:
    """谱系 of one lot, up and down."""
    lot = Lot.objects.select_related("item__unit").filter(pk=asked_number(request, "lot") or 0).first()
    code = request.GET.get("q", "").strip()[:60]
    if lot is None and code:
        lot = Lot.objects.select_related("item__unit").filter(code=code).order_by("-pk").first()
    rows = kin_rows(lot) if lot else []
    return _answer(
        request, _("Lot genealogy"), KIN_COLUMNS, rows, lot=lot, q=code, by_lot=True,
        empty=_("There is no lot or serial number “{code}”; look at how it is written on its label.").format(code=code) if lot is None and code
        else _("Enter a lot or serial number: what went into it and what came of it is shown here.") if lot is None
        else _("No other lot went into this one, and none came of it."),
    )  # fmt: skip


KIN_COLUMNS = [
    Column("side", gettext_lazy("Direction"), kind="text"),
    Column("level", gettext_lazy("Step"), kind="number"),
    Column("lot", gettext_lazy("Lot / serial"), value=lambda row: row["lot"], kind="text", to="inventory/lots"),
    Column("item", gettext_lazy("Item code"), value=lambda row: row["lot"].item.code, kind="text"),
    Column("name", gettext_lazy("Item name"), value=lambda row: row["lot"].item.name, kind="text"),
    Column("quantity", gettext_lazy("Quantity"), kind="quantity"),
    Column("via", gettext_lazy("By order or document"), kind="text"),
]


def kin_rows(lot: Lot) -> list[dict[str, Any]]:
    """What went into a lot and what came of it, for a table."""
    up, down = ancestors([lot.pk]), descendants([lot.pk])
    lots = lots_by_ids(kin.lot_id for kin in (*up, *down))

    def row(kin: Kin, side: str) -> dict[str, Any]:
        return {"side": side, "level": kin.level, "lot": lots[kin.lot_id], "quantity": kin.quantity, "via": kin.via}

    return [row(kin, _("Went into it")) for kin in up] + [row(kin, _("Came of it")) for kin in down]
