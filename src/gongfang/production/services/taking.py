"""Lines that say only part of where goods are taken from: a lot without its warehouse, a place without the lot."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from gongfang.kernel.errors import Problem, refuse_if
from gongfang.kernel.money import split_if_given
from gongfang.ledger import queries as ledger
from gongfang.production.models import WorkOrderMaterial
from gongfang.production.services.stocks import Pick, refuse_short

if TYPE_CHECKING:
    from gongfang.production.services.issuing import IssueInput


def within_named(
    materials: Mapping[int, WorkOrderMaterial], lines: Sequence["IssueInput"], on: date
) -> Sequence["IssueInput"]:  # fmt: skip
    """The lines with what follows from what they name: the warehouse of a place, the warehouses where a lot stands (the component's
    first), the lots that stand in a place. Five statements at most, none where every line says all or nothing.
    """
    ours = [line.partner_id is None and line.owner_id is None for line in lines]
    named = {line.location_id for own, line in zip(ours, lines, strict=True) if own and line.location_id}
    rooms = {place.pk: place for place in ledger.usable_places(named)} if named else {}
    if named:
        lines = _in_their_warehouses(materials, lines, ours, rooms)
    lots = [own and line.lot_id is not None and not line.warehouse_id for own, line in zip(ours, lines, strict=True)]
    places = [
        own and bool(line.location_id) and line.lot_id is None and materials[line.material_id].item.tracking != "none"
        for own, line in zip(ours, lines, strict=True)
    ]
    if not any(lots) and not any(places):
        return lines
    standing = _standing(materials, [line for line, asked in zip(lines, lots, strict=True) if asked])
    found: list[IssueInput] = []
    short: list[Pick] = []
    inside = _inside(materials, {n: line for n, line in enumerate(lines) if places[n]}, rooms, on, short)
    for n, line in enumerate(lines):
        if lots[n]:
            found += _from_lot(line, materials[line.material_id], standing)
        elif places[n]:
            found += _parts(line, inside[n])
        else:
            found.append(line)
    refuse_short(short)
    return found


def _in_their_warehouses(
    materials: Mapping[int, WorkOrderMaterial], lines: Sequence["IssueInput"], ours: Sequence[bool], rooms: Mapping[int, Any]
) -> list["IssueInput"]:  # fmt: skip
    """Lines that name a place with its warehouse. Raises DomainError(bad_place_out) for a place of another warehouse, or none of ours."""
    problems, found = [], []
    for n, (own, line) in enumerate(zip(ours, lines, strict=True)):
        if own and line.location_id:
            place = rooms.get(line.location_id)
            if place is None or line.warehouse_id not in (None, place.warehouse_id):
                code = materials[line.material_id].item.code
                problems.append(
                    Problem("bad_place_out", "{item}: this place is not of the warehouse, or nothing is issued from it.", where=f"lines.{n}.location", item=code)
                )  # fmt: skip
            else:
                line = replace(line, warehouse_id=place.warehouse_id)
        found.append(line)
    refuse_if(problems)
    return found


def _standing(
    materials: Mapping[int, WorkOrderMaterial], lines: Sequence["IssueInput"]
) -> dict[tuple[int, int], dict[int, Decimal]]:
    """(item, lot) → warehouse → what stands there that may be used; what is at a line serves that line only. One statement."""
    found: dict[tuple[int, int], dict[int, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    if lines:
        items = {materials[line.material_id].item_id for line in lines}
        for row in ledger.balances_for_items(items, kinds=("store",)):
            if row.location.warehouse_id and row.quantity > 0:
                found[row.item_id, row.lot_key][row.location.warehouse_id] += row.quantity
    return found


def _from_lot(
    line: "IssueInput", material: WorkOrderMaterial, standing: Mapping[tuple[int, int], dict[int, Decimal]]
) -> list["IssueInput"]:
    """The line out of the warehouses where its lot stands; what is not there is asked of the first, so that the posting says so."""
    left = line.quantity
    houses = standing.get((material.item_id, line.lot_id or 0), {})
    order = sorted(houses, key=lambda pk: (pk != material.warehouse_id, pk))
    parts: dict[int | None, Decimal] = {}
    for pk in order:
        if left > 0:
            parts[pk] = min(left, houses[pk])
            houses[pk] -= parts[pk]
            left -= parts[pk]
    if left > 0:
        first = next(iter(parts), material.warehouse_id or material.item.default_warehouse_id)
        parts[first] = parts.get(first, Decimal(0)) + left
    seconds = split_if_given(line.second, list(parts.values()))
    return [
        replace(line, warehouse_id=pk, quantity=quantity, second=second)
        for (pk, quantity), second in zip(parts.items(), seconds, strict=True)
    ]


def _inside(
    materials: Mapping[int, WorkOrderMaterial], asked: Mapping[int, "IssueInput"], rooms: Mapping[int, Any], on: date, short: list[Pick]
) -> dict[int, list[Any]]:  # fmt: skip
    """Number of a line → picks within its place, by the picking rules; what is missing becomes a short pick."""
    wants = [
        ledger.Want(n, materials[line.material_id].item_id, line.quantity, rooms[line.location_id])
        for n, line in asked.items()
        if line.location_id
    ]
    found: dict[int, list[Any]] = {n: [] for n in asked}
    picks, missing = ledger.picks(wants, on=on) if wants else ([], {})
    for pick in picks:
        found[pick.key].append(pick)
    for n, gap in missing.items():
        line = asked[n]
        short.append(Pick(line.material_id, materials[line.material_id].item_id, line.warehouse_id, None, "", gap, gap))
    return found


def _parts(line: "IssueInput", picks: Sequence[Any]) -> list["IssueInput"]:
    seconds = split_if_given(line.second, [pick.quantity for pick in picks])
    return [
        replace(
            line, quantity=pick.quantity, lot_id=pick.lot_id, location_id=pick.location.pk, warehouse_id=pick.location.warehouse_id, second=second
        )
        for pick, second in zip(picks, seconds, strict=True)
    ]  # fmt: skip
