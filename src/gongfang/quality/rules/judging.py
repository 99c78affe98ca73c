"""Is a decision complete, are the results possible, what does a sample say?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from gongfang.engines.sampling import AQLS, LEVELS, Plan, Series, Severity, plan_for
from gongfang.kernel.errors import Problem


@dataclass(frozen=True, slots=True)
class ResultLine:
    """One characteristic as entered. values: measured ones, as numbers or a text such as "10.01 10.03"."""

    characteristic: str
    requirement: str = ""
    method: str = ""
    is_measured: bool = False
    lower: Decimal | None = None
    upper: Decimal | None = None
    sample_size: Decimal = Decimal(0)
    defects: Decimal = Decimal(0)
    values: Sequence[str] | str = ()
    remark: str = ""
    instrument: str = ""
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """How much of what was inspected passes, passes with concession, fails."""

    quantity: Decimal
    accepted: Decimal
    rejected: Decimal
    concession: Decimal

    @property
    def is_made(self) -> bool:
        return bool(self.accepted or self.rejected or self.concession)


def decision_problems(number: str, decision: Decision, *, is_serial: bool = False) -> list[Problem]:
    """Reasons against a decision: every part is decided, none twice, none negative."""
    found = [
        Problem("bad_quantity", "{item}: the quantity cannot be negative.", f"{name}_quantity", item=number)
        for name, value in (("accepted", decision.accepted), ("rejected", decision.rejected), ("concession", decision.concession))
        if value < 0
    ]  # fmt: skip
    decided = decision.accepted + decision.rejected + decision.concession
    if not found and decided != decision.quantity:
        found.append(
            Problem(
                "not_all_decided", "{number}: {decided} of {quantity} is decided; accepted, rejected and concession must make up all of it.",
                "accepted_quantity", number=number, decided=decided, quantity=decision.quantity,
            )
        )  # fmt: skip
    return found


def result_problems(number: str, quantity: Decimal, results: Sequence[ResultLine]) -> list[Problem]:
    """Reasons against what was measured."""
    found = []
    for index, line in enumerate(results):
        where = f"results.{index}"
        if not line.characteristic.strip():
            found.append(Problem("characteristic_missing", "Say what was looked at.", f"{where}.characteristic"))
        if line.sample_size < 0 or line.sample_size > quantity:
            found.append(
                Problem(
                    "bad_sample", "{number}: a sample has 0 to {quantity} pieces.", f"{where}.sample_size",
                    number=number, quantity=quantity,
                )
            )  # fmt: skip
        elif line.defects < 0 or line.defects > line.sample_size:
            found.append(
                Problem(
                    "bad_defects", "{number}: 0 to {sample} pieces of the sample can be bad.", f"{where}.defects",
                    number=number, sample=line.sample_size,
                )
            )  # fmt: skip
        if line.lower is not None and line.upper is not None and line.lower > line.upper:
            found.append(Problem("bad_limits", "The lower limit is above the upper one.", f"{where}.upper"))
        try:
            if len(measured(line.values)) > quantity:
                found.append(
                    Problem("bad_sample", "{number}: a sample has 0 to {quantity} pieces.", f"{where}.values", number=number, quantity=quantity)
                )  # fmt: skip
        except ValueError:
            found.append(
                Problem("bad_values", "Measured values are numbers, with blanks between them.", f"{where}.values")
            )
    return found


def measured(values: Iterable[object] | str) -> list[Decimal]:
    """Measured values as numbers. Raises ValueError for what is none."""
    parts = values.replace(",", " ").replace("，", " ").split() if isinstance(values, str) else list(values)
    numbers = []
    for part in parts:
        try:
            number = Decimal(str(part))
        except ArithmeticError as error:
            raise ValueError(part) from error
        if not number.is_finite():
            raise ValueError(part)
        numbers.append(number)
    return numbers


def outside(line: ResultLine) -> int:
    """How many measured values lie outside the limits."""
    return sum(
        (line.lower is not None and value < line.lower) or (line.upper is not None and value > line.upper)
        for value in measured(line.values)
    )


def bad_pieces(line: ResultLine) -> Decimal:
    """How many were bad: as counted, and at least as many as measured values lie outside the limits."""
    return max(line.defects, Decimal(outside(line)))


def looked_at(line: ResultLine) -> Decimal:
    """How many were looked at: as entered, and at least as many as were measured."""
    return max(line.sample_size, Decimal(len(measured(line.values))))


def lot_problems(number: str, decision: Decision, found: Decimal, limit: int) -> list[Problem]:
    """A lot whose sample had more bad pieces than Ac cannot be accepted as a whole: reject, sort or concede part or all of it.

    found: bad pieces in the sample; limit: the acceptance number.
    """
    if found <= limit or decision.accepted != decision.quantity:
        return []
    return [
        Problem(
            "lot_refused", "{number}: {found} of the sample are bad, at most {limit} may be (Ac); reject the lot, sort it, or accept it with concession.",
            "accepted_quantity", number=number, found=found, limit=limit,
        )
    ]  # fmt: skip


def sampling(quantity: Decimal, aql: Decimal, level: str, severity: str) -> Plan:
    """The sampling plan for a lot. quantity: base units, a broken unit counts as one; aql: a ratio (0.010 is AQL 1.0)."""
    return plan_for(
        lot_size(quantity), nearest_aql(aql), level=level if level in LEVELS else "II", severity=Severity(severity)
    )


def lot_size(quantity: Decimal) -> int:
    """How many items a lot has: a broken unit counts as one."""
    return max(1, int(quantity.to_integral_value(ROUND_CEILING)))


def nearest_aql(aql: Decimal) -> Decimal:
    """The AQL of the standard (per cent) for a ratio; between two of them, the stricter."""
    percent = aql * 100
    fitting = [known for known in AQLS if known <= percent]
    return fitting[-1] if fitting else AQLS[0]


def series_of(severity: str, recent: Sequence[bool], score: int, refused: int, stopped: bool) -> Series:
    """A plan's memory as the engine's series."""
    return Series(Severity(severity), tuple(bool(one) for one in recent), score, refused, stopped)
