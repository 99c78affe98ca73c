"""Goods between us and a partner, as sales and purchasing tell them to those above."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class GoodsMoved:
    """A document of goods. amount: with tax; negative: they went back."""

    partner_id: int
    on: date
    doc_type: str
    document_id: int
    number: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class GoodsHeld:
    """A line of goods at the end of a day. quantity: delivered less returned until then; whole and amount: of all that was delivered."""

    partner_id: int
    line_id: int
    quantity: Decimal
    whole: Decimal
    amount: Decimal
