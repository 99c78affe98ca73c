"""How far an import is, told to whoever watches."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Tell = Callable[[float, float, str], None]
_watcher: ContextVar[Tell | None] = ContextVar("exchange_watcher", default=None)
_total: ContextVar[int] = ContextVar("exchange_total", default=0)
_done: ContextVar[int] = ContextVar("exchange_done", default=0)
_message: ContextVar[str] = ContextVar("exchange_message", default="")


@contextmanager
def watched(tell: Tell) -> Iterator[None]:
    """Have `tell(done, total, message)` called while a workbook is checked or loaded; it may raise to stop it."""
    token = _watcher.set(tell)
    try:
        yield
    finally:
        _watcher.reset(token)


def begin(total: int) -> None:
    """So many rows are to be done from now on."""
    _total.set(total)
    _done.set(0)
    _message.set("")


def advance(rows: int, message: str = "") -> None:
    """So many rows more are done. message: what is worked at from now on."""
    _done.set(_done.get() + rows)
    if message:
        _message.set(message)
    tell = _watcher.get()
    if tell is not None:
        tell(min(_done.get(), _total.get()), _total.get(), _message.get())


def step(rows: int, message: str, act: Callable[[], None]) -> None:
    """Do what `rows` rows need; what it tells in between counts towards them."""
    advance(0, message)
    before = _done.get()
    act()
    _done.set(before)
    advance(rows, message)
