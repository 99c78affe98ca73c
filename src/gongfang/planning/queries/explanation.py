"""Why a suggestion is what it is: the figures, then the sentences."""

from dataclasses import dataclass
from decimal import Decimal

from gongfang.kernel.errors import N_, Problem, counted
from gongfang.masterdata import queries as masterdata
from gongfang.masterdata.queries import PlanningFigures
from gongfang.planning import packing
from gongfang.planning.lotcosts import weighed
from gongfang.planning.models import PlannedOrder
from gongfang.planning.queries.origins import origins_of
from gongfang.planning.queries.reader import ItemPlan, Reader, spot_of
from gongfang.planning.rules import ZERO

LOT_RULES = {
    "lot_for_lot": N_("lot for lot"), "fixed": N_("fixed quantity"), "minimum_multiple": N_("minimum and multiple"),
    "period": N_("days of supply"), "least_unit_cost": N_("least unit cost"), "part_period": N_("part-period balancing"),
    "silver_meal": N_("Silver-Meal"), "wagner_whitin": N_("Wagner-Whitin"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Netting:
    """What is needed of the item up to the day on which this suggestion is, and what serves it before: stock, open orders (what comes
    beside other products included), earlier suggestions.
    """

    needed: Decimal = ZERO
    stock: Decimal = ZERO
    supplies: Decimal = ZERO
    orders: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Reasons:
    """The figures behind a suggestion. asked_by: the demands on top; figures: how the item is planned there; sent_on: (plant, quantity)
    of what transfers take of it.
    """

    order: PlannedOrder
    asked_by: str
    netting: Netting
    on_hand: Decimal
    lead_time_days: int
    figures: PlanningFigures
    sent_on: tuple[tuple[str, Decimal], ...]


def reasons_of(order: PlannedOrder) -> Reasons:
    """Collect the figures; three statements beside the walk up the pegging, five more where there are several plants."""
    reader = Reader(order.run_id)
    reader.load([spot_of(order)])
    plan = reader.items[spot_of(order)]
    origin = origins_of([order]).get(order.seq)
    return Reasons(
        order,
        origin.words if origin else "",
        _netting(reader, plan, order),
        plan.on_hand,
        plan.lead_time_days,
        masterdata.figures_of(order.item, order.plant_id),
        _sent_on(reader, order) if order.plant_id else (),
    )


def _netting(reader: Reader, plan: ItemPlan, order: PlannedOrder) -> Netting:
    """Add up the pegs of needs that are due by the day on which the suggestion is needed; later needs are another suggestion's."""
    days = {need.seq: need.on for need in plan.requirements}
    reader.load_sources("demand", [peg.demand for peg in plan.pegs if peg.requirement not in days])
    found = {name: ZERO for name in ("needed", "stock", "supplies", "orders")}
    served = {
        packing.STOCK: "stock",
        packing.SUPPLY: "supplies",
        packing.BYPRODUCT: "supplies",
        packing.ORDER: "orders",
    }
    for peg in plan.pegs:
        demand = reader.sources.get(("demand", peg.demand))
        on = days.get(peg.requirement) or (max(demand.on, order.run.today) if demand else None)
        if on is None or on > order.need_on:
            continue
        found["needed"] += peg.quantity
        if peg.kind != packing.ORDER or peg.supply != order.seq:
            found[served[peg.kind]] += peg.quantity
    return Netting(**found)


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


def explanation(order: PlannedOrder, *, sees_cost: bool = False) -> list[Problem]:
    """The sentences, each a template with its figures, in the order in which the engine decided. sees_cost: with what set-up and
    holding cost, where the lot rule weighs them.
    """
    why = reasons_of(order)
    unit = order.item.unit.name
    sentences = [_short_sentence(order, unit)]
    if why.asked_by:
        sentences.append(Problem("demand", "It is needed for: {orders}.", orders=why.asked_by))
    for plant, quantity in why.sent_on:
        sentences.append(
            Problem("sent_on", "{quantity} {unit} of it are transferred to {plant}.", quantity=quantity, unit=unit, plant=plant)
        )  # fmt: skip
    sentences.append(_netted_sentence(order, why, unit))
    if why.figures.safety_stock:
        sentences.append(
            Problem("safety", "Safety stock: {safety} {unit}.", safety=why.figures.safety_stock, unit=unit)
        )
    if why.figures.safety_time_days:
        sentences.append(
            Problem("safety_time", counted("It is planned to be there {days} day before it is needed on {on} (safety time).", "It is planned to be there {days} days before it is needed on {on} (safety time).", "days"),
                    days=why.figures.safety_time_days, on=order.need_on)
        )  # fmt: skip
    sentences += _quantity_sentences(order, why.figures, unit, sees_cost)
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
        return Problem("dates", counted("The lead time is {days} working day, so it starts by {start} to be there on {due}.", "The lead time is {days} working days, so it starts by {start} to be there on {due}.", "days"),
                       days=days, start=order.release_on, due=order.due_on)  # fmt: skip
    return Problem("transferred", counted("It is transferred from {plant}: the way takes {days} working day, so it leaves by {start} to be there on {due}.", "It is transferred from {plant}: the way takes {days} working days, so it leaves by {start} to be there on {due}.", "days"),
                   plant=order.source_plant.name, days=days, start=order.release_on, due=order.due_on)  # fmt: skip


def _netted_sentence(order: PlannedOrder, why: Reasons, unit: str) -> Problem:
    net = why.netting
    figures = {
        "on": order.need_on,
        "needed": net.needed,
        "unit": unit,
        "stock": net.stock,
        "on_hand": why.on_hand,
        "supplies": net.supplies,
    }
    if net.orders:
        return Problem("netted", "Up to {on}, {needed} {unit} are needed: stock serves {stock} of {on_hand} on hand, open orders {supplies}, earlier suggestions {orders}.",
                       orders=net.orders, **figures)  # fmt: skip
    return Problem(
        "netted",
        "Up to {on}, {needed} {unit} are needed: stock serves {stock} of {on_hand} on hand, open orders {supplies}.",
        **figures,
    )


def _quantity_sentences(order: PlannedOrder, item: PlanningFigures, unit: str, sees_cost: bool) -> list[Problem]:
    """What yield and lot rule make of the net need, with the figures that the rule reads."""
    found = []
    if order.good_quantity != order.quantity:
        share = (order.good_quantity / order.quantity * 100).quantize(Decimal("0.1"))
        found.append(
            Problem("yield", "Of {quantity} {unit} begun, {good} come out good (yield {share} %).",
                    quantity=order.quantity, unit=unit, good=order.good_quantity, share=share)
        )  # fmt: skip
    found.append(_lot_sentence(order, item, unit, sees_cost))
    if (
        item.lot_rule == "minimum_multiple"
        and item.lot_maximum
        and order.quantity >= item.lot_maximum - item.lot_multiple
    ):
        found.append(
            Problem("lot_maximum", "An order is at most {maximum} {unit}; more is shared out over several.", maximum=item.lot_maximum, unit=unit)
        )  # fmt: skip
    return found


def _lot_sentence(order: PlannedOrder, item: PlanningFigures, unit: str, sees_cost: bool) -> Problem:
    about = {"quantity": order.quantity, "unit": unit, "covers": order.covers_to}
    if item.lot_rule == "lot_for_lot":
        return Problem(
            "lot",
            "Lot rule “lot for lot”: {quantity} {unit}, just what is missing, in whole steps of the unit.",
            **about,
        )
    if item.lot_rule == "fixed":
        return Problem("lot", "Lot rule “fixed quantity”: always {fixed} {unit} at a time; it covers needs up to {covers}.", fixed=item.lot_quantity, **about)  # fmt: skip
    if item.lot_rule == "minimum_multiple":
        return Problem("lot", "Lot rule “minimum and multiple”: at least {minimum}, in steps of {multiple}: {quantity} {unit}; it covers needs up to {covers}.",
                       minimum=item.lot_minimum, multiple=item.lot_multiple or Decimal(1).scaleb(-order.item.unit.precision), **about)  # fmt: skip
    if item.lot_rule == "period":
        return Problem(
            "lot",
            counted(
                "Lot rule “days of supply”: the needs of {days} day at once, up to {covers}: {quantity} {unit}.",
                "Lot rule “days of supply”: the needs of {days} days at once, up to {covers}: {quantity} {unit}.",
                "days",
            ),
            days=item.lot_days,
            **about,
        )
    if not sees_cost:
        return Problem("lot", "Lot rule “{rule}” weighs the cost of an order against that of holding: {quantity} {unit} for the needs up to {covers}.",
                       rule=LOT_RULES[item.lot_rule], **about)  # fmt: skip
    setup, holding = weighed(order.item, order.run.today)
    return Problem("lot", "Lot rule “{rule}” weighs {setup} CNY for an order against {holding} CNY for holding one {unit} for a year: {quantity} {unit} for the needs up to {covers}.",
                   rule=LOT_RULES[item.lot_rule], setup=setup, holding=holding, **about)  # fmt: skip
