"""The exact model for OR-Tools CP-SAT: finds better plans than it is given, and proves how good the best could be.

OR-Tools takes nearly two seconds to import and is loaded only when a model is built.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from time import perf_counter
from typing import TYPE_CHECKING, Any

from gongfang.engines.scheduling.bounds import earliest_ends
from gongfang.engines.scheduling.calendars import ALWAYS
from gongfang.engines.scheduling.problem import Status
from gongfang.engines.scheduling.shop import Plan, Shop, ShopMode, Spot, Term

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

SEED = 1
Watcher = Callable[[int, int], bool]
"""Told (objective, bound) at every better plan; True asks the search to stop."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the search knows at its end; the plan's units are left open (all 0)."""

    status: Status
    plan: Plan | None
    bound: int


@dataclass(frozen=True, slots=True)
class Queue:
    """What stands behind a stretch of a plan on one resource.

    weight 0 (largest-of goals): figure is the minutes from the last end there to the end of all, dates taken off.
    Otherwise: figure is when the next operation now starts there, weight what each minute it is pushed back costs.
    changes: set-up minutes before the next operation, by the family of the one before it.
    """

    figure: int
    weight: int
    changes: Mapping[int, int]


@dataclass(slots=True)
class _Choice:
    """One way to run an operation: resource units taken, and the literal that says it is chosen (None: always)."""

    mode: int
    resources: tuple[tuple[int, int], ...]  # (resource, unit); unit 0 where units are not told apart
    taken: Any
    interval: Any


def solve_exactly(
    shop: Shop,
    *,
    hint: Plan | None,
    seconds: float,
    workers: int,
    floor: int,
    watch: Watcher | None = None,
    queues: Mapping[int, Queue] | None = None,
    horizon: int | None = None,
) -> Outcome:
    """Search for `seconds` with `workers` threads, from the hint on. floor: a proven bound.

    With a time limit that ends the search, or more than one worker, runs may differ; a proven optimum has the same
    objective in every run. queues: by resource; with them the bound told is that of the stretch with its queues.
    horizon: a moment by which all has to end; None: one that no best plan needs to pass.
    """
    from ortools.sat.python import cp_model

    began = perf_counter()
    built = _Model(shop, cp_model, hint, queues or {}, horizon)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(0.05, seconds - (perf_counter() - began))
    solver.parameters.num_workers = max(1, workers)
    solver.parameters.random_seed = SEED
    if shop.goal.terms and not queues:
        built.model.add(built.cost >= floor)
    status = solver.solve(built.model, _callback(cp_model, watch) if watch is not None else None)
    assert status != cp_model.MODEL_INVALID, built.model.validate()
    if status == cp_model.INFEASIBLE:
        return Outcome(Status.INFEASIBLE, None, floor)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Outcome(Status.UNKNOWN, None, floor)
    plan = built.plan(solver)
    value = shop.goal.value([spot.end for spot in plan])
    if status == cp_model.OPTIMAL:
        return Outcome(Status.OPTIMAL, plan, value)
    return Outcome(Status.FEASIBLE, plan, max(floor, round(solver.best_objective_bound)))


