"""Goods that were invoiced before they came 在途物资: what a receipt has of them is known above, where the invoices are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from gongfang.kernel.pricing import Amounts
from gongfang.ledger.services import Entry
from gongfang.platform.identity.models import User
from gongfang.platform.ports import Port
from gongfang.platform.setwise import update_rows
from gongfang.purchasing.models import PurchaseOrderLine, Receipt, ReceiptLine
from gongfang.purchasing.services.incoming import locked_lines

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Met:
    """What of a receipt line was invoiced before it came: how much, at which amounts of the invoices."""

    quantity: Decimal
    amounts: Amounts


class Awaiting(Protocol):
    """Who keeps the invoices of goods on the way. Called with the order lines locked, only where something of them is on the way."""

    def meet(self, receipt: Receipt, lines: Sequence[ReceiptLine]) -> Mapping[int, Met]:
        """Receipt line → what of it meets invoices of its day and before, written down there."""

    def follow(self, actor: User, order_line_ids: Iterable[int]) -> None:
        """Settle what is still on the way (its invoice is younger) with what waits for its invoice."""

    def give_back(self, receipt_line_ids: Iterable[int]) -> None:
        """Receipts that are taken back: what `meet` settled of them is on the way again."""


class _Nobody:
    def meet(self, receipt: Receipt, lines: Sequence[ReceiptLine]) -> Mapping[int, Met]:
        return {}

    def follow(self, actor: User, order_line_ids: Iterable[int]) -> None:
        return None

    def give_back(self, receipt_line_ids: Iterable[int]) -> None:
        return None


ON_WAY: Port[Awaiting] = Port("on_way", _Nobody())
"""Answered by finance."""


def lock_ordered(line_ids: Iterable[int]) -> None:
    """Hold order lines, so that goods and invoices of them meet one after the other. Two statements."""
    locked_lines(set(line_ids))


def meet(receipt: Receipt, lines: Sequence[ReceiptLine], known: Mapping[int, PurchaseOrderLine]) -> Mapping[int, Met]:
    """Note on locked order lines and unwritten receipt lines what was invoiced before it came. Nothing is asked where nothing is."""
    wanted = [line for line in lines if known[line.order_line_id].on_way_quantity]
    found = ON_WAY.provider.meet(receipt, wanted) if wanted else {}
    for line in wanted:
        if one := found.get(line.pk):
            line.on_way_quantity = line.done_quantity = one.quantity
            known[line.order_line_id].on_way_quantity -= one.quantity
    if found:
        update_rows(list(known.values()), ["on_way_quantity"])
    return found


def entries(receipt: Receipt, met: Mapping[int, Met]) -> list[Entry]:
    """What was on the way is what the goods are paid from, not the estimate."""
    amount = sum((one.amounts.net for one in met.values()), ZERO)
    if not amount:
        return []
    return [
        Entry("grni", credit=-amount, partner_id=receipt.supplier_id),
        Entry("on_way", credit=amount, partner_id=receipt.supplier_id),
    ]


def give_back(lines: Sequence[ReceiptLine], known: Mapping[int, PurchaseOrderLine]) -> None:
    """The goods of a receipt that is taken back are on the way again as far as they were. known: locked."""
    mine = [line for line in lines if line.on_way_quantity]
    if not mine:
        return
    ON_WAY.provider.give_back([line.pk for line in mine])
    for line in mine:
        known[line.order_line_id].on_way_quantity += line.on_way_quantity
        line.done_quantity -= line.on_way_quantity
        line.on_way_quantity = ZERO
    update_rows(mine, ["done_quantity", "on_way_quantity"])
    update_rows(list(known.values()), ["on_way_quantity"])
