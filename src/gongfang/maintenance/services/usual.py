"""The spare parts that a maintenance usually needs (常用备件): proposed on its order, issued with one click."""

import uuid
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from gongfang.kernel.errors import N_, DomainError, Kind, Problem
from gongfang.ledger import queries as ledger
from gongfang.maintenance.models import MaintenanceOrder, ServicePart
from gongfang.maintenance.services.equipment import KEEPERS
from gongfang.maintenance.services.orders import PartInput, held, issue_parts
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class UsualPart:
    """One part of the plan, against what the order has had of it. free: in all stores, not kept for others."""

    item: Any
    quantity: Decimal
    issued: Decimal
    free: Decimal

    @property
    def left(self) -> Decimal:
        """What is still proposed."""
        return max(self.quantity - self.issued, ZERO)

    @property
    def short(self) -> Decimal:
        return max(self.left - self.free, ZERO)


def usual_parts(order: MaintenanceOrder) -> list[UsualPart]:
    """What the order's plan usually takes, by item; nothing without a plan. Three statements."""
    if order.plan_id is None:
        return []
    rows = list(ServicePart.objects.filter(plan=order.plan_id).select_related("item__unit").order_by("item__code"))
    issued = dict(
        order.parts.filter(is_returned=False).order_by().values_list("item_id").annotate(total=Sum("quantity"))
    )
    free = ledger.available({row.item_id for row in rows}) if rows else {}
    return [
        UsualPart(row.item, row.quantity, issued.get(row.item_id, ZERO), free.get(row.item_id, ZERO)) for row in rows
    ]


@verb("maintenance.issue_usual_parts", N_("Issue the usual parts"), roles=(*KEEPERS, "keeper"))
def issue_usual_parts(
    *, actor: User, request_id: uuid.UUID, document_id: int, on: date | None = None
) -> MaintenanceOrder:
    """Take from stock what the plan proposes and the order has not had yet, each from its usual warehouse.

    Raises DomainError: no_usual_parts; short_stock, warehouse_missing … as of `issue_parts`, which does it.
    """
    order = held(document_id, "finish")
    lines = [PartInput(part.item.pk, part.left) for part in usual_parts(order) if part.left]
    if not lines:
        raise DomainError(
            Problem("no_usual_parts", "{number}: its plan proposes no parts, or all of them are issued.", number=order.number), Kind.CONFLICT
        )  # fmt: skip
    return issue_parts(actor=actor, request_id=request_id, document_id=document_id, lines=lines, on=on)
