"""Take materials back from orders (退料): for one or many orders in one document, good ones and bad ones."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils import timezone

from gongfang.inventory.services import into_bins
from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.kernel.money import ZERO, to_cents
from gongfang.ledger import queries as ledger
from gongfang.ledger.services import Move, post
from gongfang.platform.documents.links import Link, link
from gongfang.platform.events import emit
from gongfang.platform.identity.models import User
from gongfang.platform.setwise import insert_rows
from gongfang.platform.verbs import verb
from gongfang.production.events import MaterialsIssued
from gongfang.production.models import LotUse, MaterialReturn, MaterialReturnLine, WorkOrder, WorkOrderMaterial
from gongfang.production.rules import return_problem
from gongfang.production.services.customer_material import places_back
from gongfang.production.services.holding import hold_materials, hold_orders, hold_orders_with
from gongfang.production.services.issuing import (
    KEEPERS,
    add_lot_uses,
    book_materials,
    live_document,
    posted_document,
    stage_problems,
    summary_of,
    take_back,
)
from gongfang.production.services.stocks import blocked_places, places_taking, stores


@dataclass(frozen=True, slots=True)
class ReturnInput:
    """So much of a component back into a warehouse; is_good False: into its blocked stock. location_id: into this very place of it.

    second: in the component's second unit.
    """

    material_id: int
    quantity: Decimal
    lot_id: int | None = None
    warehouse_id: int | None = None
    is_good: bool = True
    location_id: int | None = None
    second: Decimal | None = None


@verb("production.return_materials", N_("Return materials"), roles=KEEPERS)
def return_materials(
    *, actor: User, request_id: uuid.UUID, lines: Sequence[ReturnInput], reason: str = "", on: date | None = None,
) -> MaterialReturn:  # fmt: skip
    """Take components back from orders (TL) at the average value they were issued at.

    Raises DomainError: over_return, lot_not_issued, order_finished …
    """
    if not lines:
        raise DomainError(Problem("no_lines", "Enter at least one line."))
    on = on or timezone.localdate()
    orders = hold_orders_with(line.material_id for line in lines)
    refuse_if(stage_problems(orders), Kind.CONFLICT)
    materials = hold_materials(line.material_id for line in lines)
    rows = _return_rows(materials, lines)
    document = posted_document(MaterialReturn, actor, on, reason=reason[:200])
    document.posting = post(
        actor=actor, reason="production.return", source=document, on=on, summary=summary_of(orders.values()),
        moves=_return_moves(orders, rows, [line.location_id for line in lines]),
    )  # fmt: skip
    document.save(update_fields=["posting"])
    for row in rows:
        row.document = document
    insert_rows(rows)
    book_materials(orders, materials, rows, sign=1, is_issue=False)
    add_lot_uses(rows, -1)
    link([Link(order, document) for order in orders.values()])
    emit(MaterialsIssued(document.pk, tuple(orders), on))
    return document


def _return_rows(materials: Mapping[int, WorkOrderMaterial], lines: Sequence[ReturnInput]) -> list[MaterialReturnLine]:
    left = {pk: [material.done_quantity, material.value] for pk, material in materials.items()}
    lots = _lots_in_orders(materials, lines)
    rows, problems = [], []
    for index, line in enumerate(lines):
        material = materials[line.material_id]
        quantity, value = left[material.pk]
        problem = return_problem(material.item.code, f"lines.{index}", quantity, line.quantity)
        if problem is None and line.lot_id:
            have = lots.get((material.document_id, line.lot_id), ZERO)
            if line.quantity > have:
                problem = return_problem(material.item.code, f"lines.{index}", have, line.quantity)
            lots[material.document_id, line.lot_id] = have - line.quantity
        if problem:
            problems.append(problem)
            continue
        share = value if line.quantity == quantity else to_cents(value * line.quantity / quantity)
        left[material.pk] = [quantity - line.quantity, value - share]
        rows.append(
            MaterialReturnLine(
                line_no=len(rows) + 1, material=material, order_id=material.document_id, item_id=material.item_id,
                lot_id=line.lot_id, warehouse_id=line.warehouse_id or material.warehouse_id, quantity=line.quantity, value=share,
                is_good=line.is_good, second_quantity=line.second,
            )
        )  # fmt: skip
        if rows[-1].warehouse_id is None:
            problems.append(Problem("warehouse_needed", "Say which warehouse.", where=f"lines.{index}.warehouse"))
    refuse_if(problems)
    return rows


def _lots_in_orders(
    materials: Mapping[int, WorkOrderMaterial], lines: Sequence[ReturnInput]
) -> dict[tuple[int, int], Decimal]:
    lot_ids = {line.lot_id for line in lines if line.lot_id}
    if not lot_ids:
        return {}
    orders = {material.document_id for material in materials.values()}
    uses = LotUse.objects.filter(order__in=orders, lot__in=lot_ids, role=LotUse.Role.CONSUMED)
    return {(use.order_id, use.lot_id): use.quantity for use in uses}


def _return_moves(orders: Mapping[int, WorkOrder], rows: Sequence[MaterialReturnLine], named: Sequence[int | None]) -> list[Move]:  # fmt: skip
    good = stores(row.warehouse_id for row in rows if row.is_good)
    bad = blocked_places(row.warehouse_id for row in rows if not row.is_good)
    exact = places_taking(rows, named, [row.is_good for row in rows])
    production, theirs = ledger.location("PRODUCTION"), places_back(rows)
    return into_bins([
        Move(
            item_id=row.item_id, quantity=row.quantity, source=production, lot_id=row.lot_id, value=None if row.line_no in theirs else row.value,
            target=theirs.get(row.line_no) or exact.get(row.line_no) or (good if row.is_good else bad)[row.warehouse_id], source_line=row.line_no, counter_role="wip_material",
            cost_object_id=orders[row.order_id].cost_object_id, element="material", second=row.second_quantity,
        )
        for row in rows
    ])  # fmt: skip


@verb("production.undo_return", N_("Take back the return"), roles=KEEPERS)
def undo_return(
    *, actor: User, request_id: uuid.UUID, document_id: int, reason: str = "", version: int | None = None
) -> MaterialReturn:  # fmt: skip
    """Give returned materials to the orders again. Refused when they are no longer in the store."""
    document = live_document(MaterialReturn, document_id, version)
    rows = list(document.lines.all())
    orders = hold_orders(row.order_id for row in rows)
    refuse_if(stage_problems(orders), Kind.CONFLICT)
    materials = hold_materials(row.material_id for row in rows)
    take_back(actor, document, reason, Problem("instead", "Or issue the material again in an open month."))
    book_materials(orders, materials, rows, sign=-1, is_issue=False)
    add_lot_uses(rows, 1)
    emit(MaterialsIssued(document.pk, tuple(orders), document.business_date))
    return document
