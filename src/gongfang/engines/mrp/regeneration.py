"""The whole run in machine code: every item once, in order of its low-level code."""

from typing import NamedTuple

import numpy as np

from ..compiled import compiled
from .exact import OVERFLOW
from .gathering import collect_needs, most_arrivals, most_needs, sort_needs, store_arrivals, store_needs
from .netting import days_of_need, pass_phantom, plan_item
from .problem import Days, Integers
from .serving import first_needed, peg_item
from .tables import (
    ARRIVAL,
    DONE,
    NEED,
    ORDER,
    PEG,
    PERIOD,
    SORTED,
    SPAN,
    TOO_LARGE,
    Facts,
    Records,
    more_arrivals,
    more_needs,
    more_pegs,
)


class Run(NamedTuple):
    """What came of it; `spans` gives each position's rows of the others. At a failure `position` is the item."""

    status: int
    position: int
    spans: Records
    orders: Records
    needs: Records
    arrivals: Records
    pegs: Records


@compiled
def regenerate(facts: Facts, order_limit: int) -> Run:
    """Plan every item from nothing. Cost O(BOM lines × orders of the parent + pegs), with a logarithm for sorting."""
    items = len(facts.items)
    spans = np.zeros(items, SPAN)
    guess = 1024 + 4 * len(facts.demands)
    orders, needs = np.empty(guess, ORDER), np.empty(guess, NEED)
    arrivals, pegs = np.empty(1024 + len(facts.supplies), ARRIVAL), np.empty(guess, PEG)
    size = 1024
    found, other, run = np.empty(size, SORTED), np.empty(size, SORTED), np.empty(size + 1, np.int64)
    periods = np.empty(size + 1, PERIOD)
    order = need = arrival = peg = 0
    for at in range(items):
        bound = most_needs(at, facts, spans)
        if bound > size:
            size = 2 * bound
            found, other, run = np.empty(size, SORTED), np.empty(size, SORTED), np.empty(size + 1, np.int64)
            periods = np.empty(size + 1, PERIOD)
        needs = more_needs(needs, need + bound)
        count = collect_needs(at, facts, spans, orders, found)
        if count == OVERFLOW:
            return Run(TOO_LARGE, at, spans, orders, needs, arrivals, pegs)
        sort_needs(found, other, run, count)
        end_need = store_needs(found, count, needs, need)
        arrivals = more_arrivals(arrivals, arrival + most_arrivals(at, facts, spans))
        end_arrival = store_arrivals(at, facts, spans, orders, arrivals, arrival)
        if end_need == OVERFLOW or end_arrival == OVERFLOW:
            return Run(TOO_LARGE, at, spans, orders, needs, arrivals, pegs)
        days = days_of_need(facts.items[at], facts.today, needs, need, end_need, periods)
        if days == OVERFLOW:
            return Run(TOO_LARGE, at, spans, orders, needs, arrivals, pegs)
        if facts.items[at].phantom:
            orders, end_order = pass_phantom(
                at, facts, needs, need, end_need, arrivals, arrival, end_arrival, orders, order
            )
        else:
            orders, end_order = plan_item(
                at, facts, arrivals, arrival, end_arrival, periods, days, orders, order, order_limit
            )
        if end_order < 0:
            return Run(-end_order, at, spans, orders, needs, arrivals, pegs)
        first_needed(at, facts, arrivals, arrival, end_arrival, periods, days)
        span = spans[at]
        span.first_order, span.first_need, span.first_arrival, span.first_peg = order, need, arrival, peg
        pegs = more_pegs(pegs, peg + (end_need - need) + (end_arrival - arrival) + (end_order - order) + 1)
        peg = peg_item(
            at, facts, needs, need, end_need, arrivals, arrival, end_arrival, orders, order, end_order, pegs, peg
        )
        order, need, arrival = end_order, end_need, end_arrival
        span.end_order, span.end_need, span.end_arrival, span.end_peg = order, need, arrival, peg
    return Run(DONE, items, spans, orders[:order], needs[:need], arrivals[:arrival], pegs[:peg])


@compiled
def project(facts: Facts, run: Run, row: Integers, day: Days, quantity: Integers) -> int:
    """Fill position, day and stock at the end of each day on which an item's stock moves; give the number of rows.

    The arrays have room for all needs, arrivals and orders together.
    """
    count = 0
    for at in range(len(facts.items)):
        item, span = facts.items[at], run.spans[at]
        need, end_need = span.first_need, span.end_need
        arrival, end_arrival = span.first_arrival, span.end_arrival
        order, end_order = span.first_order, span.end_order
        if item.phantom:
            order = end_order
        stock = item.on_hand
        while need < end_need or arrival < end_arrival or order < end_order:
            now = np.int64(2**31)
            if need < end_need:
                now = min(now, run.needs[need].day)
            if arrival < end_arrival:
                now = min(now, run.arrivals[arrival].day)
            if order < end_order:
                now = min(now, run.orders[order].due)
            while arrival < end_arrival and run.arrivals[arrival].day == now:
                stock += run.arrivals[arrival].quantity
                arrival += 1
            while order < end_order and run.orders[order].due == now:
                stock += run.orders[order].good
                order += 1
            while need < end_need and run.needs[need].day == now:
                wanted = run.needs[need].quantity
                if item.phantom:
                    wanted = min(wanted, max(0, stock - item.safety))
                stock -= wanted
                need += 1
            row[count], day[count], quantity[count] = at, now, stock
            count += 1
    return count
