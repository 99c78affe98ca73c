"""Take output of orders into stock and take that back: 生产入库, for one or many orders in one document."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import count, islice
from typing import Any

from django.utils import timezone

from gongfang.engines.wip import output_value
from gongfang.kernel.errors import N_, DomainError, Kind, Problem, counted, refuse_if
from gongfang.kernel.money import ZERO, split_if_given, to_cents, to_micro
from gongfang.kernel.serials import SERIALS_MAX, serial_codes
from gongfang.ledger import queries as ledger
from gongfang.ledger.services import Move, NewLot, lots_for, post
from gongfang.platform.documents.links import Link, link
from gongfang.platform.events import emit
from gongfang.platform.identity.models import User
from gongfang.platform.setwise import insert_rows, update_rows
from gongfang.platform.verbs import verb
from gongfang.production.events import OutputReceived
from gongfang.production.models import LotUse, OutputReceipt, OutputReceiptLine, WorkOrder, WorkOrderOutput
from gongfang.production.queries import ready_quantities
from gongfang.production.rules import (
    OutputCheck,
    ReceiptCheck,
    Stage,
    output_problems,
    posting_problem,
    receipt_problems,
)
from gongfang.production.services.backflushing import receipt_lines
from gongfang.production.services.elements import Come, come_out, element_entries
from gongfang.production.services.holding import (
    finish_if_through,
    hold_orders,
    hold_outputs,
    reopen_if_open,
    save_orders,
    set_stage,
)
from gongfang.production.services.inspecting import accepted_quantities
from gongfang.production.services.issuing import (
    add_lot_uses,
    handover,
    live_document,
    post_handover,
    posted_document,
    take_back,
    withdraw_issue,
)
from gongfang.production.services.outputs import given_outputs, planned_again, ready_outputs
from gongfang.production.services.stocks import places_taking, stores, warehouses_of_places
from gongfang.production.services.tolerating import widen_or_refuse

RECEIVERS = ("keeper", "supervisor")


@dataclass(frozen=True, slots=True)
class ReceiptInput:
    """So much output of an order. output_id: a co- or by-product. serials: for items kept by serial number, one each, or a text
    such as "SN001-SN010, SN015".

    lot_code empty: the order's lot, else its number. serials empty: numbered after the order. location_id: into this very place of
    the warehouse. second: in the item's second unit.
    """

    order_id: int
    quantity: Decimal
    output_id: int | None = None
    lot_code: str = ""
    serials: Sequence[str] | str = ()
    warehouse_id: int | None = None
    location_id: int | None = None
    second: Decimal | None = None


@verb("production.receive_output", N_("Receive output"), roles=RECEIVERS)
def receive_output(
    *, actor: User, request_id: uuid.UUID, lines: Sequence[ReceiptInput], on: date | None = None,
    confirm: frozenset[str] = frozenset(),
) -> OutputReceipt:  # fmt: skip
    """Receive output of one or many orders into stock (SR) at standard cost. Partial receipts are usual.

    Locks orders, outputs, components, then the stock. An order whose planned quantity is received or scrapped is completed.
    Raises DomainError: over_receipt, not_reported, not_inspected, warehouse_needed, order_finished, period_closed …
    """
    return make_receipt(actor, lines, on or timezone.localdate(), confirm)


@verb("production.receive_orders", N_("Receive all"), roles=RECEIVERS)
def receive_orders(
    *, actor: User, request_id: uuid.UUID, order_ids: Sequence[int], on: date | None = None
) -> OutputReceipt:
    """Receive everything that is ready on some orders: good pieces reported, and what came out beside them, as planned for these."""
    ready = ready_outputs(hold_orders(order_ids), inspected=False)
    lines = [
        ReceiptInput(one.order.pk, one.quantity, one.output.pk if one.output else None) for one in ready if one.quantity
    ]
    if not lines:
        raise DomainError(Problem("nothing_to_receive", "Nothing is ready to be received."), Kind.CONFLICT)
    return make_receipt(actor, lines, on or timezone.localdate())


def make_receipt(
    actor: User, lines: Sequence[ReceiptInput], on: date, confirm: frozenset[str] = frozenset()
) -> OutputReceipt:
    """Check, write and post a receipt. Constant statements, whatever the number of lines."""
    if not lines:
        raise DomainError(Problem("no_lines", "Enter at least one line."))
    orders = hold_orders(line.order_id for line in lines)
    outputs = hold_outputs(line.output_id for line in lines if line.output_id)
    _refuse(orders, outputs, lines, confirm)
    document = posted_document(OutputReceipt, actor, on)
    rows, named = _rows(document, orders, outputs, lines, on)
    _backflush(actor, document, orders, rows, on)
    come = come_out(orders)
    _put_values(orders, outputs, rows, come)
    _count(orders, outputs, rows, 1)
    document.posting = post(
        actor=actor, reason="production.receipt", source=document, on=on, moves=_moves(orders, rows, named),
        entries=element_entries(orders.values(), come), summary=document.number,
    )  # fmt: skip
    update_rows([document], ["posting"])
    insert_rows(rows)
    update_rows(list(outputs.values()), ["received_quantity"])
    _advance(orders.values())
    save_orders(list(orders.values()))
    add_lot_uses(rows, 1, LotUse.Role.PRODUCED)
    link([Link(order, document) for order in orders.values()])
    emit(OutputReceived(document.pk, tuple(orders), on))
    return document


def _refuse(
    orders: Mapping[int, WorkOrder], outputs: Mapping[int, WorkOrderOutput], lines: Sequence[ReceiptInput],
    confirm: frozenset[str],
) -> None:  # fmt: skip
    refuse_if(
        [problem for order in orders.values() if (problem := posting_problem(order.number, order.stage))], Kind.CONFLICT
    )
    ready = ready_quantities(list(orders))
    given = given_outputs(orders, outputs.values())
    accepted = accepted_quantities(list(orders.values()))
    problems: list[Problem] = []
    totals: dict[tuple[int, int | None], Decimal] = defaultdict(Decimal)
    for index, line in enumerate(lines):
        order, where = orders[line.order_id], f"lines.{index}"
        before = totals[line.order_id, line.output_id]
        totals[line.order_id, line.output_id] += line.quantity
        if line.output_id and outputs[line.output_id].document_id != order.pk:
            problems.append(Problem("output_unknown", "This output belongs to another order.", where=f"{where}.output"))
        elif line.output_id:
            output = outputs[line.output_id]
            through, give = given.get(output.pk, (None, None))
            check = OutputCheck(
                order.number, output.item.code, where, output.quantity, order.over_report, output.received_quantity + before,
                through, give, line.quantity,
            )  # fmt: skip
            problems += output_problems(check)
        elif order.kind == "disassembly":
            problems.append(
                Problem("parts_only", "{number} takes products apart: receive its parts.", where=f"{where}.output", number=order.number)
            )  # fmt: skip
        else:
            problems += receipt_problems(
                ReceiptCheck(
                    order.number, where, order.quantity, order.over_report, order.received_quantity + before,
                    ready.get(order.pk), line.quantity, accepted.get(order.pk),
                )
            )  # fmt: skip
    widen_or_refuse(orders, _wanted(orders, outputs, totals), problems, confirm)


def _wanted(
    orders: Mapping[int, WorkOrder], outputs: Mapping[int, WorkOrderOutput], totals: Mapping[tuple[int, int | None], Decimal]
) -> dict[int, Decimal]:  # fmt: skip
    """Order → pieces that would be received, or of which so much further output would be planned, whichever is more."""
    wanted: dict[int, Decimal] = defaultdict(Decimal)
    for (pk, output_id), total in totals.items():
        output = outputs[output_id] if output_id else None
        if output is None:
            pieces = orders[pk].received_quantity + total
        else:
            pieces = planned_again(output, orders[pk], output.received_quantity + total)
        wanted[pk] = max(wanted[pk], pieces)
    return wanted


def _rows(
    document: OutputReceipt, orders: Mapping[int, WorkOrder], outputs: Mapping[int, WorkOrderOutput],
    lines: Sequence[ReceiptInput], on: date,
) -> tuple[list[OutputReceiptLine], list[int | None]]:  # fmt: skip
    """One row per line and lot, one per piece where serial numbers are kept, and the place named for each; it says its warehouse."""
    rows: list[OutputReceiptLine] = []
    codes: list[str] = []
    named: list[int | None] = []
    problems: list[Problem] = []
    house_of = warehouses_of_places(line.location_id for line in lines)
    counted = _serials_of(lines, orders, outputs)
    for index, line in enumerate(lines):
        order = orders[line.order_id]
        item = outputs[line.output_id].item if line.output_id else order.item
        own = None if line.output_id else order.warehouse_id
        warehouse_id = line.warehouse_id or house_of.get(line.location_id) or own or item.default_warehouse_id
        if warehouse_id is None:
            problems.append(Problem("warehouse_needed", "Say which warehouse.", where=f"lines.{index}.warehouse"))
        parts = _parts(order, item, line, counted, problems, index)
        seconds = split_if_given(line.second, [quantity for _, quantity in parts])
        for (code, quantity), second in zip(parts, seconds, strict=True):
            codes.append(code)
            rows.append(
                OutputReceiptLine(
                    document=document, line_no=len(rows) + 1, order=order, output_id=line.output_id, item=item,
                    warehouse_id=warehouse_id, quantity=to_micro(quantity), second_quantity=second,
                )
            )  # fmt: skip
            named.append(line.location_id)
    refuse_if(problems)
    wanted = {
        (row.item_id, code): NewLot(row.item_id, code, made_on=on)
        for row, code in zip(rows, codes, strict=True)
        if code
    }
    lots = lots_for(wanted.values(), source=document) if wanted else {}
    for row, code in zip(rows, codes, strict=True):
        row.lot_id = lots[row.item_id, code].pk if code else None
    return rows, named


def _parts(
    order: WorkOrder,
    item: Any,
    line: ReceiptInput,
    serials: Mapping[tuple[int, int], Iterator[str]],
    problems: list[Problem],
    index: int,
) -> list[tuple[str, Decimal]]:
    """(lot or serial number, quantity) that a line stands for."""
    where = f"lines.{index}"
    if item.tracking == "none":
        return [("", line.quantity)]
    if item.tracking == "lot":
        return [(line.lot_code.strip() or order.lot_code or order.number, line.quantity)]
    if line.quantity != int(line.quantity) or line.quantity > SERIALS_MAX:
        problems.append(
            Problem("serial_whole", "Pieces with serial numbers are whole, at most 5,000 a line.", where=f"{where}.quantity")
        )  # fmt: skip
        return []
    pieces = int(line.quantity)
    try:
        given = serial_codes(line.serials) if isinstance(line.serials, str) else list(line.serials)
    except ValueError:
        problems.append(
            Problem("bad_serials", "{item}: the serial numbers cannot be read; write SN001-SN010, SN015.", where=f"{where}.serials", item=str(item))
        )  # fmt: skip
        return []
    if given and (len(given) != pieces or len(set(given)) != pieces):
        problems.append(
            Problem("serial_count", counted("{count} serial number was given for {quantity} pieces.", "{count} different serial numbers were given for {quantity} pieces.", "count"), where=f"{where}.serials",
                    count=len(set(given)), quantity=line.quantity)
        )  # fmt: skip
        return []
    return [(serial, Decimal(1)) for serial in given or islice(serials[order.pk, item.pk], pieces)]


def _serials_of(
    lines: Sequence[ReceiptInput], orders: Mapping[int, WorkOrder], outputs: Mapping[int, WorkOrderOutput]
) -> dict[tuple[int, int], Iterator[str]]:
    """(order, item) → the serial numbers that pieces get where none are entered: those that went into a rework, then the free ones after
    the order's number. One statement, none where none are needed."""
    wanted = {
        (line.order_id, item.pk)
        for line in lines
        if not line.serials
        and (item := outputs[line.output_id].item if line.output_id else orders[line.order_id].item).tracking
        == "serial"
    }
    if not wanted:
        return {}
    inside: dict[tuple[int, int], dict[str, None]] = defaultdict(dict)
    come: dict[tuple[int, int], set[str]] = defaultdict(set)
    uses = LotUse.objects.filter(order__in={pk for pk, _ in wanted}, quantity__gt=0).order_by("pk")
    for order_id, item_id, code, role in uses.values_list("order_id", "lot__item_id", "lot__code", "role"):
        if role == LotUse.Role.PRODUCED:
            come[order_id, item_id].add(code)
        else:
            inside[order_id, item_id][code] = None
    return {key: _free_serials(orders[key[0]].number, inside[key], come[key]) for key in wanted}


