"""Order changes with before and after, approved by amount; and the contacts of expediting."""

import uuid
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.kernel.pricing import line_amounts
from gongfang.kernel.states import Approval
from gongfang.platform.documents.editing import change, editable, locked, new_document, save_lines
from gongfang.platform.documents.lifecycle import Lifecycle
from gongfang.platform.documents.links import Link, link
from gongfang.platform.documents.revising import refuse_unapproved
from gongfang.platform.identity.models import User
from gongfang.platform.setwise import update_rows
from gongfang.platform.verbs import note, verb
from gongfang.purchasing.models import (
    Contact,
    ContactKind,
    OrderChange,
    OrderChangeLine,
    PurchaseOrder,
    PurchaseOrderLine,
)
from gongfang.purchasing.rules.inputs import ChangedLine, Revision
from gongfang.purchasing.services.orders import BUYERS, carry_out, why_not_revise


def _order(order_id: int) -> PurchaseOrder:
    order = locked(PurchaseOrder, order_id)
    refuse_unapproved(order)
    return order


def _fill(document: OrderChange, lines: Sequence[ChangedLine]) -> None:
    """Check the lines against the order as it stands, keep before and after, and reckon what the order would cost."""
    order = document.order
    rows = {row.pk: row for row in order.lines.select_related("item__unit")}
    refuse_if(_problems(rows, lines))
    before = {row.pk: row.total_amount for row in rows.values()}
    after = dict(before)
    saved = []
    for line in lines:
        row = rows[line.order_line_id]
        quantity = row.unit_quantity if line.quantity is None else line.quantity
        price = row.price if line.price is None else line.price
        after[row.pk] = line_amounts(quantity, price, row.discount, row.tax_rate, includes_tax=order.price_includes_tax).total  # fmt: skip
        saved.append(
            {
                "id": line.id, "order_line_id": row.pk, "quantity_before": row.unit_quantity, "quantity": line.quantity,
                "price_before": row.price, "price": line.price, "due_before": row.due_date, "due_date": line.due_date,
            }
        )  # fmt: skip
    save_lines(document, OrderChangeLine, saved)
    old, new = sum(before.values(), Decimal(0)), sum(after.values(), Decimal(0))
    change(document, total_before=old, total_amount=new, increase=new - old)


def _problems(rows: dict[int, PurchaseOrderLine], lines: Sequence[ChangedLine]) -> list[Problem]:
    found = [] if lines else [Problem("no_lines", "Enter at least one line.", "lines")]
    seen: set[int] = set()
    for index, line in enumerate(lines):
        where, row = f"lines.{index}", rows.get(line.order_line_id)
        if row is None:
            found.append(Problem("line_unknown", "Line {line} belongs to another document.", f"{where}.order_line", line=index + 1))  # fmt: skip
            continue
        if row.pk in seen:
            found.append(Problem("line_twice", "Line {line} repeats a line above.", f"{where}.order_line", line=index + 1))  # fmt: skip
        seen.add(row.pk)
        wanted = Revision(row.pk, line.quantity, line.price, line.due_date)
        if line.quantity is None and line.price is None and line.due_date is None:
            found.append(Problem("nothing_changes", "Line {line} changes nothing.", f"{where}.quantity", line=index + 1))  # fmt: skip
        found += why_not_revise(row, wanted, where)
    return found


@verb("purchasing.create_order_change", N_("Change approved order"), roles=BUYERS)
def create_order_change(
    *, actor: User, request_id: uuid.UUID, order_id: int, reason: str, lines: Sequence[ChangedLine], remark: str = ""
) -> OrderChange:
    """Draft a change to an approved order; nothing changes until it is approved. One open change per order."""
    order = _order(order_id)
    if not reason.strip():
        raise DomainError(Problem("reason_missing", "Give the reason.", "reason"))
    rival = order.changes.exclude(approval__in=[Approval.APPROVED, Approval.VOID]).first()
    if rival is not None:
        raise DomainError(Problem("change_open", "{number} already changes this order and is not decided.", number=rival.number), Kind.CONFLICT)  # fmt: skip
    document = new_document(OrderChange, actor=actor, order=order, reason=reason.strip()[:200], remark=remark)
    _fill(document, lines)
    link([Link(order, document)])
    return document


