"""Turns: few at a time, in the order they came, given back whatever happens."""

import threading
from time import monotonic, sleep

import pytest

from gongfang.platform.turns import Turns

SECONDS_MAX = 20


def until(what) -> None:
    """Wait for what other threads do; fails when it never comes."""
    deadline = monotonic() + SECONDS_MAX
    while not what():
        assert monotonic() < deadline, "it never came"
        sleep(0.001)


class Crowd:
    """Threads that each take a turn and hold it until told."""

    def __init__(self, turns: Turns) -> None:
        self.turns, self.served, self.now, self.most, self.guard = turns, [], 0, 0, threading.Lock()
        self.threads, self.ends = [], []

    def join(self, name: int) -> None:
        """One more comes; it has its turn, or waits, when this returns."""
        waited, end = self.turns.waits(), threading.Event()
        thread = threading.Thread(target=self._act, args=(name, end), daemon=True)
        self.threads.append(thread)
        self.ends.append(end)
        thread.start()
        until(lambda: name in self.served or self.turns.waits() > waited)

    def _act(self, name: int, end: threading.Event) -> None:
        with self.turns.turn():
            with self.guard:
                self.served.append(name)
                self.now += 1
                self.most = max(self.most, self.now)
            assert end.wait(SECONDS_MAX)
            with self.guard:
                self.now -= 1


def test_so_many_at_once_and_the_others_in_the_order_they_came():
    crowd = Crowd(Turns(3))
    for name in range(12):
        crowd.join(name)
    assert crowd.served == [0, 1, 2]
    for done, end in enumerate(crowd.ends):
        end.set()
        until(lambda done=done: len(crowd.served) == min(done + 4, 12))
        assert crowd.served == list(range(min(done + 4, 12)))
    for thread in crowd.threads:
        thread.join(SECONDS_MAX)
    assert (crowd.most, crowd.turns.free, crowd.turns.waits()) == (3, 3, 0)


def test_a_turn_is_given_back_when_the_act_is_refused():
    turns = Turns(1)
    for _ in range(2):
        with pytest.raises(ValueError, match="no"), turns.turn():
            raise ValueError("no")
    assert turns.free == 1
