"""Questions that the shop floor asks and others answer; plugged in `config/wiring.py`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from gongfang.kernel.errors import DomainError, Kind, Problem
from gongfang.platform.ports import Port


@dataclass(frozen=True, slots=True)
class ToolWork:
    """Work at an operation. pieces: good and scrap; machine: what the report names, perhaps the mould's own code."""

    item_id: int
    operation_no: int
    work_centre_id: int
    pieces: Decimal = Decimal(0)
    machine: str = ""
    where: str = ""


class Tooling(Protocol):
    """Moulds and tools: may work go on with them, and what it takes of their life."""

    def look(self, works: Sequence[ToolWork]) -> dict[ToolWork, Problem | None]:
        """Those works that are done with a tool, with why one cannot go on. One statement at most."""

    def count(self, works: Sequence[ToolWork], report_id: int, at: datetime) -> None:
        """Count the strokes of reported pieces; negative pieces were taken back."""


class NoTools:
    """Nothing is known of tools: nothing stands against work, nothing is counted."""

    def look(self, works: Sequence[ToolWork]) -> dict[ToolWork, Problem | None]:
        return {}

    def count(self, works: Sequence[ToolWork], report_id: int, at: datetime) -> None:
        return None


TOOLING: Port[Tooling] = Port("production.tooling", NoTools())


@dataclass(frozen=True, slots=True)
class Awaited:
    """Material that an order waits for. on: the day on which it lets the order start; late: how many days later (or earlier) such
    deliveries were before.
    """

    item: str
    on: date
    late: tuple[int, ...] = ()


AWAITED: Port[Callable[[date], Mapping[int, Sequence[Awaited]]]] = Port("production.awaited", lambda today: {})
"""Open order → the material that is not there yet; answered by planning's kit check."""


@dataclass(frozen=True, slots=True)
class Shortage:
    """What an order still lacks of a component that is bought. on: when it is needed."""

    item_id: int
    quantity: Decimal
    on: date
    warehouse_id: int | None = None


class Buying(Protocol):
    """Whoever buys: takes what an order lacks, and knows what was asked for it already."""

    def ask(self, actor: Any, order: Any, wanted: Sequence[Shortage]) -> Any: ...

    def asked(self, order: Any) -> dict[int, Decimal]: ...


class NobodyBuys:
    """Nothing can be asked for."""

    def ask(self, actor: Any, order: Any, wanted: Sequence[Shortage]) -> Any:
        raise DomainError(Problem("no_maker", "Nothing in this system can do that yet."), Kind.CONFLICT)

    def asked(self, order: Any) -> dict[int, Decimal]:
        return {}


BUY: Port[Buying] = Port("production.buying", NobodyBuys())
