"""Settle closed orders: what is left in process goes to variances, so that the order stands at 0.00."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from gongfang.costing.models import Settlement, SettlementLine
from gongfang.costing.queries import use_of
from gongfang.engines.variance import Variance, variances
from gongfang.kernel.errors import N_, DomainError, Problem
from gongfang.kernel.money import ZERO
from gongfang.ledger import queries as ledger
from gongfang.ledger.services import Draft, Entry, post_all, reverse_all
from gongfang.platform.bases import ApprovalState, ExecutionState
from gongfang.platform.documents.links import Link, link
from gongfang.platform.documents.numbering import next_numbers
from gongfang.platform.identity.models import User
from gongfang.platform.setwise import insert_rows, update_rows
from gongfang.platform.verbs import note, verb
from gongfang.production.services import check_stage, hold_orders, mark_settled

COSTERS = ("cost_accountant", "accountant")
ROLE_OF: dict[tuple[str, str], str] = {
    ("material", "price"): "variance_price", ("material", "usage"): "variance_usage",
    ("material", "substitution"): "variance_usage", ("labour", "rate"): "variance_labour_rate",
    ("labour", "efficiency"): "variance_labour_efficiency", ("machine", "rate"): "variance_machine",
    ("machine", "efficiency"): "variance_machine", ("overhead", "rate"): "variance_overhead",
    ("overhead", "efficiency"): "variance_overhead", ("subcontract", "price"): "variance_subcontract",
}  # fmt: skip
"""(element, kind) → account role; yield and lot variances go to `variance_yield`."""


@verb("costing.settle_order", N_("Settle"), roles=COSTERS)
def settle_orders(
    *, actor: User, request_id: uuid.UUID, order_ids: Sequence[int], on: date | None = None
) -> list[Settlement]:
    """Settle closed orders (结算), each with its own document and voucher. Constant statements, however many they are.

    Locks the orders, then the ledger. Raises DomainError: illegal_stage, period_closed.
    """
    if not order_ids:
        raise DomainError(Problem("no_orders", "Choose at least one work order."))
    on = on or timezone.localdate()
    orders = list(hold_orders(order_ids).values())
    check_stage(orders, "settle")
    standing = ledger.wip_of([order.cost_object_id for order in orders])
    uses = use_of(orders)
    found = {order.pk: variances(uses[order.pk]) for order in orders}
    documents = _documents(actor, orders, on)
    drafts = []
    for order, document in zip(orders, documents, strict=True):
        entries = _entries(order, standing[order.cost_object_id], found[order.pk])
        if entries:
            drafts.append(Draft("costing.settlement", on, document, entries=entries, summary=order.number))
    postings = post_all(actor=actor, drafts=drafts) if drafts else []
    by_document = {posting.source_id: posting.pk for posting in postings}
    for document in documents:
        document.posting_id = by_document.get(document.pk)
    update_rows(documents, ["posting"])
    insert_rows(
        [
            SettlementLine(document=document, line_no=n, element=one.element, kind=one.kind, amount=one.amount)
            for order, document in zip(orders, documents, strict=True)
            for n, one in enumerate(found[order.pk], start=1)
        ]
    )
    for order in orders:
        order.variance_value += order.wip
    mark_settled(orders, settled=True)
    link([Link(order, document) for order, document in zip(orders, documents, strict=True)])
    return documents


def _documents(actor: User, orders: Sequence[Any], on: date) -> list[Settlement]:
    numbers = next_numbers(Settlement, on, len(orders))
    now = timezone.now()
    documents = [
            Settlement(
                number=number, business_date=on, created_by=actor, approval=ApprovalState.APPROVED,
                execution=ExecutionState.DONE, approved_by=actor, approved_at=now, order=order, put_in=order.put_in,
                received_value=order.received_value, variance=order.wip,
            )
            for number, order in zip(numbers, orders, strict=True)
        ]  # fmt: skip
    insert_rows(documents, key=["number"])
    return documents


def _entries(order: Any, standing: Mapping[str, Decimal], found: Sequence[Variance]) -> list[Entry]:
    """Every element out of work in process, every kind of variance into its account; debits equal credits."""
    left = {element: value for element, value in standing.items() if value}
    total = sum((variance.amount for variance in found), ZERO)
    assert sum(left.values(), ZERO) == total == order.wip, f"{order.number}: {left} in the ledger, {total} explained"
    entries = [
        Entry(f"wip_{element}", credit=value, cost_object_id=order.cost_object_id, element=element)
        for element, value in left.items()
    ]
    amounts: dict[str, Decimal] = {}
    for variance in found:
        role = ROLE_OF.get((variance.element, variance.kind), "variance_yield")
        amounts[role] = amounts.get(role, ZERO) + variance.amount
    return entries + [Entry(role, debit=amount) for role, amount in amounts.items() if amount]


@verb("costing.unsettle_order", N_("Take back the settlement"), roles=COSTERS)
def unsettle_orders(
    *, actor: User, request_id: uuid.UUID, order_ids: Sequence[int], reason: str = ""
) -> list[Settlement]:
    """Put settled orders back to closed: their variances go back into work in process on their own days (反结算)."""
    if not order_ids:
        raise DomainError(Problem("no_orders", "Choose at least one work order."))
    orders = hold_orders(order_ids)
    documents = list(
        Settlement.objects.select_for_update(of=("self",))
        .select_related("posting")
        .filter(order__in=orders, approval=ApprovalState.APPROVED)
        .order_by("pk")
    )
    for document in documents:
        orders[document.order_id].variance_value -= document.variance
        note(document, approval=(document.approval, ApprovalState.VOID))
        document.approval, document.execution = ApprovalState.VOID, ExecutionState.CLOSED
        document.version += 1
    mark_settled(list(orders.values()), settled=False)
    postings = [document.posting for document in documents if document.posting_id]
    if postings:
        reverse_all(actor=actor, postings=postings, reason=reason or "unsettle")
    update_rows(documents, ["approval", "execution", "version"])
    return documents
