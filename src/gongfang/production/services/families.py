"""Orders for what an order needs made: parent and child orders (父子工单)."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from gongfang.kernel.errors import N_, DomainError, Kind, Problem
from gongfang.kernel.money import ZERO
from gongfang.ledger import queries as ledger
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb
from gongfang.production.models import WorkOrder, WorkOrderMaterial
from gongfang.production.services.creating import NewWorkOrder, create_work_orders
from gongfang.production.services.holding import hold_orders
from gongfang.production.services.life import PLANNERS

LEVELS_MAX = 20


@verb("production.create_children", N_("Orders for made components"), roles=PLANNERS)
def create_children(
    *, actor: User, request_id: uuid.UUID, document_id: int, net_of_stock: bool = False, all_levels: bool = True
) -> list[WorkOrder]:
    """Draft child orders for the components that are made here and not covered by child orders yet.

    net_of_stock: less what is free in the stores. all_levels: and for theirs. Constant statements per level.
    """
    made: list[WorkOrder] = []
    parents: Sequence[WorkOrder] = list(hold_orders([document_id]).values())
    for _ in range(LEVELS_MAX):
        parents = _children(actor, parents, net_of_stock=net_of_stock)
        made += parents
        if not parents or not all_levels:
            break
    if not made:
        raise DomainError(
            Problem("nothing_to_make", "Every component that is made has its order, or is bought."), Kind.CONFLICT
        )
    return made


def _children(actor: User, parents: Sequence[WorkOrder], *, net_of_stock: bool) -> list[WorkOrder]:
    by_id = {order.pk: order for order in parents}
    rows = list(
        WorkOrderMaterial.objects.filter(document__in=by_id, item__source="make").exclude(issue_method="bulk")
        .exclude(item__kind="phantom").select_related("item").order_by("document_id", "line_no")
    )  # fmt: skip
    covered: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    known = (
        WorkOrder.objects.filter(parent__in=by_id, kind="normal").exclude(approval="void").exclude(stage="cancelled")
    )
    for parent_id, item_id, quantity in known.values_list("parent_id", "item_id", "quantity"):
        covered[parent_id, item_id] += quantity
    free = dict(ledger.available({row.item_id for row in rows})) if net_of_stock else {}
    new = []
    for row in rows:
        order = by_id[row.document_id]
        if row.item_id == order.item_id:
            continue  # rework and disassembly take the product itself
        needed = row.quantity - row.done_quantity - covered[order.pk, row.item_id]
        take = min(max(free.get(row.item_id, ZERO), ZERO), max(needed, ZERO))
        free[row.item_id] = free.get(row.item_id, ZERO) - take
        if needed - take > 0:
            new.append(
                NewWorkOrder(
                    row.item_id, needed - take, order.start, order.start, priority=order.priority, parent_id=order.pk,
                    customer_id=order.customer_id, why=f"{order.number} #{row.line_no}",
                )
            )  # fmt: skip
    return create_work_orders(actor, new)