def solve_level(
    shop: Shop, *, hint: Plan, seconds: float, workers: int, most_late: int, most_setup: int | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Outcome:  # fmt: skip
    """The fewest minutes of set-up of plans that cost at most `most_late` by the shop's goal; with most_setup: the earliest end of those
    that have no more set-up either. The bound is that of such plans. As `solve_exactly` else.
    """
    from ortools.sat.python import cp_model

    began = perf_counter()
    built = _Model(shop, cp_model, hint, {}, None)
    built.model.add(built.cost <= most_late)
    if most_setup is None:
        built.model.minimize(built.setup_minutes())
    else:
        built.model.add(built.setup_minutes() <= most_setup)
        built.model.minimize(built.last_end())
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(0.05, seconds - (perf_counter() - began))
    solver.parameters.num_workers = max(1, workers)
    solver.parameters.random_seed = SEED
    status = solver.solve(built.model, _callback(cp_model, lambda value, bound: stop()))
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Outcome(Status.UNKNOWN, None, 0)
    known = Status.OPTIMAL if status == cp_model.OPTIMAL else Status.FEASIBLE
    return Outcome(known, built.plan(solver), max(0, round(solver.best_objective_bound)))


def _callback(cp_model: Any, watch: Watcher) -> Any:
    class Callback(cp_model.CpSolverSolutionCallback):  # type: ignore[misc]
        def on_solution_callback(self) -> None:
            if watch(round(self.objective_value), round(self.best_objective_bound)):
                self.stop_search()

    return Callback()


class _Model:
    """Variables by operation: start and end; by choice: a literal and an interval."""

    def __init__(
        self, shop: Shop, cp: Any, hint: Plan | None, queues: Mapping[int, Queue], horizon: int | None
    ) -> None:
        self.shop = shop
        self.cp = cp
        self.model: cp_model.CpModel = cp.CpModel()
        self.heads = [end or 0 for end in earliest_ends(shop)]
        self.horizon = self._horizon() if horizon is None else horizon
        self.starts: list[Any] = []
        self.ends: list[Any] = []
        self.choices: list[list[_Choice]] = []
        self.delays: list[tuple[int, ShopMode, int, Any]] = []  # (operation, mode, closed minutes, literal)
        self.sizes: list[tuple[int, Any]] = []  # (operation, minutes with the closed ones inside)
        self.sequences: list[tuple[int, list[tuple[int, _Choice]], dict[tuple[int, int], Any]]] = []
        for op in range(len(shop.operations)):
            self._add_operation(op)
        for op, operation in enumerate(shop.operations):
            for pred in operation.preds:
                self.model.add(self.starts[op] >= self.ends[pred])
        for resource in range(len(shop.capacities)):
            self._add_resource(resource)
        self.cost = self._add_goal(queues)
        if hint is not None:
            self._hint(hint)

    def _horizon(self) -> int:
        """A moment by which some best plan has ended: the work in a row after the last thing that is not work."""
        moments = [0, *self.heads, *(op.release for op in self.shop.operations)]
        moments += [start for _, start in self.shop.pinned.values()]
        moments += [calendar.ends[-1] for calendar in self.shop.calendars if calendar.ends]
        change = max((minutes for table in self.shop.setups for minutes in table.values()), default=0)
        return max(moments) + sum(max(mode.duration for mode in op.modes) + change for op in self.shop.operations)

    def _add_operation(self, op: int) -> None:
        operation = self.shop.operations[op]
        first, last = operation.release, self.horizon
        if op in self.shop.pinned:
            first = last = self.shop.pinned[op][1]
            if first < operation.release:
                self.model.add_bool_or([])  # pinned before its release: no plan
        start = self.model.new_int_var(first, last, f"s{op}")
        options = [(m, units) for m in self.shop.modes_allowed(op) for units in self._units(operation.modes[m])]
        if len(options) == 1 and operation.modes[options[0][0]].calendar is ALWAYS:
            end: Any = start + operation.modes[options[0][0]].duration
        else:
            end = self.model.new_int_var(first, self.horizon, f"e{op}")
        self.starts.append(start)
        self.ends.append(end)
        choices = [self._add_choice(op, mode, units, len(options) == 1) for mode, units in options]
        if len(choices) > 1:
            self.model.add_exactly_one(choice.taken for choice in choices)
        self.choices.append(choices)

    def _units(self, mode: ShopMode) -> list[tuple[tuple[int, int], ...]]:
        """Resource-unit combinations: units are told apart only where set-ups make their sequence matter."""
        result: list[tuple[tuple[int, int], ...]] = [()]
        for resource in mode.resources:
            count = self.shop.capacities[resource] if self.shop.setups[resource] else 1
            result = [(*units, (resource, unit)) for units in result for unit in range(count)]
        return result

    def _add_choice(self, op: int, number: int, units: tuple[tuple[int, int], ...], only: bool) -> _Choice:
        operation = self.shop.operations[op]
        mode = operation.modes[number]
        start, end, model = self.starts[op], self.ends[op], self.model
        taken = None if only else model.new_bool_var(f"x{op}_{number}_{'_'.join(str(u) for _, u in units)}")
        if mode.calendar is ALWAYS or mode.calendar.begins is None or mode.duration == 0:
            size: Any = mode.duration
        else:
            size = self._calendar(op, mode, taken)
        if taken is None:
            interval = model.new_interval_var(start, size, end, f"i{op}")
        else:
            interval = model.new_optional_interval_var(start, size, end, taken, f"i{op}_{number}")
        return _Choice(number, units, taken, interval)

    def _calendar(self, op: int, mode: ShopMode, taken: Any) -> Any:
        """Allowed starts, and the length with the closed time inside: one literal per different amount of it."""
        operation = self.shop.operations[op]
        low = operation.release if op not in self.shop.pinned else self.shop.pinned[op][1]
        high = self.horizon if op not in self.shop.pinned else low
        reachable = dict(sorted(mode.calendar.starts(mode.duration, operation.interruptible, low, high).items()))
        domain = self.cp.Domain.from_intervals([r for ranges in reachable.values() for r in sorted(ranges)])
        allowed = self.model.add_linear_expression_in_domain(self.starts[op], domain)
        if taken is not None:
            allowed.only_enforce_if(taken)
        if len(reachable) <= 1:
            return mode.duration + next(iter(reachable), 0)
        literals = []
        for delay, ranges in reachable.items():
            literal = self.model.new_bool_var(f"d{op}_{delay}")
            inside = self.cp.Domain.from_intervals(sorted(ranges))
            self.model.add_linear_expression_in_domain(self.starts[op], inside).only_enforce_if(literal)
            literals.append((delay, literal))
        self.delays.extend((op, mode, delay, literal) for delay, literal in literals)
        if taken is None:
            self.model.add_exactly_one(literal for _, literal in literals)
        else:
            self.model.add_exactly_one(*[literal for _, literal in literals], taken.negated())
        size = self.model.new_int_var(mode.duration, mode.duration + max(reachable), "")
        total = mode.duration + sum(delay * literal for delay, literal in literals)
        equal = self.model.add(size == total)
        if taken is not None:
            equal.only_enforce_if(taken)
        self.sizes.append((op, size))
        return size

    def _add_resource(self, resource: int) -> None:
        capacity = self.shop.capacities[resource]
        if self.shop.setups[resource]:
            for unit in range(capacity):
                self._add_sequence(resource, unit)
            return
        intervals = [
            choice.interval
            for op, choices in enumerate(self.choices)
            for choice in choices
            if (resource, 0) in choice.resources and self.shop.operations[op].modes[choice.mode].duration
        ]
        if len(intervals) <= capacity:
            return
        if capacity == 1:
            self.model.add_no_overlap(intervals)
        else:
            self.model.add_cumulative(intervals, [1] * len(intervals), capacity)

    def _add_sequence(self, resource: int, unit: int) -> None:
        """One unit whose set-ups depend on the order: a circuit through the operations it takes, node 0 its idle self."""
        nodes = [
            (op, choice)
            for op, choices in enumerate(self.choices)
            for choice in choices
            if (resource, unit) in choice.resources
            and self.shop.takes(op, self.shop.operations[op].modes[choice.mode], resource)
        ]
        if not nodes:
            return
        self.model.add_no_overlap([choice.interval for _, choice in nodes])
        table = self.shop.setups[resource]
        arcs = {(0, 0): self.model.new_bool_var("")}
        for i, (op, choice) in enumerate(nodes, 1):
            arcs[0, i], arcs[i, 0] = self.model.new_bool_var(""), self.model.new_bool_var("")
            if choice.taken is not None:
                arcs[i, i] = choice.taken.negated()
            for j, (after, _) in enumerate(nodes, 1):
                if op == after:
                    continue
                arcs[i, j] = literal = self.model.new_bool_var("")
                setup = table.get((self.shop.operations[op].family, self.shop.operations[after].family), 0)
                self.model.add(self.starts[after] >= self.ends[op] + setup).only_enforce_if(literal)
        self.model.add_circuit([(i, j, literal) for (i, j), literal in arcs.items()])
        self.sequences.append((resource, nodes, arcs))

    def _add_goal(self, queues: Mapping[int, Queue]) -> Any:
        goal, model = self.shop.goal, self.model
        if not goal.terms and not queues:
            return 0
        if goal.largest:
            tails = [tail - (term.due or 0) for term in goal.terms for _, tail in term.ends]
            tails += [queue.figure for queue in queues.values()]
            cost = model.new_int_var(min(0, *tails), self.horizon + max(0, *tails), "cost")
            for term in goal.terms:
                for op, tail in term.ends:
                    model.add(cost >= self.ends[op] + (tail - (term.due or 0)))
            lasts = {
                resource: model.new_int_var(min(0, *tails), self.horizon + max(0, *tails), "") for resource in queues
            }
            for resource, last in lasts.items():
                model.add(cost >= last)
                for op, choice, queue in self._queued({resource: queues[resource]}):
                    self._only_if(model.add(last >= self.ends[op] + queue.figure + self._change(op, queue)), choice)
            if lasts:  # a stretch that cannot shorten the whole still makes room on its machines
                model.minimize(cost * 4 * len(lasts) + sum(lasts.values()))
                return cost
        else:
            pushed = {resource: model.new_int_var(0, self.horizon, "") for resource in queues}
            for resource, queue in queues.items():
                for op, choice, _ in self._queued({resource: queue}):
                    pushed_by = self.ends[op] - queue.figure + self._change(op, queue)
                    self._only_if(model.add(pushed[resource] >= pushed_by), choice)
            cost = sum(term.weight * self._term(term) for term in goal.terms)
            cost += sum(queues[resource].weight * variable for resource, variable in pushed.items())
        model.minimize(cost)
        return cost

    def setup_minutes(self) -> Any:
        """Minutes that resources are set up anew."""
        total: Any = 0
        for resource, nodes, arcs in self.sequences:
            families = [self.shop.operations[op].family for op, _ in nodes]
            table = self.shop.setups[resource]
            for (i, j), literal in arcs.items():
                if i and j and i != j and (minutes := table.get((families[i - 1], families[j - 1]), 0)):
                    total += minutes * literal
        return total

    def last_end(self) -> Any:
        """The end of everything."""
        last = self.model.new_int_var(0, self.horizon, "last")
        for end in self.ends:
            self.model.add(last >= end)
        return last

    def _change(self, op: int, queue: Queue) -> int:
        return queue.changes.get(self.shop.operations[op].family, 0)

    def _queued(self, queues: Mapping[int, Queue]) -> Iterator[tuple[int, _Choice, Queue]]:
        for op, choices in enumerate(self.choices):
            for choice in choices if op not in self.shop.pinned else ():
                for resource, _ in choice.resources:
                    if resource in queues:
                        yield op, choice, queues[resource]

    @staticmethod
    def _only_if(constraint: Any, choice: _Choice) -> None:
        if choice.taken is not None:
            constraint.only_enforce_if(choice.taken)

    def _longest_tail(self) -> int:
        return max((tail for term in self.shop.goal.terms for _, tail in term.ends), default=0)

    def _term(self, term: Term) -> Any:
        if term.due is None and len(term.ends) == 1:
            op, tail = term.ends[0]
            return self.ends[op] + tail
        value = self.model.new_int_var(0, self.horizon + self._longest_tail() + max(0, -(term.due or 0)), "")
        for op, tail in term.ends:
            self.model.add(value >= self.ends[op] + (tail - (term.due or 0)))
        return value

    def _hint(self, plan: Plan) -> None:
        """Give the whole of a known plan, so that the search starts from it instead of looking for a first one."""
        chosen: set[int] = set()
        for op, spot in enumerate(plan):
            self.model.add_hint(self.starts[op], spot.start)
            if isinstance(self.ends[op], self.cp.IntVar) and self.ends[op] is not self.starts[op]:
                self.model.add_hint(self.ends[op], spot.end)
            resources = self.shop.operations[op].modes[spot.mode].resources
            units = {r: (u if self.shop.setups[r] else 0) for r, u in zip(resources, spot.units)}
            for choice in self.choices[op]:
                same = choice.mode == spot.mode and dict(choice.resources) == units
                if same:
                    chosen.add(id(choice))
                if choice.taken is not None:
                    self.model.add_hint(choice.taken, same)
        for op, mode, delay, literal in self.delays:
            spot = plan[op]
            same = self.shop.operations[op].modes[spot.mode] is mode and spot.end - spot.start - mode.duration == delay
            self.model.add_hint(literal, same)
        for op, size in self.sizes:
            self.model.add_hint(size, plan[op].end - plan[op].start)
        for _, nodes, arcs in self.sequences:
            inside = [(plan[op].start, plan[op].end, i) for i, (op, c) in enumerate(nodes, 1) if id(c) in chosen]
            walk = [0, *(i for _, _, i in sorted(inside)), 0]
            used = set(pairwise(walk))
            for pair, literal in arcs.items():
                if pair[0] != pair[1] or pair == (0, 0):
                    self.model.add_hint(literal, pair in used)

    def plan(self, solver: Any) -> Plan:
        """The spots found; `end` is worked out again from start and calendar, so slack in the model never shows."""
        result: Plan = []
        for op, choices in enumerate(self.choices):
            chosen = next(c for c in choices if c.taken is None or solver.boolean_value(c.taken))
            mode = self.shop.operations[op].modes[chosen.mode]
            start = solver.value(self.starts[op])
            slot = mode.calendar.place(start, mode.duration, self.shop.operations[op].interruptible)
            assert slot is not None and slot[0] == start, "the model allows starts in open time only"
            result.append(Spot(chosen.mode, start, slot[1], tuple(unit for _, unit in chosen.resources)))
        return result
