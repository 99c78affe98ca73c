"""Supplier quality on the screen: a page over all suppliers, a tab on each."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from gongfang.masterdata.queries import partners_by_ids
from gongfang.quality import queries
from gongfang.quality.queries import suppliers as figures
from gongfang.ui.screens import Column, ExtraTab, Page, Tab, Table
from gongfang.ui.sheets import SheetPage, download

PERIOD_DAYS = 180
YEAR_DAYS = 365


def _day(request: HttpRequest, name: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return otherwise


def _figure(name: str, title: Any, kind: Any = "number") -> Column:
    return Column(name, title, kind=kind, value=lambda row: getattr(row[1], name))


QUALITY_COLUMNS = [
    Column("code", _("Supplier"), kind="text", value=lambda row: row[0].code), Column("name", _("Name"), kind="text", value=lambda row: row[0].name),
    _figure("lots", _("Lots inspected")), _figure("good", _("Good lots")), _figure("conceded", _("Lots with concession")), _figure("lot_acceptance", _("Lot acceptance"), "percent"),
    _figure("judged", _("Pieces inspected"), "quantity"), _figure("rejected", _("Pieces rejected"), "quantity"), _figure("ppm", "PPM"),
]  # fmt: skip


@require_GET
def supplier_quality(request: HttpRequest) -> HttpResponse:
    """Lot acceptance and PPM of every supplier with inspected lots in a period, the worst first."""
    until = _day(request, "until", timezone.localdate())
    since = _day(request, "since", until - timedelta(PERIOD_DAYS))
    found = figures.supplier_figures(since, until)
    partners = partners_by_ids(found)
    rows = sorted(((partners[pk], one) for pk, one in found.items()), key=lambda row: (-(row[1].ppm or 0), row[0].code))
    if request.GET.get("export"):
        return download(request.user, _("Supplier quality"), SheetPage(_("Supplier quality"), QUALITY_COLUMNS, rows))
    context = {"title": _("Supplier quality"), "rows": rows, "since": since, "until": until}
    return render(request, "quality/supplier_quality.html", context)


def quality_of(user: Any, supplier: Any) -> list[Table]:
    """The last twelve months of one supplier, and what was bad."""
    until = timezone.localdate()
    since = (until - timedelta(YEAR_DAYS)).replace(day=1)
    months = figures.monthly_figures(supplier.pk, since, until)
    rows = [
        {
            "month": f"{year}-{month:02d}", "lots": one.lots, "good": one.good, "conceded": one.conceded, "share": one.lot_acceptance,
            "judged": one.judged, "rejected": one.rejected, "ppm": one.ppm,
        }
        for (year, month), one in sorted(months.items(), reverse=True)
    ]  # fmt: skip
    columns = [
        Column("month", _("Month")), Column("lots", _("Lots inspected"), kind="number"), Column("good", _("Good lots"), kind="number"), Column("conceded", _("Lots with concession"), kind="number"),
        Column("share", _("Lot acceptance"), kind="percent"), Column("judged", _("Pieces inspected"), kind="quantity"), Column("rejected", _("Pieces rejected"), kind="quantity"), Column("ppm", _("PPM"), kind="number"),
    ]  # fmt: skip
    bad = [
        {"characteristic": name, "bad": many, "lots": lots}
        for name, many, lots in figures.defects_of_supplier(supplier.pk, since, until)
    ]
    worst = [Column("characteristic", _("Characteristic")), Column("bad", _("Defective"), kind="quantity"), Column("lots", _("Lots"), kind="number")]  # fmt: skip
    return [
        Table(
            columns, rows, _("By month"), empty=_("No lot of this supplier was inspected in the last twelve months.")
        ),
        Table(worst, bad, _("What was bad"), empty=_("No characteristic was bad.")),
    ]


PAGE = Page("quality/supplier-quality", _("Supplier quality"), supplier_quality, view_permission=queries.VIEW_INSPECTIONS, icon="truck-loading", order=40)  # fmt: skip
EXTRA_TABS = [
    ExtraTab("masterdata/suppliers", Tab("quality", _("Incoming quality"), tables=quality_of, permission=queries.VIEW_INSPECTIONS, icon="shield-check")),
]  # fmt: skip
