"""Receipts: goods into stock at the order's price, lots made, inspections opened; and the way back."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.kernel.money import to_micro
from gongfang.kernel.pricing import Amounts, portion_of, summed
from gongfang.ledger import queries as ledger_queries
from gongfang.ledger import services as ledger
from gongfang.masterdata import queries as masterdata
from gongfang.platform.documents import excess
from gongfang.platform.documents.editing import change, editable, locked
from gongfang.platform.documents.lifecycle import Effect, Lifecycle
from gongfang.platform.documents.progress import execution_of, roll_up
from gongfang.platform.events import emit
from gongfang.platform.identity.models import User
from gongfang.platform.setwise import update_rows
from gongfang.platform.verbs import verb
from gongfang.purchasing.events import GoodsReceived, ReceivedLine
from gongfang.purchasing.models import PurchaseOrder, PurchaseOrderLine, Receipt, ReceiptLine
from gongfang.purchasing.rules.inputs import IncomingGoods
from gongfang.purchasing.services import on_way
from gongfang.purchasing.services.incoming import (
    check_orders,
    draft,
    locked_lines,
    redraft,
    under_tolerances,
)
from gongfang.quality import services as quality

KEEPERS = ("keeper", "buyer")
REASON = "purchasing.receipt"
INSTEAD = Problem("instead", "Or send the goods back by a purchase return in an open month.")


@verb("purchasing.create_receipt", N_("Create receipt"), roles=KEEPERS)
def create_receipt(
    *, actor: User, request_id: uuid.UUID, supplier_id: int, lines: Sequence[IncomingGoods], warehouse_id: int | None = None,
    business_date: date | None = None, delivery_note: str = "", remark: str = "",
) -> Receipt:  # fmt: skip
    """Draft a receipt straight from order lines, without an arrival."""
    return draft(
        Receipt, ReceiptLine, lines, actor=actor, supplier_id=supplier_id, on=business_date, warehouse_id=warehouse_id,
        delivery_note=delivery_note, remark=remark,
    )  # fmt: skip


@verb("purchasing.change_receipt", N_("Change receipt"), roles=KEEPERS)
def change_receipt(
    *, actor: User, request_id: uuid.UUID, receipt_id: int, lines: Sequence[IncomingGoods] | None = None,
    warehouse_id: int | None = None, business_date: date | None = None, delivery_note: str | None = None,
    remark: str | None = None, version: int | None = None,
) -> Receipt:  # fmt: skip
    """Change a draft; what is left out stays."""
    return redraft(
        editable(Receipt, receipt_id, version=version), ReceiptLine, lines, warehouse_id=warehouse_id,
        business_date=business_date, delivery_note=delivery_note, remark=remark,
    )  # fmt: skip


@verb("purchasing.receive_order", N_("Receive"), roles=KEEPERS)
def receive_order(
    *, actor: User, request_id: uuid.UUID, order_id: int, lines: Sequence[IncomingGoods] | None = None,
    warehouse_id: int | None = None, business_date: date | None = None, delivery_note: str = "",
) -> Receipt:  # fmt: skip
    """Take the goods of an order into stock in one step; without lines, all that is open of it."""
    order = locked(PurchaseOrder, order_id)
    if lines is None:
        lines = [
            IncomingGoods(line.pk, line.open_quantity)
            for line in order.lines.order_by("line_no")
            if line.open_quantity > 0
        ]
        if not lines:
            raise DomainError(
                Problem("nothing_to_receive", "{number}: nothing is open.", number=order.number), Kind.CONFLICT
            )
    receipt = create_receipt(
        actor=actor, request_id=request_id, supplier_id=order.supplier_id, lines=lines,
        warehouse_id=warehouse_id or order.warehouse_id, business_date=business_date, delivery_note=delivery_note,
    )  # fmt: skip
    return LIFECYCLE.approve(actor=actor, request_id=request_id, document_id=receipt.pk)


@verb("purchasing.accept_excess", N_("Accept excess"), roles=("buyer", "owner"))
def accept_excess(
    *, actor: User, request_id: uuid.UUID, receipt_id: int, reason: str, version: int | None = None
) -> Receipt:
    """Let a receipt take in more than the tolerance allows, where the company wants somebody to accept that."""
    return excess.accept(locked(Receipt, receipt_id, version=version), actor, reason)


def _check(receipt: Receipt) -> list[Problem]:
    rows = list(receipt.lines.order_by("line_no").values("order_line_id", "quantity"))
    if not rows:
        return [Problem("no_lines", "Enter at least one line.", "lines")]
    return check_orders(rows, receipt.supplier_id, accepted=receipt.excess_accepted_by_id is not None)


def _approved(actor: User, receipt: Receipt, request_id: uuid.UUID) -> None:
    """Post the goods. Locks the orders and their lines, then what the posting door locks. Constant statements."""
    lines = list(receipt.lines.order_by("line_no"))
    known = locked_lines({line.order_line_id for line in lines})
    accepted_by = receipt.excess_accepted_by_id
    refuse_if(
        check_orders([vars(line) for line in lines], receipt.supplier_id, accepted=accepted_by is not None),
        Kind.CONFLICT,
    )
    met = on_way.meet(receipt, lines, known)
    _price(lines, known, met)
    _give_lots(receipt, lines)
    store = ledger_queries.store_of(receipt.warehouse)
    waiting = ledger_queries.inspection_of(receipt.warehouse) if any(line.is_inspected for line in lines) else store
    supplier, source = ledger_queries.location("SUPPLIER"), None
    if receipt.is_take_over:
        source = ledger.ensure_owner_location(receipt.warehouse, receipt.supplier, "consigned")
    ledger.post(
        actor=actor, reason=REASON, source=receipt, on=receipt.business_date, partner_id=receipt.supplier_id,
        summary=f"采购入库 {receipt.number}",
        moves=[
            ledger.Move(
                line.item_id, line.quantity, source or supplier, waiting if line.is_inspected else store, line.lot_id, line.net_amount,
                source_line=line.pk, partner_id=receipt.supplier_id, second=line.second_quantity, counter_role=supplier.account_role if source else None,
            )
            for line in lines
        ],
        entries=on_way.entries(receipt, met),
    )  # fmt: skip
    names = ["lot", "price", "tax_rate", "net_amount", "tax_amount", "total_amount"]
    update_rows(lines, [*names, "done_quantity", "on_way_quantity", "execution"] if met else names)
    total = summed(Amounts(line.net_amount, line.tax_amount, line.total_amount) for line in lines)
    change(receipt, net_amount=total.net, tax_amount=total.tax, total_amount=total.total)
    execute(known, _sums(lines))
    quality.create_inspections(
        actor=actor, kind="incoming", source=receipt, on=receipt.business_date,
        wanted=[
            quality.NewInspection(
                line.item_id, line.quantity, line.pk, line.lot_id, receipt.supplier_id, receipt.warehouse_id, waiting.pk
            )
            for line in lines
            if line.is_inspected
        ],
    )  # fmt: skip
    if met:
        roll_up([receipt])
    emit(_event(actor, receipt, lines))
    if later := [pk for pk, line in known.items() if line.on_way_quantity]:
        on_way.ON_WAY.provider.follow(actor, later)


def _price(lines: Sequence[ReceiptLine], known: Mapping[int, PurchaseOrderLine], met: Mapping[int, on_way.Met]) -> None:
    """Each line's share of its order line's amounts, so that all receipts of an order line add up to it; of the invoices, as far as they
    came before it.
    """
    before: dict[int, Decimal] = {pk: line.received_quantity for pk, line in known.items()}
    for line in lines:
        ordered = known[line.order_line_id]
        whole = Amounts(ordered.net_amount, ordered.tax_amount, ordered.total_amount)
        mine = met.get(line.pk)
        first = before[ordered.pk] + (mine.quantity if mine else 0)
        before[ordered.pk] += line.quantity
        part = portion_of(whole, ordered.quantity, first, before[ordered.pk] - first)
        line.price, line.tax_rate = ordered.net_price, ordered.tax_rate
        if mine:
            part = summed([mine.amounts, part])
            line.execution = execution_of(line.quantity, line.done_quantity)
            if mine.quantity == line.quantity:
                line.price = to_micro(part.net / line.quantity)
        line.net_amount, line.tax_amount, line.total_amount = part.net, part.tax, part.total


def _give_lots(receipt: Receipt, lines: Sequence[ReceiptLine]) -> None:
    kept = masterdata.tracking_of({line.item_id for line in lines})
    tracked = [line for line in lines if kept[line.item_id].tracking != "none"]
    if not tracked:
        return
    lots = ledger.lots_for(
        [
            ledger.NewLot(line.item_id, line.lot_code, line.made_on, line.expires_on, receipt.supplier_id)
            for line in tracked
        ],
        source=receipt,
    )
    for line in tracked:
        line.lot = lots[line.item_id, line.lot_code.strip()]


def _sums(lines: Sequence[Any]) -> dict[int, Decimal]:
    sums: dict[int, Decimal] = defaultdict(Decimal)
    for line in lines:
        sums[line.order_line_id] += line.quantity
    return sums


def execute(
    known: Mapping[int, PurchaseOrderLine], received: Mapping[int, Decimal], returned: Mapping[int, Decimal] | None = None,
    *, reopens: bool = True,
) -> None:  # fmt: skip
    """Write received and returned quantities (negative: taken back) on locked order lines and roll the orders up.

    reopens: what is returned is to come again, so that it counts as not done.
    """
    under = under_tolerances(known)
    for pk, line in known.items():
        got, sent = received.get(pk, Decimal(0)), (returned or {}).get(pk, Decimal(0))
        line.received_quantity += got
        line.returned_quantity += sent
        line.done_quantity += got - (sent if reopens else Decimal(0))
        line.execution = execution_of(line.quantity, line.done_quantity, line.execution == "closed", under[pk])
    update_rows(list(known.values()), ["received_quantity", "returned_quantity", "done_quantity", "execution"])
    roll_up(list({line.document_id: line.document for line in known.values()}.values()))


def _unapproved(actor: User, receipt: Receipt, request_id: uuid.UUID) -> None:
    """Take the goods out again: inspections first, then the posting, then the orders' progress."""
    lines = list(receipt.lines.order_by("line_no"))
    known = locked_lines({line.order_line_id for line in lines})
    quality.drop_inspections(actor, receipt)
    ledger.reverse_all(actor=actor, postings=ledger_queries.postings_of(receipt), reason=REASON, instead=INSTEAD)
    on_way.give_back(lines, known)
    execute(known, {pk: -quantity for pk, quantity in _sums(lines).items()})
    emit(_event(actor, receipt, lines, taken_back=True))


