"""The verbs of purchasing."""

from gongfang.purchasing.rules.inputs import (
    AskedItem,
    IncomingGoods,
    NewPurchase,
    OfferedPrice,
    OrderLine,
    RequisitionItem,
    ReturnedGoods,
    Revision,
)
from gongfang.purchasing.services.arrivals import LIFECYCLE as ARRIVAL
from gongfang.purchasing.services.arrivals import change_arrival, create_arrival, push_arrival
from gongfang.purchasing.services.orders import LIFECYCLE as ORDER
from gongfang.purchasing.services.orders import (
    change_order,
    close_order_line,
    confirm_order,
    create_order,
    create_orders,
    revise_order,
)
from gongfang.purchasing.services.receipts import LIFECYCLE as RECEIPT
from gongfang.purchasing.services.receipts import change_receipt, create_receipt, receive_order, record_invoiced
from gongfang.purchasing.services.requisitions import LIFECYCLE as REQUISITION
from gongfang.purchasing.services.requisitions import change_requisition, create_requisition, order_requisition
from gongfang.purchasing.services.returns import LIFECYCLE as RETURN
from gongfang.purchasing.services.returns import change_return, create_return, return_receipt
from gongfang.purchasing.services.rfqs import LIFECYCLE as RFQ
from gongfang.purchasing.services.rfqs import change_rfq, comparison, create_rfq, order_rfq

submit_order, approve_order, unapprove_order = ORDER.submit, ORDER.approve, ORDER.unapprove
close_order, reopen_order, void_order = ORDER.close, ORDER.reopen, ORDER.void
approve_arrival, unapprove_arrival = ARRIVAL.approve, ARRIVAL.unapprove
approve_receipt, unapprove_receipt = RECEIPT.approve, RECEIPT.unapprove
approve_return, unapprove_return = RETURN.approve, RETURN.unapprove
approve_requisition, approve_rfq = REQUISITION.approve, RFQ.approve

__all__ = [
    "ARRIVAL",
    "ORDER",
    "RECEIPT",
    "REQUISITION",
    "RETURN",
    "RFQ",
    "AskedItem",
    "IncomingGoods",
    "NewPurchase",
    "OfferedPrice",
    "OrderLine",
    "RequisitionItem",
    "ReturnedGoods",
    "Revision",
    "approve_arrival",
    "approve_order",
    "approve_receipt",
    "approve_requisition",
    "approve_return",
    "approve_rfq",
    "change_arrival",
    "change_order",
    "change_receipt",
    "change_requisition",
    "change_return",
    "change_rfq",
    "close_order",
    "close_order_line",
    "comparison",
    "confirm_order",
    "create_arrival",
    "create_order",
    "create_orders",
    "create_receipt",
    "create_requisition",
    "create_return",
    "create_rfq",
    "order_requisition",
    "order_rfq",
    "push_arrival",
    "receive_order",
    "record_invoiced",
    "reopen_order",
    "return_receipt",
    "revise_order",
    "submit_order",
    "unapprove_arrival",
    "unapprove_order",
    "unapprove_receipt",
    "unapprove_return",
    "void_order",
]  # fmt: skip
