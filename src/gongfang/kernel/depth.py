"""Deep calls without a system call each: CPython 3.11 asks the kernel for 16 KiB of call frames and gives them back at once.

Where a template, a query or a loop goes up and down across such a border, a fifth of the time is the kernel's. One frame that
claims more than half of a large piece makes CPython take the large piece; all calls below share the rest of it.
"""

from collections.abc import Callable
from types import FunctionType
from typing import Any

WORDS = 70_000  # just over half a mebibyte: the piece is the next power of two


def _call(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    return function(*args, **kwargs)


_roomy = FunctionType(_call.__code__.replace(co_stacksize=WORDS), globals(), "roomy")


def with_room(function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    """What the function answers, called with room for some thousand frames."""
    return _roomy(function, args, kwargs)
