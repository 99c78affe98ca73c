"""Tables of the keeper's documents, rules and alerts."""

from gongfang.inventory.models.alerts import AlertAction, AlertKind, AlertRule, StockAlert
from gongfang.inventory.models.conversion import Conversion, ConversionLine, ConversionOutput
from gongfang.inventory.models.count import CountMode, CountPlan, CountPlanPerson, StockCount, StockCountLine
from gongfang.inventory.models.custody import Custody, CustodyLine
from gongfang.inventory.models.other import OtherIssue, OtherIssueLine, OtherReceipt, OtherReceiptLine, PurposeAccount
from gongfang.inventory.models.placing import Package, PackageLine, PickingRule, PutAwayRule
from gongfang.inventory.models.transfer import Transfer, TransferLine

__all__ = [
    "AlertAction", "AlertKind", "AlertRule", "Conversion", "ConversionLine", "ConversionOutput", "CountMode", "CountPlan",
    "CountPlanPerson", "Custody", "CustodyLine", "OtherIssue", "OtherIssueLine", "OtherReceipt", "OtherReceiptLine", "Package", "PackageLine", "PickingRule",
    "PurposeAccount", "PutAwayRule", "StockAlert", "StockCount", "StockCountLine", "Transfer", "TransferLine",
]  # fmt: skip
