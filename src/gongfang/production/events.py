"""What happened on the shop floor, told to those above."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class OrdersReleased:
    """Work orders were given to the shop."""

    order_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MaterialsIssued:
    """Components went into orders (negative: were taken back by undoing)."""

    document_id: int
    order_ids: tuple[int, ...]
    on: date


@dataclass(frozen=True, slots=True)
class Piece:
    """What one person did in one report: the fact that piecework pay is made of."""

    user_id: int
    employee_id: int
    item_id: int
    operation_no: int
    good: Decimal
    material_fault: Decimal
    worker_fault: Decimal
    minutes: Decimal


@dataclass(frozen=True, slots=True)
class WorkReported:
    """Operations were reported. undone: the report was taken back."""

    report_id: int
    order_ids: tuple[int, ...]
    on: date
    undone: bool = False


@dataclass(frozen=True, slots=True)
class OutputReceived:
    """Output of orders came into stock: (order, item, lot, quantity). undone: it was taken back."""

    receipt_id: int
    order_ids: tuple[int, ...]
    on: date
    undone: bool = False


@dataclass(frozen=True, slots=True)
class OrdersClosed:
    order_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class HelpCalled:
    """Somebody at a work place asks for help."""

    call_id: int
    kind: str
    work_centre_id: int | None = None
    machine: str = ""
    text: str = ""
    actor_id: int = 0


@dataclass(frozen=True, slots=True)
class SubcontractTakenBack:
    """A receipt of a subcontractor's work was undone; its fee waits for no invoice any more."""

    receipt_id: int
    on: date
    actor_id: int


@dataclass(frozen=True, slots=True)
class SubcontractReceived:
    """Work came back from a subcontractor; a fee invoice may be expected."""

    receipt_id: int
    partner_id: int
    on: date
