"""在途物资 on the screen: lines of orders to be invoiced before the goods, what is on the way, and what an invoice met."""

from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from gongfang.finance import queries
from gongfang.finance.models import OnWayMatch, PurchaseInvoice, PurchaseInvoiceLine
from gongfang.platform.bases import ApprovalState
from gongfang.purchasing.queries import open_order_lines
from gongfang.ui.screens import Alert, AlertRow, Column, Field, Filter, Preset, Screen, Table, VerbButton


def _order_lines(user: Any) -> Any:
    return open_order_lines().select_related("document__supplier", "item__unit")


ORDER_LINES = Screen(
    "finance/order-lines", model="purchasing.PurchaseOrderLine", title=_("Order lines to be invoiced"), one=_("Order line"), icon="file-time",
    order=13, view_permission=queries.VIEW_PURCHASE_INVOICES, queryset=_order_lines, number="id",
    label="{document__number} {item__code} {item__name}",
    columns=[
        Column("document__number", _("Order"), to="purchasing/orders"), "line_no", Column("document__business_date", _("Date")),
        Column("document__supplier__name", _("Supplier")), Column("item__code", _("Item")), Column("item__name", _("Item name")),
        Column("to_invoice", _("To invoice"), kind="quantity", unit="item__unit__name"), Column("net_price", _("Price before tax")), "tax_rate", "quantity",
        "received_quantity", "invoiced_quantity", "on_way_quantity", "due_date",
    ],
    filters=[Filter("document__supplier", _("Supplier"), ref="masterdata/partners"), "due_date", Filter("document__business_date", _("Date"))],
    search=["document__number", "item__code", "item__name", "document__supplier__name"], ordering=["-id"],
    lookup=["document__number", "item__code", "item__name", "to_invoice", "net_price", "received_quantity"],
    verbs=[VerbButton("finance.invoice_order_lines", _("Enter invoice"), icon="file-import", batch=True,
                      ask=[Field("invoice_no", _("Invoice number"), required=True, max_length=30), Field("business_date", _("Date"), kind="date")])],
    teach=_("Orders whose invoice may come before the goods. What has come of them is settled at once, the rest is on the way until it comes."),
)  # fmt: skip


def _waiting(user: Any) -> Any:
    rows = PurchaseInvoiceLine.objects.filter(on_way_quantity__gt=0, document__approval=ApprovalState.APPROVED)
    return rows.select_related("document__supplier", "order_line__document", "item__unit")


def _days(line: PurchaseInvoiceLine) -> int:
    return max((timezone.localdate() - line.document.business_date).days, 0)


def _is_late(line: PurchaseInvoiceLine) -> bool:
    assert line.order_line is not None
    return bool(line.order_line.due < timezone.localdate())


def _paid(line: PurchaseInvoiceLine) -> str:
    if not line.document.settled_amount:
        return gettext("not paid")
    return gettext("partly paid") if line.document.open_amount else gettext("paid")


def _is_paid(rows: Any, value: Any) -> Any:
    """Filter "paid": wholly, or not wholly."""
    whole = {"document__settled_amount": F("document__total_amount")}
    return rows.filter(**whole) if value == "yes" else rows.exclude(**whole)


PAID = Filter("paid", _("Paid"), kind="choice", choices=[("yes", _("Yes")), ("no", _("No"))], apply=_is_paid)