def _event(actor: User, receipt: Receipt, lines: Sequence[ReceiptLine], *, taken_back: bool = False) -> GoodsReceived:
    return GoodsReceived(
        receipt.pk, receipt.number, receipt.supplier_id, receipt.business_date,
        tuple(
            ReceivedLine(line.pk, line.order_line_id, line.item_id, line.quantity, line.net_amount, line.tax_amount)
            for line in lines
        ),
        taken_back, actor.pk,
    )  # fmt: skip


def _blockers(receipt: Receipt) -> list[Problem]:
    found = list(quality.why_kept(receipt))
    if receipt.lines.filter(done_quantity__gt=F("on_way_quantity")).exists():
        found.append(Problem("invoiced", "{number} is invoiced; take the invoice back first.", number=receipt.number))
    return found


def _effects(receipt: Receipt) -> list[Effect]:
    """What un-approving would reverse, line by line for the first twenty."""
    lines = list(receipt.lines.select_related("item")[:21])
    found = [
        Effect(N_("{item}: {quantity} leaves the stock again."), {"item": str(line.item), "quantity": line.quantity})
        for line in lines[:20]
    ]
    if len(lines) > 20:
        found.append(Effect(N_("… and the other lines."), {}))
    found.append(Effect(N_("The voucher is reversed in red: {amount}."), {"amount": receipt.net_amount}))
    return found


