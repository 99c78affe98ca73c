"""Who is asked first about more than planned, and what may then happen."""

from decimal import Decimal as D

import pytest

from gongfang.kernel.tolerances import mode_of, passes, tolerated


@pytest.mark.parametrize(
    ("said", "expected"),
    [((None, None, None, D("0.05")), "0.05"), ((None, D("0.02"), D("0.1"), D("0.05")), "0.02"), ((D(0), D("0.02"), None, D("0.05")), "0"), ((None, None), "0")],
)  # fmt: skip
def test_the_nearest_share_counts(said, expected):
    assert tolerated(*said) == D(expected)


@pytest.mark.parametrize(
    ("said", "expected"), [(("", "", "warn"), "warn"), (("", "approve", "warn"), "approve"), (("forbid", "warn"), "forbid"), ((None, ""), "forbid")]
)  # fmt: skip
def test_the_nearest_mode_counts(said, expected):
    assert mode_of(*said) == expected


@pytest.mark.parametrize(
    ("mode", "confirmed", "accepted", "expected"),
    [("forbid", True, True, False), ("warn", False, True, False), ("warn", True, False, True), ("approve", True, False, False), ("approve", False, True, True)],
)  # fmt: skip
def test_what_passes(mode, confirmed, accepted, expected):
    assert passes(mode, confirmed=confirmed, accepted=accepted) is expected
