"""Which bill of materials and which routing an order is made by: the version named, else the one that holds when it starts."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Protocol

from gongfang.kernel.errors import Problem, refuse_if
from gongfang.masterdata import queries as masterdata


class Starting(Protocol):
    @property
    def start(self) -> date: ...


class Wanted(Starting, Protocol):
    """What is asked of a new order here."""

    @property
    def item_id(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def lot_code(self) -> str: ...
    @property
    def bom_id(self) -> int | None: ...
    @property
    def routing_id(self) -> int | None: ...
    @property
    def materials(self) -> Sequence[Any] | None: ...
    @property
    def operations(self) -> Sequence[Any] | None: ...


def starting(order: Starting, today: date) -> date:
    """The day whose versions count: the order's start, as planning reckons it; what should have started starts today."""
    return max(order.start, today)


def boms_of(new: Sequence[Wanted], today: date) -> list[Any]:
    """Per order the version of the BOM: the one named, the one its lot or serial number falls under, else the one that holds when it
    starts; None where its components are named. Constant statements. Raises DomainError: bom_unknown, bom_not_in_use."""
    starts = {n: (one.item_id, starting(one, today)) for n, one in enumerate(new) if one.materials is None}
    holding = masterdata.versions_on(set(starts.values()))
    codes = {one.item_id: one.lot_code for one in new if one.materials is None and one.lot_code and one.bom_id is None}
    by_serial = masterdata.serial_boms(codes) if codes else {}
    wanted = {
        n: one.bom_id or (by_serial.get(one.item_id) if one.lot_code else None) or holding.get(starts[n])
        for n, one in enumerate(new)
        if one.materials is None
    }
    found = masterdata.boms_by_ids([pk for pk in wanted.values() if pk]) if any(wanted.values()) else {}
    problems = []
    for n, pk in wanted.items():
        if pk and (pk not in found or found[pk].item_id != new[n].item_id):
            problems.append(Problem("bom_unknown", "This bill of materials is not of this item.", where="bom"))
        elif pk and found[pk].status != "active" and new[n].kind != "trial":
            problems.append(
                Problem("bom_not_in_use", "{bom} is not in use; only a trial order may be made by it.", where="bom", bom=str(found[pk]))
            )  # fmt: skip
    refuse_if(problems)
    return [found[pk] if (pk := wanted.get(n)) else None for n in range(len(new))]


def routings_of(new: Sequence[Wanted], today: date) -> list[Any]:
    """Per order the routing: the one named, the one its lot or serial number falls under, else the one that holds when it starts; None
    where its operations are named. Seven statements at most. Raises DomainError: routing_unknown, routing_not_in_use.
    """
    starts = {n: (one.item_id, starting(one, today)) for n, one in enumerate(new) if one.operations is None}
    codes = {new[n].item_id: new[n].lot_code for n in starts if new[n].lot_code and not new[n].routing_id}
    by_serial = masterdata.serial_routings(codes) if codes else {}
    chosen = {n: new[n].routing_id or (by_serial.get(new[n].item_id) if new[n].lot_code else None) for n in starts}
    holding = masterdata.routings_on({key for n, key in starts.items() if not chosen[n]})
    asked = {pk for pk in chosen.values() if pk}
    named = masterdata.routings_by_ids(asked) if asked else {}
    refuse_if(
        [
            Problem("routing_unknown", "This routing is not of this item.", where="routing")
            for n, pk in chosen.items()
            if pk and (pk not in named or named[pk].item_id != new[n].item_id)
        ]
        + [
            Problem("routing_not_in_use", "{routing} is not in use; only a trial order may be made by it.", where="routing", routing=str(named[pk]))
            for n, pk in chosen.items()
            if pk in named and named[pk].status != "active" and new[n].kind != "trial"
        ]
    )  # fmt: skip
    return [
        None if n not in starts else named[pk] if (pk := chosen[n]) else holding.get(starts[n]) for n in range(len(new))
    ]


def substitutes_of(line: Any, start: date) -> list[list[Any]]:
    """What may be used instead of a BOM line's component when the order starts, by rank; what is to be used up comes first. Lines inside
    phantoms bring their own."""
    rows = [
        row
        for row in line.bom.substitutes.all()
        if row.line_no == line.line_no and (row.valid_from or start) <= start <= (row.valid_to or start)
    ]
    rows.sort(key=lambda row: (not row.use_up, row.rank, row.pk))
    return [[row.item_id, f"{row.ratio.normalize():f}", row.use_up] for row in rows]
