"""The rules as tables of cases, including the first forbidden value."""

from dataclasses import replace
from decimal import Decimal as D

import pytest

from gongfang.kernel.errors import Problem
from gongfang.production.rules import (
    STAGES,
    Closing,
    IssueCheck,
    ReceiptCheck,
    ReportCheck,
    Stage,
    Step,
    arrived,
    closing_problems,
    closing_warnings,
    default_minutes,
    issue_problems,
    last_steps,
    limit,
    need,
    overlap_missing,
    predecessors_of,
    receipt_problems,
    report_problems,
    return_problem,
    rounded_up,
    stage_problem,
    undo_report_problems,
)

MICRO = D("0.000001")


def codes(problems: list[Problem]) -> list[str]:
    return [problem.code for problem in problems]


@pytest.mark.parametrize(
    ("stage", "action", "possible"),
    [
        ("planned", "release", True), ("released", "release", False), ("started", "unrelease", False), ("released", "pause", True),
        ("completed", "pause", False), ("paused", "complete", False), ("paused", "resume", True), ("started", "close", False),
        ("completed", "close", True), ("closed", "settle", True), ("completed", "settle", False), ("settled", "reopen", False),
        ("started", "cancel", False), ("cancelled", "release", False),
    ],
)  # fmt: skip
def test_stages(stage: str, action: str, possible: bool) -> None:
    assert (stage_problem("GD1", stage, action) is None) is possible


def test_every_stage_can_be_left_or_is_an_end() -> None:
    stuck = {stage for stage in Stage if not STAGES.actions(stage)}
    assert stuck == {Stage.CANCELLED}


@pytest.mark.parametrize(
    ("per", "base", "scrap", "fixed", "quantity", "expected"),
    [
        ("2", "1", "0", False, "10", "20"), ("3", "100", "0", False, "250", "7.5"), ("1", "1", "0.05", False, "10", "10.5"),
        ("1", "3", "0", False, "1", "0.333333"), ("4", "1", "0.25", True, "1000", "5"), ("4", "1", "0", True, "0", "4"),
    ],
)  # fmt: skip
def test_need(per: str, base: str, scrap: str, fixed: bool, quantity: str, expected: str) -> None:
    assert need(D(per), D(base), D(scrap), fixed, D(quantity)) == D(expected)


def test_nobody_issues_a_part_of_a_screw() -> None:
    assert (
        rounded_up(D("10.000001"), 0) == 11 and rounded_up(D(10), 0) == 10 and rounded_up(D("1.2341"), 3) == D("1.235")
    )


@pytest.mark.parametrize(
    ("issued", "quantity", "tolerance", "bulk", "supplement", "expected"),
    [
        ("0", "10", "0", False, False, []), ("0", "10.000001", "0", False, False, ["over_issue"]),
        ("8", "2.5", "0.05", False, False, []), ("8", "2.500001", "0.05", False, False, ["over_issue"]),
        ("10", "5", "0", False, True, []), ("0", "0", "0", False, False, ["not_positive"]), ("0", "1", "0", True, False, ["bulk_material"]),
    ],
)  # fmt: skip
def test_issue(issued: str, quantity: str, tolerance: str, bulk: bool, supplement: bool, expected: list[str]) -> None:
    check = IssueCheck("GD1", "A", "lines.0", D(10), D(issued), D(quantity), D(tolerance), bulk, supplement)
    assert codes(issue_problems([check])) == expected


def test_return() -> None:
    assert return_problem("A", "lines.0", D(5), D(5)) is None
    assert return_problem("A", "lines.0", D(5), D(5) + MICRO).code == "over_return"  # type: ignore[union-attr]
    assert return_problem("A", "lines.0", D(5), D(0)).code == "not_positive"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("worked", "there", "good", "scrap", "rework", "minutes", "expected"),
    [
        ("0", None, "10", "0", "0", "0", []), ("0", None, "10.5", "0", "0", "0", []), ("0", None, "10.500001", "0", "0", "0", ["over_report"]),
        ("9", None, "1", "0.6", "0", "0", ["over_report"]), ("2", "5", "3", "0", "0", "0", []), ("2", "5", "3", "0.1", "0", "0", ["out_of_sequence"]),
        ("2", "5", "3", "0", "1", "0", ["out_of_sequence"]), ("0", None, "-1", "2", "0", "0", ["negative"]), ("0", None, "0", "0", "0", "0", ["nothing_reported"]),
        ("0", None, "0", "0", "0", "5", []),
    ],
)  # fmt: skip
def test_report(
    worked: str, there: str | None, good: str, scrap: str, rework: str, minutes: str, expected: list[str]
) -> None:
    check = ReportCheck(
        "GD1",
        "10 turn",
        "lines.0",
        D(10),
        D("0.05"),
        D(worked),
        None if there is None else D(there),
        D(good),
        D(scrap),
        D(rework),
        D(minutes),
    )
    assert codes(report_problems(check)) == expected