def _free_serials(number: str, inside: Iterable[str], come: Collection[str]) -> Iterator[str]:
    yield from (code for code in inside if code not in come)
    yield from (code for n in count(1) if (code := f"{number}-{n:03d}") not in come)


def _put_values(
    orders: Mapping[int, WorkOrder], outputs: Mapping[int, WorkOrderOutput], rows: Sequence[OutputReceiptLine],
    come: Mapping[int, Come],
) -> None:  # fmt: skip
    """Standard cost per row, less what has been taken out of the running total; without any standard the fair share of what is in process.

    So many receipts, whichever were taken back in between, add up to one receipt of the whole. come: counts the rows afterwards.
    """
    received: dict[tuple[int, int | None], Decimal] = {(pk, None): one.received_quantity for pk, one in orders.items()}
    received |= {(one.document_id, pk): one.received_quantity for pk, one in outputs.items()}
    given = given_outputs(orders, [one for one in outputs.values() if orders[one.document_id].kind == "disassembly"])
    for row in rows:
        order, output, key = orders[row.order_id], outputs.get(row.output_id or 0), (row.order_id, row.output_id)
        before, values = received[key], come[order.pk].values
        received[key] += row.quantity
        unit_cost = output.unit_cost if output else order.unit_cost
        if output and order.kind == "disassembly":
            whole = max(given.get(output.pk, (ZERO, output.quantity))[1], received[key])
            part = come[order.pk].part_of(output.pk, order.put_in)
            row.value = output_value(part / whole, received[key], values[output.pk])
        elif output or unit_cost:
            row.value = output_value(unit_cost, received[key], values[row.output_id])
        else:
            rest = max(order.quantity - before, row.quantity)
            left = order.put_in - order.variance_value - sum(values.values(), ZERO)
            row.value = max(to_cents(left * row.quantity / rest), ZERO)
        values[row.output_id] += row.value


