"""Sales on the screen: quotations, orders, shipments, returns."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from gongfang.kernel.states import Approval, Execution
from gongfang.ledger.queries import keeps_goods, kept_of, kept_quantity
from gongfang.masterdata.queries import counts_in_two_units
from gongfang.platform.identity.scopes import scoped
from gongfang.sales import queries
from gongfang.sales.models import Quotation, SalesOrder, SalesOrderLine, Shipment
from gongfang.sales.outlook import POSSIBLE, promises
from gongfang.sales.rules.inputs import OrderLine, QuotedLine, SentBack, ShippedGoods
from gongfang.sales.services import ORDER, QUOTATION, RETURN, SHIPMENT
from gongfang.sales.services.credit import credit_problems, exposure
from gongfang.sales.services.lines import usual_prices
from gongfang.sales.services.outgoing import needs_accepting
from gongfang.ui.buttons import lifecycle_buttons
from gongfang.ui.screens import (
    Alert,
    AlertRow,
    Column,
    Field,
    Figure,
    Filter,
    LineGrid,
    Preset,
    Print,
    ProcessBox,
    Scan,
    Screen,
    Tab,
    Table,
    Tile,
    VerbButton,
)

PRECISION = "item__unit__precision"
OPEN = ["open", "partial"]
AMOUNTS = ["net_amount", "tax_amount", "total_amount"]


def _usual_prices(user: Any, given: Mapping[str, str], pks: list[int]) -> dict[int, dict[str, Any]]:
    """What the customer of the header usually pays."""
    customer = int(given["customer"]) if given.get("customer", "").isdigit() else None
    found = usual_prices(pks, customer, timezone.localdate(), includes_tax=given.get("price_includes_tax") == "1")
    return {pk: {"price": price} for pk, price in found.items()}


PRICED_FIELDS = [
    Field("item", ref="masterdata/items", width=180, fills={"unit": "unit"}, fill_with=_usual_prices),
    Field("spec", _("Specification"), path="item__spec", readonly=True, width=120),
    Field("quantity", _("Quantity"), path="unit_quantity", kind="quantity", total=True, minimum=0, width=90),
    Field("unit", required=False, help=_("Empty: the item's base unit.")), Field("price", required=False, help=_("Empty: the customer's price.")),
    Field("discount", required=False, default=0, width=70), Field("tax_rate", required=False, width=70),
    Field("amount", _("Amount"), path="total_amount", readonly=True, total=True, formula="quantity * price * (1 - discount)"),
]  # fmt: skip


def today(user: Any) -> Any:
    """Default of date fields."""
    return timezone.localdate()


def is_live(document: Any) -> bool:
    """Approved, with something still open."""
    return document.approval == Approval.APPROVED and document.execution in (Execution.OPEN, Execution.PARTIAL)


def in_warehouse(model: Any) -> Callable[[Any], QuerySet[Any]]:
    """Rows of the warehouses a person works in."""
    return lambda user: scoped(model.objects.all(), user, warehouse="warehouse__code")


def _credit(user: Any, order: SalesOrder) -> Table:
    used = exposure(order.customer_id, without=order.pk)
    limit = order.customer.credit_limit
    rows = [
        {
            "limit": limit,
            "used": used,
            "order": order.total_amount,
            "left": None if limit is None else limit - used - order.total_amount,
        }
    ]
    return Table(
        [Column("limit", _("Credit limit"), kind="money"), Column("used", _("At stake"), kind="money"), Column("order", _("This order"), kind="money"),
         Column("left", _("Left"), kind="money")],
        rows, note=_("At stake: open invoices, goods not yet invoiced, orders not yet shipped."),
    )  # fmt: skip


def _kept(user: Any, order: SalesOrder) -> Table:
    """What is reserved for the order, line by line."""
    return Table(
        [
            Column("item__code", _("Item code"), to="masterdata/items"), Column("item__name", _("Item name")), Column("location__name", _("Location")),
            Column("lot__code", _("Lot / serial")), Column("quantity", _("Reserved"), kind="quantity", precision=PRECISION, unit="item__unit__name"),
            Column("kind", _("Kind"), kind="choice"),
        ],
        kept_of(SalesOrder.doc_type, order.pk), empty=_("Nothing is reserved."),
        note=_("Hard: nobody else can take these goods. Soft: a promise that shows; goods may still leave."),
    )  # fmt: skip


ORDERS = Screen(
    "sales/orders", model="sales.SalesOrder", title=_("Sales orders"), one=_("Sales order"), icon="file-invoice", order=20,
    view_permission=queries.VIEW_ORDERS, queryset=in_warehouse(SalesOrder),
    columns=[
        "number", Column("customer__name", _("Customer"), to="masterdata/customers"), "business_date", "promised_date", Column("total_amount", total=True),
        "approval", "execution", Column("salesperson__name", _("Salesperson")), Column("customer_reference", hidden=True), Column("priority", hidden=True),
        Column("net_amount", hidden=True, total=True),
    ],
    filters=["approval", "execution", Filter("customer", ref="masterdata/customers"), "business_date", "promised_date", "salesperson", Filter("lines__item", _("Item")), "total_amount"],
    search=["number", "customer__name", "customer__short_name", "customer__pinyin", "customer_reference", "lines__item__code", "lines__item__name"],
    views=[
        Preset("open", _("Open orders"), {"approval": "approved", "execution": OPEN}), Preset("draft", _("To approve"), {"approval": ["draft", "submitted"]}),
        Preset("mine", _("My orders"), {"salesperson": "@me"}),
    ],
    header=[
        Field("customer", ref="masterdata/customers", fills={"price_includes_tax": "price_includes_tax", "payment_days": "payment_days", "delivery_address": "address"}),
        Field("business_date", default=today, required=False), Field("promised_date", required=False), "customer_reference",
        Field("salesperson", required=False), Field("warehouse", required=False), Field("price_includes_tax", required=False),
        Field("payment_days", required=False), Field("priority", required=False, default=5), Field("delivery_address", span=3), Field("remark", span=4),
    ],
    lines=LineGrid(
        "lines", make=OrderLine, answers=POSSIBLE,
        fields=[*PRICED_FIELDS, Field("promised_date", required=False), Field("over_delivery", required=False),
                Field("over_mode", required=False, help=_("Empty: as the item says.")), Field("remark", required=False)],
        columns=[Column("shipped_quantity", precision=PRECISION), Column("returned_quantity", precision=PRECISION),
                 Column("invoiced_quantity", precision=PRECISION), "execution"],
    ),
    footer=AMOUNTS, state="approval", second_state="execution", number="number", date="business_date", document_type="sales.order",
    create_verb="sales.create_order", edit_verb="sales.change_order", editable=lambda order: order.is_editable,
    verbs=lifecycle_buttons(ORDER, own=[
        VerbButton("sales.push_shipment", _("Make shipment"), icon="truck", shown=is_live, batch=True),
        VerbButton("sales.ship_order", _("Ship all"), icon="truck-delivery", shown=is_live, primary=False, confirm=_("Ship everything that is open of this order?")),
        VerbButton("sales.reserve_order", _("Reserve goods"), icon="bookmark", shown=is_live, primary=False, batch=True, opens="document"),
        VerbButton("sales.release_order", _("Let go of reserved goods"), icon="lock-open", shown=lambda order: is_live(order) and keeps_goods(order), primary=False, opens="document"),
        VerbButton("sales.promise_order", _("Promise dates"), icon="calendar-check", shown=lambda order: order.is_editable, primary=False, opens="document"),
        VerbButton("sales.pass_credit", _("Let credit pass"), icon="shield-check", primary=False, opens="document",
                   shown=lambda order: order.approval not in (Approval.APPROVED, Approval.VOID) and bool(credit_problems(order))),
    ]),
    tabs=[Tab("promise", _("Promise"), tables=promises, icon="calendar"), Tab("credit", _("Customer credit"), tables=_credit, permission="see.price", icon="cash"), Tab("kept", _("Reservations"), tables=_kept, icon="bookmark")],
    prints=[
        Print("order", _("Sales order"), words="total_amount", signatures=[_("Seller (seal)"), _("Buyer (seal)")], blank_rows=5,
              header=["number", Field("customer", path="customer__name"), "business_date", "customer_reference", Field("contact", _("Contact"), path="customer__contact"),
                      Field("phone", _("Phone"), path="customer__phone"), "payment_days", "delivery_address", "remark"],
              columns=["line_no", Column("item__code", _("Item code")), Column("item__name", _("Name")), Column("item__spec", _("Specification")),
                       Column("unit_quantity", _("Quantity")), Column("unit__name", _("Unit")), "price", "tax_rate", "total_amount", "promised_date"],
              totals=AMOUNTS),
    ],
    teach=_("A sales order is what a customer asked for. It drives planning, production and shipment."),
)  # fmt: skip

ORDER_LINES = Screen(
    "sales/order-lines", model="sales.SalesOrderLine", title=_("Delivery list"), one=_("Order line"), icon="calendar-due", order=22,
    view_permission=queries.VIEW_ORDERS, ordering=["promised_date", "id"], number="id", label="{document__number}-{line_no} {item__code}",
    queryset=lambda user: SalesOrderLine.objects.filter(document__approval=Approval.APPROVED).select_related("document__customer", "item__unit").annotate(reserved=kept_quantity(SalesOrder.doc_type)),
    columns=[
        Column("document__number", _("Order"), to="sales/orders"), "line_no", Column("document__customer__name", _("Customer")), Column("item__code", _("Item code")),
        Column("item__name", _("Name")), Column("item__spec", _("Specification"), hidden=True), Column("quantity", precision=PRECISION, unit="item__unit__name"),
        Column("done_quantity", _("Shipped"), precision=PRECISION),
        Column("open", _("Open"), kind="quantity", value=lambda line: line.open_quantity, needs=["quantity", "done_quantity", "execution"], sortable=False),
        Column("reserved", _("Reserved"), kind="quantity", precision=PRECISION, sortable=False),
        "promised_date",
        Column("late", _("Days late"), kind="number", sortable=False, needs=["promised_date", "execution"],
               value=lambda line: max((timezone.localdate() - line.promised_date).days, 0) if line.execution in OPEN else None),
        Column("price", hidden=True), "execution",
    ],
    filters=["execution", "promised_date", "item", Filter("document__customer", _("Customer"), ref="masterdata/customers"), Filter("document__salesperson", _("Salesperson"))],
    search=["document__number", "item__code", "item__name", "item__pinyin", "document__customer__name", "document__customer_reference"],
    views=[Preset("open", _("Open"), {"execution": OPEN}), Preset("late", _("Overdue"), {"execution": OPEN, "promised_date": "@past"})],
    lookup=[Column("document__number", _("Order")), Column("item__code", _("Item code")), Column("item__name", _("Name")),
            Column("open", _("Open"), kind="quantity", value=lambda line: line.open_quantity, needs=["quantity", "done_quantity", "execution"]), "promised_date"],
    related=["document__customer", "item__unit"], row_class=lambda line: "late" if line.execution in OPEN and line.promised_date < timezone.localdate() else "",
    verbs=[
        VerbButton("sales.reserve_line", _("Reserve goods"), icon="bookmark", batch=True, opens="document", shown=lambda line: line.execution in OPEN,
                   ask=[Field("quantity", _("Quantity"), kind="quantity", required=False, help=_("Empty: all that is open."))]),
    ],
    teach=_("Every line of an approved order, by promised date: what is late stands on top."),
)  # fmt: skip


def _open_lines(given: Mapping[str, str]) -> dict[str, Any]:
    """The order lines of the customer that are still to be shipped."""
    return {"execution__in": OPEN} | ({"document__customer": given["customer"]} if given.get("customer") else {})


SHIPMENTS = Screen(
    "sales/shipments", model="sales.Shipment", title=_("Shipments"), one=_("Shipment"), icon="truck", order=30, view_permission=queries.VIEW_SHIPMENTS,
    queryset=in_warehouse(Shipment),
    columns=[
        "number", Column("customer__name", _("Customer"), to="masterdata/customers"), "business_date", Column("warehouse__name", _("Warehouse")),
        Column("total_amount", total=True), "approval", Column("execution", _("Invoiced")), "carrier", "waybill", Column("cost_amount", hidden=True, total=True),
    ],
    filters=["approval", "execution", Filter("customer", ref="masterdata/customers"), "business_date", "warehouse", Filter("lines__item", _("Item"))],
    search=["number", "customer__name", "customer__pinyin", "waybill", "lines__item__code", "lines__item__name", "lines__lot__code"],
    views=[Preset("draft", _("To ship"), {"approval": ["draft", "submitted"]}), Preset("month", _("This month"), {"business_date": "@month"}),
           Preset("uninvoiced", _("Not invoiced"), {"approval": "approved", "execution": OPEN})],
    header=[Field("customer", ref="masterdata/customers", on_edit=False), Field("business_date", default=today, required=False),
            Field("warehouse", required=False, on_edit=False), "carrier", "waybill", Field("delivery_address", span=3), Field("remark", span=4)],
    lines=LineGrid("lines", make=ShippedGoods, fields=[
        Field("order_line", ref="sales/order-lines", width=220), Field("item_text", _("Item"), path="item", readonly=True, kind="text", width=200), Field("quantity", total=True, precision=PRECISION),
        Field("unit", _("Unit"), path="item__unit__name", readonly=True),
        Field("serials", _("Lot / serial numbers"), kind="text", path="lot__code", required=False, width=160, help=_("Empty: proposed by the picking rules. Several with commas.")),
        Field("second", _("Second quantity"), path="second_quantity", kind="quantity", required=False, minimum=0, precision="item__second_unit__precision",
              offered=counts_in_two_units, help=_("Of items counted in two units. Empty: by what is there.")),
        Field("second_unit", _("Second unit"), path="item__second_unit__name", readonly=True, kind="text", offered=counts_in_two_units),
        Field("remark", required=False)],
        columns=["net_amount", "tax_amount", "total_amount", "cost_amount", Column("returned_quantity", precision=PRECISION), Column("done_quantity", _("Invoiced"), precision=PRECISION)],
        scan=Scan("order_line", item_path="item_id", lot="serials", among=_open_lines)),
    footer=[*AMOUNTS, "cost_amount"], state="approval", second_state="execution", number="number", date="business_date", document_type="sales.shipment",
    create_verb="sales.create_shipment", edit_verb="sales.change_shipment", editable=lambda row: row.is_editable,
    verbs=lifecycle_buttons(SHIPMENT, closable=False, own=[
        VerbButton("sales.accept_excess", _("Accept excess"), icon="checks", primary=False, opens="document",
                   ask=[Field("reason", _("Reason"), required=True, max_length=200)], shown=lambda row: row.is_editable and needs_accepting(row)),
        VerbButton("finance.invoice_shipments", _("Make invoice"), icon="file-export", shown=is_live, batch=True),
        VerbButton("sales.return_shipment", _("Take back"), icon="truck-return", primary=False, shown=lambda row: row.approval == Approval.APPROVED,
                   ask=[Field("reason", _("Reason"), required=True, max_length=200),
                        Field("handling", _("Handling"), kind="choice", choices=[("credit", _("Refund")), ("replace", _("Replacement"))], default="credit"),
                        Field("place", _("Put into"), kind="choice", default="inspection",
                              choices=[("inspection", _("Inspection place")), ("store", _("Store")), ("blocked", _("Blocked place"))])]),
    ]),
    prints=[
        Print("delivery_note", _("Delivery note"), words="total_amount", signatures=[_("Made by"), _("Warehouse"), _("Carrier"), _("Received by (seal)")], paper="241", blank_rows=6,
              header=["number", Field("customer", path="customer__name"), "business_date", "delivery_address", Field("contact", _("Contact"), path="customer__contact"),
                      Field("phone", _("Phone"), path="customer__phone"), "carrier", "waybill"],
              columns=["line_no", Column("order_line__document__customer_reference", _("Customer's order number")), Column("item__code", _("Item code")),
                       Column("item__name", _("Name")), Column("item__spec", _("Specification")), "quantity", Column("item__unit__name", _("Unit")),
                       Column("lot__code", _("Lot")), "price", "total_amount", "remark"],
              totals=["total_amount"]),
        Print("packing_list", _("Packing list"), signatures=[_("Warehouse"), _("Checked by")],
              header=["number", Field("customer", path="customer__name"), "business_date", "delivery_address"],
              columns=["line_no", Column("item__code", _("Item code")), Column("item__name", _("Name")), Column("item__spec", _("Specification")), "quantity",
                       Column("item__unit__name", _("Unit")), Column("lot__code", _("Lot")), "remark"]),
    ],
    teach=_("A shipment takes goods out of stock for a customer. Make it from the order; lots are proposed."),
)  # fmt: skip

SHIPMENT_LINES = Screen(
    "sales/shipment-lines", model="sales.ShipmentLine", title=_("Shipment lines"), one=_("Shipment line"), icon="list", menu=False,
    view_permission=queries.VIEW_SHIPMENTS, number="id", label="{document__number}-{line_no} {item__code}", ordering=["-id"],
    columns=[Column("document__number", _("Shipment"), to="sales/shipments"), "line_no", Column("item__code", _("Item code")), Column("item__name", _("Name")),
             Column("quantity", precision=PRECISION), Column("returned_quantity", precision=PRECISION), Column("lot__code", _("Lot")), "net_amount"],
    filters=["item", Filter("document__customer", _("Customer"), ref="masterdata/customers"), Filter("document__business_date", _("Date"))],
    search=["document__number", "item__code", "item__name", "lot__code"], related=["document", "item__unit", "lot"],
    lookup=[Column("document__number", _("Shipment")), Column("item__code", _("Item code")), Column("item__name", _("Name")), Column("lot__code", _("Lot")), "quantity", "returned_quantity"],
)  # fmt: skip


def _places_of_return(user: Any, given: Mapping[str, str]) -> dict[str, Any]:
    """Places of the warehouse (where it is said), of the kind into which the goods are put."""
    kinds = (
        ["store", "line"]
        if given.get("place") == "store"
        else [given["place"]]
        if given.get("place")
        else ["store", "line", "inspection", "blocked"]
    )
    return {"kind__in": kinds, "is_active": True} | (
        {"warehouse": given["warehouse"]} if given.get("warehouse") else {}
    )


RETURNS = Screen(
    "sales/returns", model="sales.SalesReturn", title=_("Sales returns"), one=_("Sales return"), icon="truck-return", order=34, view_permission=queries.VIEW_SHIPMENTS,
    columns=["number", Column("customer__name", _("Customer")), "business_date", "place", "handling", "reason", Column("total_amount", total=True), "approval"],
    filters=["approval", Filter("customer", ref="masterdata/customers"), "business_date", "handling", "place", "warehouse"],
    search=["number", "customer__name", "reason", "lines__item__code"], views=[Preset("draft", _("To take in"), {"approval": ["draft", "submitted"]})],
    header=[Field("customer", ref="masterdata/customers", on_edit=False), Field("warehouse", on_edit=False), Field("business_date", default=today, required=False),
            "place", "handling", Field("reason", span=2), Field("remark", span=4)],
    lines=LineGrid("lines", make=SentBack, fields=[
        Field("shipment_line", ref="sales/shipment-lines", width=220), Field("item_text", _("Item"), path="item", readonly=True, kind="text", width=200), Field("lot_code", _("Lot"), path="lot__code", readonly=True),
        Field("quantity", total=True, precision=PRECISION),
        Field("location", ref="inventory/locations", required=False, where=_places_of_return, width=150, help=_("Empty: by the put-away rules.")),
        Field("remark", required=False)], columns=["total_amount", "cost_amount"]),
    footer=[*AMOUNTS, "cost_amount"], state="approval", number="number", date="business_date", document_type="sales.return",
    create_verb="sales.create_return", edit_verb="sales.change_return", editable=lambda row: row.is_editable,
    verbs=lifecycle_buttons(RETURN, closable=False), prints=[Print("return", _("Sales return"), signatures=[_("Warehouse"), _("Customer")])],
    teach=_("Goods that a customer sends back come in at the cost they left with and are inspected again."),
)  # fmt: skip

QUOTATIONS = Screen(
    "sales/quotations", model="sales.Quotation", title=_("Quotations"), one=_("Quotation"), icon="file-dollar", order=10, view_permission=queries.VIEW_QUOTATIONS,
    columns=["number", Column("customer__name", _("Customer")), "business_date", "valid_until", Column("total_amount", total=True), "approval", "execution",
             Column("salesperson__name", _("Salesperson"))],
    filters=["approval", "execution", Filter("customer", ref="masterdata/customers"), "business_date", "valid_until", "salesperson"],
    search=["number", "customer__name", "customer__pinyin", "lines__item__code", "lines__item__name"],
    views=[Preset("open", _("Open"), {"approval": "approved", "execution": "open"}), Preset("mine", _("Made by me"), {"created_by": "@me"})],
    header=[
        Field("customer", ref="masterdata/customers", on_edit=False), Field("business_date", default=today, required=False, on_edit=False),
        Field("valid_until", required=False), Field("salesperson", required=False, on_edit=False),
        Field("price_includes_tax", required=False, on_edit=False), Field("remark", span=4),
    ],
    lines=LineGrid("lines", make=QuotedLine, fields=[*PRICED_FIELDS, Field("lead_days", required=False, default=30), Field("remark", required=False)]),
    footer=AMOUNTS, state="approval", second_state="execution", number="number", date="business_date", document_type="sales.quotation",
    create_verb="sales.create_quotation", edit_verb="sales.change_quotation", editable=lambda row: row.is_editable,
    verbs=lifecycle_buttons(QUOTATION, own=[
        VerbButton("sales.order_quotation", _("Make order"), icon="file-invoice", shown=is_live, ask=[Field("customer_reference", _("Customer's order number"), max_length=60)])]),
    prints=[Print("quotation", _("Quotation"), words="total_amount", signatures=[_("Seller (seal)")],
                  columns=["line_no", Column("item__code", _("Item code")), Column("item__name", _("Name")), Column("item__spec", _("Specification")),
                           Column("unit_quantity", _("Quantity")), Column("unit__name", _("Unit")), "price", "total_amount", "lead_days"], totals=AMOUNTS)],
    teach=_("An offer to a customer. Once accepted, one click makes the order at the offered prices."),
)  # fmt: skip

SCREENS = [QUOTATIONS, ORDERS, ORDER_LINES, SHIPMENTS, SHIPMENT_LINES, RETURNS]


def _count(model: Any, **wanted: Any) -> Callable[[Any], int]:
    return lambda user: model.objects.filter(**wanted).count()


PROCESS_BOXES = [
    ProcessBox("quotation", _("Quotation"), "/sales/quotations/?view=open", _count(Quotation, approval="approved", execution="open"), permission=queries.VIEW_QUOTATIONS),
    ProcessBox("sales_order", _("Sales order"), "/sales/orders/?view=draft", _count(SalesOrder, approval__in=["draft", "submitted"]), permission=queries.VIEW_ORDERS),
    ProcessBox("shipment", _("Shipment"), "/sales/order-lines/?view=open",
               _count(SalesOrderLine, document__approval="approved", execution__in=OPEN), lambda user: queries.late_lines(timezone.localdate()).count(), queries.VIEW_SHIPMENTS),
]  # fmt: skip


def _late(user: Any) -> list[AlertRow]:
    day = timezone.localdate()
    return [
        AlertRow(
            ngettext("{order}: {item} is {days} day late", "{order}: {item} is {days} days late", (day - line.promised_date).days).format(
                order=line.document.number, item=line.item.name, days=(day - line.promised_date).days),
            f"/sales/orders/{line.document_id}/", "red" if (day - line.promised_date).days > 7 else "orange", str(line.document.customer),
        )
        for line in queries.late_lines(day)[:10]
    ]  # fmt: skip


ALERTS = [
    Alert(
        "late_sales",
        _("Overdue deliveries"),
        _late,
        queries.VIEW_ORDERS,
        "clock-exclamation",
        "/sales/order-lines/?view=late",
        order=10,
    )
]


def _sum_of_month(model: Any) -> Callable[[Any], Figure]:
    def value(user: Any) -> Figure:
        first = timezone.localdate().replace(day=1)
        rows = model.objects.filter(approval=Approval.APPROVED, business_date__gte=first).order_by()
        amount = rows.aggregate(amount=Sum("net_amount"))["amount"] or Decimal(0)
        return Figure(amount, "money", note=_("without tax"))

    return value


TILES = [
    Tile("sold", _("Orders this month"), _sum_of_month(SalesOrder), queries.VIEW_ORDERS, "/sales/orders/", scope="price", order=10),
    Tile("shipped", _("Shipped this month"), _sum_of_month(Shipment), queries.VIEW_SHIPMENTS, "/sales/shipments/", scope="price", order=11),
    Tile("late_sales", _("Overdue sales lines"), lambda user: Figure(queries.late_lines(timezone.localdate()).count(), good="down"),
         queries.VIEW_ORDERS, "/sales/order-lines/?view=late", order=12),
]  # fmt: skip
