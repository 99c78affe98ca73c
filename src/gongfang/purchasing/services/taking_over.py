"""Consigned goods become ours: what a supplier left with us is bought at the price of an order, from the day it is taken over."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.ledger import queries as ledger_queries
from gongfang.ledger.queries.genealogy import lots_by_ids
from gongfang.platform.documents.editing import change, locked
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb
from gongfang.purchasing.models import PurchaseOrder, Receipt
from gongfang.purchasing.rules.inputs import IncomingGoods
from gongfang.purchasing.services.incoming import order_lines, usual_warehouse
from gongfang.purchasing.services.receipts import KEEPERS, LIFECYCLE, create_receipt


@dataclass(frozen=True, slots=True)
class TakenGoods:
    """So much of an order line, in base units. lot_id: this lot; None: by the picking rules."""

    order_line_id: int
    quantity: Decimal
    lot_id: int | None = None


@verb("purchasing.take_over", N_("Take over"), roles=KEEPERS)
def take_over(
    *, actor: User, request_id: uuid.UUID, order_id: int, lines: Sequence[TakenGoods] | None = None, warehouse_id: int | None = None,
    business_date: date | None = None,
) -> Receipt:  # fmt: skip
    """Buy goods of an order out of what its supplier has consigned to us: a receipt at once, estimated and invoiced as any other.

    Nobody has judged goods in custody, for until now they were not ours to refuse: those whose item is inspected wait for the inspector,
    as if they came today. Without lines, what is open of the order, as far as it stands in the supplier's place. Raises DomainError:
    nothing_consigned, consigned_short …
    """
    order = locked(PurchaseOrder, order_id)
    known = order_lines(list(order.lines.values_list("pk", flat=True)))
    warehouse = usual_warehouse(known, warehouse_id or order.warehouse_id)
    place = _place_of(order, warehouse)
    on = business_date or timezone.localdate()
    asked = (
        lines
        if lines is not None
        else [TakenGoods(pk, row.open_quantity) for pk, row in known.items() if row.open_quantity > 0]
    )
    goods, short = _chosen(asked, known, place, on)
    if lines is not None:
        refuse_if(short, Kind.CONFLICT)
    if not goods:
        raise DomainError(short or [_nothing(order)], Kind.CONFLICT)
    receipt = create_receipt(
        actor=actor, request_id=request_id, supplier_id=order.supplier_id, lines=goods, warehouse_id=warehouse, business_date=on
    )  # fmt: skip
    change(receipt, is_take_over=True)
    return LIFECYCLE.approve(actor=actor, request_id=request_id, document_id=receipt.pk)


def _nothing(order: PurchaseOrder) -> Problem:
    return Problem("nothing_to_receive", "{number}: nothing is open.", number=order.number)


def _place_of(order: PurchaseOrder, warehouse_id: int) -> Any:
    places = ledger_queries.owner_places(order.supplier_id, "consigned", warehouse_id)
    if not places:
        raise DomainError(
            Problem(
                "nothing_consigned", "{supplier} has consigned nothing to this warehouse.", supplier=order.supplier.name
            ),
            Kind.CONFLICT,
        )
    return places[0]


def _chosen(asked: Sequence[TakenGoods], known: Any, place: Any, on: date) -> tuple[list[IncomingGoods], list[Problem]]:
    """The goods with their lots as they stand in the supplier's place, and what is too little there."""
    wants = [
        ledger_queries.Want(n, known[one.order_line_id].item_id, one.quantity, place, one.lot_id)
        for n, one in enumerate(asked)
        if one.order_line_id in known
    ]
    picks, missing = ledger_queries.picks(wants, on=on)
    lots = lots_by_ids(pick.lot_id for pick in picks if pick.lot_id)
    goods = []
    for n, one in enumerate(asked):
        of_line = [pick for pick in picks if pick.key == n]
        if known[one.order_line_id].item.tracking == "none":
            total = sum((pick.quantity for pick in of_line), Decimal(0))
            goods += [IncomingGoods(one.order_line_id, total)] if total else []
        elif known[one.order_line_id].item.tracking == "serial":
            codes = ", ".join(pick.lot_code for pick in of_line)
            goods += [IncomingGoods(one.order_line_id, Decimal(len(of_line)), serials=codes)] if of_line else []
        else:
            goods += [_of_lot(one.order_line_id, pick, lots.get(pick.lot_id)) for pick in of_line]
    return goods, [
        Problem(
            "consigned_short", "{item}: {gap} are missing among the consigned goods in {place}.", where=f"lines.{n}.quantity",
            item=str(known[asked[n].order_line_id].item), gap=gap.normalize(), place=str(place),
        )
        for n, gap in missing.items()
    ]  # fmt: skip


def _of_lot(order_line_id: int, pick: Any, lot: Any) -> IncomingGoods:
    """A picked lot keeps the dates it came with."""
    return IncomingGoods(order_line_id, pick.quantity, pick.lot_code, made_on=lot.made_on, expires_on=lot.expires_on)


def has_consigned(order: PurchaseOrder) -> bool:
    """Whether the supplier of an order has a place with us, for its button; one statement."""
    return bool(ledger_queries.owner_places(order.supplier_id, "consigned"))