def _count(
    orders: Mapping[int, WorkOrder],
    outputs: Mapping[int, WorkOrderOutput],
    rows: Sequence[OutputReceiptLine],
    sign: int,
) -> None:
    for row in rows:
        order = orders[row.order_id]
        order.received_value += sign * row.value
        if row.output_id:
            outputs[row.output_id].received_quantity += sign * row.quantity
        else:
            order.received_quantity += sign * row.quantity


def _moves(
    orders: Mapping[int, WorkOrder], rows: Sequence[OutputReceiptLine], named: Sequence[int | None]
) -> list[Move]:
    places = stores(row.warehouse_id for row in rows)
    exact = places_taking(rows, named, [True] * len(rows))
    production = ledger.location("PRODUCTION")
    return [
        Move(
            item_id=row.item_id, quantity=row.quantity, source=production, target=exact.get(row.line_no) or places[row.warehouse_id],
            lot_id=row.lot_id, value=row.value, source_line=row.line_no, counter_role="wip_material", second=row.second_quantity,
            cost_object_id=orders[row.order_id].cost_object_id, element="material",
        )
        for row in rows
    ]  # fmt: skip


def _advance(orders: Iterable[WorkOrder]) -> None:
    """Start and complete orders by what has come out of them."""
    now = timezone.now()
    orders = list(orders)
    finish_if_through(orders)
    for order in orders:
        order.actual_start = order.actual_start or now
        if order.stage == Stage.RELEASED:
            set_stage(order, "start")


