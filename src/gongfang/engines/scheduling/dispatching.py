"""A good plan at once, at any size: machines take the most urgent waiting operation whenever they become free.

Several priority rules are tried and the best plan is kept. Without alternatives and calendars the plans are active
ones (Giffler & Thompson 1960); ATC is the apparent tardiness cost of Vepsalainen & Morton (1987), with set-ups as in
Lee, Bhaskaran & Pinedo (1997). Cost: O(n log n) per rule, times alternatives. Deterministic: the random rules are seeded.
"""

from bisect import insort
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from math import exp
from random import Random

from gongfang.engines.scheduling.shop import Plan, Shop, Spot
from gongfang.engines.scheduling.timelines import Board

LOOK_AHEAD = 48  # waiting operations that a rule which looks at the clock or at set-ups compares
NEVER = 1 << 62
MODES_PER_ANSWER = 25_000  # alternatives weighed over all rules: keeps the answer under a second


@dataclass(frozen=True, slots=True)
class Rule:
    """Static rank by operation (the smallest goes first); `score`, when given, ranks the first few at decision time."""

    rank: Sequence[float]
    score: Callable[[int, int, int], float] | None = None  # (operation, moment, set-up minutes) -> smallest goes first


@dataclass(frozen=True, slots=True)
class Urgency:
    """What rules are made of, by operation. tail: shortest minutes from its start to the end of its job."""

    minutes: list[int]
    tail: list[int]
    due: list[float]  # latest start that keeps the earliest due date behind it; infinite: none
    weight: list[float]


def urgency(shop: Shop) -> Urgency:
    """Look from the ends of the jobs back. Cost: linear."""
    count = len(shop.operations)
    minutes = [min(op.modes[m].duration for m in shop.modes_allowed(i)) for i, op in enumerate(shop.operations)]
    tail, finish, weight = [0] * count, [float("inf")] * count, [0.0] * count
    for term in shop.goal.terms:
        for op, after in term.ends:
            tail[op] = max(tail[op], after)
            if term.due is not None:
                finish[op] = min(finish[op], term.due - after)
            weight[op] = max(weight[op], float(term.weight))
    successors = shop.successors
    for op in reversed(shop.topological()):
        for after in successors[op]:
            tail[op] = max(tail[op], tail[after])
            finish[op] = min(finish[op], finish[after])
            weight[op] = max(weight[op], weight[after])
        tail[op] += minutes[op]
        finish[op] -= minutes[op]
    return Urgency(minutes, tail, finish, weight)


def rules(shop: Shop, count: int) -> list[Rule]:
    """The first `count` rules that suit the objective, the most promising first, then seeded variations of them."""
    facts = urgency(shop)
    if shop.goal.largest:
        dated = any(term.due for term in shop.goal.terms)
        base = [d if dated else -t for d, t in zip(facts.due, facts.tail)]
        static = [base, [float(m) for m in facts.minutes], [-float(t) for t in facts.tail]]
    elif any(term.due is not None for term in shop.goal.terms):
        static = [facts.due, _weighted(facts)]
    else:
        static = [_weighted(facts), [m / (w or 1e-9) for m, w in zip(facts.minutes, facts.weight)]]
    result = [Rule(_finite(rank)) for rank in static]
    clocked = _clocked(shop, facts)
    result = clocked + result if clocked else result
    rng = Random(20260105)
    while len(result) < count:
        base = static[len(result) % min(2, len(static))]
        spread = (max(_finite(base)) - min(_finite(base))) * 0.15
        result.append(Rule([value + rng.uniform(-spread, spread) for value in _finite(base)]))
    return result[:count]


def _weighted(facts: Urgency) -> list[float]:
    return [t / w if w else 1e12 + t for t, w in zip(facts.tail, facts.weight)]


def _finite(rank: Sequence[float]) -> list[float]:
    return [min(value, 1e15) for value in rank]


def _clocked(shop: Shop, facts: Urgency) -> list[Rule]:
    """Rules that look at the clock (due dates) or at the set-up the machine would need."""
    count = max(1, len(shop.operations))
    mean = sum(facts.minutes) / count or 1.0
    durations = [minutes for table in shop.setups for minutes in table.values()]
    change = sum(durations) / len(durations) if durations else 1.0
    dated = not shop.goal.largest and any(term.due is not None for term in shop.goal.terms)

    def tardiness_cost(patience: float) -> Callable[[int, int, int], float]:
        def score(op: int, moment: int, setup: int) -> float:
            slack = min(max(0.0, facts.due[op] - moment) / (patience * mean), 600.0)
            return -(facts.weight[op] + 1e-9) / (facts.minutes[op] + 1) * exp(-slack - setup / (0.3 * change + 1))

        return score

    if dated:
        return [Rule(_finite(facts.due), tardiness_cost(patience)) for patience in (2.0, 1.0, 4.0)]
    if durations:
        order = _finite([-float(t) for t in facts.tail] if shop.goal.largest else _weighted(facts))
        return [Rule(order, lambda op, moment, setup: setup * 1e6 + order[op]), Rule(order)]
    return []


