"""Tables 1, 2-A, 2-B and 2-C of GB/T 2828.1-2012 (identical to ISO 2859-1:1999) as printed: every code letter, size, Ac and arrow.

Where the figures were checked: 2-A, 2-B and 2-C, all 16 columns, against a transcription of the printed pages 15 to 17 of GB/T
2828.1-2012 (cells compared with the scan by two readers; its correction of 2-C Q 0.025, an arrow up, is kept), and the columns 1.0, 4.0
and 10 of all three against one of the Ecuadorian edition (NTE INEN-ISO 2859-1): below as INEN. Table 1, 2-A and 2-B also against
"Tables 1-A and 1-B … developed from MIL-STD-105E" of the US Navy's performance-of-work guide (nibs.org, AC-TABLE.ASC: AQL 0.65 to 15
with all arrows), whose 2-B lacks A 10; table 1 also against the Russian text of ISO 2859-1 (garant.ru).
"""

from decimal import Decimal

import pytest

from gongfang.engines.sampling import AQLS, LEVELS, Severity, code_letter, plan_for
from gongfang.engines.sampling.plans import LETTERS

# ^ and v: use the first plan above or below; Re is always Ac + 1. Columns: AQL 0.010 0.015 0.025 0.040 0.065 0.10 0.15 0.25 0.40 0.65
# 1.0 1.5 2.5 4.0 6.5 10
PUBLISHED = {
    "normal": """
A    2   v  v  v  v  v  v  v  v  v  v  v  v  v  v  0  v
B    3   v  v  v  v  v  v  v  v  v  v  v  v  v  0  ^  v
C    5   v  v  v  v  v  v  v  v  v  v  v  v  0  ^  v  1
D    8   v  v  v  v  v  v  v  v  v  v  v  0  ^  v  1  2
E   13   v  v  v  v  v  v  v  v  v  v  0  ^  v  1  2  3
F   20   v  v  v  v  v  v  v  v  v  0  ^  v  1  2  3  5
G   32   v  v  v  v  v  v  v  v  0  ^  v  1  2  3  5  7
H   50   v  v  v  v  v  v  v  0  ^  v  1  2  3  5  7 10
J   80   v  v  v  v  v  v  0  ^  v  1  2  3  5  7 10 14
K  125   v  v  v  v  v  0  ^  v  1  2  3  5  7 10 14 21
L  200   v  v  v  v  0  ^  v  1  2  3  5  7 10 14 21  ^
M  315   v  v  v  0  ^  v  1  2  3  5  7 10 14 21  ^  ^
N  500   v  v  0  ^  v  1  2  3  5  7 10 14 21  ^  ^  ^
P  800   v  0  ^  v  1  2  3  5  7 10 14 21  ^  ^  ^  ^
Q 1250   0  ^  v  1  2  3  5  7 10 14 21  ^  ^  ^  ^  ^
R 2000   ^  ^  1  2  3  5  7 10 14 21  ^  ^  ^  ^  ^  ^
""",
    "tightened": """
A    2   v  v  v  v  v  v  v  v  v  v  v  v  v  v  v  0
B    3   v  v  v  v  v  v  v  v  v  v  v  v  v  v  0  v
C    5   v  v  v  v  v  v  v  v  v  v  v  v  v  0  v  v
D    8   v  v  v  v  v  v  v  v  v  v  v  v  0  v  v  1
E   13   v  v  v  v  v  v  v  v  v  v  v  0  v  v  1  2
F   20   v  v  v  v  v  v  v  v  v  v  0  v  v  1  2  3
G   32   v  v  v  v  v  v  v  v  v  0  v  v  1  2  3  5
H   50   v  v  v  v  v  v  v  v  0  v  v  1  2  3  5  8
J   80   v  v  v  v  v  v  v  0  v  v  1  2  3  5  8 12
K  125   v  v  v  v  v  v  0  v  v  1  2  3  5  8 12 18
L  200   v  v  v  v  v  0  v  v  1  2  3  5  8 12 18  ^
M  315   v  v  v  v  0  v  v  1  2  3  5  8 12 18  ^  ^
N  500   v  v  v  0  v  v  1  2  3  5  8 12 18  ^  ^  ^
P  800   v  v  0  v  v  1  2  3  5  8 12 18  ^  ^  ^  ^
Q 1250   v  0  v  v  1  2  3  5  8 12 18  ^  ^  ^  ^  ^
R 2000   0  ^  v  1  2  3  5  8 12 18  ^  ^  ^  ^  ^  ^
S 3150   ^  ^  1  2  3  5  8 12 18  ^  ^  ^  ^  ^  ^  ^
""",
    "reduced": """
A    2   v  v  v  v  v  v  v  v  v  v  v  v  v  v  0  v
B    2   v  v  v  v  v  v  v  v  v  v  v  v  v  0  ^  v
C    2   v  v  v  v  v  v  v  v  v  v  v  v  0  ^  v  v
D    3   v  v  v  v  v  v  v  v  v  v  v  0  ^  v  v  1
E    5   v  v  v  v  v  v  v  v  v  v  0  ^  v  v  1  2
F    8   v  v  v  v  v  v  v  v  v  0  ^  v  v  1  2  3
G   13   v  v  v  v  v  v  v  v  0  ^  v  v  1  2  3  5
H   20   v  v  v  v  v  v  v  0  ^  v  v  1  2  3  5  6
J   32   v  v  v  v  v  v  0  ^  v  v  1  2  3  5  6  8
K   50   v  v  v  v  v  0  ^  v  v  1  2  3  5  6  8 10
L   80   v  v  v  v  0  ^  v  v  1  2  3  5  6  8 10  ^
M  125   v  v  v  0  ^  v  v  1  2  3  5  6  8 10  ^  ^
N  200   v  v  0  ^  v  v  1  2  3  5  6  8 10  ^  ^  ^
P  315   v  0  ^  v  v  1  2  3  5  6  8 10  ^  ^  ^  ^
Q  500   0  ^  ^  v  1  2  3  5  6  8 10  ^  ^  ^  ^  ^
R  800   ^  ^  ^  1  2  3  5  6  8 10  ^  ^  ^  ^  ^  ^
""",
}
TABLE_1 = """
8       A A A A A A B
15      A A A A A B C
25      A A B B B C D
50      A B B C C D E
90      B B C C C E F
150     B B C D D F G
280     B C D E E G H
500     B C D E F H J
1200    C C E F G J K
3200    C D E G H K L
10000   C D F G J L M
35000   C D F H K M N
150000  D E G J L N P
500000  D E G J M P Q
9999999 D E H K N Q R
"""
# Re of the Navy's tables for AQL 0.65 1.0 1.5 2.5 4.0 6.5 10, independent of the grids above
NAVY = {
    "normal": {"F": "1 ^ v 2 3 4 6", "G": "^ v 2 3 4 6 8", "J": "2 3 4 6 8 11 15", "L": "4 6 8 11 15 22 ^", "Q": "15 22 ^ ^ ^ ^ ^"},
    "tightened": {"D": "v v v 1 v v 2", "F": "v 1 v v 2 3 4", "G": "1 v v 2 3 4 6", "H": "v v 2 3 4 6 9", "K": "2 3 4 6 9 13 19", "L": "3 4 6 9 13 19 ^"},
}  # fmt: skip
# Ac of letters A to R for AQL 1.0, 4.0, 10, from the second edition
INEN = {
    "normal": ["vvvv 0 ^ v 1 2 3 5 7 10 14 21 ^", "v 0 ^ v 1 2 3 5 7 10 14 21 ^^^^", "vv 1 2 3 5 7 10 14 21 ^^^^^^"],
    "tightened": ["vvvvv 0 vv 1 2 3 5 8 12 18 ^", "vv 0 vv 1 2 3 5 8 12 18 ^^^^", "0 vv 1 2 3 5 8 12 18 ^^^^^^"],
    "reduced": ["vvvv 0 ^ vv 1 2 3 5 6 8 10 ^", "v 0 ^ vv 1 2 3 5 6 8 10 ^^^^", "vvv 1 2 3 5 6 8 10 ^^^^^^"],
}  # fmt: skip


