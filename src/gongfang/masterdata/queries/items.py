"""Find items, their units and what holds for them by inheritance."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, QuerySet

from gongfang.kernel.errors import DomainError, Kind, Problem
from gongfang.kernel.units import Factor
from gongfang.masterdata.models import Item, ItemCategory, ItemStatus, ItemUnit, Unit
from gongfang.masterdata.rules.settings import (
    OVER_ISSUE,
    OVER_RECEIPT,
    OVER_REPORT,
    PICKING_RULE,
    SECOND_TOLERANCE,
    UNDER_RECEIPT,
)
from gongfang.platform.prepared import Prepared
from gongfang.platform.settings.services import get as setting


def item_by_code(code: str) -> Item | None:
    """The item of a code, or None."""
    return Item.objects.select_related("unit", "category").filter(code=code).first()


def items_by_codes(codes: Iterable[str]) -> dict[str, Item]:
    """Items by their codes, with unit and category, in one statement; unknown codes are left out."""
    rows = Item.objects.select_related("unit", "category").filter(code__in=set(codes))
    return {item.code: item for item in rows}


BY_IDS = Prepared(lambda ids: Item.objects.select_related("unit", "category").filter(pk__in=ids))


def items_by_ids(ids: Iterable[int]) -> dict[int, Item]:
    """Items by primary key, with unit and category, in one statement."""
    return {item.pk: item for item in BY_IDS(list(set(ids)))}


def items_with_kin(ids: Iterable[int]) -> dict[int, Item]:
    """Items by primary key, with unit and category, for many at once: each unit and category is read once; three statements."""
    items = {item.pk: item for item in Item.objects.filter(pk__among=list(set(ids)))}
    units = Unit.objects.in_bulk({item.unit_id for item in items.values()})
    categories = ItemCategory.objects.in_bulk({item.category_id for item in items.values()})
    for item in items.values():
        item.unit, item.category = units[item.unit_id], categories[item.category_id]
    return items


def categories_of(ids: Iterable[int]) -> dict[int, int]:
    """Item → its category; one statement."""
    return dict(Item.objects.filter(pk__among=list(set(ids))).values_list("pk", "category_id"))


@dataclass(frozen=True, slots=True)
class Tracked:
    """How an item is kept: by lot, serial or neither, and for how many days."""

    code: str
    tracking: str
    shelf_life_days: int | None


def tracking_of(ids: Iterable[int]) -> dict[int, Tracked]:
    """Item → how it is kept; one statement."""
    rows = Item.objects.filter(pk__among=list(set(ids)))
    return {pk: Tracked(*row) for pk, *row in rows.values_list("pk", "code", "tracking", "shelf_life_days")}


def stocked_items(ids: Collection[int] | None = None) -> list[Item]:
    """Items that are kept in stock and in use (all, or some), with their unit; one statement for each 20,000 ids."""
    rows = Item.objects.select_related("unit").exclude(kind__in=["service", "phantom"]).exclude(status="retired")
    if ids is None:
        return list(rows)
    chosen = sorted(set(ids))
    return [
        item for start in range(0, len(chosen), 20_000) for item in rows.filter(pk__in=chosen[start : start + 20_000])
    ]


def item_search(text: str) -> Q:
    """The condition of the one search box: code, name, specification, drawing, pinyin initials or barcode."""
    text = text.strip()
    return (
        Q(code__icontains=text) | Q(name__icontains=text) | Q(spec__icontains=text) | Q(drawing_no__icontains=text)
        | Q(pinyin__contains=text.lower()) | Q(barcode=text) | Q(barcodes__code=text)
    )  # fmt: skip


def search_items(text: str, limit: int = 20) -> QuerySet[Item]:
    """Items that somebody may mean by what they typed, usable ones only, exact codes first by their order."""
    rows = Item.objects.select_related("unit").filter(status__in=[ItemStatus.ACTIVE, ItemStatus.TRIAL])
    return rows.filter(item_search(text)).distinct().order_by("code")[:limit] if text.strip() else rows[:limit]


def item_of_barcode(code: str) -> Item | None:
    """The item that a scanned barcode (or item code) stands for, or None."""
    return (
        Item.objects.select_related("unit", "category")
        .filter(Q(barcode=code) | Q(barcodes__code=code) | Q(code=code))
        .first()
    )


def barcode_factor(item: Item, code: str) -> Decimal:
    """Base units that one scan of a barcode stands for: 12 for the barcode of a box of twelve, else 1. Two statements at most."""
    row = item.barcodes.filter(code=code).exclude(unit=None).first()
    return to_base(item, row.unit, Decimal(1)) if row is not None and row.unit is not None else Decimal(1)


@dataclass(frozen=True, slots=True)
class Tolerances:
    """Shares by which an item may be received, issued or reported beyond (or under) the plan."""

    over_receipt: Decimal
    under_receipt: Decimal
    over_issue: Decimal
    over_report: Decimal


def tolerances(items: Iterable[Item]) -> dict[int, Tolerances]:
    """What holds for each item: its own figure, else its category's, else the company's. Five statements at most."""
    company = {
        "over_receipt": setting(OVER_RECEIPT), "under_receipt": setting(UNDER_RECEIPT),
        "over_issue": setting(OVER_ISSUE), "over_report": setting(OVER_REPORT),
    }  # fmt: skip
    result = {}
    for item in items:
        figures = {}
        for name, default in company.items():
            own = getattr(item, name, None)
            inherited = getattr(item.category, name)
            figures[name] = own if own is not None else inherited if inherited is not None else default
        result[item.pk] = Tolerances(**figures)
    return result


def counts_in_two_units() -> bool:
    """Whether any item is counted in a second unit beside its own; one cheap statement."""
    return Item.objects.exclude(second_unit=None).exists()


def second_tolerance() -> Decimal:
    """How far a second quantity may be from the item's factor before it is asked about, as a share. One statement."""
    return Decimal(setting(SECOND_TOLERANCE))


