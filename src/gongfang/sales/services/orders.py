"""Sales orders: create, change, revise, approve, close."""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.kernel.states import Approval
from gongfang.ledger.services import release_ended
from gongfang.masterdata import queries as masterdata
from gongfang.platform.documents.editing import change, editable, locked, new_document, save_lines
from gongfang.platform.documents.lifecycle import Lifecycle
from gongfang.platform.documents.progress import roll_up
from gongfang.platform.documents.revising import (
    FIELDS,
    reckon,
    refuse_unapproved,
    revise,
    revision_problems,
    rows_to_revise,
)
from gongfang.platform.events import emit
from gongfang.platform.identity.models import User
from gongfang.platform.setwise import update_rows
from gongfang.platform.verbs import note, verb
from gongfang.sales.events import OrderApproved
from gongfang.sales.models import SalesOrder, SalesOrderLine
from gongfang.sales.rules.inputs import OrderLine, Revision
from gongfang.sales.services.credit import credit_problems
from gongfang.sales.services.keeping import fit_to_open, reserve_approved
from gongfang.sales.services.lines import ask_about_no_price, foot, priced_rows

SELLERS = ("sales",)
DATES = ("promised_date",)


def customer_of(customer_id: int) -> Any:
    """The customer, if he may be sold to. Raises DomainError: customer_unknown, customer_blocked."""
    customer = masterdata.customers().filter(pk=customer_id).first()
    if customer is None:
        raise DomainError(Problem("customer_unknown", "There is no such customer.", "customer"), Kind.MISSING)
    if customer.status != "active":
        raise DomainError(
            Problem(
                "customer_blocked",
                "{customer} is blocked; nothing can be sold there.",
                "customer",
                customer=customer.name,
            )
        )
    return customer


@verb("sales.create_order", N_("Create sales order"), roles=SELLERS)
def create_order(
    *, actor: User, request_id: uuid.UUID, customer_id: int, lines: Sequence[OrderLine], business_date: date | None = None,
    promised_date: date | None = None, customer_reference: str = "", warehouse_id: int | None = None,
    salesperson_id: int | None = None, price_includes_tax: bool | None = None, payment_days: int | None = None,
    priority: int = 5, delivery_address: str = "", remark: str = "",
) -> SalesOrder:  # fmt: skip
    """Draft an order; prices left out are the customer's, terms left out as agreed with him."""
    customer = customer_of(customer_id)
    on = business_date or timezone.localdate()
    includes = customer.price_includes_tax if price_includes_tax is None else price_includes_tax
    rows = priced_rows(lines, customer=customer, includes_tax=includes, on=on, promised=promised_date)
    order = new_document(
        SalesOrder, actor=actor, on=on, customer=customer, promised_date=promised_date, customer_reference=customer_reference,
        warehouse_id=warehouse_id, salesperson_id=salesperson_id or actor.pk, price_includes_tax=includes, priority=priority,
        payment_days=customer.payment_days if payment_days is None else payment_days, currency=customer.currency,
        delivery_address=delivery_address or customer.address, remark=remark, **foot(rows),
    )  # fmt: skip
    save_lines(order, SalesOrderLine, rows)
    return order


@verb("sales.change_order", N_("Change sales order"), roles=SELLERS)
def change_order(
    *, actor: User, request_id: uuid.UUID, order_id: int, lines: Sequence[OrderLine] | None = None,
    customer_id: int | None = None, business_date: date | None = None, promised_date: date | None = None,
    customer_reference: str | None = None, warehouse_id: int | None = None, salesperson_id: int | None = None,
    price_includes_tax: bool | None = None, payment_days: int | None = None, priority: int | None = None,
    delivery_address: str | None = None, remark: str | None = None, version: int | None = None,
) -> SalesOrder:  # fmt: skip
    """Change a draft; what is left out stays. A credit pass is withdrawn when the total changes."""
    order = editable(SalesOrder, order_id, version=version)
    customer = customer_of(customer_id or order.customer_id)
    before = (order.customer_id, order.total_amount)
    header = {
        "customer_id": customer.pk, "business_date": business_date, "promised_date": promised_date, "warehouse_id": warehouse_id,
        "customer_reference": customer_reference, "salesperson_id": salesperson_id, "price_includes_tax": price_includes_tax,
        "payment_days": payment_days, "priority": priority, "delivery_address": delivery_address, "remark": remark,
    }  # fmt: skip
    change(order, **{name: value for name, value in header.items() if value is not None})
    if lines is not None:
        rows = priced_rows(
            lines,
            customer=customer,
            includes_tax=order.price_includes_tax,
            on=order.business_date,
            promised=order.promised_date,
        )
        save_lines(order, SalesOrderLine, rows)
        change(order, **foot(rows))
    elif price_includes_tax is not None:
        rows = list(order.lines.all())
        for row in rows:
            reckon(row, includes_tax=order.price_includes_tax)
        update_rows(rows, ["net_amount", "tax_amount", "total_amount", "net_price"])
        change(order, **foot([vars(row) for row in rows]))
    if before != (order.customer_id, order.total_amount):
        change(order, credit_passed_by=None)
    return order


