"""What is owed, to whom, since when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, Sum

from gongfang.finance.models import PurchaseInvoice, SalesInvoice
from gongfang.platform.bases import ApprovalState
from gongfang.platform.verbs import view_permission

VIEW_PURCHASE_INVOICES = view_permission(
    "finance.view_purchase_invoices", ("accountant", "cost_accountant", "cashier", "owner", "buyer")
)
VIEW_SALES_INVOICES = view_permission(
    "finance.view_sales_invoices", ("accountant", "cost_accountant", "cashier", "owner", "sales")
)
VIEW_PAYMENTS = view_permission("finance.view_payments", ("accountant", "cashier", "owner", "cost_accountant"))
VIEW_PAYMENT_REQUESTS = view_permission(
    "finance.view_payment_requests", ("accountant", "cashier", "owner", "cost_accountant", "buyer")
)
VIEW_AGEING = view_permission("finance.view_ageing", ("accountant", "cashier", "owner"))
VIEW_CUSTOMER_STATEMENTS = view_permission(
    "finance.view_customer_statements", ("accountant", "cost_accountant", "cashier", "owner", "sales")
)
VIEW_SUPPLIER_STATEMENTS = view_permission(
    "finance.view_supplier_statements", ("accountant", "cost_accountant", "cashier", "owner", "buyer")
)

BUCKETS = (0, 30, 60, 90)


@dataclass(slots=True)
class AgeingRow:
    """What one partner owes (or is owed): not yet due, and by days past due. open: the sum."""

    partner_id: int
    partner: str
    open: Decimal
    due: list[Decimal]


def open_invoices(model: type[Any], partner_ids: Sequence[int] | None = None) -> Any:
    """Approved invoices that are not fully settled, oldest due date first."""
    rows = model.objects.filter(approval=ApprovalState.APPROVED).exclude(settled_amount=F("total_amount"))
    if partner_ids is not None:
        rows = rows.filter(**{f"{partner_of(model)}__in": list(partner_ids)})
    return rows.select_related(partner_of(model)).order_by("due_date", "pk")


def open_sum(invoices: Any) -> Decimal:
    """What is open of invoices together, added up by the database."""
    sums = invoices.order_by().aggregate(total=Sum("total_amount"), settled=Sum("settled_amount"))
    return (sums["total"] or Decimal(0)) - (sums["settled"] or Decimal(0))


def partner_of(model: type[Any]) -> str:
    return "supplier" if model is PurchaseInvoice else "customer"


def ageing(model: type[Any], on: date) -> list[AgeingRow]:
    """Open amounts per partner by age: not due, 1–30, 31–60, 61–90, over 90 days late. model: either invoice. One statement."""
    found: dict[int, AgeingRow] = {}
    name = partner_of(model)
    for invoice in open_invoices(model):
        partner = getattr(invoice, name)
        row = found.setdefault(
            partner.pk, AgeingRow(partner.pk, partner.name, Decimal(0), [Decimal(0)] * (len(BUCKETS) + 1))
        )
        late = (on - invoice.due_date).days
        bucket = sum(late > limit for limit in BUCKETS)
        row.due[bucket] += invoice.open_amount
        row.open += invoice.open_amount
    return sorted(found.values(), key=lambda row: -row.open)


def overdue(model: type[Any], on: date) -> Any:
    """Open invoices past their due date."""
    return open_invoices(model).filter(due_date__lt=on)


def receivable_of(customer_id: int) -> Decimal:
    """What a customer owes on approved invoices."""
    rows = open_invoices(SalesInvoice, [customer_id])
    return sum((row.open_amount for row in rows), Decimal(0))
