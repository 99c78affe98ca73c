"""Does the customer's credit reach? What is owed is answered from above."""

import uuid
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal

from django.db.models import F

from gongfang.kernel.errors import N_, DomainError, Kind, Problem
from gongfang.kernel.states import Approval
from gongfang.platform.documents.editing import change, locked
from gongfang.platform.identity.models import User
from gongfang.platform.ports import Port
from gongfang.platform.settings.services import declare
from gongfang.platform.settings.services import get as setting
from gongfang.platform.verbs import verb
from gongfang.sales.models import SalesOrder, SalesOrderLine, ShipmentLine
from gongfang.sales.rules.shipping import credit_problem

CREDIT_CHECK = declare(
    "sales.credit_check", N_("Orders beyond the credit limit"), "choice", "pass",
    (("pass", N_("need somebody to let them pass")), ("off", N_("are not checked"))),
)  # fmt: skip
ZERO = Decimal(0)


def _nothing_owed(customer_ids: Collection[int]) -> Mapping[int, Decimal]:
    return {}


RECEIVABLES: Port[Callable[[Collection[int]], Mapping[int, Decimal]]] = Port("receivables", _nothing_owed)
"""What customers owe on invoices, less what they paid in advance; answered by finance."""


def exposure(customer_id: int, *, without: int | None = None) -> Decimal:
    """Everything at stake with a customer, tax included: invoices open, goods shipped but not invoiced, orders not shipped.

    without: an order to leave out. Two statements beside the port's.
    """
    owed = RECEIVABLES.provider([customer_id]).get(customer_id, ZERO)
    lines = SalesOrderLine.objects.filter(
        document__customer=customer_id, document__approval=Approval.APPROVED, execution__in=["open", "partial"]
    ).exclude(document=without)
    ordered = sum(
        (
            total * (quantity - done) / quantity
            for total, quantity, done in lines.values_list("total_amount", "quantity", "done_quantity")
            if quantity > done
        ),
        ZERO,
    )
    shipped = ShipmentLine.objects.filter(
        document__customer=customer_id, document__approval=Approval.APPROVED, done_quantity__lt=F("quantity") - F("returned_quantity")
    )  # fmt: skip
    uninvoiced = sum(
        (
            total * (quantity - returned - done) / quantity
            for total, quantity, returned, done in shipped.values_list("total_amount", "quantity", "returned_quantity", "done_quantity")
        ),
        ZERO,
    )  # fmt: skip
    return (owed + ordered + uninvoiced).quantize(Decimal("0.01"))


def credit_problems(order: SalesOrder) -> list[Problem]:
    """Why an order must not be approved yet; empty when somebody let it pass, or nothing is checked."""
    limit = order.customer.credit_limit
    if order.credit_passed_by_id or limit is None or setting(CREDIT_CHECK) == "off":
        return []
    problem = credit_problem(
        str(order.customer), limit, exposure(order.customer_id, without=order.pk), order.total_amount
    )
    return [problem] if problem else []


@verb("sales.pass_credit", N_("Let credit pass"), roles=("owner", "accountant"))
def pass_credit(*, actor: User, request_id: uuid.UUID, order_id: int, comment: str = "") -> SalesOrder:
    """Allow an order although the customer's credit limit is exceeded. A later change of the order asks again."""
    order = locked(SalesOrder, order_id)
    if order.approval in (Approval.APPROVED, Approval.VOID):
        raise DomainError(
            Problem("nothing_to_pass", "{number} does not wait for approval.", number=order.number), Kind.CONFLICT
        )
    change(order, credit_passed_by=actor)
    return order
