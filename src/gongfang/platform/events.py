"""Reactions to what happened below, listed in one table: `config/wiring.py` is the only upward wire."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.db import transaction

_handlers: dict[type, list[Callable[[Any], None]]] = defaultdict(list)
_after_commit: dict[type, list[Callable[[Any], None]]] = defaultdict(list)


def wire(event: type, handler: Callable[[Any], None], *, after_commit: bool = False) -> None:
    """Have `handler` called for each such event: in the same transaction, or once it is committed."""
    table = _after_commit if after_commit else _handlers
    if handler not in table[event]:
        table[event].append(handler)


def emit(event: Any) -> None:
    """Tell those above what happened. A handler that raises takes the whole verb back."""
    for handler in _handlers[type(event)]:
        handler(event)
    for handler in _after_commit[type(event)]:
        transaction.on_commit(lambda handler=handler: handler(event))
