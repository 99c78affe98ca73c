"""Transfers that have not wholly arrived, as planning counts on them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from gongfang.inventory.models import Transfer, TransferLine


@dataclass(frozen=True, slots=True)
class OpenTransfer:
    """A line on its way from one warehouse to another. has_left: it is in transit; else it still stands in the source.

    ship_on, due_on: as planned, else the business date.
    """

    doc_type: str
    document_id: int
    line_id: int
    number: str
    item_id: int
    quantity: Decimal
    source_warehouse_id: int
    target_warehouse_id: int
    ship_on: date
    due_on: date
    has_left: bool


def open_transfers() -> list[OpenTransfer]:
    """Everything that two-step transfers still have to bring, drafts included (a plan must not send twice); one statement."""
    rows = TransferLine.objects.filter(
        document__in_two_steps=True,
        document__source__warehouse__isnull=False,
        document__target__warehouse__isnull=False,
    )
    rows = rows.exclude(document__approval="void").exclude(execution__in=["done", "closed"])
    found = rows.values_list(
        "document_id", "pk", "document__number", "item_id", "quantity", "done_quantity", "document__source__warehouse_id",
        "document__target__warehouse_id", "document__business_date", "document__ship_on", "document__due_on", "document__approval",
    ).order_by("document_id", "line_no")  # fmt: skip
    return [
        OpenTransfer(
            Transfer.doc_type, doc, pk, number, item, quantity - done, source, target, ship_on or on, due_on or ship_on or on,
            approval == "approved",
        )
        for doc, pk, number, item, quantity, done, source, target, on, ship_on, due_on, approval in found
        if quantity > done
    ]  # fmt: skip
