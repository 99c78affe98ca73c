"""The buyer's desk: what is to be ordered, expedited, confirmed, approved and renewed; and the items with one source only."""

from dataclasses import dataclass
from datetime import date, timedelta
from operator import attrgetter
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from gongfang.kernel.states import Approval
from gongfang.masterdata import queries as masterdata
from gongfang.purchasing import queries
from gongfang.purchasing.models import OrderChange, PurchaseOrder, RequisitionLine, Rfq
from gongfang.ui.screens import Column, Page
from gongfang.ui.sheets import SheetPage, download

SHOWN = 6
SOURCES_SHOWN = 200
OPEN = ["open", "partial"]


@dataclass(frozen=True, slots=True)
class Row:
    """One thing to do: what, where it leads, what is said beside it, and whether it presses."""

    text: str
    url: str
    note: str = ""
    presses: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    key: str
    title: Any
    icon: str
    url: str
    count: int
    rows: list[Row]
    empty: Any


def _card(key: str, title: Any, icon: str, url: str, found: Any, row: Any, empty: Any) -> Card:
    return Card(key, title, icon, url, found.count(), [row(one) for one in found[:SHOWN]], empty)


def cards(user: Any, today: date) -> list[Card]:
    """The cards of the desk; two statements each."""
    lines = RequisitionLine.objects.filter(document__approval=Approval.APPROVED, execution__in=OPEN)
    orders = PurchaseOrder.objects.select_related("supplier")
    waiting = ["draft", "submitted", "rejected"]
    return [
        _card("order", _("To order"), "clipboard-text", "/purchasing/requisitions/?view=open",
              lines.select_related("document", "item__unit").order_by("due_date", "pk"),
              lambda line: Row(f"{line.item.code} {line.item.name} × {line.open_quantity.normalize():,f} {line.item.unit.name}", f"/purchasing/requisitions/{line.document_id}/",
                               str(line.due_date), line.due_date < today), _("Nothing is requested.")),
        _card("quote", _("To compare"), "messages", "/purchasing/rfqs/?view=draft", Rfq.objects.filter(approval__in=waiting).order_by("answer_by", "pk"),
              lambda rfq: Row(rfq.number, f"/purchasing/rfqs/{rfq.pk}/", str(rfq.answer_by or ""), rfq.answer_by is not None and rfq.answer_by < today), _("No inquiry is open.")),
        _card("approve", _("To approve"), "circle-check", "/purchasing/orders/?view=draft", orders.filter(approval__in=waiting).order_by("pk"),
              lambda order: Row(f"{order.number} {order.supplier}", f"/purchasing/orders/{order.pk}/", f"{order.total_amount:,.2f}" if user.sees("cost") else "", order.approval == "rejected"),
              _("Every order is approved.")),
        _card("change", _("Changes to approve"), "file-diff", "/purchasing/order-changes/?view=draft", OrderChange.objects.filter(approval__in=waiting).select_related("order").order_by("pk"),
              lambda row: Row(f"{row.number} {row.order.number}", f"/purchasing/order-changes/{row.pk}/", row.reason), _("No change is open.")),
        _card("confirm", _("To confirm"), "calendar-check", "/purchasing/orders/?view=unconfirmed",
              orders.filter(approval=Approval.APPROVED, execution__in=OPEN, confirmed_on=None).order_by("due_date", "pk"),
              lambda order: Row(f"{order.number} {order.supplier}", f"/purchasing/orders/{order.pk}/", str(order.due_date or ""), order.due_date is not None and order.due_date < today + timedelta(3)),
              _("Every supplier has confirmed.")),
        _card("expedite", _("To expedite"), "bell-ringing", "/purchasing/order-lines/?view=pressing", queries.expected_late(today),
              lambda line: Row(f"{line.document.number} {line.item.code} {line.item.name}", f"/purchasing/order-lines/{line.pk}/", _pressing(line, today), line.due < today), _("Nothing is late.")),
        _card("agreements", _("Agreements that end"), "calendar-off", "/masterdata/supplier-prices/", masterdata.ending_supplier_prices(today + timedelta(30), today),
              lambda price: Row(f"{price.supplier} {price.item.code}", f"/masterdata/supplier-prices/{price.pk}/", str(price.valid_to), price.valid_to < today + timedelta(7)), _("No agreement ends within 30 days.")),
        _card("certificates", _("Certificates that expire"), "certificate", "/purchasing/certificates/?view=valid", queries.expiring_certificates(today),
              lambda row: Row(f"{row.supplier} {row.title}", f"/purchasing/certificates/{row.pk}/", str(row.expires_on), row.expires_on < today), _("All papers are in force.")),
        _card("blankets", _("Blanket orders that end"), "file-stack", "/purchasing/blankets/?view=open", queries.ending_blankets(today),
              lambda row: Row(f"{row.number} {row.supplier}", f"/purchasing/blankets/{row.pk}/", str(row.valid_to), row.valid_to < today), _("Nothing is left over.")),
    ]  # fmt: skip


def _pressing(line: Any, today: date) -> str:
    """Why a line is on the expediting list, in a few words, and when somebody last asked."""
    if line.expected < today:
        days = (today - line.expected).days
        why = ngettext("{days} day late", "{days} days late", days).format(days=days)
    elif line.promised_date and line.promised_date > line.due_date:
        days = (line.promised_date - line.due_date).days
        why = ngettext("promised {days} day late", "promised {days} days late", days).format(days=days)
    else:
        why = gettext("not confirmed")
    return why + (f" · {gettext('asked on {day}').format(day=line.asked_on)}" if line.asked_on else "")


@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """Everything that waits for the buyer, most pressing first in each card."""
    today = timezone.localdate()
    context = {"title": _("Buyer's desk"), "cards": cards(request.user, today), "today": today}
    return render(request, "purchasing/desk.html", context)


SOURCE_COLUMNS = [
    Column("code", _("Item code"), kind="text", value=attrgetter("item.code")), Column("name", _("Name"), kind="text", value=attrgetter("item.name")),
    Column("supplier", _("Supplier"), kind="text", value=lambda row: str(row.supplier)), Column("amount", _("Amount before tax"), kind="money", scope="cost"),
    Column("others", _("Give part of the demand to"), kind="text", value=lambda row: ", ".join(map(str, row.others))),
]  # fmt: skip


@require_GET
def second_sources(request: HttpRequest) -> HttpResponse:
    """Items that one supplier delivered alone in the last year, by amount, and who else could."""
    today = timezone.localdate()
    rows = queries.single_sources(today - timedelta(365), today)
    if request.GET.get("export"):
        return download(request.user, _("Second sources"), SheetPage(_("Second sources"), SOURCE_COLUMNS, rows))
    context = {
        "title": _("Second sources"), "rows": rows[:SOURCES_SHOWN], "more": len(rows) > SOURCES_SHOWN, "sees_cost": request.user.sees("cost"),  # type: ignore[union-attr]
    }  # fmt: skip
    return render(request, "purchasing/second_sources.html", context)


DESK = Page(
    "purchasing/desk", _("Buyer's desk"), desk, view_permission=queries.VIEW_ORDERS, icon="layout-dashboard", order=1, day_of=("buyer",)
)  # fmt: skip
SECOND_SOURCES = Page("purchasing/second-sources", _("Second sources"), second_sources, view_permission=queries.VIEW_SUPPLIERS, icon="arrows-split", order=60)  # fmt: skip
