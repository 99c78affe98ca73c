"""The verbs of quality."""

from gongfang.quality.rules.judging import ResultLine
from gongfang.quality.services.charting import INSTRUMENTS
from gongfang.quality.services.disposing import dispose_inspection
from gongfang.quality.services.inspections import LIFECYCLE as INSPECTION
from gongfang.quality.services.inspections import (
    NewInspection,
    change_inspection,
    create_inspection,
    create_inspections,
    decide_inspection,
    drop_inspections,
    pass_inspection,
    pass_inspections,
    why_kept,
)
from gongfang.quality.services.nonconformances import LIFECYCLE as NONCONFORMANCE
from gongfang.quality.services.nonconformances import book_disposal, change_nonconformance, create_nonconformance
from gongfang.quality.services.plans import Point, change_plan, create_plan

approve_inspection, unapprove_inspection = INSPECTION.approve, INSPECTION.unapprove
approve_nonconformance, unapprove_nonconformance = NONCONFORMANCE.approve, NONCONFORMANCE.unapprove

__all__ = [
    "INSPECTION", "INSTRUMENTS", "NONCONFORMANCE", "NewInspection", "Point", "ResultLine", "approve_inspection", "approve_nonconformance", "book_disposal",
    "change_inspection", "change_nonconformance", "change_plan", "create_inspection", "create_inspections", "create_nonconformance",
    "create_plan", "decide_inspection", "dispose_inspection", "drop_inspections", "pass_inspection", "pass_inspections", "unapprove_inspection", "unapprove_nonconformance",
    "why_kept",
]  # fmt: skip