@verb("sales.revise_order", N_("Revise sales order"), roles=SELLERS)
def revise_order(
    *, actor: User, request_id: uuid.UUID, order_id: int, lines: Sequence[Revision], version: int | None = None
) -> SalesOrder:
    """Change an approved order: quantities not below what was shipped, dates, prices of lines of which nothing was shipped."""
    order = locked(SalesOrder, order_id, version=version)
    refuse_unapproved(order)
    rows = rows_to_revise(order, lines, _why_not_revise)
    freed = [
        wanted.id for wanted in lines if wanted.price == 0 and rows[wanted.id].price and rows[wanted.id].discount < 1
    ]
    ask_about_no_price([(rows[pk].line_no - 1, rows[pk].item) for pk in freed])
    for wanted in lines:
        revise(rows[wanted.id], wanted, DATES, includes_tax=order.price_includes_tax)
    update_rows([rows[wanted.id] for wanted in lines], [*FIELDS, *DATES])
    fit_to_open([rows[wanted.id] for wanted in lines])
    roll_up([order])
    total = foot([vars(row) for row in rows.values()])
    grows = total["total_amount"] > order.total_amount
    change(order, revision=order.revision + 1, **total)
    if grows:
        refuse_if(credit_problems(order), Kind.CONFLICT)
    return order


def _why_not_revise(row: SalesOrderLine, wanted: Revision, where: str) -> list[Problem]:
    used = N_("{item}: goods were shipped at the old price; close the line and order anew.")
    return revision_problems(
        row, wanted, where, below_done=N_("{item}: {done} was shipped already."), price_used=used if row.shipped_quantity else None
    )  # fmt: skip


@verb("sales.close_order_line", N_("Close line"), roles=SELLERS)
def close_order_line(*, actor: User, request_id: uuid.UUID, order_id: int, line_id: int) -> SalesOrder:
    """Ship nothing more of one line."""
    order = locked(SalesOrder, order_id)
    line = order.lines.select_for_update().filter(pk=line_id).first()
    if line is None or order.approval != Approval.APPROVED or line.execution in ("done", "closed"):
        raise DomainError(
            Problem("cannot_close", "Only an approved document with open lines can be closed."), Kind.CONFLICT
        )
    note(line, execution=(line.execution, "closed"))
    line.execution = "closed"
    line.save(update_fields=["execution"])
    fit_to_open([line])
    roll_up([order])
    return order


def _check(order: SalesOrder) -> list[Problem]:
    """What is missing before an order may be approved."""
    found = []
    if order.customer.status != "active":
        found.append(
            Problem(
                "customer_blocked",
                "{customer} is blocked; nothing can be sold there.",
                "customer",
                customer=order.customer.name,
            )
        )
    lines = list(order.lines.select_related("item"))
    if not lines:
        found.append(Problem("no_lines", "Enter at least one line.", "lines"))
    for index, line in enumerate(lines):
        if not line.price and line.discount < 1:
            found.append(
                Problem(
                    "price_missing",
                    "{item}: enter the price (a gift is a discount of 100 %).",
                    f"lines.{index}.price",
                    item=str(line.item),
                )
            )
    return found + credit_problems(order)


def _approved(actor: User, order: SalesOrder, request_id: uuid.UUID) -> None:
    emit(OrderApproved(order.pk, order.number, order.customer_id))
    reserve_approved(order)


def _ended(actor: User, order: SalesOrder, request_id: uuid.UUID) -> None:
    release_ended([order])


LIFECYCLE = Lifecycle(
    SalesOrder, package="sales", noun="order", title=N_("sales order"), writers=SELLERS, approvers=("sales", "owner"),
    check=_check, on_approve=_approved, on_unapprove=_ended,
    on_void=_ended, on_close=_ended,
)  # fmt: skip