def test_sequence_is_a_graph() -> None:
    assert predecessors_of(30, [], [10, 20, 30]) == (20,) and predecessors_of(10, [], [10, 20]) == ()
    assert predecessors_of(30, [10, 20], [10, 20, 30]) == (10, 20)
    steps = [
        Step(10, (), D(8), D(8)),
        Step(20, (), D(6), D(7)),
        Step(30, (10, 20), D(5), D(5)),
        Step(40, (10,), D(2), D(2)),
    ]
    by_number = {step.operation_no: step for step in steps}
    assert arrived(by_number[30], by_number) == 6 and arrived(by_number[10], by_number) is None
    assert [step.operation_no for step in last_steps(steps)] == [30, 40]


@pytest.mark.parametrize(
    ("good", "overlap", "worked", "missing", "there"),
    [
        ("4", "0", "0", "0", "4"), ("0", "5", "0", "5", "0"), ("4.999999", "5", "0", "5", "0"), ("5", "5", "0", "0", "5"), ("8", "5", "0", "0", "8"),
        ("4", "5", "1", "0", "4"),
    ],
)  # fmt: skip
def test_the_next_operation_begins_after_the_overlap_quantity(
    good: str, overlap: str, worked: str, missing: str, there: str
) -> None:
    """Once it has begun, taking back a report of the operation before does not shut it again."""
    before, after = Step(10, (), D(good), D(good), D(overlap)), Step(20, (10,), D(worked), D(worked))
    by_number = {10: before, 20: after}
    assert (overlap_missing(after, by_number), arrived(after, by_number)) == (D(missing), D(there))
    check = ReportCheck(
        "GD1", "20 drill", "lines.0", D(10), D(0), D(worked), D(there), D(1), D(0), D(0), D(0), D(0), D(missing)
    )
    assert codes(report_problems(check)) == (["overlap_not_reached"] if D(missing) else [])
    assert report_problems(check, enforce_sequence=False) == []
    setting_up = replace(check, good=D(0), minutes=D(20))
    assert report_problems(setting_up) == []


def test_undoing_a_report_looks_at_what_stands_on_it() -> None:
    steps = [Step(10, (), D(3), D(3)), Step(20, (10,), D(4), D(4))]
    assert codes(undo_report_problems("GD1", steps, D(4))) == ["later_report"]
    assert codes(undo_report_problems("GD1", steps[:1], D(3) + MICRO)) == ["already_received"]
    assert undo_report_problems("GD1", steps[:1], D(3)) == []


@pytest.mark.parametrize(
    ("received", "ready", "accepted", "quantity", "expected"),
    [
        ("0", None, None, "10.5", []), ("0", None, None, "10.500001", ["over_receipt"]), ("4", "6", None, "2", []),
        ("4", "6", None, "2.1", ["not_reported"]), ("4", "10", "5", "1", []), ("4", "10", "5", "1.1", ["not_inspected"]),
        ("0", None, None, "0", ["not_positive"]), ("10", "6", "5", "1", ["over_receipt", "not_reported", "not_inspected"]),
    ],
)  # fmt: skip
def test_receipt(received: str, ready: str | None, accepted: str | None, quantity: str, expected: list[str]) -> None:
    check = ReceiptCheck(
        "GD1",
        "lines.0",
        D(10),
        D("0.05"),
        D(received),
        None if ready is None else D(ready),
        D(quantity),
        None if accepted is None else D(accepted),
    )
    assert codes(receipt_problems(check)) == expected


def test_closing() -> None:
    done = Closing("GD1", D(10), D(9), D(1), D(9), (), 0, D(0))
    assert closing_warnings(done) == [] and closing_problems(done) == []
    odd = Closing("GD1", D(10), D(5), D(1), D(6), ("A",), 2, D(3))
    assert codes(closing_warnings(odd)) == ["short_output", "not_yet_received", "short_issue"]
    assert codes(closing_problems(odd)) == ["open_inspections", "still_outside"]


def test_set_up_counts_once() -> None:
    assert default_minutes(D(30), D(6), D(10), True) == 90 and default_minutes(D(30), D(6), D(10), False) == 60
    assert limit(D(10), D("0.05")) == D("10.5")