def rows(severity: str) -> list[tuple[str, int, list[str]]]:
    """Letter, sample size and cells of each line of a published table."""
    lines = [line.split() for line in PUBLISHED[severity].strip().splitlines()]
    return [(letter, int(size), cells) for letter, size, *cells in lines]


def lot_of(letter: str) -> tuple[int, str]:
    """A lot and a level that lead to a code letter."""
    for level in ("II", "III"):
        for limit in (8, 15, 25, 50, 90, 150, 280, 500, 1200, 3200, 10000, 35000, 150000, 500000, 9999999):
            if code_letter(limit, level) == letter:
                return limit, level
    raise LookupError(letter)


def test_table_1() -> None:
    for line in TABLE_1.strip().splitlines():
        limit, *letters = line.split()
        for level, letter in zip(("S-1", "S-2", "S-3", "S-4", "I", "II", "III"), letters, strict=True):
            assert code_letter(int(limit), level) == letter, (limit, level)
    assert set(LEVELS) == {"S-1", "S-2", "S-3", "S-4", "I", "II", "III"}


@pytest.mark.parametrize("severity", ["normal", "tightened", "reduced"])
def test_every_cell(severity: str) -> None:
    table = rows(severity)
    assert [letter for letter, _, _ in table] == list(LETTERS[: len(table)])
    for row, (letter, _, _) in enumerate(table):
        if letter == "S":
            continue  # no lot leads to it: tightened inspection reaches it by an arrow from R alone
        for column, aql in enumerate(AQLS):
            target = row
            while not table[target][2][column].isdigit():
                target += -1 if table[target][2][column] == "^" else 1
            wanted = (table[target][0], table[target][1], int(table[target][2][column]))
            lot, level = lot_of(letter)
            plan = plan_for(lot, aql, level=level, severity=Severity(severity))
            assert (plan.letter, plan.accept, plan.reject) == (wanted[0], wanted[2], wanted[2] + 1), (letter, aql)
            assert plan.size == min(wanted[1], lot)


