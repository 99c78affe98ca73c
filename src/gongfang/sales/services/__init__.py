"""The verbs of sales."""

from gongfang.sales.rules.inputs import OrderLine, QuotedLine, Revision, SentBack, ShippedGoods
from gongfang.sales.rules.promising import Promise
from gongfang.sales.services.credit import RECEIVABLES, exposure, pass_credit
from gongfang.sales.services.keeping import release_order, reserve_line, reserve_order
from gongfang.sales.services.orders import LIFECYCLE as ORDER
from gongfang.sales.services.orders import change_order, close_order_line, create_order, revise_order
from gongfang.sales.services.promising import PROMISE, promise, promise_order
from gongfang.sales.services.quotations import LIFECYCLE as QUOTATION
from gongfang.sales.services.quotations import change_quotation, create_quotation, order_quotation
from gongfang.sales.services.returns import LIFECYCLE as RETURN
from gongfang.sales.services.returns import change_return, create_return, return_shipment
from gongfang.sales.services.shipments import LIFECYCLE as SHIPMENT
from gongfang.sales.services.shipments import (
    accept_excess,
    change_shipment,
    create_shipment,
    push_shipment,
    record_invoiced,
    ship_order,
)

submit_order, approve_order, unapprove_order = ORDER.submit, ORDER.approve, ORDER.unapprove
close_order, reopen_order, void_order = ORDER.close, ORDER.reopen, ORDER.void
approve_shipment, unapprove_shipment = SHIPMENT.approve, SHIPMENT.unapprove
approve_return, unapprove_return = RETURN.approve, RETURN.unapprove
approve_quotation = QUOTATION.approve

__all__ = [
    "ORDER", "PROMISE", "QUOTATION", "RECEIVABLES", "RETURN", "SHIPMENT", "OrderLine", "Promise", "QuotedLine",
    "Revision", "SentBack", "ShippedGoods", "accept_excess", "approve_order", "approve_quotation", "approve_return", "approve_shipment",
    "change_order", "change_quotation", "change_return", "change_shipment", "close_order", "close_order_line", "create_order",
    "create_quotation", "create_return", "create_shipment", "exposure", "order_quotation", "pass_credit", "promise",
    "promise_order", "push_shipment", "record_invoiced", "release_order", "reopen_order", "reserve_line", "reserve_order", "return_shipment", "revise_order", "ship_order",
    "submit_order", "unapprove_order", "unapprove_return", "unapprove_shipment", "void_order",
]  # fmt: skip
