"""Questions that a lower package asks and a higher one answers (a promise date on a sales line).

The lower package declares `PROMISE = Port("promise", null_provider)`; `config/wiring.py` plugs in the answer.
"""

from typing import Generic, TypeVar

P = TypeVar("P")


class Port(Generic[P]):
    """A named place for one provider; until one is plugged in, the null provider answers."""

    def __init__(self, name: str, null: P) -> None:
        self.name = name
        self._provider = null

    def plug(self, provider: P) -> None:
        self._provider = provider

    @property
    def provider(self) -> P:
        return self._provider
