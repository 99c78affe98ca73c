"""Tables of quality, one file per noun."""

from gongfang.quality.models.actions import (
    ActionStage,
    ActionStep,
    Complaint,
    ComplaintStage,
    CorrectiveAction,
    StepCode,
)
from gongfang.quality.models.inspections import Inspection, InspectionKind, InspectionResult, Severity
from gongfang.quality.models.nonconformances import Disposition, Grade, Nonconformance, ReworkStep
from gongfang.quality.models.plans import ChartKind, InspectionPlan, PlanCharacteristic
from gongfang.quality.models.recalls import RecallDrill

__all__ = [
    "ActionStage", "ActionStep", "ChartKind", "Complaint", "ComplaintStage", "CorrectiveAction", "Disposition", "Grade", "Inspection",
    "InspectionKind", "InspectionPlan", "InspectionResult", "Nonconformance", "PlanCharacteristic", "RecallDrill", "ReworkStep", "Severity", "StepCode",
]  # fmt: skip
