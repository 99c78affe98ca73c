"""Bring material to the line before it is used (配料上线); what is backflushed is then taken from there."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from gongfang.inventory.services import TRANSFERS, StockLineInput, create_transfer
from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.ledger import queries as ledger
from gongfang.ledger.services import Used, use
from gongfang.platform.identity.models import User
from gongfang.platform.setwise import update_rows
from gongfang.platform.verbs import verb
from gongfang.production.models import WorkOrder, WorkOrderMaterial
from gongfang.production.rules import posting_problem
from gongfang.production.services.holding import hold_materials_of, hold_orders, hold_orders_with
from gongfang.production.services.issuing import KEEPERS
from gongfang.production.services.stocks import Pick, allocate, refuse_short, stores

AT_LINE = ("backflush", "receipt")


@dataclass(frozen=True, slots=True)
class StageInput:
    """So much of a component to the line, or back from it."""

    material_id: int
    quantity: Decimal


@verb("production.stage_line", N_("Bring to the line"), roles=KEEPERS)
def stage_line(
    *, actor: User, request_id: uuid.UUID, warehouse_id: int, order_ids: Sequence[int] = (), lines: Sequence[StageInput] = (),
    on: date | None = None,
) -> list[WorkOrder]:  # fmt: skip
    """Move what some orders will backflush from the stores to a line-side warehouse, by the picking rules.

    order_ids: all that these still need. lines: just so much of some components, more than they need too (a whole box). One transfer
    per store, posted at once; the components are taken from the line from then on. Raises DomainError: not_at_line, nothing_to_issue,
    short_material …
    """
    on = on or timezone.localdate()
    rows = _held(order_ids, lines)
    if lines:
        wants = [(line.material_id, rows[line.material_id].item_id, None, line.quantity) for line in lines]
    else:
        needs = {row.pk: row.quantity - row.done_quantity - row.staged_quantity for row in rows.values()}
        wants = [(pk, rows[pk].item_id, None, need) for pk, need in needs.items() if need > 0]
    picks = allocate(wants, on, leave_out={warehouse_id})
    if not picks:
        raise DomainError(Problem("nothing_to_issue", "Nothing is left to issue on these orders."), Kind.CONFLICT)
    refuse_short(picks)
    use(WorkOrder.doc_type, [Used(pick.material_id, pick.quantity, pick.lot_id) for pick in picks])
    _move(actor, request_id, picks, warehouse_id, on)
    for pick in picks:
        rows[pick.material_id].staged_quantity += pick.quantity
        rows[pick.material_id].warehouse_id = warehouse_id
    update_rows(list(rows.values()), ["staged_quantity", "warehouse"])
    return list({row.document_id: row.document for row in rows.values()}.values())


def _held(order_ids: Sequence[int], lines: Sequence[StageInput]) -> dict[int, WorkOrderMaterial]:
    """The backflushed components that are meant, locked after their orders. Raises DomainError where a line names another."""
    orders = hold_orders_with(line.material_id for line in lines) if lines else hold_orders(order_ids)
    refuse_if([p for order in orders.values() if (p := posting_problem(order.number, order.stage))], Kind.CONFLICT)
    rows = {row.pk: row for group in hold_materials_of(orders).values() for row in group}
    for row in rows.values():
        row.document = orders[row.document_id]
    refuse_if(
        [
            Problem("not_positive", "Enter a quantity above 0.", where=f"lines.{n}.quantity")
            for n, line in enumerate(lines)
            if line.quantity <= 0
        ]
        + [
            Problem("not_at_line", "{item} is issued by document; only what is backflushed is brought to the line.", where=f"lines.{n}.material",
                    item=rows[line.material_id].item.code)
            for n, line in enumerate(lines)
            if line.material_id in rows and rows[line.material_id].issue_method not in AT_LINE
        ]
    )  # fmt: skip
    meant = {line.material_id for line in lines} or {pk for pk, row in rows.items() if row.issue_method in AT_LINE}
    if missing := sorted(meant - rows.keys()):
        title = str(WorkOrderMaterial._meta.verbose_name)
        raise DomainError(Problem("missing", "There is no {title} {id}.", title=title, id=missing[0]), Kind.MISSING)
    return {pk: rows[pk] for pk in sorted(meant)}


@verb("production.unstage_line", N_("Back from the line"), roles=KEEPERS)
def unstage_line(
    *, actor: User, request_id: uuid.UUID, order_ids: Sequence[int] = (), lines: Sequence[StageInput] = (),
    warehouse_id: int | None = None, on: date | None = None,
) -> list[WorkOrder]:  # fmt: skip
    """Take what orders have at the line and did not use back into the stores: all of it, or so much of some components.

    warehouse_id: into this store; left out, into the item's usual one. Raises DomainError: nothing_at_line, over_unstage,
    warehouse_needed …
    """
    on = on or timezone.localdate()
    rows = _held(order_ids, lines)
    wanted = {line.material_id: line.quantity for line in lines} or {
        pk: row.staged_quantity for pk, row in rows.items() if row.staged_quantity
    }
    if not wanted:
        raise DomainError(Problem("nothing_at_line", "Nothing of these orders is at the line."), Kind.CONFLICT)
    refuse_if(
        [
            Problem("over_unstage", "Only {staged} of {item} are at the line for {number}.", where="quantity", staged=rows[pk].staged_quantity,
                    item=rows[pk].item.code, number=rows[pk].document.number)
            for pk, quantity in wanted.items()
            if quantity > rows[pk].staged_quantity
        ]
    )  # fmt: skip
    home = {pk: warehouse_id or rows[pk].item.default_warehouse_id for pk in wanted}
    refuse_if(
        [
            Problem("warehouse_needed", "Say which warehouse.", where="warehouse")
            for pk in wanted
            if home[pk] is None or home[pk] == rows[pk].warehouse_id
        ]
    )
    places = stores(rows[pk].warehouse_id for pk in wanted)
    picks, missing = ledger.picks(
        [ledger.Want(pk, rows[pk].item_id, quantity, places[rows[pk].warehouse_id]) for pk, quantity in wanted.items()], on=on  # type: ignore[index]
    )  # fmt: skip
    refuse_if(
        [
            Problem("not_at_the_line", "{item}: {short} are no longer at the line.", item=rows[pk].item.code, short=gap)
            for pk, gap in missing.items()
        ],
        Kind.CONFLICT,
    )
    _carry_back(actor, request_id, picks, home, on)
    for pk, quantity in wanted.items():
        rows[pk].staged_quantity -= quantity
        if not rows[pk].staged_quantity:
            rows[pk].warehouse_id = home[pk]
    update_rows(list(rows.values()), ["staged_quantity", "warehouse"])
    return list({row.document_id: row.document for row in rows.values()}.values())


def _carry_back(
    actor: User, request_id: uuid.UUID, picks: Sequence[Any], home: Mapping[int, int | None], on: date
) -> None:
    targets = stores(home.values())
    by_way: dict[tuple[int, int], dict[tuple[int, int | None], Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for pick in picks:
        by_way[pick.location.pk, home[pick.key] or 0][pick.item_id, pick.lot_id] += pick.quantity
    for (source, house), sums in sorted(by_way.items()):
        _transfer(actor, request_id, source, targets[house].pk, sums, on)


def _transfer(
    actor: User,
    request_id: uuid.UUID,
    source: int,
    target: int,
    sums: Mapping[tuple[int, int | None], Decimal],
    on: date,
) -> None:
    transfer = create_transfer(
        actor=actor, request_id=request_id, source=source, target=target, business_date=on,
        lines=[StockLineInput(item_id, quantity, lot_id) for (item_id, lot_id), quantity in sums.items()],
    )  # fmt: skip
    TRANSFERS.approve(actor=actor, request_id=request_id, document_id=transfer.pk)


def _move(actor: User, request_id: uuid.UUID, picks: Sequence[Pick], warehouse_id: int, on: date) -> None:
    places = stores({pick.warehouse_id for pick in picks} | {warehouse_id})
    by_store: dict[int, dict[tuple[int, int | None], Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for pick in picks:
        by_store[pick.warehouse_id or 0][pick.item_id, pick.lot_id] += pick.quantity
    for store_id, sums in sorted(by_store.items()):
        _transfer(actor, request_id, places[store_id].pk, places[warehouse_id].pk, sums, on)
