"""Blanket orders: a quantity at a fixed price over months, called off by orders."""

import uuid
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.kernel.pricing import EnteredLine, line_amounts, priced_line_problems, quantity_problems
from gongfang.kernel.states import Approval
from gongfang.masterdata import queries as masterdata
from gongfang.platform.documents.editing import change, editable, locked, new_document, save_lines
from gongfang.platform.documents.lifecycle import Lifecycle
from gongfang.platform.documents.links import Link, link
from gongfang.platform.documents.progress import add_done, roll_up
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb
from gongfang.purchasing.models import Blanket, BlanketLine, PurchaseOrder
from gongfang.purchasing.rules.inputs import BlanketItem, CallOff, OrderLine
from gongfang.purchasing.services.orders import BUYERS, create_order, supplier_of


def _rows(lines: Sequence[BlanketItem], includes_tax: bool) -> tuple[list[dict[str, Any]], Decimal]:
    items = masterdata.items_by_ids({line.item_id for line in lines})
    problems = [] if lines else [Problem("no_lines", "Enter at least one line.", "lines")]
    seen: set[int] = set()
    total = Decimal(0)
    for index, line in enumerate(lines):
        where, item = f"lines.{index}", items.get(line.item_id)
        if item is None:
            problems.append(Problem("item_unknown", "There is no such item.", f"{where}.item"))
            continue
        found = priced_line_problems(EnteredLine(str(item), line.quantity, line.price, Decimal(0), line.tax_rate, item.unit.precision), where)  # fmt: skip
        if not found and line.price == 0:
            found = [Problem("price_missing", "{item}: enter the price (a gift is a discount of 100 %).", f"{where}.price", item=str(item))]  # fmt: skip
        if item.pk in seen:
            found.append(Problem("item_twice", "{item} stands here twice.", f"{where}.item", item=str(item)))
        seen.add(item.pk)
        problems += found
        if not found:
            total += line_amounts(line.quantity, line.price, Decimal(0), line.tax_rate, includes_tax=includes_tax).total
    refuse_if(problems)
    return [
        {"id": line.id, "item_id": line.item_id, "quantity": line.quantity, "price": line.price, "tax_rate": line.tax_rate, "remark": line.remark}
        for line in lines
    ], total  # fmt: skip


@verb("purchasing.create_blanket", N_("Create blanket order"), roles=BUYERS)
def create_blanket(
    *, actor: User, request_id: uuid.UUID, supplier_id: int, valid_from: date, valid_to: date, lines: Sequence[BlanketItem],
    price_includes_tax: bool | None = None, remark: str = "",
) -> Blanket:  # fmt: skip
    """Draft a blanket order: quantities and prices that hold between two days."""
    supplier = supplier_of(supplier_id)
    if valid_to < valid_from:
        raise DomainError(Problem("dates_reversed_validity", "It ends before it begins.", "valid_to"))
    includes = supplier.price_includes_tax if price_includes_tax is None else price_includes_tax
    rows, total = _rows(lines, includes)
    document = new_document(
        Blanket, actor=actor, supplier=supplier, valid_from=valid_from, valid_to=valid_to, price_includes_tax=includes, total_amount=total,
        remark=remark,
    )  # fmt: skip
    save_lines(document, BlanketLine, rows)
    return document


@verb("purchasing.change_blanket", N_("Change blanket order"), roles=BUYERS)
def change_blanket(
    *, actor: User, request_id: uuid.UUID, blanket_id: int, valid_from: date | None = None, valid_to: date | None = None,
    lines: Sequence[BlanketItem] | None = None, price_includes_tax: bool | None = None, remark: str | None = None,
    version: int | None = None,
) -> Blanket:  # fmt: skip
    """Change a draft; what is left out stays."""
    document = editable(Blanket, blanket_id, version=version)
    values = {
        "valid_from": valid_from, "valid_to": valid_to, "price_includes_tax": price_includes_tax, "remark": remark,
    }  # fmt: skip
    entered = {name: value for name, value in values.items() if value is not None}
    if entered.get("valid_to", document.valid_to) < entered.get("valid_from", document.valid_from):
        raise DomainError(Problem("dates_reversed_validity", "It ends before it begins.", "valid_to"))
    change(document, **entered)
    if lines is not None:
        rows, total = _rows(lines, document.price_includes_tax)
        save_lines(document, BlanketLine, rows)
        change(document, total_amount=total)
    return document