def usual_picking_rule() -> str:
    """In which order lots and places are emptied where neither a place, an item nor its category says so. One statement."""
    return str(setting(PICKING_RULE))


def inventory_roles() -> dict[str, str]:
    """Category code → which inventory account its stock stands on. One statement."""
    return dict(ItemCategory.objects.values_list("code", "inventory_role"))


def costing_methods() -> dict[str, str]:
    """Category code → how its items are costed where they do not say themselves. One statement."""
    return dict(ItemCategory.objects.values_list("code", "costing_method"))


def inspects_arrival(item: Item) -> bool:
    """Whether goods of this item go through incoming inspection: its own answer, else its category's."""
    return item.category.inspect_incoming if item.inspect_incoming is None else item.inspect_incoming


def factors(items: Iterable[Item]) -> dict[tuple[int, int], Factor]:
    """(item, unit) → factor to the base unit, of base and alternative units alike. One statement."""
    rows = list(items)
    known = {(item.pk, item.unit_id): Factor() for item in rows}
    for row in ItemUnit.objects.filter(item__in=[item.pk for item in rows]):
        known[row.item_id, row.unit_id] = Factor(row.numerator, row.denominator)
    return known


def to_base(
    item: Item, unit: Unit, quantity: Decimal, known: Mapping[tuple[int, int], Factor] | None = None
) -> Decimal:
    """So many of a unit in the item's base unit. known: `factors(…)` of many items, to ask without a query.

    Raises DomainError(unit_unknown) when the item is not kept in that unit.
    """
    if unit.pk == item.unit_id:
        return quantity
    factor = (factors([item]) if known is None else known).get((item.pk, unit.pk))
    if factor is None:
        raise DomainError(
            Problem("unit_unknown", "{item} is not kept in “{unit}”.", item=str(item), unit=unit.name), Kind.INVALID
        )
    return factor.to_base(quantity)
