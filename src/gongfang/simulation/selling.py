"""The sales desk and the shipping dock: customers order what the factory makes, and get it when it is there."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from gongfang.ledger import queries as ledger
from gongfang.masterdata import queries as masterdata
from gongfang.platform.documents.registry import document_model
from gongfang.sales import queries as sales_queries
from gongfang.sales import services as sales
from gongfang.simulation.cast import Factory, asked_of

ORDERS_A_DAY = (1, 2)
LINES = (1, 3)
QUANTITIES = (1, 2, 2, 3, 4, 5, 6, 8, 10)
PROMISE_DAYS = (18, 40)


class Market:
    """Who buys and what is on offer; read once."""

    def __init__(self) -> None:
        self.customers = list(masterdata.customers().filter(status="active").order_by("code"))
        self.products = [
            item for item in masterdata.plannable_items() if item.kind == "finished" and item.sales_price > 0
        ]


def take_orders(factory: Factory) -> None:
    """Some customers order a few pumps each; the sales desk enters and submits."""
    market = factory.once(Market)
    for _ in range(factory.luck.number(*ORDERS_A_DAY)):
        customer = factory.luck.choice(market.customers)
        promised = factory.clock.today + timedelta(days=factory.luck.number(*PROMISE_DAYS))
        lines = [
            sales.OrderLine(item.pk, Decimal(factory.luck.choice(QUANTITIES)), promised_date=promised)
            for item in factory.luck.sample(market.products, factory.luck.number(*LINES))
        ]
        order = factory.do(sales.create_order, "sales", customer_id=customer.pk, lines=lines, promised_date=promised)
        if order is not None:
            factory.count("sales_orders")
            factory.do(sales.submit_order, "sales", document_id=order.pk)


def approve_orders(factory: Factory) -> None:
    """The owner approves, and whoever else the flow asks."""
    for role in ("sales", "owner"):
        factory.do_all(sales.approve_order, role, asked_of(factory.cast.one(role), "sales.order"))
    waiting = document_model("sales.order")._default_manager.filter(approval="submitted").order_by("pk")
    factory.do_all(sales.approve_order, "owner", list(waiting.values_list("pk", flat=True)))


def ship(factory: Factory) -> None:
    """Whatever of the open orders is in stock and due within two weeks leaves."""
    until = factory.clock.today + timedelta(days=14)
    demand = [line for line in sales_queries.open_demand() if line.on <= until]
    stock = dict(ledger.available({line.item_id for line in demand}))
    orders: dict[int, None] = {}
    for line in demand:
        if stock.get(line.item_id, Decimal(0)) >= line.quantity:
            stock[line.item_id] -= line.quantity
            orders[line.document_id] = None
    for order_id in orders:
        _ship_order(factory, order_id)


def _ship_order(factory: Factory, order_id: int) -> Any:
    shipment = factory.do(sales.push_shipment, "keeper", order_ids=[order_id])
    if shipment is not None and factory.do(sales.approve_shipment, "keeper", document_id=shipment.pk) is not None:
        factory.count("shipments")
