"""Lines that hold for a time only: a plan within hours starts its orders on other days than the unconstrained one made them for.

The unconstrained plan chooses what an order is made of by the day it would start without limits. Where the order comes to start after
a change of that, it and those behind it are made in the unconstrained plan as if they started on the day of the change, and may not
start before; then all is planned anew, until every order is made of what holds when it starts (after MOST_ROUNDS plans one that still is
not keeps its lines). What is in a phantom changes what the order takes that the phantom goes into.
"""

from collections.abc import Callable, Mapping

import numpy as np

from ..preparation import Prepared
from ..problem import FIRST_DAY, LAST_DAY, Days, Flags, Integers, References
from ..regeneration import Run
from ..tables import Facts, Records
from .network import NEVER, Windows

PATIENT_ROUNDS = 6
"""Plans in which no more orders than needed are moved behind a change; after that all of the item are."""
MOST_ROUNDS = 12
_WORD = 2**32
_Place = tuple[int, int]
"""Day on which an order of the unconstrained plan starts, and which of those of its item on that day it is."""


class Turns:
    """The days on which what orders take changes, by position, and from which order on each of them has been passed."""

    def __init__(self, prepared: Prepared) -> None:
        self.facts = prepared.facts
        keys = _turns(self.facts)
        self.position, self.day = keys // _WORD, keys % _WORD
        self.keys = keys
        self.passed: dict[int, _Place] = {}
        self.begun: dict[int, Integers] = {}

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def moving(self) -> Mapping[int, Callable[[Records], None]]:
        """What `regenerate` does with the orders of a position before its components are planned."""
        return {int(self.position[turn]): self._mover(int(self.position[turn])) for turn in self.passed}

    def _mover(self, position: int) -> Callable[[Records], None]:
        turns = [turn for turn in sorted(self.passed) if self.position[turn] == position]

        def move(orders: Records) -> None:
            begun = orders["release"].astype(np.int64)
            self.begun[position] = begun
            number = np.arange(len(begun)) - np.searchsorted(begun, begun)
            for turn in turns:
                day, first = self.passed[turn]
                late = (begun > day) | ((begun == day) & (number >= first))
                late &= orders["release"] < self.day[turn]
                orders["release"][late] = self.day[turn]
                self._begin_more(position, orders, np.flatnonzero(late), int(self.day[turn]))

        return move

    def _begin_more(self, position: int, orders: Records, rows: Integers, day: int) -> None:
        """Where the good share changes too: what comes out stays, what is begun for it follows."""
        item, shares = self.facts.items[position], self.facts.shares
        for share in range(int(item["first_share"]), int(item["end_share"])):
            if shares["valid_from"][share] <= day <= shares["valid_to"][share]:
                multiple = int(item["multiple"])
                for row in rows.tolist():
                    needed = int(orders["good"][row]) * int(shares["denominator"][share])
                    begun = -(-needed // int(shares["numerator"][share]))
                    orders["quantity"][row] = -(-begun // multiple) * multiple

    def windows(self, run: Run) -> Windows:
        """Between which days everything of the unconstrained plan may start. Cost O(n log n) in its orders."""
        opens, closes = self._between(_positions(run), run.orders["release"])
        phantom = self.facts.items["phantom"]
        of = _demanded(self.facts)
        begin, _ = self._between(of, self.facts.demands["day"])
        return Windows(opens, closes, np.where(phantom[of], begin, self.facts.today).astype(np.int32))

    def _between(self, position: Integers, day: Days) -> tuple[Days, Days]:
        """First and last day of what holds for a position on a day."""
        if not len(self):
            return np.full(len(day), self.facts.today, np.int32), np.full(len(day), NEVER, np.int32)
        turn = self._next(position, day)
        begin = np.where(self._is_at(turn - 1, position), self.day[np.maximum(turn - 1, 0)], self.facts.today)
        end = np.where(self._is_at(turn, position), self.day[np.minimum(turn, len(self) - 1)] - 1, NEVER)
        return begin.astype(np.int32), end.astype(np.int32)

    def _next(self, position: Integers, day: Days) -> Integers:
        """The first turn after a day; of another position where there is none."""
        return np.searchsorted(self.keys, position * _WORD + day.astype(np.int64), side="right")

    def _is_at(self, turn: Integers, position: Integers) -> Flags:
        return (turn >= 0) & (turn < len(self)) & (self.position[np.clip(turn, 0, len(self) - 1)] == position)

    def pass_over(self, run: Run, release: Days, promise: Days, useful: Flags, number: int) -> bool:
        """Let orders and demands that came to start after a change take what it brings; False: none did. number: of the plan just made."""
        if not len(self):
            return False
        position = _positions(run)
        begun = run.orders["release"].astype(np.int64)
        for at, days in self.begun.items():
            begun[run.spans["first_order"][at] : run.spans["end_order"][at]] = days
        turn, moved = self._next(position, run.orders["release"]), False
        while True:
            beyond = useful & (release < NEVER) & self._is_at(turn, position)
            beyond &= self.day[np.minimum(turn, len(self) - 1)] <= release
            if not beyond.any():
                break
            turns, first = np.unique(turn[beyond], return_index=True)
            for each, row in zip(turns.tolist(), np.flatnonzero(beyond)[first].tolist(), strict=True):
                mine = begun[int(run.spans["first_order"][position[row]]) : row + 1]
                own = (int(mine[-1]), len(mine) - 1 - int(np.searchsorted(mine, mine[-1])))
                own = own if number < PATIENT_ROUNDS else (FIRST_DAY, 0)
                self.passed[each] = min(own, self.passed.get(each, own))
            turn, moved = np.where(beyond, turn + 1, -1), True
        return self._pass_demands(promise) or moved

    def _pass_demands(self, promise: Days) -> bool:
        """Demands for phantoms, each by itself."""
        of, day = _demanded(self.facts), self.facts.demands["day"]
        last = self._next(of, np.minimum(promise, LAST_DAY)) - 1
        reached = self.day[np.maximum(last, 0)]
        beyond = self.facts.items["phantom"][of] & (promise < NEVER) & self._is_at(last, of) & (reached > day)
        day[beyond] = reached[beyond]
        return bool(beyond.any())


def _turns(facts: Facts) -> Integers:
    """(position, day after today) of every change, rising; those of phantoms count for what they go into, from the deepest up."""
    keys = [np.empty(0, np.int64)]
    owners = (facts.lines["parent"], facts.byproducts["parent"], _owners(facts.shares, facts.items))
    for rows, owner in zip((facts.lines, facts.byproducts, facts.shares), owners, strict=True):
        begin, end = rows["valid_from"].astype(np.int64), rows["valid_to"].astype(np.int64) + 1
        place = owner.astype(np.int64) * _WORD
        keys += [(place + begin)[begin > facts.today], (place + end)[(end > facts.today) & (end <= LAST_DAY)]]
    found = set(np.concatenate(keys).tolist())
    phantoms: dict[int, set[int]] = {}
    for key in found:
        if facts.items["phantom"][key // _WORD]:
            phantoms.setdefault(key // _WORD, set()).add(key % _WORD)
    while phantoms:
        position = max(phantoms)
        days = phantoms.pop(position)
        for line in range(int(facts.items["first_line"][position]), int(facts.items["end_line"][position])):
            parent, offset = int(facts.lines["parent"][line]), int(facts.lines["offset"][line])
            later = {day - offset for day in days if day - offset > facts.today}
            found |= {parent * _WORD + day for day in later}
            if facts.items["phantom"][parent] and later:
                phantoms.setdefault(parent, set()).update(later)
    return np.array(sorted(found), np.int64)


def _owners(rows: Records, items: Records) -> References:
    """The position of each share."""
    owner = np.zeros(len(rows), np.int32)
    for position in np.flatnonzero(items["end_share"] > items["first_share"]).tolist():
        owner[items["first_share"][position] : items["end_share"][position]] = position
    return owner


def _positions(run: Run) -> Integers:
    """The position of each order."""
    return np.repeat(np.arange(len(run.spans)), run.spans["end_order"] - run.spans["first_order"])


def _demanded(facts: Facts) -> Integers:
    """The position of each planned demand."""
    return np.repeat(np.arange(len(facts.items)), facts.items["end_demand"] - facts.items["first_demand"])