LIFECYCLE = Lifecycle(
    Receipt, package="purchasing", noun="receipt", title=N_("purchase receipt"), writers=KEEPERS, approvers=KEEPERS,
    check=_check, on_approve=_approved, on_unapprove=_unapproved, blockers=_blockers, effects=_effects,
    cascades=("quality.inspection",), closable=False,
)  # fmt: skip


def record_invoiced(
    quantities: Mapping[int, Decimal],
    before: Mapping[int, Decimal] | None = None,
    late: Mapping[int, Decimal] | None = None,
) -> None:
    """Note (negative: take back) what was invoiced of receipt lines, in base units, on them and their order lines.

    before: order line → what more of it is invoiced and has not come. late: receipt line → what more of it came after its invoice.
    Called by finance inside its verb. Locks orders, order lines, receipts and their lines; constant statements.
    """
    before, late = before or {}, late or {}
    owners = ReceiptLine.objects.filter(pk__in=quantities).values_list("document_id", "order_line_id")
    pairs = list(owners)
    known = locked_lines({order_line for _, order_line in pairs} | before.keys())
    receipts = list(Receipt.objects.select_for_update().filter(pk__in={receipt for receipt, _ in pairs}).order_by("pk"))
    lines = list(ReceiptLine.objects.select_for_update().filter(pk__in=quantities).order_by("pk"))
    for line in lines:
        line.done_quantity += quantities[line.pk]
        line.execution = execution_of(line.quantity - line.returned_quantity, line.done_quantity)
        line.on_way_quantity += late.get(line.pk, Decimal(0))
        known[line.order_line_id].invoiced_quantity += quantities[line.pk]
    for pk, quantity in before.items():
        known[pk].invoiced_quantity += quantity
        known[pk].on_way_quantity += quantity
    update_rows(lines, ["done_quantity", "execution", *(["on_way_quantity"] if late else [])])
    update_rows(list(known.values()), ["invoiced_quantity", *(["on_way_quantity"] if before else [])])
    roll_up(receipts)
