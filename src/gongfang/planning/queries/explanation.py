"""Why a suggestion is what it is: the figures, then the sentences."""

from dataclasses import dataclass
from decimal import Decimal

from gongfang.kernel.errors import N_, Problem
from gongfang.masterdata import queries as masterdata
from gongfang.masterdata.queries import PlanningFigures
from gongfang.planning import packing
from gongfang.planning.models import PlannedOrder
from gongfang.planning.queries.origins import origins_of
from gongfang.planning.queries.reader import Reader, spot_of

LOT_RULES = {
    "lot_for_lot": N_("lot for lot"), "fixed": N_("fixed quantity"), "minimum_multiple": N_("minimum and multiple"),
    "period": N_("days of supply"), "least_unit_cost": N_("least unit cost"), "part_period": N_("part-period balancing"),
    "silver_meal": N_("Silver-Meal"), "wagner_whitin": N_("Wagner-Whitin"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reasons:
    """The figures behind a suggestion. from_stock, from_supplies: what was used up before it; asked_by: the demands on top.

    figures: how the item is planned there; sent_on: (plant, quantity) of what transfers take of it.
    """

    order: PlannedOrder
    asked_by: str
    from_stock: Decimal
    from_supplies: Decimal
    on_hand: Decimal
    lead_time_days: int
    figures: PlanningFigures
    sent_on: tuple[tuple[str, Decimal], ...]


def reasons_of(order: PlannedOrder) -> Reasons:
    """Collect the figures; two statements beside the walk up the pegging, five more where there are several plants."""
    reader = Reader(order.run_id)
    reader.load([spot_of(order)])
    plan = reader.items[spot_of(order)]
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
        plan.lead_time_days,
        masterdata.figures_of(order.item, order.plant_id),
        _sent_on(reader, order) if order.plant_id else (),
    )


def _sent_on(reader: Reader, order: PlannedOrder) -> tuple[tuple[str, Decimal], ...]:
    """Which plants transfers take it to, and how much."""
    plan = reader.items[spot_of(order)]
    needs = {need.seq: need for need in plan.requirements}
    served = [
        (needs[peg.requirement], peg.quantity)
        for peg in plan.pegs
        if peg.kind == packing.ORDER and peg.supply == order.seq and peg.requirement in needs
    ]
    reader.load_orders(need.order for need, _ in served)
    found: dict[str, Decimal] = {}
    for need, quantity in served:
        asking = reader.orders.get(need.order)
        if asking is not None and asking.source_plant_id:
            found[str(asking.plant)] = found.get(str(asking.plant), Decimal(0)) + quantity
    return tuple(sorted(found.items()))


def explanation(order: PlannedOrder) -> list[Problem]:
    """The sentences, each a template with its figures, in the order in which the engine decided."""
    why = reasons_of(order)
    unit = order.item.unit.name
    sentences = [_short_sentence(order, unit)]
    if why.asked_by:
        sentences.append(Problem("demand", "It is needed for: {orders}.", orders=why.asked_by))
    for plant, quantity in why.sent_on:
        sentences.append(
            Problem("sent_on", "{quantity} {unit} of it are transferred to {plant}.", quantity=quantity, unit=unit, plant=plant)
        )  # fmt: skip
    sentences.append(
        Problem("netted", "Stock is used first: {stock} {unit} of {on_hand} on hand; then open orders: {supplies} {unit}.",
                stock=why.from_stock, on_hand=why.on_hand, supplies=why.from_supplies, unit=unit)
    )  # fmt: skip
    if why.figures.safety_stock:
        sentences.append(
            Problem("safety", "{safety} {unit} are kept as safety stock.", safety=why.figures.safety_stock, unit=unit)
        )
    if why.figures.safety_time_days:
        sentences.append(
            Problem("safety_time", "It is planned to be there {days} days before it is needed on {on} (safety time).",
                    days=why.figures.safety_time_days, on=order.need_on)
        )  # fmt: skip
    sentences.append(_lot_sentence(order, why.figures, unit))
    sentences.append(_date_sentence(order, why.lead_time_days))
    if order.is_late:
        sentences.append(
            Problem(
                "late", "That start lies in the past: speed it up, buy time from the customer, or split the quantity."
            )
        )
    return sentences


def _short_sentence(order: PlannedOrder, unit: str) -> Problem:
    figures = {
        "on": order.need_on,
        "net": order.net_quantity,
        "unit": unit,
        "item": f"{order.item.code} {order.item.name}",
    }
    if order.plant is None:
        return Problem("short", "On {on} there would be {net} {unit} of {item} too little.", **figures)
    return Problem(
        "short", "On {on} there would be {net} {unit} of {item} too little in {plant}.", plant=order.plant.name, **figures
    )  # fmt: skip


def _date_sentence(order: PlannedOrder, days: int) -> Problem:
    if order.source_plant is None:
        return Problem("dates", "The lead time is {days} working days, so it starts by {start} to be there on {due}.",
                       days=days, start=order.release_on, due=order.due_on)  # fmt: skip
    return Problem("transferred", "It is transferred from {plant}: the way takes {days} working days, so it leaves by {start} to be there on {due}.",
                   plant=order.source_plant.name, days=days, start=order.release_on, due=order.due_on)  # fmt: skip


def _lot_sentence(order: PlannedOrder, item: PlanningFigures, unit: str) -> Problem:
    return Problem(
        "lot", "Lot rule “{rule}” (minimum {minimum}, multiple {multiple}) makes {quantity} {unit} of it, covering needs up to {covers}.",
        rule=LOT_RULES[item.lot_rule], minimum=item.lot_minimum, multiple=item.lot_multiple, quantity=order.quantity, unit=unit,
        covers=order.covers_to,
    )  # fmt: skip
