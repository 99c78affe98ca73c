"""Deep calls ask the kernel for memory once, not at every call across a border."""

import threading

import pytest

from gongfang.kernel.depth import with_room

resource = pytest.importorskip("resource", reason="the count of page faults")
CALLS = 500


def leaf() -> None:
    pass


def branch() -> None:
    leaf()


def at_depth(depth: int) -> None:
    if depth:
        at_depth(depth - 1)
    else:
        for _ in range(CALLS):
            branch()


def most_faults() -> int:
    """How often the kernel was asked for a page, at the worst depth."""
    found = []
    for depth in range(400):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        at_depth(depth)
        found.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
    return max(found)


def test_no_depth_is_slow_with_room() -> None:
    told: list[int] = []
    thread = threading.Thread(target=lambda: told.append(with_room(most_faults)))  # a thread begins without room
    thread.start()
    thread.join()
    assert told[0] < CALLS / 2


def test_answers_and_refusals_pass_through() -> None:
    assert with_room(divmod, 7, 2) == (3, 1) and with_room(int, "ff", base=16) == 255
    with pytest.raises(ZeroDivisionError):
        with_room(divmod, 7, 0)
