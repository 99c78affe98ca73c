"""Quotations: offer, revise, turn into an order."""

import uuid
from collections.abc import Sequence
from datetime import date, timedelta

from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem
from gongfang.kernel.states import Approval
from gongfang.platform.documents.editing import change, editable, locked, new_document, save_lines
from gongfang.platform.documents.lifecycle import Lifecycle
from gongfang.platform.documents.links import Link, link
from gongfang.platform.documents.progress import add_done, roll_up
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb
from gongfang.sales.models import Quotation, QuotationLine, SalesOrder
from gongfang.sales.rules.inputs import OrderLine, QuotedLine
from gongfang.sales.services.lines import foot, priced_rows
from gongfang.sales.services.orders import SELLERS, create_order, customer_of

VALID_DAYS = 30


@verb("sales.create_quotation", N_("Create quotation"), roles=SELLERS)
def create_quotation(
    *, actor: User, request_id: uuid.UUID, customer_id: int, lines: Sequence[QuotedLine], business_date: date | None = None,
    valid_until: date | None = None, salesperson_id: int | None = None, price_includes_tax: bool | None = None, remark: str = "",
) -> Quotation:  # fmt: skip
    """Draft an offer; valid for thirty days unless said."""
    customer = customer_of(customer_id)
    on = business_date or timezone.localdate()
    includes = customer.price_includes_tax if price_includes_tax is None else price_includes_tax
    rows = priced_rows(lines, customer=customer, includes_tax=includes, on=on)
    quotation = new_document(
        Quotation, actor=actor, on=on, customer=customer, valid_until=valid_until or on + timedelta(VALID_DAYS),
        salesperson_id=salesperson_id or actor.pk, price_includes_tax=includes, remark=remark, **foot(rows),
    )  # fmt: skip
    save_lines(quotation, QuotationLine, rows)
    return quotation


@verb("sales.change_quotation", N_("Change quotation"), roles=SELLERS)
def change_quotation(
    *, actor: User, request_id: uuid.UUID, quotation_id: int, lines: Sequence[QuotedLine] | None = None,
    valid_until: date | None = None, remark: str | None = None, version: int | None = None,
) -> Quotation:  # fmt: skip
    """Change a draft; what is left out stays."""
    quotation = editable(Quotation, quotation_id, version=version)
    header = {"valid_until": valid_until, "remark": remark}
    change(quotation, **{name: value for name, value in header.items() if value is not None})
    if lines is not None:
        rows = priced_rows(
            lines, customer=quotation.customer, includes_tax=quotation.price_includes_tax, on=quotation.business_date
        )
        save_lines(quotation, QuotationLine, rows)
        change(quotation, **foot(rows))
    return quotation


@verb("sales.order_quotation", N_("Make order"), roles=SELLERS)
def order_quotation(
    *, actor: User, request_id: uuid.UUID, quotation_id: int, customer_reference: str = ""
) -> SalesOrder:
    """Draft an order at the offered prices of everything that is still open on an approved, valid quotation."""
    quotation = locked(Quotation, quotation_id)
    today = timezone.localdate()
    if quotation.approval != Approval.APPROVED or quotation.valid_until < today:
        raise DomainError(
            Problem("quotation_not_valid", "{number} is not approved or no longer valid.", number=quotation.number),
            Kind.CONFLICT,
        )
    lines = list(quotation.lines.select_for_update().filter(execution="open").order_by("line_no"))
    if not lines:
        raise DomainError(
            Problem("nothing_open", "{number} was ordered already.", number=quotation.number), Kind.CONFLICT
        )
    order = create_order(
        actor=actor, request_id=request_id, customer_id=quotation.customer_id, price_includes_tax=quotation.price_includes_tax,
        customer_reference=customer_reference, salesperson_id=quotation.salesperson_id,
        lines=[
            OrderLine(
                line.item_id, line.unit_quantity, line.price, today + timedelta(line.lead_days), line.unit_id, line.discount, line.tax_rate
            )
            for line in lines
        ],
    )  # fmt: skip
    link(
        Link(quotation, order, line.pk, made.pk, line.quantity)
        for line, made in zip(lines, order.lines.order_by("line_no"), strict=True)
    )
    add_done(lines, {line.pk: line.quantity for line in lines})
    roll_up([quotation])
    return order


def _check(quotation: Quotation) -> list[Problem]:
    return [] if quotation.lines.exists() else [Problem("no_lines", "Enter at least one line.", "lines")]


LIFECYCLE = Lifecycle(
    Quotation, package="sales", noun="quotation", title=N_("quotation"), writers=SELLERS, approvers=("sales", "owner"), check=_check,
)  # fmt: skip
