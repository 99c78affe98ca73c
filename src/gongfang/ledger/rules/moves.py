"""What is handed to the posting door: goods to move, amounts to enter, and the facts they are judged by."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

MICRO = 1_000_000
OPENINGS = ("ledger.opening_stock", "ledger.opening_balances")
"""Reasons of what the company is opened with: goods, then balances. They are no movement of their month."""


class Place(Protocol):
    """What the rules need to know of a location."""

    @property
    def pk(self) -> Any: ...

    name: Any
    kind: Any
    area: Any
    account_role: Any
    allow_negative: Any

    @property
    def is_physical(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Move:
    """Goods of one item (and lot) from one location to another, in base units.

    value: company money; None: the cost of the pool the goods leave (or, from an unvalued place, the cost at which the item
    stands). quantity 0 with a value changes only what the stock at `target` is worth, with a second only how much it is in that unit.
    counter_role: account role (or code) of the unvalued side instead of its location's own; "": no line, `entries` bring it.
    source_line: id of the document line. second: the same goods in the item's second unit; left out, the share of what is there.
    came_on: an earlier day on which goods of the opening had come.
    """

    item_id: int
    quantity: Decimal
    source: Place
    target: Place
    lot_id: int | None = None
    value: Decimal | None = None
    source_line: int = 0
    counter_role: str | None = None
    cost_object_id: int | None = None
    partner_id: int | None = None
    element: str | None = None
    second: Decimal | None = None
    came_on: date | None = None


@dataclass(frozen=True, slots=True)
class AddedCost:
    """Cost added to a receipt afterwards. move_id: the receipt; account: the other side, a role or an account code."""

    move_id: int
    amount: Decimal
    account: str
    partner_id: int | None = None
    source_line: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """One debit or credit beside the goods. account: a role ("grni") or an account code. Negative amounts are red."""

    account: str
    debit: Decimal = Decimal(0)
    credit: Decimal = Decimal(0)
    partner_id: int | None = None
    cost_object_id: int | None = None
    element: str | None = None
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """One posting to be made; several are posted in one pass by `post_all`. source: the document, or None."""

    reason: str
    on: date
    source: Any = None
    moves: Sequence[Move] = ()
    entries: Sequence[Entry] = ()
    summary: str = ""
    partner_id: int | None = None
    kind: str = "normal"


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """standard_cost: 10⁻⁶ currency units per unit. method: costing method. second: base units in so many second units, exactly."""

    id: int
    code: str
    name: str
    tracking: str
    inventory_role: str
    standard_cost: int
    method: str = "moving_average"
    has_second: bool = False
    second: tuple[int, int] | None = None

    def pool_key(self, area: str, lot_id: int | None) -> tuple[int, str, int]:
        """The value pool of goods in an area: of the lot where each lot has its own cost."""
        return self.id, area, (lot_id or 0) if self.method == "specific" else 0


@dataclass(frozen=True, slots=True)
class LotFacts:
    id: int
    item_id: int
    code: str
    is_serial: bool
    is_frozen: bool
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class AccountFacts:
    id: int
    code: str
    name: str
    needs_partner: bool
    needs_cost_object: bool
    is_leaf: bool
    is_controlled: bool


@dataclass(slots=True)
class BalanceState:
    """A locked balance while a posting is reckoned; quantities in 10⁻⁶ units."""

    id: int
    quantity: int
    reserved: int
    may_be_negative: bool
    last_on: date | None = None
    second: int = 0
    start: int = field(init=False)
    second_start: int = field(init=False)
    taken: int = 0
    is_short: bool = False

    def __post_init__(self) -> None:
        self.start, self.second_start = self.quantity, self.second


@dataclass(frozen=True, slots=True)
class MoveRow:
    """A stock move as it will be written; quantity in 10⁻⁶ units, value in cents."""

    draft: int
    item_id: int
    lot_id: int | None
    source_id: int
    target_id: int
    quantity: int
    value: int
    source_account: int | None
    target_account: int | None
    partner_id: int | None
    cost_object_id: int | None
    element: str
    source_line: int
    reverses: int | None = None
    kind: str = ""
    is_fixed: bool = False
    adjusts: int | None = None
    residue_of: int = 0
    second: int = 0
    came_on: date | None = None


def micro(quantity: Decimal) -> int:
    """A quantity as an integer of 10⁻⁶ units; more than six decimals are a caller's bug."""
    scaled = quantity * MICRO
    whole = int(scaled)
    assert whole == scaled, f"quantity {quantity} has more than six decimals"
    return whole


def cents(value: Decimal) -> int:
    """An amount as an integer of cents; it must have been rounded before."""
    scaled = value * 100
    whole = int(scaled)
    assert whole == scaled, f"amount {value} is not rounded to cents"
    return whole


def plain(quantity: int) -> Decimal:
    """An integer of 10⁻⁶ units as people read it: 12.5, not 12.500000."""
    number = (Decimal(quantity) / MICRO).normalize()
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number
