"""Verbs of planning: run, release, change, dismiss."""

from gongfang.planning.services.release import change_suggestion, dismiss_suggestions, release_suggestions
from gongfang.planning.services.runs import plan_now, run_mrp, start_mrp

__all__ = ["change_suggestion", "dismiss_suggestions", "plan_now", "release_suggestions", "run_mrp", "start_mrp"]
