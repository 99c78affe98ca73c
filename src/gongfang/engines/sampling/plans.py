"""Code letters and single sampling plans of GB/T 2828.1-2012, tables 1, 2-A, 2-B and 2-C.

The master tables are one diagonal: along each AQL column the plans follow the same sequence of acceptance numbers, shifted by one
code letter per AQL step. They are kept here as that sequence; tests/engines/sampling/test_published.py holds the tables as printed,
cell by cell. Between Ac 0 and Ac 1 the normal table points up once and down once, the tightened one down twice, the reduced one up
once and down twice. AQLs up to 10 (per cent nonconforming); those above, which count nonconformities per 100 items, are left out.
"""

from bisect import bisect_left
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

LETTERS = "ABCDEFGHJKLMNPQRS"
LOT_LIMITS = (8, 15, 25, 50, 90, 150, 280, 500, 1200, 3200, 10000, 35000, 150000, 500000)
LEVELS: dict[str, str] = {
    # inspection level: the code letter of each row of table 1, lots of 2–8 first
    "S-1": "AAAABBBBCCCCDDD",
    "S-2": "AAABBBCCCDDDEEE",
    "S-3": "AABBCCDDEEFFGGH",
    "S-4": "AABCCDEEFGGHJJK",
    "I": "AABCCDEFGHJKLMN",
    "II": "ABCDEFGHJKLMNPQ",
    "III": "BCDEFGHJKLMNPQR",
}
AQLS = tuple(
    Decimal(text)
    for text in (
        "0.010", "0.015", "0.025", "0.040", "0.065", "0.10", "0.15", "0.25", "0.40", "0.65", "1.0", "1.5", "2.5", "4.0", "6.5", "10",
    )
)  # fmt: skip

SIZES = (2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250, 2000, 3150)
REDUCED_SIZES = (2, 2, 2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800)

UP, DOWN = "up", "down"


class Severity(StrEnum):
    """How strictly a series of lots is inspected now."""

    NORMAL = "normal"
    TIGHTENED = "tightened"
    REDUCED = "reduced"


# What stands in a column from its first plan downwards; further down the arrow points back up to the last of them.
ACCEPTANCE: dict[Severity, tuple[int | str, ...]] = {
    Severity.NORMAL: (0, UP, DOWN, 1, 2, 3, 5, 7, 10, 14, 21),
    Severity.TIGHTENED: (0, DOWN, DOWN, 1, 2, 3, 5, 8, 12, 18),
    Severity.REDUCED: (0, UP, DOWN, DOWN, 1, 2, 3, 5, 6, 8, 10),
}
AC_1 = {severity: sequence.index(1) for severity, sequence in ACCEPTANCE.items()}  # where Ac 1 stands in each sequence
FIRST_ROW = {Severity.NORMAL: 14, Severity.TIGHTENED: 15, Severity.REDUCED: 14}  # row of the first plan at AQL 0.010
ROWS = {Severity.NORMAL: 16, Severity.TIGHTENED: 17, Severity.REDUCED: 16}


@dataclass(frozen=True, slots=True)
class Plan:
    """How many to inspect and how many may be bad. letter: of the plan used, after following the arrows.

    is_full: the sample is the whole lot, so that everything is inspected.
    """

    letter: str
    size: int
    accept: int
    reject: int
    is_full: bool = False

    def accepts(self, defectives: int) -> bool:
        """Whether the lot passes with so many nonconforming items in the sample."""
        return defectives <= self.accept


def code_letter(lot_size: int, level: str = "II") -> str:
    """The sample size code letter of table 1. lot_size: items, at least 1 (a single item is read as the first row)."""
    if lot_size < 1:
        raise ValueError("a lot has at least one item")
    return LEVELS[level][bisect_left(LOT_LIMITS, lot_size)]


def plan_for(lot_size: int, aql: Decimal, *, level: str = "II", severity: Severity = Severity.NORMAL) -> Plan:
    """The single sampling plan for a lot. aql: one of AQLS, in per cent. Raises ValueError for another AQL.

    Where the sample would reach the lot's size, the whole lot is inspected and the acceptance number stays.
    Source: GB/T 2828.1-2012 clause 10 and tables 1, 2-A, 2-B, 2-C.
    """
    if aql not in AQLS:
        raise ValueError(f"{aql} is no AQL of the standard")
    row = _row_used(LETTERS.index(code_letter(lot_size, level)), AQLS.index(aql), severity)
    accept = _cell(row, AQLS.index(aql), severity)
    assert isinstance(accept, int)
    size = (REDUCED_SIZES if severity is Severity.REDUCED else SIZES)[row]
    return Plan(LETTERS[row], min(size, lot_size), accept, accept + 1, is_full=size >= lot_size)


def _cell(row: int, column: int, severity: Severity) -> int | str:
    """Acceptance number or arrow of a master table."""
    step = row - (FIRST_ROW[severity] - column)
    sequence = ACCEPTANCE[severity]
    if step < 0:
        return DOWN
    if row - step < 0 and step < AC_1[severity]:
        return DOWN  # the column's Ac 0 would stand above letter A
    if step >= len(sequence) or (sequence[step] == DOWN and row - step + AC_1[severity] >= ROWS[severity]):
        return UP  # below the column's last plan, or a downward arrow that would leave the table
    return sequence[step]


def _row_used(row: int, column: int, severity: Severity) -> int:
    """Follow the arrow to a row that has a plan; arrows point all the way, so the direction never turns."""
    direction = _cell(row, column, severity)
    while isinstance(_cell(row, column, severity), str):
        row += -1 if direction == UP else 1
    return row
