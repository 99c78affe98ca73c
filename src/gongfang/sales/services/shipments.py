"""Shipments: goods out of the store at moving cost, and the way back."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.kernel.pricing import Amounts, portion_of, summed
from gongfang.ledger import queries as ledger_queries
from gongfang.ledger import services as ledger
from gongfang.platform.documents import excess
from gongfang.platform.documents.editing import change, editable, locked, new_document, save_lines
from gongfang.platform.documents.lifecycle import Effect, Lifecycle
from gongfang.platform.documents.links import Link, link, unlink
from gongfang.platform.documents.progress import execution_of, roll_up
from gongfang.platform.events import emit
from gongfang.platform.identity.models import User
from gongfang.platform.setwise import update_rows
from gongfang.platform.verbs import verb
from gongfang.sales.events import GoodsShipped, ShippedLine
from gongfang.sales.models import SalesOrder, SalesOrderLine, Shipment, ShipmentLine
from gongfang.sales.rules.inputs import ShippedGoods
from gongfang.sales.services.outgoing import (
    check_orders,
    goods_rows,
    kept_here,
    locked_lines,
    order_lines,
    usual_warehouse,
)

KEEPERS = ("keeper", "sales")
REASON = "sales.shipment"
INSTEAD = Problem("instead", "Or take the goods back by a sales return in an open month.")


@verb("sales.create_shipment", N_("Create shipment"), roles=KEEPERS)
def create_shipment(
    *, actor: User, request_id: uuid.UUID, customer_id: int, lines: Sequence[ShippedGoods], warehouse_id: int | None = None,
    business_date: date | None = None, carrier: str = "", waybill: str = "", delivery_address: str = "", remark: str = "",
) -> Shipment:  # fmt: skip
    """Draft a shipment of one or several orders of a customer; lots left out are proposed."""
    known = order_lines({line.order_line_id for line in lines})
    warehouse = usual_warehouse(known, warehouse_id)
    on = business_date or timezone.localdate()
    rows = goods_rows(lines, known, customer_id=customer_id, warehouse=warehouse, on=on)
    order = next(iter(known.values())).document
    shipment = new_document(
        Shipment, actor=actor, on=on, customer_id=customer_id, warehouse=warehouse, carrier=carrier, waybill=waybill,
        delivery_address=delivery_address or order.delivery_address, remark=remark,
    )  # fmt: skip
    _save(shipment, rows, known)
    return shipment


@verb("sales.change_shipment", N_("Change shipment"), roles=KEEPERS)
def change_shipment(
    *, actor: User, request_id: uuid.UUID, shipment_id: int, lines: Sequence[ShippedGoods] | None = None,
    business_date: date | None = None, carrier: str | None = None, waybill: str | None = None,
    delivery_address: str | None = None, remark: str | None = None, version: int | None = None,
) -> Shipment:  # fmt: skip
    """Change a draft; what is left out stays."""
    shipment = editable(Shipment, shipment_id, version=version)
    header = {
        "business_date": business_date, "carrier": carrier, "waybill": waybill, "delivery_address": delivery_address, "remark": remark,
    }  # fmt: skip
    change(shipment, **{name: value for name, value in header.items() if value is not None})
    if lines is not None:
        excess.withdraw(shipment)
        known = order_lines({line.order_line_id for line in lines})
        rows = goods_rows(
            lines, known, customer_id=shipment.customer_id, warehouse=shipment.warehouse, on=shipment.business_date
        )
        unlink(shipment)
        _save(shipment, rows, known)
    return shipment


def _save(shipment: Shipment, rows: Sequence[dict[str, Any]], known: Mapping[int, SalesOrderLine]) -> None:
    """Write the lines with their prices as they stand now, and link them."""
    saved: list[Any] = save_lines(shipment, ShipmentLine, rows)
    for line in saved:
        line.order_line = known[line.order_line_id]
    _price(saved, {pk: line.shipped_quantity for pk, line in known.items()})
    _write_prices(shipment, saved)
    link(Link(line.order_line.document, shipment, line.order_line_id, line.pk, line.quantity) for line in saved)


def _price(lines: Sequence[ShipmentLine], before: dict[int, Decimal]) -> None:
    """Each line's share of its order line's amounts, so that all shipments of an order line add up to it."""
    for line in lines:
        ordered = line.order_line
        whole = Amounts(ordered.net_amount, ordered.tax_amount, ordered.total_amount)
        part = portion_of(whole, ordered.quantity, before[ordered.pk], line.quantity)
        before[ordered.pk] += line.quantity
        line.price, line.tax_rate = ordered.net_price, ordered.tax_rate
        line.net_amount, line.tax_amount, line.total_amount = part.net, part.tax, part.total


def _write_prices(shipment: Shipment, lines: Sequence[ShipmentLine]) -> None:
    names = ["price", "tax_rate", "net_amount", "tax_amount", "total_amount", "cost_amount"]
    update_rows(lines, names)
    total = summed(Amounts(line.net_amount, line.tax_amount, line.total_amount) for line in lines)
    cost = sum((line.cost_amount for line in lines), Decimal(0))
    change(shipment, net_amount=total.net, tax_amount=total.tax, total_amount=total.total, cost_amount=cost)


def _why_nothing(lines: Collection[SalesOrderLine], warehouse: Any) -> list[Problem]:
    """Why nothing can be shipped: all is shipped, or what is open is not in stock; ten items are named."""
    short = [line for line in lines if line.open_quantity][:10]
    if not short:
        return [Problem("nothing_to_ship", "Nothing of this is open any more.")]
    return [
        Problem(
            "nothing_to_ship", "{item}: {quantity} to deliver, nothing free in {warehouse}. Make, buy or transfer it, or ship from another warehouse.",
            item=line.item.code, quantity=line.open_quantity, warehouse=str(warehouse),
        )
        for line in short
    ]  # fmt: skip


@verb("sales.push_shipment", N_("Make shipment"), roles=KEEPERS)
def push_shipment(
    *, actor: User, request_id: uuid.UUID, order_ids: Sequence[int], warehouse_id: int | None = None,
    business_date: date | None = None,
) -> Shipment:  # fmt: skip
    """Draft a shipment of what is open on a customer's orders and lies free in the warehouse, in whatever bin."""
    ids = SalesOrderLine.objects.filter(document__in=list(order_ids), execution__in=["open", "partial"])
    known = order_lines(list(ids.values_list("pk", flat=True)))
    warehouse = usual_warehouse(known, warehouse_id)
    free = dict(ledger_queries.available({line.item_id for line in known.values()}, warehouse_id=warehouse.pk))
    kept = kept_here(known, warehouse)
    goods = []
    for line in sorted(known.values(), key=lambda one: (one.promised_date, one.document_id, one.line_no)):
        own = min(line.open_quantity, kept[line.pk])
        more = min(line.open_quantity - own, max(free[line.item_id], Decimal(0)))
        free[line.item_id] -= more
        quantity = own + more
        if quantity:
            goods.append(ShippedGoods(line.pk, quantity))
    if not goods:
        raise DomainError(_why_nothing(known.values(), warehouse), Kind.CONFLICT)
    customer_id = next(iter(known.values())).document.customer_id
    return create_shipment(
        actor=actor,
        request_id=request_id,
        customer_id=customer_id,
        lines=goods,
        warehouse_id=warehouse.pk,
        business_date=business_date,
    )


