"""Acceptance sampling by attributes: GB/T 2828.1-2012 (ISO 2859-1:1999), single sampling plans and switching rules."""

from gongfang.engines.sampling.plans import AQLS, LEVELS, Plan, Severity, code_letter, plan_for
from gongfang.engines.sampling.switching import Series, after_lot, resumed

__all__ = ["AQLS", "LEVELS", "Plan", "Series", "Severity", "after_lot", "code_letter", "plan_for", "resumed"]
