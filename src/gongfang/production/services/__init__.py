"""The verbs of the shop floor, one file per noun."""

from gongfang.production.services.calling import call_help, solve_call, take_call
from gongfang.production.services.changing import change_order, split_order
from gongfang.production.services.creating import NewMaterial, NewOperation, NewWorkOrder, create_work_orders
from gongfang.production.services.holding import hold_operations, hold_orders, save_orders
from gongfang.production.services.issuing import (
    IssueInput,
    ReturnInput,
    issue_materials,
    pick_orders,
    propose_picks,
    return_materials,
    supplement_materials,
    undo_issue,
    undo_return,
)
from gongfang.production.services.life import (
    LIFECYCLE,
    acknowledge_operation,
    approve_order,
    cancel_orders,
    check_stage,
    close_orders,
    complete_orders,
    dispatch_operations,
    mark_settled,
    pause_orders,
    reject_order,
    release_orders,
    reopen_orders,
    resume_orders,
    start_orders,
    submit_order,
    unapprove_order,
    uncomplete_orders,
    unrelease_orders,
    void_order,
    withdraw_order,
)
from gongfang.production.services.orders import MaterialInput, create_order, edit_order
from gongfang.production.services.receiving import ReceiptInput, receive_orders, receive_output, undo_receipt
from gongfang.production.services.reporting import (
    PersonInput,
    ReportInput,
    begin_operation,
    report_operation,
    report_work,
    undo_report,
)

__all__ = [
    "LIFECYCLE", "IssueInput", "MaterialInput", "NewMaterial", "NewOperation", "NewWorkOrder", "PersonInput", "ReceiptInput",
    "ReportInput", "ReturnInput", "acknowledge_operation", "approve_order", "begin_operation", "call_help", "cancel_orders",
    "change_order", "check_stage", "close_orders", "complete_orders", "create_order", "create_work_orders", "dispatch_operations", "edit_order",
    "hold_operations", "hold_orders", "issue_materials", "mark_settled", "pause_orders", "pick_orders", "propose_picks",
    "receive_orders", "receive_output", "reject_order", "release_orders", "reopen_orders", "report_operation", "report_work",
    "resume_orders", "return_materials", "save_orders", "solve_call", "split_order", "start_orders", "submit_order",
    "supplement_materials", "take_call", "unapprove_order", "uncomplete_orders", "undo_issue", "undo_receipt", "undo_report",
    "undo_return", "unrelease_orders", "void_order", "withdraw_order",
]  # fmt: skip