@verb("purchasing.call_off", N_("Call off"), roles=BUYERS)
def call_off(
    *, actor: User, request_id: uuid.UUID, blanket_id: int, lines: Sequence[CallOff] | None = None, due_date: date | None = None,
    warehouse_id: int | None = None,
) -> PurchaseOrder:  # fmt: skip
    """Draft an order of part of a blanket order at its prices; without lines, all that remains. Locks the blanket order."""
    document = locked(Blanket, blanket_id)
    today = timezone.localdate()
    if document.approval != Approval.APPROVED:
        raise DomainError(Problem("not_approved_yet", "{number} is not approved yet.", number=document.number), Kind.CONFLICT)  # fmt: skip
    if not document.valid_from <= today <= document.valid_to:
        raise DomainError(
            Problem("not_valid_now", "{number} holds from {since} to {until} only.", number=document.number, since=document.valid_from, until=document.valid_to), Kind.CONFLICT
        )  # fmt: skip
    rows = {
        row.pk: row for row in document.lines.select_for_update(of=("self",)).select_related("item__unit").order_by("pk")
    }  # fmt: skip
    if lines is None:
        lines = [CallOff(row.pk, row.open_quantity) for row in rows.values() if row.open_quantity > 0]
    refuse_if(_call_problems(rows, lines))
    order = create_order(
        actor=actor, request_id=request_id, supplier_id=document.supplier_id, due_date=due_date or today, warehouse_id=warehouse_id,
        price_includes_tax=document.price_includes_tax, remark=document.number,
        lines=[
            OrderLine(rows[line.line_id].item_id, line.quantity, rows[line.line_id].price, line.due_date, tax_rate=rows[line.line_id].tax_rate, need=document.number)
            for line in lines
        ],
    )  # fmt: skip
    ordered = list(order.lines.order_by("line_no"))
    link(Link(document, order, line.line_id, made.pk, made.quantity) for line, made in zip(lines, ordered, strict=True))
    add_done(list(rows.values()), {line.line_id: line.quantity for line in lines})
    roll_up([document])
    return order


@verb("purchasing.call_off_line", N_("Call off line"), roles=BUYERS)
def call_off_line(
    *, actor: User, request_id: uuid.UUID, line_id: int, quantity: Decimal, due_date: date | None = None
) -> PurchaseOrder:
    """Draft an order of part of one line of a blanket order."""
    line = BlanketLine.objects.filter(pk=line_id).first()
    if line is None:
        raise DomainError(
            Problem("line_unknown", "Line {line} belongs to another document.", line=line_id), Kind.MISSING
        )
    return call_off(actor=actor, request_id=request_id, blanket_id=line.document_id, lines=[CallOff(line_id, quantity)], due_date=due_date)  # fmt: skip


def _call_problems(rows: dict[int, BlanketLine], lines: Sequence[CallOff]) -> list[Problem]:
    found = [] if lines else [Problem("nothing_left", "Nothing remains to be called off.")]
    seen: set[int] = set()
    for index, line in enumerate(lines):
        where, row = f"lines.{index}", rows.get(line.line_id)
        if row is None or line.line_id in seen:
            found.append(Problem("line_unknown", "Line {line} belongs to another document.", where, line=index + 1))
            continue
        seen.add(line.line_id)
        problems = quantity_problems(str(row.item), line.quantity, f"{where}.quantity", row.item.unit.precision)
        if not problems and line.quantity > row.open_quantity:
            problems = [
                Problem(
                    "over_called", "{item}: {left} of {agreed} remains, {wanted} cannot be called off.", f"{where}.quantity",
                    item=str(row.item), left=row.open_quantity, agreed=row.quantity, wanted=line.quantity,
                )
            ]  # fmt: skip
        found += problems
    return found


LIFECYCLE = Lifecycle(
    Blanket, package="purchasing", noun="blanket", title=N_("blanket order"), writers=BUYERS, approvers=("buyer", "owner"),
)  # fmt: skip
