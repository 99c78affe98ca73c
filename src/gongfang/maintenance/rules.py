"""When maintenance is due, what a check says, how well equipment runs. Pure.

Definitions (ISO 22400-2; availability, performance and quality as fractions of 1):
    loading time   planned working time of the calendar × machines scheduled − planned stops
    availability   (loading time − unplanned downtime) / loading time
    performance    standard machine minutes of all pieces worked / (loading time − unplanned downtime)
    quality        good pieces / all pieces worked
    OEE            availability × performance × quality = standard minutes of good pieces / loading time
    MTBF           run time between failures: (time in view − time to repair) / number of failures
    MTTR           time to repair / number of failures
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_CEILING, Decimal

from gongfang.kernel.errors import N_, Problem
from gongfang.kernel.states import StateMachine

ZERO = Decimal(0)
STAGES = StateMachine(
    "stage",
    begin=({"reported"}, "in_repair"),
    finish=({"in_repair"}, "finished"),
    accept=({"finished"}, "accepted"),
    refuse=({"finished"}, "in_repair"),
    cancel=({"reported", "in_repair"}, "cancelled"),
)
STAGE_LABELS = {
    "reported": N_("Reported"), "in_repair": N_("Under repair"), "finished": N_("To accept"), "accepted": N_("Accepted by the shop"),
    "cancelled": N_("Cancelled"),
}  # fmt: skip
ACTIONS = {
    "begin": N_("Begin the repair"), "finish": N_("Finish the repair"), "accept": N_("Accept the work"), "refuse": N_("Not accepted"),
    "cancel": N_("Cancel the order"),
}  # fmt: skip
OPEN_STAGES = ("reported", "in_repair", "finished")


def stage_problem(number: str, stage: str, action: str) -> Problem | None:
    """Why the action is not possible in this stage, or None."""
    sources, _ = STAGES.transitions[action]
    if stage in sources:
        return None
    return Problem(
        "illegal_stage", "{number} is “{stage}”; “{action}” is possible only from: {stages}.",
        number=number, stage=STAGE_LABELS[stage], action=ACTIONS[action],
        stages=[STAGE_LABELS[source] for source in sorted(sources)],
    )  # fmt: skip


# ---------------------------------------------------------------------------------------------------------- spot checks
@dataclass(frozen=True, slots=True)
class Point:
    """A check point with its limits."""

    name: str
    is_measured: bool = False
    lower: Decimal | None = None
    upper: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found at a point, in the order of the plan."""

    is_ok: bool = True
    value: Decimal | None = None
    remark: str = ""


def is_fine(point: Point, finding: Finding) -> bool:
    """Whether a finding is in order: what was ticked, and within the limits where it is measured."""
    if not finding.is_ok:
        return False
    if not point.is_measured or finding.value is None:
        return finding.is_ok
    return (point.lower is None or finding.value >= point.lower) and (
        point.upper is None or finding.value <= point.upper
    )


def check_problems(points: Sequence[Point], findings: Sequence[Finding]) -> list[Problem]:
    """Reasons against a check: a point without a finding, a measured one without a value, a fault without a word."""
    if len(points) != len(findings):
        return [
            Problem("points_missing", "{found} of {wanted} check points are filled in.", "lines", found=len(findings), wanted=len(points))
        ]  # fmt: skip
    found = []
    for index, (point, finding) in enumerate(zip(points, findings, strict=True)):
        if point.is_measured and finding.is_ok and finding.value is None:
            found.append(
                Problem("value_missing", "{point}: enter the measured value.", f"lines.{index}.value", point=point.name)
            )
        if not finding.is_ok and not finding.remark.strip():
            found.append(
                Problem("fault_missing", "{point}: say what is wrong.", f"lines.{index}.remark", point=point.name)
            )
    return found


# ------------------------------------------------------------------------------------------------- preventive maintenance
@dataclass(frozen=True, slots=True)
class Interval:
    """A plan and where it stands. minutes: run since it was done last; strokes: likewise; last_on: the day."""

    every_days: int | None
    every_hours: Decimal | None
    every_strokes: Decimal | None
    lead_days: int
    last_on: date
    minutes: Decimal
    strokes: Decimal


def due_day(plan: Interval) -> date | None:
    """The day on which a plan by time is due."""
    return plan.last_on + timedelta(days=plan.every_days) if plan.every_days else None


def is_due(plan: Interval, today: date) -> bool:
    """Whether an order has to be made now: its day is near, or a counter has reached its interval."""
    day = due_day(plan)
    return (
        (day is not None and day <= today + timedelta(days=plan.lead_days))
        or (plan.every_hours is not None and plan.minutes >= plan.every_hours * 60)
        or (plan.every_strokes is not None and plan.strokes >= plan.every_strokes)
    )


