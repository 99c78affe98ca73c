"""The product's main job, from a customer's order to the money, told once with figures.

A customer orders 10 pumps; nothing is in stock. MRP plans them, buys castings, shafts and bolts, the shop makes them, they are
shipped, invoiced and paid. A lot of 10 costs 1,955.00 by standard (see tests/production/shop.py); it is sold for 4,000.00 net.
"""

from datetime import timedelta
from decimal import Decimal as D

import pytest

from gongfang.costing import services as costing
from gongfang.finance import services as finance
from gongfang.finance.models import PurchaseInvoice, SalesInvoice
from gongfang.finance.rules import MatchInput
from gongfang.kernel.errors import DomainError
from gongfang.ledger import queries as ledger
from gongfang.masterdata.models import Partner, SupplierPrice
from gongfang.planning import services as planning
from gongfang.planning.models import PlannedOrder
from gongfang.planning.queries import demands_above, projected_stock, supplies_below
from gongfang.planning.queries.explanation import explanation
from gongfang.platform.documents.links import chain
from gongfang.platform.verification import run_all
from gongfang.production import services as production
from gongfang.production.models import WorkOrder
from gongfang.purchasing import services as purchasing
from gongfang.purchasing.models import PurchaseOrder, Receipt
from gongfang.sales import services as sales
from tests.production.shop import Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(db) -> Shop:
    shop = Shop()
    shop.customer = Partner.objects.create(
        code="C1",
        name="客户一",
        pinyin="khy",
        is_customer=True,
        price_includes_tax=False,
        tax_rate=D("0.13"),
        payment_days=30,
    )
    shop.supplier.price_includes_tax = False
    shop.supplier.tax_rate = D("0.13")
    shop.supplier.save()
    for code, price in (("casting", "100"), ("shaft", "30"), ("bolt", "0.5")):
        SupplierPrice.objects.create(supplier=shop.supplier, item=shop.items[code], price=D(price), tax_included=False)
        type(shop.items[code]).objects.filter(code=code).update(default_supplier=shop.supplier, lead_time_days=3)
    type(shop.items["pump"]).objects.filter(code="pump").update(lead_time_days=5, sales_price=D(400))
    return shop


def sold(shop: Shop, quantity: str = "10"):
    order = shop.do(
        sales.create_order, customer_id=shop.customer.pk, promised_date=shop.today + timedelta(days=30),
        lines=[sales.OrderLine(shop.items["pump"].pk, D(quantity), D(400), promised_date=shop.today + timedelta(days=30))],
    )  # fmt: skip
    return shop.do(sales.approve_order, document_id=order.pk)


def suggestions(run) -> dict[str, PlannedOrder]:
    return {
        order.item.code: order for order in PlannedOrder.objects.filter(run=run).select_related("item__unit", "run")
    }


def test_from_the_order_to_the_money(shop):
    order = sold(shop)
    assert (order.net_amount, order.tax_amount, order.total_amount) == (D("4000.00"), D("520.00"), D("4520.00"))

    run = planning.plan_now(actor=shop.boss, today=shop.today)
    plan = suggestions(run)
    assert {code: one.quantity for code, one in plan.items()} == {"pump": 10, "casting": 10, "shaft": 20, "bolt": 40}
    assert plan["pump"].due_on <= order.lines.get().promised_date
    assert plan["casting"].due_on <= plan["pump"].release_on
    released = shop.do(planning.release_suggestions, order_ids=[one.pk for one in plan.values()])
    assert {row.state for row in released} == {"released"}
    again = planning.plan_now(actor=shop.boss, today=shop.today)
    assert again.order_count == 0, "what was released is supply: planning again proposes nothing"

    purchase = PurchaseOrder.objects.get()
    shop.do(purchasing.approve_order, document_id=purchase.pk)
    arrival = shop.do(purchasing.push_arrival, order_ids=[purchase.pk])
    shop.do(purchasing.approve_arrival, document_id=arrival.pk)
    assert ledger.on_hand([shop.items["shaft"].pk])[shop.items["shaft"].pk] == 20
    assert ledger.balance_of("grni") == D("-1620.00")

    work = WorkOrder.objects.get()
    shop.approve(work)
    shop.do(production.release_orders, order_ids=[work.pk])
    shop.do(production.pick_orders, order_ids=[work.pk])
    for operation in work.operations.order_by("operation_no"):
        shop.do(production.report_operation, operation_id=operation.pk, good=D(10))
    shop.do(production.receive_orders, order_ids=[work.pk])
    shop.do(production.close_orders, order_ids=[work.pk])
    shop.do(costing.settle_orders, order_ids=[work.pk])
    work.refresh_from_db()
    assert (work.stage, work.wip) == ("settled", D("0.00"))
    assert ledger.balance_of("inventory_finished") == D("1955.00")

    shipment = shop.do(sales.push_shipment, order_ids=[order.pk])
    shop.do(sales.approve_shipment, document_id=shipment.pk)
    assert ledger.balance_of("cogs") == D("1955.00")
    assert ledger.on_hand([shop.items["pump"].pk])[shop.items["pump"].pk] == 0

    incoming = shop.do(
        finance.invoice_receipts, receipt_ids=[Receipt.objects.get().pk], invoice_no="25317000000012345678"
    )
    shop.do(finance.PURCHASE_INVOICE_LIFECYCLE.approve, document_id=incoming.pk)
    assert ledger.balance_of("grni") == 0
    assert ledger.balance_of("payable") == D("-1830.60")
    (payment,) = shop.do(finance.pay_invoices, invoice_ids=[incoming.pk])
    shop.do(finance.PAYMENT_LIFECYCLE.approve, document_id=payment.pk)
    outgoing = shop.do(finance.invoice_shipments, shipment_ids=[shipment.pk])
    shop.do(finance.SALES_INVOICE_LIFECYCLE.approve, document_id=outgoing.pk)
    assert ledger.balance_of("receivable") == D("4520.00")
    receipt = shop.do(
        finance.create_receipt,
        customer_id=shop.customer.pk,
        amount=D("4520.00"),
        lines=[MatchInput(outgoing.pk, D("4520.00"))],
    )
    shop.do(finance.RECEIPT_LIFECYCLE.approve, document_id=receipt.pk)

    balances = {
        role: ledger.balance_of(role) for role in ("receivable", "payable", "bank", "revenue", "vat_out", "vat_in")
    }
    assert balances == {
        "receivable": 0, "payable": 0, "bank": D("2689.40"), "revenue": D("-4000.00"), "vat_out": D("-520.00"), "vat_in": D("210.60"),
    }  # fmt: skip
    assert (SalesInvoice.objects.get().open_amount, PurchaseInvoice.objects.get().open_amount) == (0, 0)
    numbers = {node.number for node in chain(order).nodes}
    assert {order.number, work.number, shipment.number, outgoing.number, receipt.number} <= numbers
    assert run_all() == []


