"""Several plants, depots and subcontractors: one row per item and place, tied by transfers.

The engine plans rows and knows no places. Here a bill of materials of plain items becomes one of rows: what is made takes its
components where it is made, what is transferred takes the same item at the place it comes from, and what a subcontractor makes takes
what is sent along at the subcontractor's (where it is a transfer from the plant, so that it is sent in time). Only rows that something
asks for are made: what is wanted from outside, and what that needs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from ..formats import QUANTITY_ONE
from .problem import (
    BUY,
    FIRST_DAY,
    LAST_DAY,
    MAKE,
    SUBCONTRACT,
    TRANSFER,
    BillOfMaterials,
    Byproducts,
    Codes,
    Flags,
    Integers,
    References,
)

UNKNOWN, NOWHERE = -1, -1


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """How each item (row) comes to each place (column). kind: MAKE, BUY, SUBCONTRACT, TRANSFER, or UNKNOWN where nobody said.

    lead_time: working days; of a transfer, the way. source: the place that a transfer comes from, or the subcontractor's own place.
    """

    kind: Codes
    lead_time: References
    source: References

    @classmethod
    def of(cls, kind: ArrayLike, lead_time: ArrayLike, source: ArrayLike = NOWHERE) -> "Ways":
        """Build the arrays (items × places) from lists of lists, or one value for all."""
        kinds = np.array(kind, np.int8)
        days = np.broadcast_to(np.asarray(lead_time, np.int32), kinds.shape).copy()
        return cls(kinds, days, np.broadcast_to(np.asarray(source, np.int32), kinds.shape).copy())


@dataclass(frozen=True, slots=True, eq=False)
class Sites:
    """Rows in order of item, then place: which of both each is, how it comes there, and the lines and by-products between rows.

    number: items × places → row, NOWHERE where there is none. missing: rows that are needed and that nobody said where they come
    from: planned as bought with lead time 0, to be named as faults.
    """

    item: References
    place: References
    number: References
    procurement: Codes
    lead_time: References
    source: References
    bom: BillOfMaterials
    byproducts: Byproducts
    missing: References


def at_sites(
    bom: BillOfMaterials, ways: Ways, item: ArrayLike, place: ArrayLike, *, byproducts: Byproducts | None = None,
    called: tuple[ArrayLike, ArrayLike] = ((), ()), sending_days: Mapping[int, int] | None = None,
) -> Sites:  # fmt: skip
    """Lay a bill of materials out over places. item, place: the rows that are wanted whatever is made (a pair of columns).

    What a subcontractor needs and has no way to is sent from the place that gives the order, `sending_days` (by subcontractor's place)
    ahead. called: (output, process) of co-products: where an output is made, its process is, if it has a way there. Cost O(lines × places).
    """
    kind, lead, source = ways.kind.ravel().copy(), ways.lead_time.ravel().copy(), ways.source.ravel().copy()
    count, places = ways.kind.shape
    besides = byproducts or Byproducts.of()
    graph = _Graph.of(bom, besides, called, count)
    known = np.zeros(count * places, np.bool_)
    missing = np.zeros(count * places, np.bool_)
    at = np.unique(np.asarray(item, np.int64) * places + np.asarray(place, np.int64))
    while len(at):
        unsaid = at[kind[at] == UNKNOWN]
        kind[unsaid], missing[unsaid] = BUY, True
        known[at] = True
        at = _reached(at, graph, kind, source, lead, places, sending_days or {})
        at = np.unique(at[~known[at]])
    rows = np.flatnonzero(known)
    number = np.full(count * places, NOWHERE, np.int32)
    number[rows] = np.arange(len(rows), dtype=np.int32)
    lines, outcomes = _lines(rows, graph, kind, source, places), _outcomes(rows, graph, kind, places)
    return Sites(
        (rows // places).astype(np.int32),
        (rows % places).astype(np.int32),
        number.reshape(count, places),
        kind[rows],
        lead[rows],
        np.where(kind[rows] == TRANSFER, source[rows], NOWHERE).astype(np.int32),
        _laid_out(bom, number[lines[0]], number[lines[1]], lines[2]),
        replace(besides.only(outcomes[2]), parent=number[outcomes[0]], item=number[outcomes[1]]),
        number[np.flatnonzero(missing & known)],
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """Rows of two columns found by the first of them."""

    second: Integers
    order: Integers
    first_at: Integers

    @classmethod
    def of(cls, first: ArrayLike, second: ArrayLike, count: int) -> "_Table":
        one = np.asarray(first, np.int64)
        order = np.argsort(one, kind="stable")
        return cls(np.asarray(second, np.int64), order, np.searchsorted(one[order], np.arange(count + 1)))

    def of_items(self, item: Integers) -> tuple[Integers, Integers]:
        """(which of the items asked for, table row) of all their rows."""
        size = self.first_at[item + 1] - self.first_at[item]
        which = np.repeat(np.arange(len(item)), size)
        within = np.arange(len(which)) - np.repeat(np.cumsum(size) - size, size)
        return which, self.order[self.first_at[item][which] + within]


@dataclass(frozen=True, slots=True, eq=False)
class _Graph:
    lines: _Table
    outcomes: _Table
    processes: _Table

    @classmethod
    def of(cls, bom: BillOfMaterials, besides: Byproducts, called: tuple[ArrayLike, ArrayLike], count: int) -> "_Graph":
        return cls(
            _Table.of(bom.parent, bom.component, count),
            _Table.of(besides.parent, besides.item, count),
            _Table.of(called[0], called[1], count),
        )


def _made(at: Integers, kind: Codes) -> Flags:
    return (kind[at] == MAKE) | (kind[at] == SUBCONTRACT)


def _workshop(at: Integers, kind: Codes, source: References, places: int) -> Integers:
    """Where what goes into a made row is needed: there, or at the subcontractor's."""
    outside = (kind[at] == SUBCONTRACT) & (source[at] >= 0)
    return np.where(outside, source[at], at % places)


def _reached(
    at: Integers, graph: _Graph, kind: Codes, source: References, lead: References, places: int,
    sending_days: Mapping[int, int],
) -> Integers:  # fmt: skip
    """What some rows ask for; says how what a subcontractor needs gets there."""
    moved = at[(kind[at] == TRANSFER) & (source[at] >= 0)]
    made = at[_made(at, kind)]
    where = _workshop(made, kind, source, places)
    which, line = graph.lines.of_items(made // places)
    needed = graph.lines.second[line] * places + where[which]
    sent = (where != made % places)[which] & (kind[needed] == UNKNOWN)
    kind[needed[sent]], source[needed[sent]] = TRANSFER, (made % places)[which][sent]
    lead[needed[sent]] = [sending_days.get(place, 0) for place in where[which][sent].tolist()]
    yielding, outcome = graph.outcomes.of_items(made // places)
    calling, process = graph.processes.of_items(made // places)
    asked = graph.processes.second[process] * places + (made % places)[calling]
    return np.concatenate(
        [
            moved // places * places + source[moved],
            needed,
            graph.outcomes.second[outcome] * places + (made % places)[yielding],
            asked[kind[asked] != UNKNOWN],
        ]
    )


def _lines(
    rows: Integers, graph: _Graph, kind: Codes, source: References, places: int
) -> tuple[Integers, Integers, Integers]:
    """(parent, component, line of the plain bill; -1: the same item elsewhere) in order of parent, then line."""
    moved = rows[(kind[rows] == TRANSFER) & (source[rows] >= 0)]
    made = rows[_made(rows, kind)]
    which, line = graph.lines.of_items(made // places)
    component = graph.lines.second[line] * places + _workshop(made, kind, source, places)[which]
    parent = np.concatenate([moved, made[which]])
    order = np.argsort(parent, kind="stable")
    return (
        parent[order],
        np.concatenate([moved // places * places + source[moved], component])[order],
        np.concatenate([np.full(len(moved), -1, np.int64), line])[order],
    )


def _outcomes(rows: Integers, graph: _Graph, kind: Codes, places: int) -> tuple[Integers, Integers, Integers]:
    made = rows[_made(rows, kind)]
    which, outcome = graph.outcomes.of_items(made // places)
    return made[which], graph.outcomes.second[outcome] * places + (made % places)[which], outcome


def _laid_out(bom: BillOfMaterials, parents: References, components: References, lines: Integers) -> BillOfMaterials:
    """The lines between rows: those of the plain bill, or one for one where the line is -1."""
    if not len(bom.parent):
        return BillOfMaterials.of(parents, components, np.full(len(parents), QUANTITY_ONE))
    plain, line = lines < 0, np.maximum(lines, 0)
    return BillOfMaterials.of(
        parents,
        components,
        np.where(plain, QUANTITY_ONE, bom.quantity[line]),
        scrap=np.where(plain, 0, bom.scrap[line]),
        fixed=np.where(plain, False, bom.fixed[line]),
        offset=np.where(plain, 0, bom.offset[line]),
        valid_from=np.where(plain, FIRST_DAY, bom.valid_from[line]),
        valid_to=np.where(plain, LAST_DAY, bom.valid_to[line]),
    )
