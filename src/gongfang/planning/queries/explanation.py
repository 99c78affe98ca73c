"""Why a suggestion is what it is: the figures, then the sentences."""

from dataclasses import dataclass
from decimal import Decimal

from gongfang.kernel.errors import N_, Problem
from gongfang.planning import packing
from gongfang.planning.models import PlannedOrder
from gongfang.planning.queries.origins import origins_of
from gongfang.planning.queries.reader import Reader

LOT_RULES = {
    "lot_for_lot": N_("lot for lot"), "fixed": N_("fixed quantity"), "minimum_multiple": N_("minimum and multiple"),
    "period": N_("days of supply"), "least_unit_cost": N_("least unit cost"), "part_period": N_("part-period balancing"),
    "silver_meal": N_("Silver-Meal"), "wagner_whitin": N_("Wagner-Whitin"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reasons:
    """The figures behind a suggestion. from_stock, from_supplies: what was used up before it; asked_by: the demands on top."""

    order: PlannedOrder
    asked_by: str
    from_stock: Decimal
    from_supplies: Decimal
    on_hand: Decimal
    safety_stock: Decimal


def reasons_of(order: PlannedOrder) -> Reasons:
    """Collect the figures; two statements beside the walk up the pegging."""
    reader = Reader(order.run_id)
    reader.load([order.item_id])
    plan = reader.items[order.item_id]
    used: dict[int, Decimal] = {}
    for peg in plan.pegs:
        used[peg.kind] = used.get(peg.kind, Decimal(0)) + peg.quantity
    origin = origins_of([order]).get(order.seq)
    return Reasons(
        order,
        origin.words if origin else "",
        used.get(packing.STOCK, Decimal(0)),
        used.get(packing.SUPPLY, Decimal(0)),
        plan.on_hand,
        order.item.safety_stock,
    )


def explanation(order: PlannedOrder) -> list[Problem]:
    """The sentences, each a template with its figures, in the order in which the engine decided."""
    why = reasons_of(order)
    item, unit = order.item, order.item.unit.name
    sentences = [
        Problem(
            "short",
            "On {on} there would be {net} {unit} of {item} too little.",
            on=order.need_on,
            net=order.net_quantity,
            unit=unit,
            item=f"{item.code} {item.name}",
        ),
    ]
    if why.asked_by:
        sentences.append(Problem("demand", "It is needed for: {orders}.", orders=why.asked_by))
    sentences.append(
        Problem("netted", "Stock is used first: {stock} {unit} of {on_hand} on hand; then open orders: {supplies} {unit}.",
                stock=why.from_stock, on_hand=why.on_hand, supplies=why.from_supplies, unit=unit)
    )  # fmt: skip
    if why.safety_stock:
        sentences.append(
            Problem("safety", "{safety} {unit} are kept as safety stock.", safety=why.safety_stock, unit=unit)
        )
    sentences.append(_lot_sentence(order, unit))
    sentences.append(
        Problem("dates", "The lead time is {days} working days, so it starts by {start} to be there on {due}.",
                days=item.lead_time_days, start=order.release_on, due=order.due_on)
    )  # fmt: skip
    if order.is_late:
        sentences.append(
            Problem(
                "late", "That start lies in the past: speed it up, buy time from the customer, or split the quantity."
            )
        )
    return sentences


def _lot_sentence(order: PlannedOrder, unit: str) -> Problem:
    item = order.item
    return Problem(
        "lot", "Lot rule “{rule}” (minimum {minimum}, multiple {multiple}) makes {quantity} {unit} of it, covering needs up to {covers}.",
        rule=LOT_RULES[item.lot_rule], minimum=item.lot_minimum, multiple=item.lot_multiple, quantity=order.quantity, unit=unit,
        covers=order.covers_to,
    )  # fmt: skip
