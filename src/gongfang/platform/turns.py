"""Turns: of acts that wait for the same locks only a few run at a time in a process, and those that wait go in the order they came.

The database grants a row lock to whoever happens to ask next, and threads of one process take the interpreter from each other: without
turns some of many that report in one moment are answered last however early they came.
"""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """So many at a time, first come first served. Never taken twice by one thread: it would wait for itself."""

    def __init__(self, at_once: int) -> None:
        self.free = at_once
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn and hold it."""
        self._take()
        try:
            yield
        finally:
            self._give()

    def waits(self) -> int:
        """How many wait at this moment."""
        return len(self._waiting)

    def _take(self) -> None:
        with self._guard:
            if self.free and not self._waiting:
                self.free -= 1
                return
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        mine.acquire()  # released by whoever hands its turn over

    def _give(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self.free += 1
