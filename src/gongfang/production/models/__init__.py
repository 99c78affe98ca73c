"""Tables of the shop floor, one file per noun."""

from gongfang.production.models.calls import EscalationRule, HelpCall
from gongfang.production.models.changes import AppliedChange, OperationTime, OrderChange, OrderPause
from gongfang.production.models.issues import Issue, IssueLine, MaterialReturn, MaterialReturnLine
from gongfang.production.models.orders import WorkOrder, WorkOrderMaterial, WorkOrderOperation, WorkOrderOutput
from gongfang.production.models.receipts import LotUse, OutputReceipt, OutputReceiptLine
from gongfang.production.models.reports import Report, ReportLine, ReportPerson
from gongfang.production.models.subcontracts import (
    SubcontractMaterial,
    SubcontractOrder,
    SubcontractReceipt,
    SubcontractTransfer,
    SubcontractTransferLine,
    SubcontractUse,
)

__all__ = [
    "AppliedChange", "EscalationRule", "HelpCall", "Issue", "IssueLine", "LotUse", "MaterialReturn", "MaterialReturnLine", "OperationTime",
    "OrderChange", "OrderPause", "OutputReceipt", "OutputReceiptLine", "Report", "ReportLine", "ReportPerson", "SubcontractMaterial",
    "SubcontractOrder", "SubcontractReceipt", "SubcontractTransfer", "SubcontractTransferLine", "SubcontractUse", "WorkOrder", "WorkOrderMaterial", "WorkOrderOperation", "WorkOrderOutput",
]  # fmt: skip
