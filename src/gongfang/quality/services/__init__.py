"""The verbs of quality."""

from gongfang.quality.rules.judging import ResultLine
from gongfang.quality.services.actions import (
    StepInput,
    act_on_complaint,
    act_on_nonconformance,
    answer_complaint,
    change_action,
    change_complaint,
    check_effect,
    close_complaint,
    complete_step,
    create_action,
    create_complaint,
)
from gongfang.quality.services.certifying import LOTS_MADE, lots_of
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
from gongfang.quality.services.losses import REWORK
from gongfang.quality.services.nonconformances import LIFECYCLE as NONCONFORMANCE
from gongfang.quality.services.nonconformances import (
    ReworkInput,
    book_disposal,
    change_nonconformance,
    create_nonconformance,
)
from gongfang.quality.services.patrols import RUNNING, make_patrols
from gongfang.quality.services.plans import Point, change_plan, create_plan, resume_sampling
from gongfang.quality.services.recalling import GENEALOGY, record_drill, trace

approve_inspection, unapprove_inspection = INSPECTION.approve, INSPECTION.unapprove
approve_nonconformance, unapprove_nonconformance = NONCONFORMANCE.approve, NONCONFORMANCE.unapprove

__all__ = [
    "GENEALOGY",
    "INSPECTION",
    "INSTRUMENTS",
    "LOTS_MADE",
    "NONCONFORMANCE",
    "REWORK",
    "RUNNING",
    "NewInspection",
    "Point",
    "ResultLine",
    "ReworkInput",
    "StepInput",
    "act_on_complaint",
    "act_on_nonconformance",
    "answer_complaint",
    "approve_inspection",
    "approve_nonconformance",
    "book_disposal",
    "change_action",
    "change_complaint",
    "change_inspection",
    "change_nonconformance",
    "change_plan",
    "check_effect",
    "close_complaint",
    "complete_step",
    "create_action",
    "create_complaint",
    "create_inspection",
    "create_inspections",
    "create_nonconformance",
    "create_plan",
    "decide_inspection",
    "dispose_inspection",
    "drop_inspections",
    "lots_of",
    "make_patrols",
    "pass_inspection",
    "pass_inspections",
    "record_drill",
    "resume_sampling",
    "trace",
    "unapprove_inspection",
    "unapprove_nonconformance",
    "why_kept",
]  # fmt: skip
