"""Take products apart: an order that puts a product in and gives its parts back (拆卸工单)."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext

from gongfang.kernel.errors import N_, DomainError, Problem, refuse_if
from gongfang.kernel.money import ZERO, to_micro
from gongfang.masterdata import queries as masterdata
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb
from gongfang.production.models import WorkOrder
from gongfang.production.services.creating import NewMaterial, NewOperation, NewOutput, NewWorkOrder, create_work_orders
from gongfang.production.services.life import PLANNERS
from gongfang.production.services.prices import prices_of


@dataclass(frozen=True, slots=True)
class PartInput:
    """A part that should come out, for the whole order."""

    item_id: int
    quantity: Decimal


@verb("production.create_disassembly", N_("Disassembly order"), roles=PLANNERS)
def create_disassembly(
    *, actor: User, request_id: uuid.UUID, item_id: int, quantity: Decimal, parts: Sequence[PartInput] = (), start: date | None = None,
    warehouse_id: int | None = None, work_centre_id: int | None = None, minutes: Decimal = ZERO, why: str = "",
) -> WorkOrder:  # fmt: skip
    """Draft an order that takes products apart. parts: what should come out; left out, the bill of materials says.

    The product is issued to the order; parts are received as co-products and take its cost out by their standard cost.
    """
    item = masterdata.items_by_ids([item_id]).get(item_id)
    if item is None:
        raise DomainError(Problem("item_unknown", "There is no such item.", where="item"))
    if quantity <= 0:
        raise DomainError(Problem("not_positive", "Enter a quantity above 0.", where="quantity"))
    day = start or timezone.localdate()
    wanted = list(parts)
    if not wanted:
        lines = masterdata.issue_list(item, quantity, day)
        wanted = [PartInput(line.component_id, needed) for line, needed in lines if line.issue_method != "bulk"]
    refuse_if(
        [
            Problem(
                "no_parts", "{item} has no bill of materials; say which parts come out.", where="parts", item=str(item)
            )
        ]
        if not wanted
        else []
    )
    known = masterdata.items_by_ids([part.item_id for part in wanted])
    prices = prices_of(known.values())
    worth = {part.item_id: prices.get(part.item_id, ZERO) * part.quantity for part in wanted}
    total = sum(worth.values(), ZERO)
    outputs = tuple(
        NewOutput(
            part.item_id, part.quantity, to_micro(worth[part.item_id] / total if total else Decimal(1) / len(wanted)),
            prices.get(part.item_id, ZERO),
        )
        for part in wanted
    )  # fmt: skip
    steps = (NewOperation(gettext("Take apart"), work_centre_id, minutes),) if work_centre_id else ()
    new = NewWorkOrder(
        item_id, quantity, day, day, kind="disassembly", why=why, warehouse_id=warehouse_id, operations=steps, outputs=outputs,
        materials=(NewMaterial(item_id, quantity, warehouse_id=warehouse_id or item.default_warehouse_id),),
    )  # fmt: skip
    return create_work_orders(actor, [new])[0]
