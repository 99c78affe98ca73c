"""Suggestions into work orders, purchase orders and transfers, one by one or all at once."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext

from gongfang.inventory import services as inventory
from gongfang.inventory.services import NewTransfer
from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.masterdata import queries as masterdata
from gongfang.planning.models import FirmOrder, PlannedOrder
from gongfang.planning.queries.origins import Origin, origins_of
from gongfang.platform.documents.links import Link, link
from gongfang.platform.documents.registry import document_model
from gongfang.platform.identity.models import User
from gongfang.platform.setwise import update_rows
from gongfang.platform.verbs import note, verb
from gongfang.production import services as production
from gongfang.purchasing import services as purchasing
from gongfang.purchasing.services import RequisitionItem

ROLES = ("planner", "owner", "supervisor")
CUSTOMER_ORDER = "sales.order"


def locked_suggestions(order_ids: Sequence[int]) -> list[PlannedOrder]:
    """The suggestions, locked, in order. Raises DomainError where one is gone, not current or not open any more."""
    wanted = list(dict.fromkeys(order_ids))
    rows = list(
        PlannedOrder.objects.select_for_update(of=("self",))
        .select_related("item", "run")
        .filter(pk__in=wanted)
        .order_by("pk")
    )
    problems = [Problem("nothing_chosen", "Choose at least one suggestion.")] if not wanted else []
    if len(rows) < len(wanted):
        problems.append(
            Problem("plan_gone", "The plan was made anew meanwhile; open the present one and choose again.")
        )
    for row in rows:
        if not row.run.is_current:
            problems.append(
                Problem("plan_gone", "The plan was made anew meanwhile; open the present one and choose again.")
            )
            break
        if row.state != PlannedOrder.State.SUGGESTED:
            problems.append(
                Problem(
                    "not_open",
                    "{order} for {item} was dealt with already ({document}).",
                    order=str(row),
                    item=row.item.code,
                    document=row.document_number or "–",
                )
            )
    refuse_if(problems, Kind.CONFLICT)
    return rows


Rows = Sequence[PlannedOrder] | Sequence[FirmOrder]
Stores = Mapping[tuple[int, int], int]
"""(item, plant) → the warehouse that keeps it there; empty where the company has one plant."""


def _outside(actor: User, rows: Rows, origins: Mapping[int, Origin | None], stores: Stores) -> None:
    """What is made outside: a work order with components goes out as a whole; what has no BOM is bought from the subcontractor."""
    structure = masterdata.default_boms({row.item_id for row in rows})
    sent = [row for row in rows if row.item_id in structure]
    bought = [row for row in rows if row.item_id not in structure]
    if sent:
        orders = production.create_work_orders(actor, [_new(row, origins.get(row.pk), stores) for row in sent])
        wanted = [
            production.Outside(order.pk, row.supplier_id, due=row.due_on)
            for row, order in zip(sent, orders, strict=True)
        ]
        for row, document in zip(sent, production.give_out(actor, wanted), strict=True):
            _released(row, document)
    if bought:
        _buy(actor, bought, stores)


def _new(row: PlannedOrder | FirmOrder, origin: Origin | None, stores: Stores) -> production.NewWorkOrder:
    return production.NewWorkOrder(
        item_id=row.item_id, quantity=row.quantity, start=row.release_on, due=row.due_on, why=_words(row, origin),
        warehouse_id=stores.get((row.item_id, row.plant_id or 0)), **_source_of(origin),
    )  # fmt: skip


def _buy(actor: User, rows: Rows, stores: Stores) -> None:
    wanted = [
        purchasing.NewPurchase(
            item_id=row.item_id, supplier_id=row.supplier_id, quantity=row.quantity, due=row.due_on,
            warehouse_id=stores.get((row.item_id, row.plant_id or 0)),
        )
        for row in rows
    ]  # fmt: skip
    for row, line in zip(rows, purchasing.create_orders(actor, wanted), strict=True):
        _released(row, line.document)


def _stores(rows: Rows) -> Stores:
    """Where each row comes in, and what is transferred comes from. Raises DomainError(no_warehouse)."""
    pairs = {(row.item_id, plant) for row in rows for plant in (row.plant_id, row.source_plant_id) if plant}
    if not pairs:
        return {}
    stores = masterdata.stores_in_plants(pairs)
    missing = {plant for item, plant in pairs if (item, plant) not in stores}
    refuse_if(
        Problem("no_warehouse", "{plant} has no warehouse that goods could come into; add one first.", plant=plant.name)
        for plant in masterdata.plants()
        if plant.pk in missing
    )
    return stores


def _move(actor: User, rows: Rows, origins: Mapping[int, Origin | None], stores: Stores) -> None:
    """Transfers in two steps, so that goods on the way are seen."""
    wanted = [
        NewTransfer(
            row.item_id, row.quantity, stores[row.item_id, row.source_plant_id or 0], stores[row.item_id, row.plant_id or 0],
            row.release_on, row.due_on, _words(row, origins.get(row.pk)),
        )
        for row in rows
    ]  # fmt: skip
    for row, transfer in zip(rows, inventory.create_transfers(actor, wanted), strict=True):
        _released(row, transfer)


@verb("planning.release", N_("Release suggestions"), roles=ROLES)
def release_suggestions(
    *, actor: User, request_id: uuid.UUID, order_ids: Sequence[int], buy_as: str = "order"
) -> list[PlannedOrder]:
    """Make work orders of the make suggestions, purchase orders (one per supplier) or one requisition of what is bought,
    subcontract orders of what is made outside, and transfers of what another plant sends; all or none.

    buy_as: "order" or "requisition". Statements do not grow with the number of suggestions.
    Raises DomainError: not_open, plan_gone, no_bom, no_supplier, ….
    """
    rows = locked_suggestions(order_ids)
    origins = origins_of(rows)
    make_documents(actor, rows, {row.pk: origins.get(row.seq) for row in rows}, buy_as)
    update_rows(rows, ["state", "doc_type", "document_id", "document_number", "version"])
    _link_origins(rows, origins)
    return rows


def make_documents(actor: User, rows: Rows, origins: Mapping[int, Origin | None], buy_as: str) -> None:
    """Turn suggestions or firm orders into documents and note on each row (not saved) what it became. origins: by pk."""
    if buy_as not in ("order", "requisition"):
        raise DomainError(Problem("bad_choice", "Choose purchase orders or a requisition.", where="buy_as"))
    made = [row for row in rows if row.kind == PlannedOrder.Kind.MAKE]
    outside = [row for row in rows if row.kind == PlannedOrder.Kind.SUBCONTRACT]
    moved = [row for row in rows if row.kind == PlannedOrder.Kind.TRANSFER and row.source_plant_id]
    bought = [
        row for row in rows if row.kind in (PlannedOrder.Kind.BUY, PlannedOrder.Kind.TRANSFER) and row not in moved
    ]
    refuse_if(
        Problem("nobody_makes_it", "{item}: nobody is named who makes it; choose the subcontractor on the suggestion, or as the usual supplier of the item.", item=str(row.item))
        for row in outside if not row.supplier_id
    )  # fmt: skip
    stores = _stores(rows)
    new = [_new(row, origins.get(row.pk), stores) for row in made]
    for row, order in zip(made, production.create_work_orders(actor, new), strict=True):
        _released(row, order)
    if outside:
        _outside(actor, outside, origins, stores)
    if moved:
        _move(actor, moved, origins, stores)
    if bought and buy_as == "requisition":
        items = [
            RequisitionItem(
                row.item_id, row.quantity, row.due_on, row.supplier_id, _words(row, origins.get(row.pk))[:200],
                warehouse_id=stores.get((row.item_id, row.plant_id or 0)),
            )
            for row in bought
        ]  # fmt: skip
        asked = purchasing.request_purchase(actor, items, origin="mrp", purpose=gettext("MRP"))
        for row in bought:
            _released(row, asked)
    elif bought:
        _buy(actor, bought, stores)


def _words(row: PlannedOrder | FirmOrder, origin: Origin | None) -> str:
    return origin.words if origin else getattr(row, "why", "")


def _source_of(origin: Origin | None) -> dict[str, Any]:
    """The customer's order line that a work order is for in the first place."""
    first = next((row for row in origin.demands if row.doc_type == CUSTOMER_ORDER), None) if origin else None
    if first is None:
        return {}
    return {"source_type": first.doc_type, "source_id": first.document_id, "source_line": first.line_id}


