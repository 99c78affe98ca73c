"""Changes of running orders that need approval (工单变更单)."""

import uuid
from datetime import date
from decimal import Decimal

from gongfang.kernel.errors import N_, DomainError, Problem
from gongfang.kernel.money import to_micro
from gongfang.platform.documents.editing import new_document
from gongfang.platform.documents.lifecycle import Effect, Lifecycle
from gongfang.platform.documents.links import Link, link
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb
from gongfang.production.models import OrderChange, WorkOrder
from gongfang.production.rules import Stage
from gongfang.production.services.changing import change_order, check_change
from gongfang.production.services.holding import hold_orders

ASKERS = ("planner", "supervisor", "sales", "engineer")
CHANGEABLE = (Stage.PLANNED, Stage.RELEASED, Stage.STARTED, Stage.PAUSED)


@verb("production.request_change", N_("Request a change"), roles=ASKERS)
def request_change(
    *, actor: User, request_id: uuid.UUID, order_id: int, reason: str, quantity: Decimal | None = None, start: date | None = None,
    due: date | None = None,
) -> OrderChange:  # fmt: skip
    """Ask for another quantity or other dates; what is left out stays. The order changes when the request is approved."""
    order = hold_orders([order_id])[order_id]
    if not reason.strip():
        raise DomainError(Problem("reason_needed", "Say why.", where="reason"))
    wanted = (quantity or order.quantity, start or order.start, due or order.due)
    if wanted == (order.quantity, order.start, order.due):
        raise DomainError(Problem("nothing_changes", "Nothing would change.", where="quantity"))
    check_change(order, *wanted)
    document = new_document(
        OrderChange, actor=actor, order=order, reason=reason.strip()[:200], old_quantity=order.quantity, old_start=order.start,
        old_due=order.due, quantity=to_micro(wanted[0]), start=wanted[1], due=wanted[2],
    )  # fmt: skip
    link([Link(order, document)])
    return document


def _problems(document: OrderChange) -> list[Problem]:
    order = document.order
    if order.stage not in CHANGEABLE:
        return [Problem("cannot_change", "{number} can no longer be changed.", number=order.number)]
    if (order.quantity, order.start, order.due) != (document.old_quantity, document.old_start, document.old_due):
        return [
            Problem(
                "changed_since",
                "{number} was changed since this was asked for; make a new request.",
                number=order.number,
            )
        ]
    return []


def _apply(actor: User, document: OrderChange, request_id: uuid.UUID, *values: object) -> None:
    change_order(
        actor=actor, request_id=request_id, document_id=document.order_id, quantity=document.quantity, start=document.start,
        due=document.due, reason=f"{document.number} {document.reason}",
    )  # fmt: skip


def _take_back(actor: User, document: OrderChange, request_id: uuid.UUID) -> None:
    change_order(
        actor=actor, request_id=request_id, document_id=document.order_id, quantity=document.old_quantity, start=document.old_start,
        due=document.old_due, reason=f"-{document.number}",
    )  # fmt: skip


def _effects(document: OrderChange) -> list[Effect]:
    return [
        Effect(N_("{number} goes back to quantity {quantity}, due {due}."),
               {"number": document.order.number, "quantity": document.old_quantity, "due": document.old_due})
    ]  # fmt: skip


def _blockers(document: OrderChange) -> list[Problem]:
    order: WorkOrder = document.order
    if (order.quantity, order.start, order.due) != (document.quantity, document.start, document.due):
        return [
            Problem(
                "changed_since",
                "{number} was changed since this was asked for; make a new request.",
                number=order.number,
            )
        ]
    return []


CHANGE = Lifecycle(
    OrderChange, package="production", noun="order_change", title=N_("change of a work order"), writers=ASKERS,
    approvers=("planner", "supervisor", "owner"), check=_problems, on_approve=_apply, on_unapprove=_take_back, effects=_effects,
    blockers=_blockers, closable=False,
)  # fmt: skip
