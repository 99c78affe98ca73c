"""Labels of the cartons that an order fills: how many, and what stands on each; before the receipt by the order, after it by its lots."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from gongfang.inventory.queries import carton_label
from gongfang.kernel.errors import DomainError, Problem
from gongfang.production.models import OutputReceiptLine, WorkOrder
from gongfang.production.rules import cartons
from gongfang.ui.labels import LABELS_MAX, Label


@dataclass(frozen=True, slots=True)
class Batch:
    """What is packed alike: so much of an item, of one lot, that an order brings."""

    item: Any
    lot_code: str
    quantity: Decimal
    number: str
    made_on: date | None = None
    expires_on: date | None = None

    def each(self, pack: Decimal | None) -> list[Decimal]:
        """The quantity in every carton; pack: another number than the item's. A serial number is a carton of its own."""
        size = pack or self.item.pack_quantity
        return cartons(self.quantity, Decimal(1) if self.item.tracking == "serial" else size, LABELS_MAX)


def of_orders(orders: Iterable[WorkOrder]) -> list[Batch]:
    """What orders are to bring: the product, by the lot that the receipt will propose. Serial numbers are not known before it."""
    return [
        Batch(order.item, (order.lot_code or order.number) if order.item.tracking == "lot" else "", order.quantity, order.number)
        for order in orders
        if order.kind != "disassembly" and order.item.tracking != "serial"
    ]  # fmt: skip


def of_receipts(lines: Iterable[OutputReceiptLine]) -> list[Batch]:
    """What came in, lot by lot."""
    return [
        Batch(
            line.item, line.lot.code if line.lot else "", line.quantity, line.order.number,
            line.lot.made_on if line.lot else None, line.lot.expires_on if line.lot else None,
        )
        for line in lines
    ]  # fmt: skip


def labels_of(batches: Sequence[Batch], pack: Decimal | None, copies: int) -> list[Label]:
    """A label for every carton, numbered 1/n. Raises DomainError(labels_count)."""
    found: list[Label] = []
    for batch in batches:
        contents = batch.each(pack)
        if not contents or (len(found) + len(contents)) * copies > LABELS_MAX:
            raise DomainError(
                Problem("labels_count", "Between 1 and {most} labels can be printed at once.", where="pack", most=LABELS_MAX)
            )  # fmt: skip
        found += [_label(batch, quantity, f"{n}/{len(contents)}") for n, quantity in enumerate(contents, start=1)]
    return [label for label in found for _copy in range(copies)]


def _label(batch: Batch, quantity: Decimal, which: str) -> Label:
    item = batch.item
    dates = [
        _("Made {date}").format(date=batch.made_on) if batch.made_on else "",
        _("Expires {date}").format(date=batch.expires_on) if batch.expires_on else "",
    ]
    return Label(
        batch.lot_code or item.code, carton_label(item, batch.lot_code, quantity, batch.made_on, batch.expires_on),
        [f"{item.code} {item.name}", item.spec, f"{quantity.normalize():f} {item.unit.name}   {which}   {batch.number}", "  ".join(filter(None, dates))],
        batch.lot_code or item.code,
    )  # fmt: skip