@verb("sales.ship_order", N_("Ship"), roles=KEEPERS)
def ship_order(
    *, actor: User, request_id: uuid.UUID, order_id: int, lines: Sequence[ShippedGoods] | None = None,
    warehouse_id: int | None = None, business_date: date | None = None,
) -> Shipment:  # fmt: skip
    """Ship in one step: the lines named, or everything that is open (refused where stock is short)."""
    order = locked(SalesOrder, order_id)
    if lines is None:
        lines = [
            ShippedGoods(line.pk, line.open_quantity)
            for line in order.lines.order_by("line_no")
            if line.open_quantity > 0
        ]
        if not lines:
            raise DomainError(
                Problem("nothing_open_to_ship", "{number}: nothing is open.", number=order.number), Kind.CONFLICT
            )
    shipment = create_shipment(
        actor=actor, request_id=request_id, customer_id=order.customer_id, lines=lines,
        warehouse_id=warehouse_id or order.warehouse_id, business_date=business_date,
    )  # fmt: skip
    return LIFECYCLE.approve(actor=actor, request_id=request_id, document_id=shipment.pk)


@verb("sales.accept_excess", N_("Accept excess"), roles=("sales", "owner"))
def accept_excess(
    *, actor: User, request_id: uuid.UUID, shipment_id: int, reason: str, version: int | None = None
) -> Shipment:
    """Let a shipment take more than the tolerance allows, where the company wants somebody to accept that."""
    return excess.accept(locked(Shipment, shipment_id, version=version), actor, reason)


def _check(shipment: Shipment) -> list[Problem]:
    rows = list(shipment.lines.order_by("line_no").values("order_line_id", "quantity"))
    if not rows:
        return [Problem("no_lines", "Enter at least one line.", "lines")]
    return check_orders(rows, shipment.customer_id, accepted=shipment.excess_accepted_by_id is not None)