def _link_origins(rows: Sequence[PlannedOrder], origins: Mapping[int, Origin]) -> None:
    """Every customer order that a released document serves leads to it in the chain; two statements per type of document."""
    pairs: set[tuple[int, str, int]] = set()
    for row in rows:
        demands = origins[row.seq].demands if row.seq in origins else []
        demands = [one for one in demands if one.doc_type == CUSTOMER_ORDER]
        own = demands[:1] if row.kind == PlannedOrder.Kind.MAKE else []  # linked by the work order itself
        pairs |= {(one.document_id, row.doc_type, row.document_id or 0) for one in demands if one not in own}
    if not pairs:
        return
    orders = document_model(CUSTOMER_ORDER)._default_manager.in_bulk({pair[0] for pair in pairs})
    targets = {
        doc_type: document_model(doc_type)._default_manager.in_bulk({pair[2] for pair in pairs if pair[1] == doc_type})
        for doc_type in {pair[1] for pair in pairs}
    }
    link(
        Link(orders[source], targets[doc_type][target])
        for source, doc_type, target in sorted(pairs)
        if source in orders
    )


def _released(row: PlannedOrder | FirmOrder, document: Any) -> None:
    row.state, row.doc_type, row.document_id, row.document_number = (
        "released",
        document.doc_type,
        document.pk,
        document.number,
    )
    row.version += 1


