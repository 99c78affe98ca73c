"""The published cells of GB/T 2828.1, read as a user reads the tables."""

from decimal import Decimal

import pytest

from gongfang.engines.sampling import AQLS, LEVELS, Severity, code_letter, plan_for
from gongfang.engines.sampling.plans import LETTERS, ROWS, _cell


@pytest.mark.parametrize(
    ("lot", "level", "letter"),
    [
        (1, "II", "A"), (2, "II", "A"), (8, "II", "A"), (9, "II", "B"), (25, "II", "C"), (26, "II", "D"), (50, "II", "D"),
        (90, "II", "E"), (150, "II", "F"), (151, "II", "G"), (280, "II", "G"), (500, "II", "H"), (501, "II", "J"),
        (1200, "II", "J"), (3200, "II", "K"), (10000, "II", "L"), (35000, "II", "M"), (150000, "II", "N"),
        (500000, "II", "P"), (500001, "II", "Q"), (8, "III", "B"), (500001, "III", "R"), (8, "I", "A"), (1200, "I", "G"),
        (3200, "I", "H"), (90, "S-1", "B"), (1200, "S-1", "C"), (500001, "S-1", "D"), (150, "S-2", "B"), (35000, "S-2", "D"),
        (150, "S-3", "C"), (3200, "S-3", "E"), (10000, "S-3", "F"), (500001, "S-3", "H"), (280, "S-4", "E"),
        (500, "S-4", "E"), (35000, "S-4", "H"), (500000, "S-4", "J"), (500001, "S-4", "K"),
    ],
)  # fmt: skip
def test_code_letters(lot: int, level: str, letter: str) -> None:
    assert code_letter(lot, level) == letter


@pytest.mark.parametrize("lot", [0, -5])
def test_a_lot_has_items(lot: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        code_letter(lot)


@pytest.mark.parametrize("aql", ["0.5", "0", "-1", "15", "3"])
def test_only_aqls_of_the_standard(aql: str) -> None:
    with pytest.raises(ValueError, match="no AQL"):
        plan_for(100, Decimal(aql))


# severity, lot (level II), AQL → letter of the plan used, n, Ac
CELLS = [
    ("normal", 1000, "1.0", "J", 80, 2), ("normal", 1000, "2.5", "J", 80, 5), ("normal", 1000, "0.65", "J", 80, 1),
    ("normal", 500, "1.0", "H", 50, 1), ("normal", 500, "4.0", "H", 50, 5), ("normal", 2000, "1.0", "K", 125, 3),
    ("normal", 2000, "2.5", "K", 125, 7), ("normal", 9000, "1.5", "L", 200, 7), ("normal", 9000, "6.5", "L", 200, 21),
    ("normal", 30000, "1.0", "M", 315, 7), ("normal", 100000, "0.65", "N", 500, 7), ("normal", 100, "6.5", "F", 20, 3),
    ("normal", 60, "1.0", "E", 13, 0), ("normal", 200, "0.40", "G", 32, 0), ("normal", 30, "10", "D", 8, 2),
    # arrows up and down
    ("normal", 100, "1.0", "E", 13, 0), ("normal", 200, "1.0", "H", 50, 1), ("normal", 30, "1.0", "E", 13, 0),
    ("normal", 2000, "6.5", "K", 125, 14), ("normal", 20000, "6.5", "L", 200, 21), ("normal", 500001, "10", "K", 125, 21),
    # tightened
    ("tightened", 1000, "1.0", "J", 80, 1), ("tightened", 2000, "1.0", "K", 125, 2), ("tightened", 9000, "1.0", "L", 200, 3),
    ("tightened", 30000, "1.0", "M", 315, 5), ("tightened", 100000, "1.0", "N", 500, 8), ("tightened", 400000, "1.0", "P", 800, 12),
    ("tightened", 600000, "1.0", "Q", 1250, 18), ("tightened", 1000, "2.5", "J", 80, 3), ("tightened", 2000, "2.5", "K", 125, 5),
    ("tightened", 100, "1.0", "F", 20, 0), ("tightened", 500, "2.5", "H", 50, 2), ("tightened", 200, "1.0", "J", 80, 1),
    # reduced
    ("reduced", 9000, "0.65", "L", 80, 2), ("reduced", 30000, "0.65", "M", 125, 3), ("reduced", 2000, "1.0", "K", 50, 2),
    ("reduced", 9000, "1.0", "L", 80, 3), ("reduced", 60, "1.0", "E", 5, 0), ("reduced", 2000, "2.5", "K", 50, 5),
    ("reduced", 400, "1.0", "J", 32, 1), ("reduced", 1000, "1.0", "J", 32, 1), ("reduced", 100, "4.0", "F", 8, 1),
    ("reduced", 20000, "6.5", "L", 80, 10), ("tightened", 8, "10", "A", 2, 0),
]  # fmt: skip


@pytest.mark.parametrize(("severity", "lot", "aql", "letter", "size", "accept"), CELLS)
def test_master_tables(severity: str, lot: int, aql: str, letter: str, size: int, accept: int) -> None:
    plan = plan_for(lot, Decimal(aql), severity=Severity(severity))
    assert (plan.letter, plan.size, plan.accept, plan.reject) == (letter, size, accept, accept + 1)


def test_a_small_lot_is_inspected_whole() -> None:
    plan = plan_for(10, Decimal("0.10"))
    assert (plan.size, plan.accept, plan.is_full) == (10, 0, True)


def test_every_cell_leads_to_a_plan() -> None:
    limits = {"A": 2, "B": 10, "C": 20, "D": 40, "E": 80, "F": 100, "G": 200, "H": 400, "J": 1000, "K": 2000, "L": 5000}
    for severity in Severity:
        for column, aql in enumerate(AQLS):
            assert any(isinstance(_cell(row, column, severity), int) for row in range(ROWS[severity]))
            for lot in (*limits.values(), 20_000, 100_000, 300_000, 10_000_000):
                for level in LEVELS:
                    plan = plan_for(lot, aql, level=level, severity=severity)
                    assert 1 <= plan.size <= lot and plan.accept >= 0 and plan.letter in LETTERS


def test_tightened_is_never_milder_and_reduced_never_stricter() -> None:
    """The chance to accept a lot three times as bad as its AQL, by the binomial distribution."""
    from math import comb

    def chance(plan_size: int, accept: int, p: Decimal) -> Decimal:
        found = range(min(accept, plan_size) + 1)
        return sum((comb(plan_size, k) * p**k * (1 - p) ** (plan_size - k) for k in found), Decimal(0))

    for aql in (Decimal("0.65"), Decimal("1.0"), Decimal("2.5"), Decimal("4.0")):
        for lot in (600, 2000, 9000, 30000):
            chances = []
            for severity in (Severity.TIGHTENED, Severity.NORMAL, Severity.REDUCED):
                plan = plan_for(lot, aql, severity=severity)
                chances.append(chance(plan.size, plan.accept, 3 * aql / 100))
            assert chances[0] <= chances[1] <= chances[2]