def dispatch(shop: Shop, *, runs: int | None = None) -> Plan | None:
    """The best plan over the rules, or None where none of them finds one (open time ran out, or pins are in the way)."""
    if not shop.operations:
        return []
    wanted = runs or max(1, min(12, MODES_PER_ANSWER // sum(len(operation.modes) for operation in shop.operations)))
    best: tuple[int, Plan] | None = None
    for rule in rules(shop, wanted):
        plan = run_rule(shop, rule)
        if plan is None:
            continue
        value = shop.goal.value([spot.end for spot in plan])
        if best is None or value < best[0]:
            best = (value, plan)
    return None if best is None else best[1]


def run_rule(shop: Shop, rule: Rule) -> Plan | None:
    """One plan by one rule; None: an operation found no place, or a pinned one would start before what it waits for."""
    shift = _Shift(shop, rule)
    if not shift.place_pins():
        return None
    while shift.agenda:
        if not shift.step():
            return None
    plan = [spot for spot in shift.spots if spot is not None]
    assert len(plan) == len(shop.operations), "the agenda is empty only when everything is placed"
    for op in shop.pinned:
        if any(plan[pred].end > plan[op].start for pred in shop.operations[op].preds):
            return None
    return plan


class _Pool:
    """Operations that may run on the same resources: those still to come by time, those waiting by rank."""

    __slots__ = ("coming", "resources", "waiting")

    def __init__(self, resources: tuple[int, ...]) -> None:
        self.resources = resources
        self.coming: list[tuple[int, int]] = []
        self.waiting: list[tuple[float, int]] = []


class _Shift:
    """One run of the dispatcher.

    agenda: (moment a pool may start something, pool), moments may be too early; listed: the pool's line that counts.
    """

    def __init__(self, shop: Shop, rule: Rule) -> None:
        self.shop = shop
        self.rule = rule
        self.board = Board(shop)
        self.spots: list[Spot | None] = [None] * len(shop.operations)
        self.missing = [len(op.preds) for op in shop.operations]
        self.ready = [op.release for op in shop.operations]
        self.successors = shop.successors
        self.allowed = [shop.modes_allowed(index) for index in range(len(shop.operations))]
        self.pools: list[_Pool] = []
        self.pool_of = self._make_pools()
        self.agenda: list[tuple[int, int]] = []
        self.listed = [NEVER] * len(self.pools)
        # Waiting for a tool leaves gaps on the machine that others may use; else nobody was there to use a gap.
        self.shares = any(len(mode.resources) > 1 for op in shop.operations for mode in op.modes)

    def _make_pools(self) -> list[int]:
        known: dict[tuple[int, ...], int] = {}
        result = []
        for index, operation in enumerate(self.shop.operations):
            key = tuple(sorted({operation.modes[m].resources[0] for m in self.allowed[index]}))
            if key not in known:
                known[key] = len(self.pools)
                self.pools.append(_Pool(key))
            result.append(known[key])
        return result

    def place_pins(self) -> bool:
        """Put pinned operations where they are; False: one of them cannot be there."""
        for op in sorted(self.shop.pinned, key=lambda op: self.shop.pinned[op][1]):
            start = self.shop.pinned[op][1]
            spots = [spot for m in self.allowed[op] if (spot := self.board.unit_at(op, m, start)) is not None]
            if not spots or start < self.shop.operations[op].release:
                return False
            self._set(op, min(spots, key=lambda spot: (spot.end, spot.mode)), pinned=True)
        for op in range(len(self.spots)):
            if self.missing[op] == 0 and self.spots[op] is None:
                heappush(self.pools[self.pool_of[op]].coming, (self.ready[op], op))
        for number, pool in enumerate(self.pools):
            if pool.coming:
                self._announce(number)
        return True

    def _announce(self, number: int) -> None:
        """Write a pool on the agenda unless it stands there as early or earlier."""
        moment = self._moment(number)
        if moment < self.listed[number]:
            self.listed[number] = moment
            heappush(self.agenda, (moment, number))

    def _moment(self, number: int) -> int:
        pool = self.pools[number]
        free = min(map(self.board.free.__getitem__, pool.resources))
        return free if pool.waiting else max(free, pool.coming[0][0])

    def step(self) -> bool:
        """Let the pool that may start first start one operation. False: it can never run."""
        moment, number = heappop(self.agenda)
        pool = self.pools[number]
        if moment != self.listed[number] or not (pool.waiting or pool.coming):
            return True  # crossed out: an earlier line of the same pool was served
        self.listed[number] = NEVER
        real = self._moment(number)
        if real > moment:
            self._announce(number)
            return True
        while pool.coming and pool.coming[0][0] <= real:
            op = heappop(pool.coming)[1]
            insort(pool.waiting, (self.rule.rank[op], op))
        op = pool.waiting.pop(self._choice(pool, real))[1]
        begin = self.ready[op] if self.shares else max(self.ready[op], real)
        options = [spot for m in self.allowed[op] if (spot := self.board.earliest(op, m, begin)) is not None]
        if not options:
            return False
        self._set(op, min(options, key=lambda spot: (spot.end, -spot.start, spot.mode)))
        if pool.waiting or pool.coming:
            self._announce(number)
        return True

    def _choice(self, pool: _Pool, moment: int) -> int:
        if self.rule.score is None or len(pool.waiting) == 1:
            return 0
        score, resource = self.rule.score, pool.resources[0]
        lines, table = self.board.units[resource], self.shop.setups[resource]
        last = lines[0].families[-1] if table and lines and lines[0].families else -1
        best, chosen = float("inf"), 0
        for place, (_, op) in enumerate(pool.waiting[:LOOK_AHEAD]):
            setup = table.get((last, self.shop.operations[op].family), 0) if table else 0
            value = score(op, moment, setup)
            if value < best:
                best, chosen = value, place
        return chosen

    def _set(self, op: int, spot: Spot, *, pinned: bool = False) -> None:
        self.spots[op] = spot
        self.board.take(op, spot, pinned=pinned)
        for after in self.successors[op]:
            self.missing[after] -= 1
            self.ready[after] = max(self.ready[after], spot.end)
            if self.missing[after] == 0 and self.spots[after] is None and not pinned:
                number = self.pool_of[after]
                heappush(self.pools[number].coming, (self.ready[after], after))
                self._announce(number)
