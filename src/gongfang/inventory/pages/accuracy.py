"""How right the books were: by month, as a chart and a table, and what differs again and again."""

from typing import Any

from django.db.models import Count, ExpressionWrapper, F, Q, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from gongfang.inventory.models import StockCount, StockCountLine
from gongfang.inventory.queries import accuracy_by_month
from gongfang.platform.fields import QuantityField
from gongfang.platform.identity.scopes import scoped
from gongfang.ui.screens import Column
from gongfang.ui.sheets import SheetPage, download

WORST = 20


@require_GET
def accuracy(request: HttpRequest) -> HttpResponse:
    """Share of lines right and of value right by month; items that were wrong most often."""
    warehouses = _warehouses(request.user)
    asked = request.GET.get("warehouse", "")
    warehouse = int(asked) if asked.isdecimal() and len(asked) < 18 else None
    months = accuracy_by_month(request.user, warehouse=warehouse)
    if request.GET.get("export"):
        return download(
            request.user, _("Stock accuracy"), *_sheets(months[::-1], _worst(request.user, warehouse, limit=None))
        )
    sees = request.user.sees("cost")
    context = {
        "title": _("Stock accuracy"), "months": months[::-1], "chart": _chart(months, sees), "sees_cost": sees, "warehouses": warehouses,
        "warehouse": warehouse, "worst": _worst(request.user, warehouse),
    }  # fmt: skip
    return render(request, "inventory/accuracy.html", context)


def _sheets(months: list[Any], worst: list[dict[str, Any]]) -> list[SheetPage]:
    money = {"kind": "money", "scope": "cost"}
    by_month = [
        Column("month", _("Month"), kind="text", value=lambda row: row.month.strftime("%Y-%m")), Column("counts", _("Counts"), kind="number"), Column("lines", _("Lines counted"), kind="number"),
        Column("right", _("Lines right"), kind="number"), Column("item_accuracy", _("Share right"), kind="percent"), Column("book_value", _("Value by the books"), **money),
        Column("gain", _("Value found"), **money), Column("loss", _("Value missing"), **money), Column("value_accuracy", _("Value right"), kind="percent", scope="cost"),
    ]  # fmt: skip
    by_item = [
        Column("code", _("Item code"), kind="text", value=lambda row: row["item__code"]), Column("name", _("Item name"), kind="text", value=lambda row: row["item__name"]),
        Column("lines", _("Lines counted"), kind="number"), Column("wrong", _("Lines wrong"), kind="number"), Column("difference", _("Sum of differences"), kind="quantity"),
        Column("unit", _("Unit"), kind="text", value=lambda row: row["item__unit__name"]),
    ]  # fmt: skip
    return [
        SheetPage(_("Right at the first count, by month"), by_month, months),
        SheetPage(_("Wrong again and again"), by_item, worst),
    ]


def _chart(months: list[Any], sees: bool) -> dict[str, Any]:
    def series(name: str, values: list[Any]) -> dict[str, Any]:
        return {
            "name": name,
            "type": "line",
            "smooth": False,
            "symbolSize": 7,
            "data": [None if value is None else float(value * 100) for value in values],
        }

    shown = [series(_("Lines right"), [month.item_accuracy for month in months])]
    if sees:
        shown.append(series(_("Value right"), [month.value_accuracy for month in months]))
    return {
        "legend": {"top": 0}, "xAxis": {"type": "category", "data": [month.month.strftime("%Y-%m") for month in months]},
        "yAxis": {"type": "value", "name": "%", "max": 100, "scale": True}, "series": shown,
    }  # fmt: skip


def _warehouses(user: Any) -> list[tuple[int, str]]:
    rows = scoped(StockCount.objects.exclude(location__warehouse=None), user, warehouse="location__warehouse__code")
    return sorted(
        set(rows.values_list("location__warehouse_id", "location__warehouse__name")), key=lambda pair: pair[1]
    )


def _worst(user: Any, warehouse: int | None, limit: int | None = WORST) -> list[dict[str, Any]]:
    """Items with the most wrong lines in approved counts; one statement."""
    rows = scoped(
        StockCountLine.objects.filter(document__approval="approved"),
        user,
        warehouse="document__location__warehouse__code",
    )
    if warehouse is not None:
        rows = rows.filter(document__location__warehouse=warehouse)
    found = Coalesce("recounted", "counted")
    return list(
        rows.values("item_id", "item__code", "item__name", "item__unit__name")
        .annotate(lines=Count("pk"), wrong=Count("pk", filter=~Q(quantity=found)), difference=ExpressionWrapper(Sum(found) - Sum(F("quantity")), output_field=QuantityField()))
        .filter(wrong__gt=0).order_by("-wrong", "item__code")[:limit]
    )  # fmt: skip
