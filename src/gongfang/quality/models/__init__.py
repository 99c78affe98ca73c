"""Tables of quality, one file per noun."""

from gongfang.quality.models.inspections import Inspection, InspectionKind, InspectionResult, Severity
from gongfang.quality.models.nonconformances import Disposition, Grade, Nonconformance
from gongfang.quality.models.plans import InspectionPlan, PlanCharacteristic

__all__ = [
    "Disposition", "Grade", "Inspection", "InspectionKind", "InspectionPlan", "InspectionResult", "Nonconformance",
    "PlanCharacteristic", "Severity",
]  # fmt: skip
