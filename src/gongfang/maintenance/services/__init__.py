"""The verbs of maintenance."""

from gongfang.maintenance.rules import Finding, Message
from gongfang.maintenance.services.calibrations import record_calibration
from gongfang.maintenance.services.checks import change_check_plan, create_check_plan, record_check
from gongfang.maintenance.services.counting import (
    change_device,
    count_by_hand,
    create_device,
    device_of_token,
    renew_token,
    take_counts,
)
from gongfang.maintenance.services.equipment import (
    change_equipment,
    create_equipment,
    mount_tool,
    overhaul_tool,
    retire_equipment,
    return_equipment,
)
from gongfang.maintenance.services.hearing import Heard, hear, message_of, take
from gongfang.maintenance.services.orders import (
    accept_order,
    assign_order,
    begin_order,
    cancel_order,
    finish_order,
    issue_parts,
    refuse_order,
    report_fault,
    return_part,
)
from gongfang.maintenance.services.plans import change_service_plan, create_service_plan, make_due_orders
from gongfang.maintenance.services.stops import begin_stop, change_stop, end_stop, record_stop
from gongfang.maintenance.services.tooling import ToolWork, count_tools, tool_problems
from gongfang.maintenance.services.usual import issue_usual_parts, usual_parts

__all__ = [
    "Finding", "Heard", "Message", "ToolWork", "accept_order", "assign_order", "begin_order", "begin_stop", "cancel_order", "change_check_plan",
    "change_device", "change_equipment", "change_service_plan", "change_stop", "count_by_hand", "count_tools", "create_check_plan",
    "create_device", "create_equipment", "create_service_plan", "device_of_token", "end_stop", "finish_order", "hear", "issue_parts", "issue_usual_parts",
    "make_due_orders", "message_of", "mount_tool", "overhaul_tool", "record_calibration", "record_check", "record_stop", "refuse_order",
    "renew_token", "report_fault", "retire_equipment", "return_equipment", "return_part", "take", "take_counts", "tool_problems", "usual_parts",
]  # fmt: skip
