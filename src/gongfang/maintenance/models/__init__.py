"""Tables of maintenance, one file per noun."""

from gongfang.maintenance.models.calibrations import Calibration
from gongfang.maintenance.models.checks import CheckPlan, CheckPoint, SpotCheck, SpotCheckLine
from gongfang.maintenance.models.counters import Count, CounterDevice
from gongfang.maintenance.models.equipment import Equipment, EquipmentKind, EquipmentState, ToolUse
from gongfang.maintenance.models.orders import MaintenanceOrder, OrderKind, OrderStage, SparePart
from gongfang.maintenance.models.plans import ServicePart, ServicePlan
from gongfang.maintenance.models.stops import Downtime, StopReason

__all__ = [
    "Calibration", "CheckPlan", "CheckPoint", "Count", "CounterDevice", "Downtime", "Equipment", "EquipmentKind", "EquipmentState",
    "MaintenanceOrder", "OrderKind", "OrderStage", "ServicePart", "ServicePlan", "SparePart", "SpotCheck", "SpotCheckLine",
    "StopReason", "ToolUse",
]  # fmt: skip