@verb("purchasing.change_order_change", N_("Edit order change"), roles=BUYERS)
def change_order_change(
    *, actor: User, request_id: uuid.UUID, document_id: int, reason: str | None = None, lines: Sequence[ChangedLine] | None = None,
    remark: str | None = None, version: int | None = None,
) -> OrderChange:  # fmt: skip
    """Edit a draft of a change; what is left out stays."""
    document = editable(OrderChange, document_id, version=version)
    values = {"reason": reason, "remark": remark}
    change(document, **{name: value for name, value in values.items() if value is not None})
    if lines is not None:
        _fill(document, lines)
    return document


def _wanted(document: OrderChange) -> list[Revision]:
    return [Revision(row.order_line_id, row.quantity, row.price, row.due_date) for row in document.lines.all()]


def _check(document: OrderChange) -> list[Problem]:
    """What has come since may stand against it."""
    rows = {row.pk: row for row in document.order.lines.select_related("item__unit")}
    found = []
    for index, wanted in enumerate(_wanted(document)):
        found += why_not_revise(rows[wanted.id], wanted, f"lines.{index}")
    return found


def _approved(actor: User, document: OrderChange, request_id: uuid.UUID) -> None:
    carry_out(_order(document.order_id), _wanted(document))


def _blockers(document: OrderChange) -> list[Problem]:
    return [Problem("change_done", "The order was changed; make another change to set it back.")]


LIFECYCLE = Lifecycle(
    OrderChange, package="purchasing", noun="order_change", title=N_("order change"), writers=BUYERS, approvers=("buyer", "owner"),
    check=_check, on_approve=_approved, blockers=_blockers, closable=False,
)  # fmt: skip


# ---- expediting


@verb("purchasing.log_contact", N_("Log contact"), roles=BUYERS)
def log_contact(
    *, actor: User, request_id: uuid.UUID, line_ids: Sequence[int], kind: str = "call", note: str = "", promised_date: date | None = None,
    on: date | None = None,
) -> list[PurchaseOrderLine]:  # fmt: skip
    """Note that a supplier was asked about open order lines and, where he said one, the date he promises now."""
    return _log(line_ids, actor, kind, note, promised_date, on or timezone.localdate())


def _log(line_ids: Sequence[int], actor: User, kind: str, said: str, promised: date | None, on: date) -> list[Any]:
    rows = list(PurchaseOrderLine.objects.select_for_update().filter(pk__in=list(line_ids)).order_by("pk"))
    orders = PurchaseOrder.objects.in_bulk({row.document_id for row in rows})
    problems = [] if rows else [Problem("no_lines", "Enter at least one line.", "lines")]
    if kind not in ContactKind.values:
        problems.append(Problem("bad_kind", "Choose call, mail, message or visit.", "kind"))
    problems += [
        Problem("line_not_open", "{order} line {line} is not open.", order=orders[row.document_id].number, line=row.line_no)
        for row in rows
        if orders[row.document_id].approval != Approval.APPROVED or row.execution not in ("open", "partial")
    ]  # fmt: skip
    refuse_if(problems)
    Contact.objects.bulk_create(
        [Contact(order_line=row, on=on, kind=kind, note=said[:200], promised_date=promised, made_by=actor) for row in rows]
    )  # fmt: skip
    if promised is not None:
        for row in rows:
            if row.promised_date != promised:
                note(row, promised_date=(row.promised_date, promised))
                row.promised_date = promised
        update_rows(rows, ["promised_date"])
    return rows