def plan_problems(every_days: int | None, every_hours: Decimal | None, every_strokes: Decimal | None) -> list[Problem]:
    """A plan needs an interval, and intervals are above 0."""
    given = [value for value in (every_days, every_hours, every_strokes) if value is not None]
    if not given:
        return [Problem("interval_missing", "Say after how many days, run hours or strokes.", "every_days")]
    if any(value <= 0 for value in given):
        return [Problem("interval_not_positive", "An interval must be more than 0.", "every_days")]
    return []


# ---------------------------------------------------------------------------------------------------------- moulds, tools
@dataclass(frozen=True, slots=True)
class Tool:
    """A mould or tool as far as its life goes."""

    code: str
    used: Decimal
    life: Decimal | None
    warn_share: Decimal
    is_usable: bool = True


def strokes_for(pieces: Decimal, cavities: int) -> Decimal:
    """Strokes that pieces took, whole ones."""
    sign = -1 if pieces < 0 else 1
    return sign * (abs(pieces) / cavities).to_integral_value(ROUND_CEILING)


def tool_problem(tool: Tool, where: str = "") -> Problem | None:
    """Why no work may go on with a mould or tool, or None: at its limit, or out of use."""
    if not tool.is_usable:
        return Problem(
            "tool_out_of_use", "{tool} is under repair or retired; mount another one.", where, tool=tool.code
        )
    if tool.life is not None and tool.used >= tool.life:
        return Problem(
            "tool_worn", "{tool} has done {used} of {life} strokes; overhaul or replace it before work goes on.", where,
            tool=tool.code, used=tool.used, life=tool.life,
        )  # fmt: skip
    return None


def is_near_end(tool: Tool) -> bool:
    """Whether people should be warned."""
    return tool.life is not None and tool.used >= tool.life * tool.warn_share


# --------------------------------------------------------------------------------------------------------------- figures
def overlap(start: datetime, end: datetime | None, since: datetime, until: datetime) -> timedelta:
    """How much of a stop lies in a window; a stop that lasts ends with the window."""
    last = min(end or until, until)
    return max(last - max(start, since), timedelta())


def merged_minutes(spans: Iterable[tuple[datetime, datetime]]) -> Decimal:
    """Minutes covered by spans that may overlap each other, each minute once."""
    total = timedelta()
    reached: datetime | None = None
    for start, end in sorted(spans):
        begin = start if reached is None else max(start, reached)
        if end > begin:
            total += end - begin
        reached = end if reached is None else max(reached, end)
    return Decimal(int(total.total_seconds())) / 60


@dataclass(frozen=True, slots=True)
class Effectiveness:
    """OEE and its factors; None where there is nothing to divide by. Minutes."""

    loading: Decimal
    down: Decimal
    standard: Decimal
    good: Decimal
    worked: Decimal

    @property
    def running(self) -> Decimal:
        return max(self.loading - self.down, ZERO)

    @property
    def availability(self) -> Decimal | None:
        return self.running / self.loading if self.loading > 0 else None

    @property
    def performance(self) -> Decimal | None:
        return self.standard / self.running if self.running > 0 else None

    @property
    def quality(self) -> Decimal | None:
        return self.good / self.worked if self.worked > 0 else None

    @property
    def oee(self) -> Decimal | None:
        """The product of the three; where nothing was made in time that was planned it is 0."""
        if self.loading <= 0:
            return None
        if self.worked <= 0 or self.running <= 0:
            return ZERO
        return self.standard * self.good / self.worked / self.loading


@dataclass(frozen=True, slots=True)
class Reliability:
    """Failures of equipment in a period; hours."""

    hours: Decimal
    repair_hours: Decimal
    failures: int

    @property
    def mtbf(self) -> Decimal | None:
        return (self.hours - self.repair_hours) / self.failures if self.failures else None

    @property
    def mttr(self) -> Decimal | None:
        return self.repair_hours / self.failures if self.failures else None


# -------------------------------------------------------------------------------------------------------------- counters
@dataclass(frozen=True, slots=True)
class Message:
    """What a counter tells: what was counted since its message before. sequence: its own running number, from 0 on."""

    sequence: int
    at: datetime
    strokes: Decimal = ZERO
    run_minutes: Decimal = ZERO


COUNT_MAX = Decimal(10_000_000)


def message_problems(messages: Sequence[Message]) -> list[Problem]:
    """Reasons against messages: impossible numbers. Repeated ones are no fault."""
    found = []
    for index, message in enumerate(messages):
        if not 0 <= message.sequence < 2**62:
            found.append(
                Problem("bad_sequence", "The number of a message is a whole number from 0 on.", f"messages.{index}.sequence")
            )  # fmt: skip
        for name, value in (("strokes", message.strokes), ("run_minutes", message.run_minutes)):
            if not ZERO <= value <= COUNT_MAX:
                found.append(
                    Problem(
                        "bad_count", "A count lies between 0 and {most}.", f"messages.{index}.{name}", most=COUNT_MAX
                    )
                )
    return found
