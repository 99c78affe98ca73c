"""Data faults of the live plan: what is wrong with which item, and the page on which it is mended."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from gongfang.planning.faults import BOM, CALENDAR, CENTRE
from gongfang.planning.models import PlanException
from gongfang.planning.queries import current_run
from gongfang.planning.services import proposal_of, why_not_follow
from gongfang.planning.views.trees import url_of_source
from gongfang.ui.sentences import sentence, sentences

FAULTS = {
    "item_not_planned": _("The item is blocked or retired, yet there is demand or supply for it."),
    "no_bom": _("The item is made, but has no active BOM."),
    "no_supplier": _("The item is bought, but has no supplier."),
    "no_lead_time": _("The lead time is missing; 0 days are assumed."),
    "lot_rule_figures": _("The figures that the lot rule needs are missing; lot for lot is used."),
    "bom_cycle": _("The BOM needs itself over some levels; the line that closes the ring is left out."),
    "transfer_circle": _("Its transfers between plants go round in a circle; the one that closes it is left out."),
    "bad_bom_line": _("A BOM line has no usable quantity; it is left out."),
    "bad_lead_time": _("The lead time is out of range; 0 days are assumed."),
    "bad_quantity": _("A stock or safety stock is out of range; 0 is assumed."),
    "bom_gap": _("On some days of the horizon no version of its BOM holds; what starts then is planned without parts."),
    "zero_yield": _("The yield must be over 0; 1 is assumed."),
    "bad_date_or_quantity": _("An order of it has a date or quantity out of range; it is left out."),
    "needs_out_of_range": _("What is needed of it multiplies to more than can be reckoned with; nothing is planned of it. Look at the orders for it and at the quantities in the BOMs it goes into."),
    "too_many_orders": _("Its lots are so small that there would be millions of orders; it is planned lot for lot."),
    "calendar_without_days": _("The calendar has no working day; every day is taken as worked."),
    "no_capacity": _("Routings name the work centre, but it is not in use or is closed on every day of the horizon; nothing can be made there."),
}  # fmt: skip
BOMS, PRICES, ITEM = (
    "/masterdata/boms/?item={item}", "/masterdata/supplier-prices/?item={item}", "/masterdata/items/{item}/edit",
)  # fmt: skip
PLACES = {
    "no_bom": (BOMS, _("Make a BOM")),
    "bom_gap": (BOMS, _("Open the versions")),
    "no_supplier": (PRICES, _("Enter a supplier price")),
}
ROWS = {
    BOM: ("/masterdata/boms/{row}/edit", _("Open the BOM")),
    CENTRE: ("/masterdata/work-centres/{row}/edit", _("Open the work centre")),
    CALENDAR: ("/masterdata/calendars/{row}/edit", _("Open the calendar")),
}
SHOWN_MAX = 1000


def fault_text(row: PlanException) -> str:
    """What is wrong, in a sentence; empty for exceptions that are no data fault."""
    return str(FAULTS.get(row.fault, row.fault))


def what_to_do(row: PlanException) -> str:
    """What one click does, or why there is none and what to do instead."""
    if row.fault:
        return fault_text(row)
    proposal = None if row.handled_as else proposal_of(row)
    return sentence(proposal) if proposal else " ".join(sentences(why_not_follow(row)))


@dataclass(frozen=True, slots=True)
class FaultRow:
    """A fault and where to mend it."""

    row: PlanException
    text: str
    url: str
    action: str


def fault_row(row: PlanException) -> FaultRow:
    """A fault with its link: the order, BOM, work centre or calendar that it is about, else what its item lacks."""
    if row.fault in PLACES:
        url, action = PLACES[row.fault]
    elif row.doc_type in ROWS:
        url, action = ROWS[row.doc_type]
    elif row.doc_type and row.document_id:
        url, action = url_of_source(row.doc_type, row.document_id), _("Open the order")
    else:
        url, action = ITEM, _("Open the item")
    return FaultRow(row, fault_text(row), url.format(item=row.item_id, row=row.document_id), str(action))


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """All faults of the live plan; everything else was planned all the same."""
    run = current_run()
    rows = (
        PlanException.objects.filter(run=run, kind="data_fault")
        .select_related("item")
        .order_by("fault", "item__code", "document")
    )
    context: dict[str, Any] = {
        "title": gettext("Data faults"),
        "run": run,
        "rows": [fault_row(row) for row in rows[:SHOWN_MAX]],
        "count": rows.count(),
    }
    return render(request, "planning/faults.html", context)
