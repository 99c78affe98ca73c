"""收发存: what came in, went out and is left, of one item day by day or of all items over a time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet, Sum

from gongfang.ledger.models import Location, StockMove, ValueBalance
from gongfang.ledger.queries.dated import came_and_went, of_stock, of_warehouse, opening_of

ZERO = Decimal(0)
STOCK = Location.Area.STOCK


@dataclass(frozen=True, slots=True)
class CardRow:
    """One move on the card, in or out, with what is left after it. Red rows are negative on their own side."""

    move: StockMove
    in_quantity: Decimal | None
    in_value: Decimal | None
    out_quantity: Decimal | None
    out_value: Decimal | None
    quantity: Decimal
    value: Decimal


@dataclass(frozen=True, slots=True)
class Card:
    opening_quantity: Decimal
    opening_value: Decimal
    rows: list[CardRow]
    quantity: Decimal
    value: Decimal


def _sides(places: list[int] | None) -> tuple[Q, Q]:
    """Conditions "comes in" and "goes out": over the border of the company's stock, or of some locations."""
    inside = list(Location.objects.filter(area=STOCK).values_list("pk", flat=True)) if places is None else places
    return (
        Q(target__in=inside) & ~Q(source__in=inside),
        Q(source__in=inside) & ~Q(target__in=inside),
    )


def places_of(warehouse_id: int | None) -> list[int] | None:
    """Location ids of a warehouse; None: all of the company's stock."""
    return (
        None
        if warehouse_id is None
        else list(Location.objects.filter(warehouse=warehouse_id).values_list("pk", flat=True))
    )


def _sum(moves: QuerySet[StockMove], side: Q) -> tuple[Decimal, Decimal]:
    sums = moves.filter(side).aggregate(quantity=Sum("quantity"), value=Sum("value"))
    return sums["quantity"] or ZERO, sums["value"] or ZERO


def stock_card(
    item_id: int, since: date, until: date, warehouse_id: int | None = None, limit: int = 2000, lot_id: int | None = None
) -> Card:  # fmt: skip
    """The card of one item, or of one lot; six statements. With a warehouse, moves between warehouses show without value."""
    into, out = _sides(places_of(warehouse_id))
    moves = StockMove.objects.filter(item=item_id)
    if lot_id is not None:
        moves = moves.filter(lot=lot_id)
    before = moves.filter(on__lt=since)
    came, went = _sum(before, into), _sum(before, out)
    quantity, value = opening = came[0] - went[0], came[1] - went[1]
    during = (
        moves.filter(into | out, on__gte=since, on__lte=until)
        .annotate(comes_in=as_flag(into))
        .select_related("posting", "source", "target", "lot")
        .order_by("on", "pk")
    )
    rows = []
    for move in during[:limit]:
        sign = 1 if move.comes_in else -1
        quantity += sign * move.quantity
        value += sign * move.value
        mine, other = (move.quantity, move.value), (None, None)
        rows.append(CardRow(move, *(mine if sign > 0 else other), *(other if sign > 0 else mine), quantity, value))
    return Card(*opening, rows, quantity, value)


def as_flag(condition: Q) -> Any:
    """A condition as a column that is true or false."""
    return ExpressionWrapper(condition, output_field=BooleanField())


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """收发存汇总 of one item over a time."""

    item: Any
    opening_quantity: Decimal
    opening_value: Decimal
    in_quantity: Decimal
    in_value: Decimal
    out_quantity: Decimal
    out_value: Decimal

    @property
    def quantity(self) -> Decimal:
        return self.opening_quantity + self.in_quantity - self.out_quantity

    @property
    def value(self) -> Decimal:
        return self.opening_value + self.in_value - self.out_value


def stock_summary(
    since: date, until: date, warehouse_id: int | None = None, search: Q | None = None
) -> list[SummaryRow]:
    """Opening, in, out and left per item; eight statements at most. search: of the items.

    The opening is reckoned from the side that has fewer days: of this month's summary only this month's moves are read, and once. Of
    a warehouse, whose value nobody keeps, all moves before it are.
    """
    inside = of_stock() if warehouse_id is None else of_warehouse(warehouse_id)
    moved = came_and_went(inside, since, until)
    opening = opening_of(inside, since, until, moved)
    items = items_of(opening.keys() | moved.keys(), search)
    still = (ZERO, ZERO, ZERO, ZERO)
    return [SummaryRow(item, *opening.get(item.pk, (ZERO, ZERO)), *moved.get(item.pk, still)) for item in items]


def items_of(ids: Iterable[int], search: Q | None) -> list[Any]:
    """Items with their units and categories, by code, in as many statements as one however many there are."""
    model: Any = StockMove._meta.get_field("item").related_model
    wanted = set(ids)
    rows = model._default_manager.order_by("code")
    rows = rows.filter(search) if search is not None else rows
    found = [item for item in rows.filter(pk__in=ValueBalance.objects.values("item")) if item.pk in wanted]
    kin = {
        name: model._meta.get_field(name).related_model._default_manager.in_bulk(
            {getattr(item, f"{name}_id") for item in found}
        )
        for name in ("unit", "category")
    }
    for item in found:  # each unit and category once, not beside every item
        item.unit, item.category = kin["unit"][item.unit_id], kin["category"][item.category_id]
    return found
