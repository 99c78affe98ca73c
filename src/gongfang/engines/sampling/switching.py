"""Switching between normal, tightened and reduced inspection: GB/T 2828.1-2012 clauses 9.3 and 9.4."""

from dataclasses import dataclass, replace
from decimal import Decimal

from gongfang.engines.sampling.plans import AQLS, Plan, Severity, plan_for

TIGHTEN_WITHIN = 5  # two lots refused among so many
RELAX_AFTER = 5  # accepted lots in a row
REDUCE_AT = 30  # switching score
STOP_AFTER = 5  # refused lots under tightened inspection


@dataclass(frozen=True, slots=True)
class Series:
    """Where a series of lots (one item from one supplier) stands. recent: accepted or not, oldest first, since the last switch.

    score: the switching score of normal inspection. refused: lots refused since tightened inspection began.
    stopped: sampling is discontinued until the supplier has mended his process.
    """

    severity: Severity = Severity.NORMAL
    recent: tuple[bool, ...] = ()
    score: int = 0
    refused: int = 0
    stopped: bool = False


def after_lot(
    series: Series, lot_size: int, aql: Decimal, defectives: int, *, level: str = "II", is_steady: bool = True,
    is_refused: bool = False,
) -> Series:  # fmt: skip
    """The series after one more lot under original inspection. Once stopped it stays as it is: see `resumed`.

    defectives: nonconforming items found in the sample. is_steady: production runs steadily and the responsible
    authority wants reduced inspection; without it the score may rise, but nothing is reduced. is_refused: the lot did not
    pass for another reason than its sample.
    """
    if series.stopped:
        return series
    plan = plan_for(lot_size, aql, level=level, severity=series.severity)
    accepted = plan.accepts(defectives) and not is_refused
    recent = (*series.recent, accepted)
    if series.severity is Severity.REDUCED:
        return replace(series, recent=recent[-TIGHTEN_WITHIN:]) if accepted and is_steady else Series()
    if series.severity is Severity.TIGHTENED:
        if len(recent) >= RELAX_AFTER and all(recent[-RELAX_AFTER:]):
            return Series()
        refused = series.refused + (not accepted)
        return replace(series, recent=recent[-RELAX_AFTER:], refused=refused, stopped=refused >= STOP_AFTER)
    if recent[-TIGHTEN_WITHIN:].count(False) >= 2:
        return Series(Severity.TIGHTENED)
    score = _score(series.score, plan, accepted, lot_size, aql, defectives, level)
    if score >= REDUCE_AT and is_steady:
        return Series(Severity.REDUCED)
    return replace(series, recent=recent[-TIGHTEN_WITHIN:], score=score)


def resumed() -> Series:
    """Where a stopped series goes on once the supplier has mended his process: under tightened inspection. Clause 9.4."""
    return Series(Severity.TIGHTENED)


def _score(score: int, plan: Plan, accepted: bool, lot_size: int, aql: Decimal, defectives: int, level: str) -> int:
    """Clause 9.3.3.2: three points where the lot would pass one AQL step tighter, two where at most one may be bad."""
    if not accepted:
        return 0
    if plan.accept <= 1:
        return score + 2
    tighter = AQLS[max(AQLS.index(aql) - 1, 0)]
    return score + 3 if plan_for(lot_size, tighter, level=level).accepts(defectives) else 0
