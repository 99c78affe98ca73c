"""Which alternative each operation should take before anything is put in order: no machine with more work than it must have.

The dispatching rules choose machines one operation at a time and overload the fast ones. Fixing a balanced choice leaves a shop without
alternatives, which the rules and (where it is plain) tabu search order well; the searches that also change machines go on from there.
"""

from dataclasses import replace

import numpy as np

from gongfang.engines.scheduling.shop import Plan, Shop, Spot

Modes = list[int]
EXACT = 1_500
"""Alternatives up to which the best choice is looked for; beyond, prices are good enough and much faster."""
ROUNDS = 300


def balanced(shop: Shop, seconds: float) -> Modes | None:
    """Choose modes so that the fullest machine has least work, in `seconds` at most; None: pins forbid choosing, or time is over."""
    if shop.pinned or seconds <= 0:
        return None
    if sum(len(operation.modes) for operation in shop.operations) <= EXACT:
        return _best(shop, seconds)
    return _priced(shop)


def _priced(shop: Shop) -> Modes:
    """Each operation takes what is cheapest at the machines' prices, which rise where there is more work than elsewhere.

    Lagrangian relaxation with multiplicative steps (Arora, Hazan & Kale 2012). Cost: ROUNDS passes over the alternatives.
    """
    widest = max(len(operation.modes) for operation in shop.operations)
    count, machines = len(shop.operations), len(shop.capacities)
    most = max(len(mode.resources) for operation in shop.operations for mode in operation.modes)
    taken = np.full((count, widest, most), machines)  # a resource beyond the last: free and never full
    minutes = np.zeros((count, widest))
    valid = np.zeros((count, widest), np.bool_)
    for row, operation in enumerate(shop.operations):
        for number, mode in enumerate(operation.modes):
            taken[row, number, : len(mode.resources)] = mode.resources
            minutes[row, number], valid[row, number] = mode.duration, True
    capacity = np.maximum(np.array([*shop.capacities, 1]), 1)
    prices = np.full(machines, 1.0 / machines)
    rows = np.arange(count)
    best, least = np.zeros(count, np.int64), np.inf
    for number in range(ROUNDS):
        price = np.append(prices, 0.0) / capacity
        costs = np.where(valid, minutes * (price[taken].sum(axis=2) + 1e-6), np.inf)
        chosen = costs.argmin(axis=1)
        loads = np.repeat(minutes[rows, chosen], most)
        work = (np.bincount(taken[rows, chosen].ravel(), loads, machines + 1) / capacity)[:machines]
        if work.max() < least:
            best, least = chosen, float(work.max())
        step = 0.5 / (1 + number / 10)
        prices *= np.exp(step * (work / max(work.max(), 1.0) - 1))
        prices /= prices.sum()
    return [int(mode) for mode in best]


def _best(shop: Shop, seconds: float) -> Modes | None:
    """Least work of the fullest machine, then least work in all (CP-SAT, one processor). Cost: a variable per alternative."""
    from ortools.sat.python import cp_model  # loads in half a second, which only a search needs

    model = cp_model.CpModel()
    work: list[list[cp_model.LinearExprT]] = [[] for _ in shop.capacities]
    choices, everything = [], []
    for operation in shop.operations:
        row = [model.new_bool_var("") for _ in operation.modes]
        model.add_exactly_one(row)
        choices.append(row)
        for chosen, mode in zip(row, operation.modes):
            everything.append(chosen * mode.duration)
            for resource in mode.resources:
                work[resource].append(chosen * mode.duration)
    longest = sum(max(mode.duration for mode in operation.modes) for operation in shop.operations)
    top = model.new_int_var(0, longest, "")
    for capacity, terms in zip(shop.capacities, work):
        if terms:
            model.add(cp_model.LinearExpr.sum(terms) <= capacity * top)
    model.minimize(top * len(shop.capacities) + cp_model.LinearExpr.sum(everything))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 1
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    return [next(number for number, chosen in enumerate(row) if solver.value(chosen)) for row in choices]


def fixed(shop: Shop, modes: Modes) -> Shop:
    """The shop in which each operation has only the mode chosen."""
    chosen = (replace(op, modes=(op.modes[mode],)) for op, mode in zip(shop.operations, modes))
    return replace(shop, operations=tuple(chosen))


def with_choice(plan: Plan, modes: Modes) -> Plan:
    """A plan of the fixed shop as one of the shop with alternatives."""
    return [Spot(mode, spot.start, spot.end, spot.units) for mode, spot in zip(modes, plan)]