def _backflush(
    actor: User, document: OutputReceipt, orders: Mapping[int, WorkOrder], rows: Sequence[OutputReceiptLine], on: date
) -> None:
    """Issue what is taken when output comes: components that say so, and all backflushed ones of orders without operations."""
    received: dict[int, Decimal] = defaultdict(Decimal)
    for row in rows:
        if not row.output_id:
            received[row.order_id] += row.quantity
    without = set(orders) - set(ready_quantities(list(orders)))
    lines, materials = receipt_lines(orders, received, without) if received else ([], {})
    if lines:
        touched = {pk: orders[pk] for pk in {row.document_id for row in materials.values()}}
        post_handover(actor, handover(touched, materials, lines, on, "backflush"), receipt=document)


# ------------------------------------------------------------------------------------------------------------------ undo
@verb("production.undo_receipt", N_("Take back the receipt"), roles=RECEIVERS)
def undo_receipt(
    *, actor: User, request_id: uuid.UUID, document_id: int, reason: str = "", version: int | None = None
) -> OutputReceipt:  # fmt: skip
    """Put received output back into its orders. Refused where it is no longer in the store."""
    document = live_document(OutputReceipt, document_id, version)
    rows = list(document.lines.all())
    orders = hold_orders(row.order_id for row in rows)
    outputs = hold_outputs(row.output_id for row in rows if row.output_id)
    refuse_if(
        [problem for order in orders.values() if (problem := posting_problem(order.number, order.stage))], Kind.CONFLICT
    )
    take_back(actor, document, reason)
    _count(orders, outputs, rows, -1)
    update_rows(list(outputs.values()), ["received_quantity"])
    for order in orders.values():
        reopen_if_open(order)
    save_orders(list(orders.values()))
    add_lot_uses(rows, -1, LotUse.Role.PRODUCED)
    for backflush in document.backflushes.filter(approval="approved"):
        withdraw_issue(actor, live_document(type(backflush), backflush.pk), reason)
    emit(OutputReceived(document.pk, tuple(orders), document.business_date, undone=True))
    return document


def why_not_undo_receipt(document: OutputReceipt) -> list[Problem]:
    if document.approval != "approved":
        return [Problem("taken_back", "{number} was already taken back.", number=document.number)]
    orders = {line.order_id: line.order for line in document.lines.select_related("order")}
    return [problem for order in orders.values() if (problem := posting_problem(order.number, order.stage))]