def _approved(actor: User, shipment: Shipment, request_id: uuid.UUID) -> None:
    """Post the goods. Locks the orders and their lines, then what the posting door locks. Constant statements."""
    lines = list(shipment.lines.order_by("line_no"))
    known = locked_lines({line.order_line_id for line in lines})
    accepted = shipment.excess_accepted_by_id is not None
    refuse_if(check_orders([vars(line) for line in lines], shipment.customer_id, accepted=accepted), Kind.CONFLICT)
    for line in lines:
        line.order_line = known[line.order_line_id]
    ledger.use(SalesOrder.doc_type, [ledger.Used(line.order_line_id, line.quantity, line.lot_id) for line in lines])
    store, customer = ledger_queries.store_of(shipment.warehouse), ledger_queries.location("CUSTOMER")
    posting = ledger.post(
        actor=actor, reason=REASON, source=shipment, on=shipment.business_date, partner_id=shipment.customer_id,
        summary=f"销售出库 {shipment.number}",
        moves=ledger_queries.spread([
            ledger.Move(
                line.item_id, line.quantity, store, customer, line.lot_id, source_line=line.pk, partner_id=shipment.customer_id,
                second=line.second_quantity,
            )
            for line in lines
        ], on=shipment.business_date),
    )  # fmt: skip
    costs = ledger_queries.value_by_line(posting)
    for line in lines:
        line.cost_amount = costs.get(line.pk, Decimal(0))
    _price(lines, {pk: line.shipped_quantity for pk, line in known.items()})
    _write_prices(shipment, lines)
    execute(known, _sums(lines))
    emit(_event(shipment, lines))


def _sums(lines: Sequence[ShipmentLine]) -> dict[int, Decimal]:
    sums: dict[int, Decimal] = defaultdict(Decimal)
    for line in lines:
        sums[line.order_line_id] += line.quantity
    return sums


def execute(
    known: Mapping[int, SalesOrderLine], shipped: Mapping[int, Decimal], returned: Mapping[int, Decimal] | None = None,
    *, reopens: bool = True,
) -> None:  # fmt: skip
    """Write shipped and returned quantities (negative: taken back) on locked order lines and roll the orders up.

    reopens: what came back is to be shipped again, so that it counts as not done.
    """
    for pk, line in known.items():
        went, came = shipped.get(pk, Decimal(0)), (returned or {}).get(pk, Decimal(0))
        line.shipped_quantity += went
        line.returned_quantity += came
        line.done_quantity += went - (came if reopens else Decimal(0))
        line.execution = execution_of(line.quantity, line.done_quantity, line.execution == "closed")
    update_rows(list(known.values()), ["shipped_quantity", "returned_quantity", "done_quantity", "execution"])
    roll_up(list({line.document_id: line.document for line in known.values()}.values()))


def _unapproved(actor: User, shipment: Shipment, request_id: uuid.UUID) -> None:
    lines = list(shipment.lines.order_by("line_no"))
    known = locked_lines({line.order_line_id for line in lines})
    ledger.reverse_all(
        actor=actor, postings=ledger_queries.postings_of(shipment, REASON), reason=REASON, instead=INSTEAD
    )
    execute(known, {pk: -quantity for pk, quantity in _sums(lines).items()})
    emit(_event(shipment, lines, taken_back=True))


def _event(shipment: Shipment, lines: Sequence[ShipmentLine], *, taken_back: bool = False) -> GoodsShipped:
    return GoodsShipped(
        shipment.pk, shipment.number, shipment.customer_id, shipment.business_date,
        tuple(
            ShippedLine(line.pk, line.order_line_id, line.item_id, line.quantity, line.net_amount, line.tax_amount, line.cost_amount)
            for line in lines
        ),
        taken_back,
    )  # fmt: skip


def _blockers(shipment: Shipment) -> list[Problem]:
    if shipment.lines.filter(done_quantity__gt=0).exists():
        return [Problem("invoiced", "{number} is invoiced; take the invoice back first.", number=shipment.number)]
    return []


def _effects(shipment: Shipment) -> list[Effect]:
    """What un-approving would reverse, line by line for the first twenty."""
    lines = list(shipment.lines.select_related("item")[:21])
    found = [
        Effect(N_("{item}: {quantity} comes back into stock."), {"item": str(line.item), "quantity": line.quantity})
        for line in lines[:20]
    ]
    return found + ([Effect(N_("… and the other lines."), {})] if len(lines) > 20 else [])


LIFECYCLE = Lifecycle(
    Shipment, package="sales", noun="shipment", title=N_("shipment"), writers=KEEPERS, approvers=("keeper",), check=_check,
    on_approve=_approved, on_unapprove=_unapproved, blockers=_blockers, effects=_effects, closable=False,
)  # fmt: skip


def record_invoiced(quantities: Mapping[int, Decimal]) -> None:
    """Note (negative: take back) what was invoiced of shipment lines, in base units, on them and their order lines.

    Called by finance inside its verb. Locks orders, order lines, shipments and their lines; constant statements.
    """
    pairs = list(ShipmentLine.objects.filter(pk__in=quantities).values_list("document_id", "order_line_id"))
    known = locked_lines({order_line for _, order_line in pairs})
    shipments = list(Shipment.objects.select_for_update().filter(pk__in={pk for pk, _ in pairs}).order_by("pk"))
    lines = list(ShipmentLine.objects.select_for_update().filter(pk__in=quantities).order_by("pk"))
    for line in lines:
        line.done_quantity += quantities[line.pk]
        line.execution = execution_of(line.quantity - line.returned_quantity, line.done_quantity)
        known[line.order_line_id].invoiced_quantity += quantities[line.pk]
    update_rows(lines, ["done_quantity", "execution"])
    update_rows(list(known.values()), ["invoiced_quantity"])
    roll_up(shipments)
