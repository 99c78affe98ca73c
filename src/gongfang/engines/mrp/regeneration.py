"""The whole run in machine code: every item once, in order of its low-level code."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from ..compiled import compiled, compiled_part
from .exact import OVERFLOW
from .gathering import collect_needs, most_arrivals, most_needs, sort_found, store_arrivals, store_needs
from .netting import cut_lots, days_of_need, pass_phantom, plan_item
from .problem import LEAST_UNIT_COST, Days, Integers
from .serving import first_needed, peg_item
from .tables import (
    ARRIVAL,
    ARRIVALS,
    COUNTERS,
    DONE,
    ITEM_AT,
    MOST_ROWS,
    NEED,
    NEEDS,
    NO_ROOM,
    ORDER,
    ORDERS,
    PEG,
    PEGS,
    PERIOD,
    SORTED,
    SPAN,
    TOO_LARGE,
    TOO_MANY,
    WANTED,
    WANTED_SCRATCH,
    Facts,
    Records,
    Result,
    Scratch,
)

_FIRST_ROOM = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """What came of it: results cut to length. At a failure `position` is the item that failed."""

    status: int
    position: int
    spans: Records
    orders: Records
    needs: Records
    arrivals: Records
    pegs: Records


def regenerate(
    facts: Facts, order_limit: int, after: Mapping[int, Callable[[Records], None]] | None = None
) -> Run:  # fmt: skip
    """Plan every item from nothing. Cost O(BOM lines × orders of the parent + pegs), with a logarithm for sorting.

    after: position → what is done to its orders before its components are planned.
    """
    guess = _FIRST_ROOM + 4 * len(facts.demands)
    room = (guess, guess, _FIRST_ROOM + len(facts.supplies), guess)
    limit = min(order_limit, MOST_ROWS)

    def step(result: Result, scratch: Scratch, counts: Integers) -> int:
        for position in sorted(after or ()):
            if position >= counts[ITEM_AT]:
                status = plan_items(facts, result, scratch, counts, limit, position + 1)
                if status != DONE:
                    return int(status)
                span = result.spans[position]
                (after or {})[position](result.orders[span["first_order"] : span["end_order"]])
                counts[ITEM_AT] = position + 1
        return int(plan_items(facts, result, scratch, counts, limit, len(facts.items)))

    return fill(facts, room, step)


def fill(
    facts: Facts, room: tuple[int, int, int, int], step: Callable[[Result, Scratch, Integers], int]
) -> Run:  # fmt: skip
    """Run a step to its end, from tables with so much room (orders, needs, arrivals, pegs).

    The machine code stops where its tables are full; they are made larger here, because large arrays of numpy's own come in
    large memory pages.
    """
    items = len(facts.items)
    result = Result(
        np.zeros(items, SPAN),
        np.empty(room[0], ORDER),
        np.empty(room[1], NEED),
        np.empty(room[2], ARRIVAL),
        np.empty(room[3], PEG),
    )
    scratch = _scratch(1024)
    counts = np.zeros(COUNTERS, np.int64)
    while (status := step(result, scratch, counts)) == NO_ROOM:
        wanted = int(counts[WANTED])
        if len(scratch.found) < counts[WANTED_SCRATCH]:
            scratch = _scratch(2 * int(counts[WANTED_SCRATCH]))
        ahead = items / max(1, int(counts[ITEM_AT]))
        result = Result(
            result.spans,
            _grown(result.orders, int(counts[ORDERS]), wanted, ahead),
            _grown(result.needs, int(counts[NEEDS]), wanted, ahead),
            _grown(result.arrivals, int(counts[ARRIVALS]), wanted, ahead),
            _grown(result.pegs, int(counts[PEGS]), 2 * wanted, ahead),
        )
        if max(map(len, result[1:])) > 2 * MOST_ROWS:
            status = TOO_MANY
            break
    return Run(
        status,
        int(counts[ITEM_AT]),
        result.spans,
        result.orders[: counts[ORDERS]],
        result.needs[: counts[NEEDS]],
        result.arrivals[: counts[ARRIVALS]],
        result.pegs[: counts[PEGS]],
    )


def _scratch(size: int) -> Scratch:
    return Scratch(
        np.empty(size, SORTED), np.empty(size, SORTED), np.empty(size + 1, np.int64), np.empty(size + 1, PERIOD)
    )


def _grown(rows: Records, filled: int, wanted: int, ahead: float) -> Records:
    """Give the table with room for `wanted` more rows; when it must grow, for as many as the rest of the items may need."""
    if filled + wanted <= len(rows):
        return rows
    room = max(int(filled * min(ahead, 3.0) * 1.05), filled + filled // 2) + wanted
    longer = np.empty(room, rows.dtype)
    longer[:filled] = rows[:filled]
    return longer


@compiled
def plan_items(facts: Facts, result: Result, scratch: Scratch, counts: Integers, order_limit: int, end: int) -> int:
    """Plan items from where the counters stand up to a position or until a table is full (the item then begins anew)."""
    for at in range(counts[ITEM_AT], end):
        counts[ITEM_AT] = at
        status = plan_at(at, facts, result, scratch, counts, order_limit)
        if status != DONE:
            return status
    return DONE


@compiled_part
def plan_at(at: int, facts: Facts, result: Result, scratch: Scratch, counts: Integers, order_limit: int) -> int:
    """Plan one item whose parents are planned: gather its needs, net them, peg them. The counters move on only when all is well."""
    spans, orders, needs, arrivals, pegs = result
    found, other, run, periods = scratch
    order, need, arrival, peg = counts[ORDERS], counts[NEEDS], counts[ARRIVALS], counts[PEGS]
    item = facts.items[at]
    bound, coming = most_needs(at, facts, spans), most_arrivals(at, facts, spans)
    counts[WANTED] = counts[WANTED_SCRATCH] = bound + coming + 1
    if counts[WANTED] > len(found) or need + bound > len(needs) or arrival + coming > len(arrivals):
        return NO_ROOM
    count = collect_needs(at, facts, spans, orders, found)
    if count == OVERFLOW:
        return TOO_LARGE
    sort_found(found, other, run, count)
    end_need = store_needs(found, count, needs, need)
    end_arrival = store_arrivals(at, facts, spans, orders, arrivals, arrival, found, other, run)
    if end_need == OVERFLOW or end_arrival == OVERFLOW:
        return TOO_LARGE
    days = days_of_need(item, facts.today, 0, needs, need, end_need, periods)
    if days == OVERFLOW:
        return TOO_LARGE
    first_needed(at, facts, arrivals, arrival, end_arrival, periods, days)
    if item.earliest > 0:
        days = days_of_need(item, facts.today, item.earliest, needs, need, end_need, periods)
    if item.phantom:
        end_order = pass_phantom(at, facts, needs, need, end_need, arrivals, arrival, end_arrival, orders, order)
    else:
        if item.rule >= LEAST_UNIT_COST and days > 0:
            cut_lots(item, arrivals, arrival, end_arrival, periods, days)
        end_order = plan_item(at, facts, arrivals, arrival, end_arrival, periods, days, orders, counts, order_limit)
    if end_order < 0:
        return -end_order
    counts[WANTED] = (end_need - need) + (end_arrival - arrival) + (end_order - order) + 1
    if peg + counts[WANTED] > len(pegs):
        return NO_ROOM
    close_item(at, facts, result, counts, end_order, end_need, end_arrival)
    return DONE


@compiled_part
def close_item(
    at: int, facts: Facts, result: Result, counts: Integers, end_order: int, end_need: int, end_arrival: int
) -> None:
    """Peg an item whose needs, arrivals and orders stand behind the counters, note where its rows are, and move the counters on."""
    order, need, arrival, peg = counts[ORDERS], counts[NEEDS], counts[ARRIVALS], counts[PEGS]
    span = result.spans[at]
    span.first_order, span.first_need, span.first_arrival, span.first_peg = order, need, arrival, peg
    peg = peg_item(
        at, facts, result.needs, need, end_need, result.arrivals, arrival, end_arrival, result.orders, order, end_order,
        result.pegs, peg,
    )  # fmt: skip
    span.end_order, span.end_need, span.end_arrival, span.end_peg = end_order, end_need, end_arrival, peg
    counts[ORDERS], counts[NEEDS], counts[ARRIVALS], counts[PEGS] = end_order, end_need, end_arrival, peg


@compiled
def project(facts: Facts, result: Result, row: Days, day: Days, quantity: Integers) -> int:
    """Fill position, day and stock at the end of each day on which an item's stock moves; give the number of rows.

    The arrays have room for all needs, arrivals and orders together.
    """
    count = 0
    for at in range(len(facts.items)):
        item, span = facts.items[at], result.spans[at]
        need, end_need = span.first_need, span.end_need
        arrival, end_arrival = span.first_arrival, span.end_arrival
        order, end_order = span.first_order, span.end_order
        if item.phantom:
            order = end_order
        stock = item.on_hand
        while need < end_need or arrival < end_arrival or order < end_order:
            now = np.int64(2**31)
            if need < end_need:
                now = min(now, result.needs[need].day)
            if arrival < end_arrival:
                now = min(now, result.arrivals[arrival].day)
            if order < end_order:
                now = min(now, result.orders[order].due)
            while arrival < end_arrival and result.arrivals[arrival].day == now:
                stock += result.arrivals[arrival].quantity
                arrival += 1
            while order < end_order and result.orders[order].due == now:
                stock += result.orders[order].good
                order += 1
            while need < end_need and result.needs[need].day == now:
                wanted = result.needs[need].quantity
                if item.phantom:
                    wanted = min(wanted, max(0, stock - item.safety))
                stock -= wanted
                need += 1
            row[count], day[count], quantity[count] = at, now, stock
            count += 1
    return count
