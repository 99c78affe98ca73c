"""The verbs of the shop floor, one file per noun."""

from gongfang.production.permissions import VIEW_FLOOR, VIEW_ORDERS
from gongfang.production.ports import Awaited
from gongfang.production.services.applying import apply_change
from gongfang.production.services.calling import (
    call_help,
    change_escalation,
    create_escalation,
    escalate_calls,
    solve_call,
    take_call,
)
from gongfang.production.services.change_orders import CHANGE, request_change
from gongfang.production.services.changing import change_order, split_order
from gongfang.production.services.changing_operations import still_to_pass
from gongfang.production.services.creating import (
    NewMaterial,
    NewOperation,
    NewWorkOrder,
    create_work_orders,
    proposed_materials,
    proposed_operations,
)
from gongfang.production.services.crews import PersonInput
from gongfang.production.services.customer_material import issue_customer_material
from gongfang.production.services.disassembling import PartInput, create_disassembly
from gongfang.production.services.families import create_children
from gongfang.production.services.holding import hold_operations, hold_orders, save_orders
from gongfang.production.services.inspecting import request_inspection
from gongfang.production.services.issuing import (
    IssueInput,
    issue_materials,
    pick_orders,
    propose_picks,
    undo_issue,
)
from gongfang.production.services.keeping import release_materials, reserve_materials
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
from gongfang.production.services.outputs import Ready, orders_ready, ready_outputs
from gongfang.production.services.pointing import request_first_piece
from gongfang.production.services.quick import QuickMaterial, quick_finish, quick_order
from gongfang.production.services.receiving import ReceiptInput, receive_orders, receive_output, undo_receipt
from gongfang.production.services.reporting import (
    ReportInput,
    begin_operation,
    report_operation,
    report_work,
)
from gongfang.production.services.requesting import request_shortages
from gongfang.production.services.returning import ReturnInput, return_materials, undo_return
from gongfang.production.services.reworking import StepInput, create_rework
from gongfang.production.services.scheduled import plan_operations
from gongfang.production.services.skills import UNCERTIFIED
from gongfang.production.services.staging import StageInput, stage_line, unstage_line
from gongfang.production.services.stocks import waiting_for_material
from gongfang.production.services.subcontract_receiving import (
    UsedInput,
    receive_subcontract,
    reckon_loss,
    record_fees_invoiced,
    undo_subcontract_receipt,
)
from gongfang.production.services.subcontract_sending import (
    SendInput,
    return_subcontract,
    send_subcontract,
    undo_subcontract_transfer,
)
from gongfang.production.services.subcontracting import LIFECYCLE as SUBCONTRACT
from gongfang.production.services.subcontracting import (
    Outside,
    create_subcontract_order,
    edit_subcontract_order,
    give_out,
    resize_subcontract_order,
)
from gongfang.production.services.supplementing import LIFECYCLE as SUPPLEMENT
from gongfang.production.services.supplementing import supplement_materials
from gongfang.production.services.timing import by_clock, clocks_of, stop_operation
from gongfang.production.services.tolerating import allow_over
from gongfang.production.services.unapplying import unapply_change
from gongfang.production.services.unreporting import undo_report
from gongfang.production.services.varying import (
    merge_orders,
    substitute_material,
    use_substitutes,
)

__all__ = [
    "CHANGE",
    "LIFECYCLE",
    "SUBCONTRACT",
    "SUPPLEMENT",
    "UNCERTIFIED",
    "VIEW_FLOOR",
    "VIEW_ORDERS",
    "Awaited",
    "IssueInput",
    "MaterialInput",
    "NewMaterial",
    "NewOperation",
    "NewWorkOrder",
    "Outside",
    "PartInput",
    "PersonInput",
    "QuickMaterial",
    "Ready",
    "ReceiptInput",
    "ReportInput",
    "ReturnInput",
    "SendInput",
    "StageInput",
    "StepInput",
    "UsedInput",
    "acknowledge_operation",
    "allow_over",
    "apply_change",
    "approve_order",
    "begin_operation",
    "by_clock",
    "call_help",
    "cancel_orders",
    "change_escalation",
    "change_order",
    "check_stage",
    "clocks_of",
    "close_orders",
    "complete_orders",
    "create_children",
    "create_disassembly",
    "create_escalation",
    "create_order",
    "create_rework",
    "create_subcontract_order",
    "create_work_orders",
    "dispatch_operations",
    "edit_order",
    "edit_subcontract_order",
    "escalate_calls",
    "give_out",
    "hold_operations",
    "hold_orders",
    "issue_customer_material",
    "issue_materials",
    "mark_settled",
    "merge_orders",
    "orders_ready",
    "pause_orders",
    "pick_orders",
    "plan_operations",
    "propose_picks",
    "proposed_materials",
    "proposed_operations",
    "quick_finish",
    "quick_order",
    "ready_outputs",
    "receive_orders",
    "receive_output",
    "receive_subcontract",
    "reckon_loss",
    "record_fees_invoiced",
    "reject_order",
    "release_materials",
    "release_orders",
    "reopen_orders",
    "report_operation",
    "report_work",
    "request_change",
    "request_first_piece",
    "request_inspection",
    "request_shortages",
    "reserve_materials",
    "resize_subcontract_order",
    "resume_orders",
    "return_materials",
    "return_subcontract",
    "save_orders",
    "send_subcontract",
    "solve_call",
    "split_order",
    "stage_line",
    "start_orders",
    "still_to_pass",
    "stop_operation",
    "submit_order",
    "substitute_material",
    "supplement_materials",
    "take_call",
    "unapply_change",
    "unapprove_order",
    "uncomplete_orders",
    "undo_issue",
    "undo_receipt",
    "undo_report",
    "undo_return",
    "undo_subcontract_receipt",
    "undo_subcontract_transfer",
    "unrelease_orders",
    "unstage_line",
    "use_substitutes",
    "void_order",
    "waiting_for_material",
    "withdraw_order",
]  # fmt: skip
