"""Clause 9.3 of GB/T 2828.1, lot by lot."""

from decimal import Decimal

from gongfang.engines.sampling import Series, Severity, after_lot, resumed

AQL = Decimal("1.0")


def run(series: Series, *defectives: int, lot: int = 1000, steady: bool = True) -> Series:
    for found in defectives:
        series = after_lot(series, lot, AQL, found, is_steady=steady)
    return series


def test_two_refusals_in_five_tighten() -> None:
    assert run(Series(), 3, 0, 0, 0).severity is Severity.NORMAL  # J 80: Ac 2
    assert run(Series(), 3, 0, 0, 0, 3).severity is Severity.TIGHTENED
    assert run(Series(), 3, 0, 0, 0, 0, 3).severity is Severity.NORMAL
    assert run(Series(), 3, 3).severity is Severity.TIGHTENED


def test_five_accepted_in_a_row_relax() -> None:
    tight = Series(Severity.TIGHTENED)
    assert run(tight, 1, 1, 1, 1).severity is Severity.TIGHTENED
    assert run(tight, 1, 1, 1, 1, 1).severity is Severity.NORMAL
    assert run(tight, 1, 1, 2, 1, 1, 1).severity is Severity.TIGHTENED  # Ac 1: the third is refused


def test_five_refused_under_tightened_stop() -> None:
    stopped = run(Series(Severity.TIGHTENED), 2, 0, 2, 0, 2, 0, 2)
    assert not stopped.stopped and stopped.refused == 4
    assert run(stopped, 2).stopped
    assert run(stopped, 2, 0, 0, 0, 0, 0).stopped, "good lots alone do not bring sampling back"
    assert resumed() == Series(Severity.TIGHTENED)


def test_a_lot_refused_for_another_reason_counts_as_refused() -> None:
    assert after_lot(Series(score=20), 1000, AQL, 0, is_refused=True) == Series(recent=(False,))
    assert after_lot(Series(Severity.REDUCED), 1000, AQL, 0, is_refused=True) == Series()


def test_the_switching_score() -> None:
    """Ac 2 at AQL 1.0; one step tighter (0.65) Ac 1: up to one bad item earns three points, two reset the score."""
    assert run(Series(), 0, 1).score == 6
    assert run(Series(), 0, 1, 2).score == 0
    assert run(Series(), *[0] * 9).severity is Severity.NORMAL
    assert run(Series(), *[0] * 10).severity is Severity.REDUCED
    assert run(Series(), *[0] * 10, steady=False).severity is Severity.NORMAL


def test_small_acceptance_numbers_earn_two() -> None:
    """H 50: Ac 1, so fifteen lots."""
    assert run(Series(), *[1] * 14, lot=400).severity is Severity.NORMAL
    assert run(Series(), *[1] * 15, lot=400).severity is Severity.REDUCED


def test_one_refusal_ends_reduced_inspection() -> None:
    reduced = Series(Severity.REDUCED)
    assert run(reduced, 1).severity is Severity.REDUCED
    assert run(reduced, 5) == Series()
    assert run(reduced, 0, steady=False) == Series()