@verb("planning.dismiss", N_("Dismiss suggestions"), roles=ROLES)
def dismiss_suggestions(*, actor: User, request_id: uuid.UUID, order_ids: Sequence[int]) -> list[PlannedOrder]:
    """Set suggestions aside; the next run proposes them again if the need is still there."""
    rows = locked_suggestions(order_ids)
    for row in rows:
        row.state = PlannedOrder.State.DISMISSED
        row.version += 1
    update_rows(rows, ["state", "version"])
    return rows


@verb("planning.change_suggestion", N_("Change suggestion"), roles=ROLES)
def change_suggestion(
    *, actor: User, request_id: uuid.UUID, order_id: int, quantity: Decimal, release_on: date, due_on: date,
    supplier_id: int | None = None, version: int | None = None,
) -> PlannedOrder:  # fmt: skip
    """Change quantity, dates or supplier of one suggestion before it is released."""
    row = locked_suggestions([order_id])[0]
    if version is not None and row.version != version:
        raise DomainError(
            Problem(
                "stale",
                "{subject} was changed by somebody else meanwhile. Reload the page and enter the change again.",
                subject=str(row),
            ),
            Kind.CONFLICT,
        )
    problems = []
    if not 0 < quantity < Decimal(10) ** 9:
        problems.append(Problem("bad_quantity", "The quantity must be more than 0.", where="quantity"))
    if release_on > due_on:
        problems.append(Problem("bad_dates", "It cannot start after it is due.", where="release_on"))
    refuse_if(problems)
    note(row, quantity=(row.quantity, quantity), release_on=(row.release_on, release_on), due_on=(row.due_on, due_on))
    row.quantity, row.release_on, row.due_on = quantity, release_on, due_on
    if row.kind != PlannedOrder.Kind.MAKE and supplier_id is not None:
        row.supplier_id = supplier_id
    row.version += 1
    row.save()
    return row