@pytest.mark.parametrize("severity", list(NAVY))
def test_against_the_second_source(severity: str) -> None:
    first = AQLS.index(Decimal("0.65"))
    for letter, text in NAVY[severity].items():
        cells = next(cells for name, _, cells in rows(severity) if name == letter)[first:]
        assert [cell if cell in "^v" else str(int(cell) + 1) for cell in cells] == text.split(), letter


@pytest.mark.parametrize("severity", list(INEN))
def test_against_another_edition(severity: str) -> None:
    for aql, text in zip(("1.0", "4.0", "10"), INEN[severity], strict=True):
        column = AQLS.index(Decimal(aql))
        printed = [cell for part in text.split() for cell in (part if part[0] in "^v" else [part])]
        assert [cells[column] for _, _, cells in rows(severity)][:16] == printed, aql


def test_diagonals_are_constant() -> None:
    """One letter further and one AQL stricter is the same plan number: the structure that the standard is built on."""
    for severity in PUBLISHED:
        table = rows(severity)
        for row in range(len(table) - 1):
            for column in range(1, len(AQLS)):
                here, there = table[row][2][column], table[row + 1][2][column - 1]
                if here.isdigit() and there.isdigit():
                    assert here == there, (severity, table[row][0], column)


def test_tightened_is_the_normal_table_one_aql_stricter() -> None:
    """Up to Ac 5, as table 2-B is built; beyond it the figures are its own (8, 12, 18)."""
    normal, tightened = rows("normal"), rows("tightened")
    for (letter, _, loose), (_, _, strict) in zip(normal, tightened[:16], strict=True):
        for column in range(1, len(AQLS)):
            if strict[column] in ("0", "1", "2", "3", "5"):
                assert loose[column - 1] == strict[column], (letter, column)
