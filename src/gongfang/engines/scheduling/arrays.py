"""A shop as flat arrays, for the compiled kernels."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gongfang.engines.scheduling.calendars import Calendar
from gongfang.engines.scheduling.shop import Plan, Shop, Spot

Ints = npt.NDArray[np.int64]


class ShopArrays(NamedTuple):
    """n operations, m modes of all operations in a row, r resources, u units, t terms; `*_at` are row pointers.

    calendar: by mode, -1 always open. setup_table: by resource, -1 none; changes[table, from, to], family 0 is none.
    pin: -1 free. due: NO_DUE where the completion itself counts.
    """

    release: Ints
    family: Ints
    interruptible: Ints
    pin: Ints
    preds_at: Ints
    preds: Ints
    succs_at: Ints
    succs: Ints
    modes_at: Ints
    duration: Ints
    calendar: Ints
    uses_at: Ints
    uses: Ints
    units_at: Ints
    setup_table: Ints
    changes: npt.NDArray[np.int64]
    windows_at: Ints
    begins: Ints
    ends: Ints
    worked: Ints
    largest: int
    terms_at: Ints
    term_op: Ints
    term_tail: Ints
    due: Ints
    weight: Ints


NO_DUE = -(1 << 60)


def to_arrays(shop: Shop) -> ShopArrays:
    """Flatten once. A mode that a pin rules out is left out. Cost: linear."""
    modes = [[op.modes[m] for m in shop.modes_allowed(index)] for index, op in enumerate(shop.operations)]
    flat = [mode for row in modes for mode in row]
    calendars: dict[int, Calendar] = {
        id(mode.calendar): mode.calendar for mode in flat if mode.calendar.begins is not None
    }
    number = {key: place for place, key in enumerate(calendars)}
    holders = [0] * len(shop.capacities)
    for row in modes:
        for resource in {resource for mode in row for resource in mode.resources}:
            holders[resource] += 1
    tables = [resource for resource, table in enumerate(shop.setups) if table]
    return ShopArrays(
        release=_ints(op.release for op in shop.operations),
        family=_ints(op.family + 1 for op in shop.operations),
        interruptible=_ints(int(op.interruptible) for op in shop.operations),
        pin=_ints(shop.pinned[index][1] if index in shop.pinned else -1 for index in range(len(shop.operations))),
        preds_at=_pointers(op.preds for op in shop.operations),
        preds=_ints(pred for op in shop.operations for pred in op.preds),
        succs_at=_pointers(shop.successors),
        succs=_ints(after for row in shop.successors for after in row),
        modes_at=_pointers(modes),
        duration=_ints(mode.duration for mode in flat),
        calendar=_ints(number.get(id(mode.calendar), -1) for mode in flat),
        uses_at=_pointers(mode.resources for mode in flat),
        uses=_ints(resource for mode in flat for resource in mode.resources),
        units_at=_pointers([0] * max(1, min(cap, held)) for cap, held in zip(shop.capacities, holders)),
        setup_table=_ints(tables.index(r) if r in tables else -1 for r in range(len(shop.capacities))),
        changes=_changes(shop, tables),
        windows_at=_pointers(calendar.begins or () for calendar in calendars.values()),
        begins=_ints(moment for calendar in calendars.values() for moment in calendar.begins or ()),
        ends=_ints(moment for calendar in calendars.values() for moment in calendar.ends),
        worked=_ints(minutes for calendar in calendars.values() for minutes in calendar.worked),
        largest=int(shop.goal.largest),
        terms_at=_pointers(term.ends for term in shop.goal.terms),
        term_op=_ints(op for term in shop.goal.terms for op, _ in term.ends),
        term_tail=_ints(tail for term in shop.goal.terms for _, tail in term.ends),
        due=_ints(NO_DUE if term.due is None else term.due for term in shop.goal.terms),
        weight=_ints(term.weight for term in shop.goal.terms),
    )


def _ints(values: Iterable[int]) -> Ints:
    return np.array(list(values), dtype=np.int64)


def _pointers(rows: Iterable[Sequence[object]]) -> Ints:
    return np.cumsum([0, *(len(row) for row in rows)], dtype=np.int64)


def _changes(shop: Shop, tables: Sequence[int]) -> Ints:
    families = 2 + max((op.family for op in shop.operations), default=0)
    result = np.zeros((max(1, len(tables)), families, families), dtype=np.int64)
    for place, resource in enumerate(tables):
        for (before, after), minutes in shop.setups[resource].items():
            if before + 1 < families and after + 1 < families:
                result[place, before + 1, after + 1] = minutes
    return result


def mode_numbers(shop: Shop, plan: Plan) -> Ints:
    """The chosen mode of each operation as its row in the flat arrays."""
    rows, first = [], 0
    for index, spot in enumerate(plan):
        allowed = shop.modes_allowed(index)
        rows.append(first + allowed.index(spot.mode))
        first += len(allowed)
    return _ints(rows)


def to_plan(shop: Shop, arrays: ShopArrays, modes: Ints, starts: Ints, ends: Ints, units: Ints) -> Plan:
    """Spots from the arrays; units: by row of `uses`, numbered over all resources."""
    result = []
    for index in range(len(shop.operations)):
        row = int(modes[index])
        mode = shop.modes_allowed(index)[row - int(arrays.modes_at[index])]
        span = range(int(arrays.uses_at[row]), int(arrays.uses_at[row + 1]))
        chosen = tuple(int(units[use] - arrays.units_at[arrays.uses[use]]) for use in span)
        result.append(Spot(mode, int(starts[index]), int(ends[index]), chosen))
    return result