def test_a_suggestion_says_why_and_for_whom(shop):
    order = sold(shop)
    shop.stock("shaft", "5", "150.00")
    run = planning.plan_now(actor=shop.boss, today=shop.today)
    plan = suggestions(run)
    assert plan["shaft"].quantity == 15
    above = demands_above(run, [plan["shaft"].seq])
    assert [(row.what, row.name) for row in above][-1] == ("demand", order.number)
    below = supplies_below(run, [plan["pump"].seq])
    assert {(row.what, row.item_code, row.quantity) for row in below} == {
        ("order", "casting", D(10)), ("stock", "shaft", D(5)), ("order", "shaft", D(15)), ("order", "bolt", D(40)),
    }  # fmt: skip
    text = " ".join(str(one) for one in explanation(plan["shaft"]))
    for word in (order.number, "5", "3 working days", "lot for lot"):
        assert word in text, text
    assert [row.stock for row in projected_stock(run, shop.items["shaft"].pk)][-1] == 0


def test_taking_everything_back_leaves_nothing(shop):
    order = sold(shop)
    shop.stock("pump", "10", "1955.00", lot="L1")
    shipment = shop.do(sales.push_shipment, order_ids=[order.pk])
    shop.do(sales.approve_shipment, document_id=shipment.pk)
    invoice = shop.do(finance.invoice_shipments, shipment_ids=[shipment.pk])
    shop.do(finance.SALES_INVOICE_LIFECYCLE.approve, document_id=invoice.pk)
    receipt = shop.do(
        finance.create_receipt,
        customer_id=shop.customer.pk,
        amount=D(5000),
        lines=[MatchInput(invoice.pk, D("4520.00"))],
    )
    shop.do(finance.RECEIPT_LIFECYCLE.approve, document_id=receipt.pk)
    assert run_all() == []
    shop.do(finance.RECEIPT_LIFECYCLE.unapprove, document_id=receipt.pk)
    with pytest.raises(DomainError) as refusal:
        shop.do(finance.SALES_INVOICE_LIFECYCLE.unapprove, document_id=invoice.pk)
    assert refusal.value.code == "downstream", "the draft of the receipt still stands on it"
    shop.do(finance.RECEIPT_LIFECYCLE.void, document_id=receipt.pk)
    shop.do(finance.SALES_INVOICE_LIFECYCLE.unapprove, document_id=invoice.pk)
    shop.do(finance.SALES_INVOICE_LIFECYCLE.void, document_id=invoice.pk)
    shop.do(sales.unapprove_shipment, document_id=shipment.pk)
    for role in ("receivable", "bank", "revenue", "vat_out", "cogs"):
        assert ledger.balance_of(role) == 0, role
    assert ledger.on_hand([shop.items["pump"].pk])[shop.items["pump"].pk] == 10
    assert run_all() == []
