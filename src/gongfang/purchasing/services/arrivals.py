"""Arrivals: what the lorry brought. Approval makes the receipt; un-approval takes it back with everything behind it."""

import uuid
from collections.abc import Sequence
from datetime import date

from gongfang.kernel.errors import N_, Problem
from gongfang.kernel.states import Approval, Execution
from gongfang.platform.documents import excess
from gongfang.platform.documents.editing import change, editable, locked, new_document, save_lines
from gongfang.platform.documents.lifecycle import Effect, Lifecycle
from gongfang.platform.documents.links import Link, link
from gongfang.platform.identity.models import User
from gongfang.platform.setwise import update_rows
from gongfang.platform.verbs import verb
from gongfang.purchasing.models import Arrival, ArrivalLine, Receipt, ReceiptLine
from gongfang.purchasing.rules.inputs import IncomingGoods
from gongfang.purchasing.services import receipts
from gongfang.purchasing.services.incoming import (
    check_orders,
    draft,
    order_lines,
    redraft,
)

KEEPERS = ("keeper", "buyer")


@verb("purchasing.create_arrival", N_("Create arrival"), roles=KEEPERS)
def create_arrival(
    *, actor: User, request_id: uuid.UUID, supplier_id: int, lines: Sequence[IncomingGoods], warehouse_id: int | None = None,
    business_date: date | None = None, delivery_note: str = "", remark: str = "",
) -> Arrival:  # fmt: skip
    """Note what a supplier brought, against one or many of his orders."""
    return draft(
        Arrival, ArrivalLine, lines, actor=actor, supplier_id=supplier_id, on=business_date, warehouse_id=warehouse_id,
        delivery_note=delivery_note, remark=remark,
    )  # fmt: skip


@verb("purchasing.change_arrival", N_("Change arrival"), roles=KEEPERS)
def change_arrival(
    *, actor: User, request_id: uuid.UUID, arrival_id: int, lines: Sequence[IncomingGoods] | None = None,
    warehouse_id: int | None = None, business_date: date | None = None, delivery_note: str | None = None,
    remark: str | None = None, version: int | None = None,
) -> Arrival:  # fmt: skip
    """Change a draft; what is left out stays."""
    return redraft(
        editable(Arrival, arrival_id, version=version), ArrivalLine, lines, warehouse_id=warehouse_id,
        business_date=business_date, delivery_note=delivery_note, remark=remark,
    )  # fmt: skip


@verb("purchasing.push_arrival", N_("Make arrival"), roles=KEEPERS)
def push_arrival(
    *, actor: User, request_id: uuid.UUID, order_ids: Sequence[int], warehouse_id: int | None = None,
    business_date: date | None = None,
) -> Arrival:  # fmt: skip
    """Draft an arrival of everything that is open on one or several orders of a supplier."""
    known = order_lines(_open_lines(order_ids))
    supplier_id = next((line.document.supplier_id for line in known.values()), 0)
    goods = [
        IncomingGoods(line.pk, line.open_quantity)
        for line in sorted(known.values(), key=lambda line: (line.document_id, line.line_no))
    ]
    return create_arrival(
        actor=actor,
        request_id=request_id,
        supplier_id=supplier_id,
        lines=goods,
        warehouse_id=warehouse_id,
        business_date=business_date,
    )


@verb("purchasing.accept_arrival_excess", N_("Accept excess"), roles=("buyer", "owner"))
def accept_arrival_excess(
    *, actor: User, request_id: uuid.UUID, arrival_id: int, reason: str, version: int | None = None
) -> Arrival:
    """Let an arrival take in more than the tolerance allows, where the company wants somebody to accept that."""
    return excess.accept(locked(Arrival, arrival_id, version=version), actor, reason)


def _open_lines(order_ids: Sequence[int]) -> list[int]:
    from gongfang.purchasing.models import PurchaseOrderLine

    rows = PurchaseOrderLine.objects.filter(document__in=list(order_ids), execution__in=["open", "partial"])
    return list(rows.values_list("pk", flat=True))


def _check(arrival: Arrival) -> list[Problem]:
    rows = list(arrival.lines.order_by("line_no").values("order_line_id", "quantity"))
    if not rows:
        return [Problem("no_lines", "Enter at least one line.", "lines")]
    return check_orders(rows, arrival.supplier_id, accepted=arrival.excess_accepted_by_id is not None)


def _approved(actor: User, arrival: Arrival, request_id: uuid.UUID) -> None:
    lines = list(arrival.lines.order_by("line_no"))
    receipt = new_document(
        Receipt, actor=actor, on=arrival.business_date, supplier_id=arrival.supplier_id, warehouse_id=arrival.warehouse_id,
        delivery_note=arrival.delivery_note, excess_accepted_by=arrival.excess_accepted_by, excess_reason=arrival.excess_reason,
    )  # fmt: skip
    names = (
        "order_line_id",
        "item_id",
        "quantity",
        "lot_code",
        "made_on",
        "expires_on",
        "is_inspected",
        "remark",
        "second_quantity",
    )
    saved = save_lines(receipt, ReceiptLine, [{name: getattr(line, name) for name in names} for line in lines])
    link(Link(arrival, receipt, line.pk, made.pk, made.quantity) for line, made in zip(lines, saved, strict=True))
    receipts.LIFECYCLE.approve(actor=actor, request_id=request_id, document_id=receipt.pk)
    for line in lines:
        line.done_quantity, line.execution = line.quantity, Execution.DONE
    update_rows(lines, ["done_quantity", "execution"])
    change(arrival, execution=Execution.DONE)


def _receipts_of(arrival: Arrival) -> list[Receipt]:
    from gongfang.platform.documents.links import targets

    ids = [pk for _, pk in targets(arrival, Receipt.doc_type)]
    return list(Receipt.objects.filter(pk__in=ids).exclude(approval=Approval.VOID))


def _unapproved(actor: User, arrival: Arrival, request_id: uuid.UUID) -> None:
    for receipt in _receipts_of(arrival):
        if receipt.approval == Approval.APPROVED:
            receipts.LIFECYCLE.unapprove(actor=actor, request_id=request_id, document_id=receipt.pk)
        receipts.LIFECYCLE.void(actor=actor, request_id=request_id, document_id=receipt.pk)
    arrival.lines.update(done_quantity=0, execution=Execution.OPEN)
    change(arrival, execution=Execution.OPEN)


def _blockers(arrival: Arrival) -> list[Problem]:
    return [
        problem
        for receipt in _receipts_of(arrival)
        if receipt.approval == Approval.APPROVED
        for problem in receipts.LIFECYCLE.preview_unapprove(receipt).problems
    ]


def _effects(arrival: Arrival) -> list[Effect]:
    found = []
    for receipt in _receipts_of(arrival):
        found.append(Effect(N_("Receipt {number} is taken back and voided."), {"number": receipt.number}))
        found += receipts.LIFECYCLE.preview_unapprove(receipt).effects
    return found


LIFECYCLE = Lifecycle(
    Arrival, package="purchasing", noun="arrival", title=N_("arrival"), writers=KEEPERS, approvers=KEEPERS, check=_check,
    on_approve=_approved, on_unapprove=_unapproved, blockers=_blockers, effects=_effects, cascades=("purchasing.receipt",),
    closable=False,
)  # fmt: skip
