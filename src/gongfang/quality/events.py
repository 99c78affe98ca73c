"""What quality tells those above."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided on one inspection. source_*: the document line it was made for."""

    inspection_id: int
    number: str
    kind: str
    source_type: str
    source_id: int
    source_line: int
    item_id: int
    accepted: Decimal
    rejected: Decimal
    concession: Decimal
    operation_ref: int = 0

    @property
    def passed(self) -> Decimal:
        return self.accepted + self.concession


@dataclass(frozen=True, slots=True)
class InspectionsDecided:
    """Inspections were decided in one go, or (taken_back) their decisions undone."""

    decisions: tuple[Decision, ...]
    taken_back: bool = False


@dataclass(frozen=True, slots=True)
class ReworkWork:
    """One step of a rework. operation_no: of the routing, done once more; None: free work. What is None or empty is as there."""

    operation_no: int | None = None
    name: str = ""
    work_centre_id: int | None = None
    minutes: Decimal | None = None
    setup_minutes: Decimal | None = None


@dataclass(frozen=True, slots=True)
class NonconformanceDisposed:
    """What failed was dealt with. disposition: return, concession, scrap, sort or rework. place: kind of the place where it lay.

    routing_id, steps: how it is reworked; neither: the last operation once more.
    """

    nonconformance_id: int
    number: str
    disposition: str
    item_id: int
    lot_id: int | None
    partner_id: int | None
    quantity: Decimal
    source_type: str
    source_id: int
    source_line: int
    taken_back: bool = False
    operation_ref: int = 0
    actor_id: int = 0
    warehouse_id: int | None = None
    defect: str = ""
    place: str = ""
    routing_id: int | None = None
    steps: tuple[ReworkWork, ...] = ()
