"""The verbs of purchasing."""

from gongfang.purchasing.rules.inputs import (
    AskedItem,
    BlanketItem,
    CallOff,
    ChangedLine,
    IncomingGoods,
    NewPurchase,
    OfferedPrice,
    OrderLine,
    Promise,
    RequisitionItem,
    ReturnedGoods,
    Revision,
)
from gongfang.purchasing.services.arrivals import LIFECYCLE as ARRIVAL
from gongfang.purchasing.services.arrivals import accept_arrival_excess, change_arrival, create_arrival, push_arrival
from gongfang.purchasing.services.blankets import LIFECYCLE as BLANKET
from gongfang.purchasing.services.blankets import call_off, call_off_line, change_blanket, create_blanket
from gongfang.purchasing.services.changes import LIFECYCLE as ORDER_CHANGE
from gongfang.purchasing.services.changes import change_order_change, create_order_change, log_contact
from gongfang.purchasing.services.correctives import LIFECYCLE as CORRECTIVE
from gongfang.purchasing.services.correctives import (
    answer_corrective,
    change_corrective,
    correct_inspection,
    correct_nonconformance,
    create_corrective,
    verify_corrective,
)
from gongfang.purchasing.services.on_way import ON_WAY, Met, lock_ordered
from gongfang.purchasing.services.orders import LIFECYCLE as ORDER
from gongfang.purchasing.services.orders import (
    change_order,
    close_order_line,
    confirm_order,
    create_order,
    create_orders,
    revise_order,
)
from gongfang.purchasing.services.qualification import (
    block_supplier,
    change_approved_supplier,
    change_certificate,
    create_approved_supplier,
    create_certificate,
    lift_block,
)
from gongfang.purchasing.services.receipts import LIFECYCLE as RECEIPT
from gongfang.purchasing.services.receipts import (
    accept_excess,
    change_receipt,
    create_receipt,
    receive_order,
    record_invoiced,
)
from gongfang.purchasing.services.requisitions import LIFECYCLE as REQUISITION
from gongfang.purchasing.services.requisitions import (
    change_requisition,
    create_requisition,
    order_open,
    order_requisition,
    request_purchase,
)
from gongfang.purchasing.services.rescheduling import SUPPLIES, drop_line, move_line
from gongfang.purchasing.services.returns import LIFECYCLE as RETURN
from gongfang.purchasing.services.returns import change_return, create_return, return_receipt
from gongfang.purchasing.services.rfqs import LIFECYCLE as RFQ
from gongfang.purchasing.services.rfqs import award_offer, change_rfq, comparison, create_rfq, inquire, order_rfq
from gongfang.purchasing.services.taking_over import TakenGoods, take_over

submit_order, approve_order, unapprove_order = ORDER.submit, ORDER.approve, ORDER.unapprove
close_order, reopen_order, void_order = ORDER.close, ORDER.reopen, ORDER.void
approve_arrival, unapprove_arrival = ARRIVAL.approve, ARRIVAL.unapprove
approve_receipt, unapprove_receipt = RECEIPT.approve, RECEIPT.unapprove
approve_return, unapprove_return = RETURN.approve, RETURN.unapprove
approve_requisition, approve_rfq = REQUISITION.approve, RFQ.approve

__all__ = [
    "ARRIVAL",
    "BLANKET",
    "CORRECTIVE",
    "ON_WAY",
    "ORDER",
    "ORDER_CHANGE",
    "RECEIPT",
    "REQUISITION",
    "RETURN",
    "RFQ",
    "SUPPLIES",
    "AskedItem",
    "BlanketItem",
    "CallOff",
    "ChangedLine",
    "IncomingGoods",
    "Met",
    "NewPurchase",
    "OfferedPrice",
    "OrderLine",
    "Promise",
    "RequisitionItem",
    "ReturnedGoods",
    "Revision",
    "TakenGoods",
    "accept_arrival_excess",
    "accept_excess",
    "answer_corrective",
    "approve_arrival",
    "approve_order",
    "approve_receipt",
    "approve_requisition",
    "approve_return",
    "approve_rfq",
    "award_offer",
    "block_supplier",
    "call_off",
    "call_off_line",
    "change_approved_supplier",
    "change_arrival",
    "change_blanket",
    "change_certificate",
    "change_corrective",
    "change_order",
    "change_order_change",
    "change_receipt",
    "change_requisition",
    "change_return",
    "change_rfq",
    "close_order",
    "close_order_line",
    "comparison",
    "confirm_order",
    "correct_inspection",
    "correct_nonconformance",
    "create_approved_supplier",
    "create_arrival",
    "create_blanket",
    "create_certificate",
    "create_corrective",
    "create_order",
    "create_order_change",
    "create_orders",
    "create_receipt",
    "create_requisition",
    "create_return",
    "create_rfq",
    "drop_line",
    "inquire",
    "lift_block",
    "lock_ordered",
    "log_contact",
    "move_line",
    "order_open",
    "order_requisition",
    "order_rfq",
    "push_arrival",
    "receive_order",
    "record_invoiced",
    "reopen_order",
    "request_purchase",
    "return_receipt",
    "revise_order",
    "submit_order",
    "take_over",
    "unapprove_arrival",
    "unapprove_order",
    "unapprove_receipt",
    "unapprove_return",
    "verify_corrective",
    "void_order",
]
