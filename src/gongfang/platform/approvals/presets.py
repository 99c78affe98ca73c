"""The approval flows that a factory starts with, in the language of its administrator."""

from django.utils.translation import get_language

from gongfang.platform.approvals.models import ApprovalFlow

ENGLISH = {
    # as the migrations of production and purchasing write them → in a company that works in English
    "工单审批：计划 → 仓库 → 生产": "Work orders: planning → warehouse → production",
    "采购订单：采购": "Purchase orders: buyer",
    "采购订单大额：采购 → 老板": "Large purchase orders: buyer → owner",
}


def name_preset_flows() -> None:
    """Name them as the company's language says; nothing to do in Chinese. Two statements."""
    if not (get_language() or "").startswith("en"):
        return
    flows = list(ApprovalFlow.objects.filter(name__in=ENGLISH))
    for flow in flows:
        flow.name = ENGLISH[flow.name]
    ApprovalFlow.objects.bulk_update(flows, ["name"])
