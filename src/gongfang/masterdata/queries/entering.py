"""Quantities entered in another unit of an item, turned into its base unit in one way wherever only that is kept."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeVar

from django.db.models import Q

from gongfang.kernel.errors import Problem, refuse_if
from gongfang.kernel.pricing import base_problems
from gongfang.masterdata.models import Item, ItemUnit
from gongfang.masterdata.queries.items import factors, items_by_ids

L = TypeVar("L")


def in_base(lines: Sequence[L], item_of: Callable[[L], int | None], *names: str, grid: str = "lines") -> list[L]:
    """The lines with their quantities (`names`) in base units and no `unit` any more. Two statements; none where no line names one.

    Raises DomainError at the line: unit_unknown; uneven_unit where the base unit is not kept as finely as it would come out.
    """
    if all(line.unit is None for line in lines):  # type: ignore[attr-defined]
        return list(lines)
    items = items_by_ids({pk for line in lines if line.unit is not None and (pk := item_of(line))})  # type: ignore[attr-defined]
    known = factors(items.values())
    problems: list[Problem] = []
    found: list[L] = []
    for index, line in enumerate(lines):
        item: Item | None = items.get(item_of(line) or 0)
        unit: int | None = line.unit  # type: ignore[attr-defined]
        if item is None or unit is None:  # an unknown item is told by whoever checks the line
            found.append(replace(line, unit=None))  # type: ignore[type-var]
            continue
        factor = known.get((item.pk, unit))
        if factor is None:
            problems.append(
                Problem("unit_unknown", "{item} is not kept in this unit.", f"{grid}.{index}.unit", item=str(item))
            )
            continue
        values: dict[str, Decimal] = {}
        for name in names:
            quantity: Decimal | None = getattr(line, name)
            if quantity is None:
                continue
            problems += base_problems(
                str(item), quantity, f"{grid}.{index}.{name}", factor, item.unit.precision, item.unit.name
            )
            values[name] = factor.to_base(quantity) if quantity.is_finite() else quantity
        found.append(replace(line, unit=None, **values))  # type: ignore[type-var]
    refuse_if(problems)
    return found


def as_entered(
    lines: Sequence[L], item_of: Callable[[L], int | None], grid: str = "lines"
) -> list[tuple[L, int | None, Decimal]]:
    """The lines in base units as `in_base` gives them, each with the unit and the quantity that were entered. Three statements at most."""
    units = base_units({pk for line in lines if (pk := item_of(line))})
    return [
        (line, entered.unit or units.get(item_of(line) or 0), entered.quantity)  # type: ignore[attr-defined]
        for line, entered in zip(in_base(lines, item_of, "quantity", grid=grid), lines, strict=True)
    ]


def base_units(item_ids: Collection[int]) -> dict[int, int]:
    """Item → its base unit; one statement."""
    return dict(Item.objects.filter(pk__in=item_ids).values_list("pk", "unit"))


def units_offered(user: Any, given: Mapping[str, str]) -> Q:
    """The units that the item of a line is kept in; all of them where it is not chosen yet."""
    item = given.get("item", "")
    if not item.isdecimal():
        return Q()
    others = ItemUnit.objects.filter(item=int(item)).values("unit")
    return Q(pk__in=Item.objects.filter(pk=int(item)).values("unit")) | Q(pk__in=others)
