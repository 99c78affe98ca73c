"""What those above make of an alert: a requisition, a work order, an offer for sale. Plugged in by `config/wiring.py`."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from gongfang.kernel.errors import DomainError, Kind, Problem
from gongfang.platform.identity.models import User
from gongfang.platform.ports import Port


@dataclass(frozen=True, slots=True)
class Need:
    """So much of an item (and lot) is wanted (or is to go, to a customer). warehouse_id: where. why: the explanation in the words of the actor's language."""

    item_id: int
    quantity: Decimal
    warehouse_id: int | None = None
    why: str = ""
    lot_id: int | None = None
    customer_id: int | None = None


class Maker(Protocol):
    """Makes one document of some needs and returns it, in the running verb."""

    def __call__(self, *, actor: User, request_id: uuid.UUID, needs: Sequence[Need]) -> Any: ...


def nobody(*, actor: User, request_id: uuid.UUID, needs: Sequence[Need]) -> Any:
    raise DomainError(Problem("no_maker", "Nothing in this system can do that yet."), Kind.CONFLICT)


def nothing_incoming(item_ids: Collection[int]) -> Mapping[int, list[tuple[date, Decimal, int | None]]]:
    return {}


REQUISITION: Port[Maker] = Port("inventory.requisition", nobody)
MAKE: Port[Maker] = Port("inventory.make", nobody)
SELL: Port[Maker] = Port("inventory.sell", nobody)
REPORT: Port[Maker] = Port("inventory.report", nobody)
INCOMING: Port = Port("inventory.incoming", nothing_incoming)
"""(item ids) → item → [(day, quantity, warehouse)] that orders will bring; a constant number of statements."""