ON_WAY = Screen(
    "purchasing/on-way", model="finance.PurchaseInvoiceLine", title=_("Goods on the way"), one=_("Invoice line"), icon="truck-loading", order=33,
    view_permission=queries.VIEW_PURCHASE_INVOICES, queryset=_waiting, number="id", label="{document__number} {item__code} {item__name}",
    columns=[
        Column("document__supplier__name", _("Supplier"), to="masterdata/suppliers"), Column("order_line__document__number", _("Order"), to="purchasing/orders"),
        Column("order_line__line_no", _("Line")), Column("item__code", _("Item")), Column("item__name", _("Item name")),
        Column("document__number", _("Invoice"), to="finance/purchase-invoices"), Column("document__invoice_no", _("Invoice number"), hidden=True),
        Column("document__business_date", _("Invoiced on")), Column("quantity", _("Invoiced"), unit="item__unit__name", hidden=True),
        Column("on_way_quantity", _("Not received"), unit="item__unit__name"), Column("on_way_amount", _("Value"), total=True),
        Column("days", _("Days"), kind="number", sortable=False, needs=["document__business_date"], value=_days),
        Column("due", _("Goods expected"), kind="date", sortable=False, needs=["order_line__due_date", "order_line__promised_date"], value=lambda line: line.order_line.due),
        Column("paid", _("Paid"), kind="text", sortable=False, needs=["document__settled_amount", "document__total_amount"], value=_paid),
    ],
    filters=[Filter("document__supplier", _("Supplier"), ref="masterdata/suppliers"), Filter("item", _("Item")), Filter("document__business_date", _("Invoiced on")), PAID],
    search=["order_line__document__number", "document__number", "document__invoice_no", "item__code", "item__name", "document__supplier__name"],
    ordering=["document__business_date", "id"], views=[Preset("paid", _("Paid, not received"), {"paid": "yes"})],
    row_class=lambda line: "late" if _is_late(line) else "",
    verbs=[VerbButton("finance.meet_on_way", _("Match with receipts"), icon="arrows-join", batch=True)],
    teach=_("What suppliers have invoiced and not delivered yet: it stands on 1402 until it comes. Goods and invoice meet by themselves, by the order's line."),
)  # fmt: skip

SCREENS = [ORDER_LINES, ON_WAY]


def met(user: Any, invoice: PurchaseInvoice) -> Table:
    """What became of goods invoiced before they came: receipts they met, red invoices that credit them, what is awaited."""
    lines = list(invoice.lines.exclude(order_line=None).select_related("item", "order_line__document"))
    rows: list[dict[str, Any]] = []
    matches = OnWayMatch.objects.filter(invoice_line__document=invoice) | OnWayMatch.objects.filter(
        red_line__document=invoice
    )
    for one in matches.select_related(
        "invoice_line__item",
        "invoice_line__document",
        "invoice_line__order_line__document",
        "receipt_line__document",
        "red_line__document",
    ):
        line = one.invoice_line
        if one.receipt_line is not None:
            what = gettext("received with {number}").format(number=one.receipt_line.document.number)
        elif one.red_line is not None and one.red_line.document_id == invoice.pk:
            what = gettext("credits {number}").format(number=line.document.number)
        else:
            what = gettext("credited by {number}").format(number=one.red_line.document.number if one.red_line else "")
        rows.append(_row(line, what, one.quantity, one.net_amount, one.on))
    rows += [
        _row(line, gettext("has not come"), line.on_way_quantity, line.on_way_amount, None)
        for line in lines
        if line.on_way_quantity
    ]
    columns = [
        Column("order", _("Order")), Column("item", _("Item")), Column("what", _("What became of it")), Column("quantity", _("Quantity"), kind="quantity"),
        Column("amount", _("Amount before tax"), kind="money", scope="cost"), Column("on", _("Date"), kind="date"),
    ]  # fmt: skip
    return Table(columns, rows, title=_("Goods on the way"))


def _row(line: PurchaseInvoiceLine, what: str, quantity: Any, amount: Any, on: Any) -> dict[str, Any]:
    assert line.order_line is not None
    order = f"{line.order_line.document.number}-{line.order_line.line_no}"
    return {"order": order, "item": str(line.item), "what": what, "quantity": quantity, "amount": amount, "on": on}


def _late(user: Any) -> list[AlertRow]:
    late = [line for line in _waiting(user).order_by("document__business_date", "pk")[:200] if _is_late(line)]
    return [
        AlertRow(
            ngettext(
                "{supplier}: {item} of {order}, invoiced {days} day ago, has not come",
                "{supplier}: {item} of {order}, invoiced {days} days ago, has not come", _days(line),
            ).format(supplier=line.document.supplier, item=line.item, order=line.order_line.document.number, days=_days(line)),
            "/purchasing/on-way/", "orange", "",
        )
        for line in late[:10]
    ]  # fmt: skip


ALERTS = [
    Alert(
        "finance.on_way",
        _("Invoiced, not received"),
        _late,
        queries.VIEW_PURCHASE_INVOICES,
        "truck-loading",
        "/purchasing/on-way/",
    )
]
