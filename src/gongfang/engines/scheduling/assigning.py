"""Which alternative each operation should take before anything is put in order: no machine with more work than it must have.

The dispatching rules choose machines one operation at a time and overload the fast ones. Fixing a balanced choice leaves a shop without
alternatives, which the rules and (where it is plain) tabu search order well; the searches that also change machines go on from there.
"""

from dataclasses import replace

from gongfang.engines.scheduling.shop import Plan, Shop, Spot

Modes = list[int]


def balanced(shop: Shop, seconds: float) -> Modes | None:
    """Choose modes so that the fullest machine has least work, then for least work in all (CP-SAT, one processor, `seconds` at most).

    None: not found in time, or pins forbid choosing. Cost: a small model, a variable per alternative.
    """
    from ortools.sat.python import cp_model  # loads in half a second, which only a search needs

    if shop.pinned or seconds <= 0:
        return None
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


def without_choice(plan: Plan) -> Plan:
    """The plan as one of the fixed shop."""
    return [Spot(0, spot.start, spot.end, spot.units) for spot in plan]


def with_choice(plan: Plan, modes: Modes) -> Plan:
    """A plan of the fixed shop as one of the shop with alternatives."""
    return [Spot(mode, spot.start, spot.end, spot.units) for mode, spot in zip(modes, plan)]
