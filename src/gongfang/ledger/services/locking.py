"""Collect what a posting touches, lock it in the one order, and judge the outcome."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import connection

from gongfang.kernel.errors import Problem
from gongfang.ledger.rules.moves import AccountFacts, BalanceState, ItemFacts, LotFacts, Place, plain
from gongfang.ledger.rules.reckoning import BalanceKey, PoolKey, Reckoning
from gongfang.ledger.services.books import location
from gongfang.ledger.services.facts import lock_balances, serial_totals, short_in_past
from gongfang.ledger.services.histories import averaged_months, histories
from gongfang.ledger.services.pools import Pools, locked_pools
from gongfang.platform.statements import run
from gongfang.platform.verbs import is_retry

GATE = 7_310_401  # any number that no other advisory lock uses


def pass_gate() -> None:
    """Go in beside the others; alone after a deadlock, so that the second try cannot meet another. Only PostgreSQL needs it.

    One statement. A transaction that posts twice holds the month while it waits for balances, so rivals may lock each other.
    """
    if connection.vendor == "postgresql":
        run(f"SELECT pg_advisory_xact_lock{'' if is_retry() else '_shared'}({GATE})")


@dataclass(slots=True)
class Needs:
    """What the moves of a posting will touch."""

    balances: dict[BalanceKey, bool] = field(default_factory=dict)
    pools: set[PoolKey] = field(default_factory=set)
    gives: set[PoolKey] = field(default_factory=set)
    serials: set[int] = field(default_factory=set)
    places: dict[int, Place] = field(default_factory=dict)

    def add(
        self, item: ItemFacts, lot_id: int | None, source: Place, target: Place, *, moves_goods: bool, undoes: bool = False
    ) -> None:  # fmt: skip
        """Note what one move touches. undoes: it takes an earlier one back, so that its target gives."""
        is_serial = item.tracking == "serial"
        if is_serial and lot_id:
            self.serials.add(lot_id)
        for place in (source, target):
            self.places[place.pk] = place
            if place.is_physical and moves_goods:
                self.balances[item.id, place.pk, lot_id or 0] = bool(place.allow_negative)
            if place.area and (is_serial or source.area != target.area):
                key = item.pool_key(str(place.area), lot_id)
                self.pools.add(key)
                if place is source or undoes or not moves_goods:
                    self.gives.add(key)


@dataclass(slots=True)
class Locked:
    """A posting in hand: rows locked, arithmetic under way."""

    reckoning: Reckoning
    balances: Mapping[BalanceKey, BalanceState]
    pools: Pools
    places: Mapping[int, Place]

    def rewind(self, moves: Sequence[tuple[date, ItemFacts, int | None, Place, Place]]) -> dict[tuple[int, int], date]:
        """Put pools back to the evening of an entry that others follow; returns (item, lot or 0) → that day for `recost`.

        moves: day, item, lot and places of each move. No statement where nothing came late; at most three else.
        """
        late: dict[tuple[int, int], date] = {}
        averaged: frozenset[tuple[int, int]] | None = None
        for on, item, lot_id, source, target in moves:
            for place in (source, target):
                if not place.area or source.area == target.area:
                    continue
                key = item.pool_key(str(place.area), lot_id)
                is_late = self.pools.late(key, on)
                if not is_late and item.method == "month_average":
                    averaged = averaged_months() if averaged is None else averaged
                    is_late = (on.year, on.month) in averaged
                if is_late:
                    late[item.id, key[2]] = min(on, late.get((item.id, key[2]), on))
        if late:
            self._put_back(late)
        return late

    def _put_back(self, late: Mapping[tuple[int, int], date]) -> None:
        for history in histories(self.pools, self.reckoning.items, late, exact=True).values():
            days = [day for (item_id, _), day in late.items() if item_id == history.item.id]
            if history.item.method in ("fifo", "standard"):
                history.reckoned(frozenset(), until=min(days))
            for key, pool in history.opening.items():
                if (history.item.id, key[1]) in late:
                    self.pools.pools[history.item.id, *key] = pool
                    self.pools.waiting.add((history.item.id, *key))

    def problems(self, dates: Sequence[date]) -> list[Problem]:
        """Every reason to refuse, also those of a day in between when a posting is back-dated."""
        found = self.reckoning.verdict(lambda pk: self.reckoning.lots[pk].code)
        return found or self._past_problems(min(dates))

    def _past_problems(self, since: date) -> list[Problem]:
        rows = [
            (*key, since, state.quantity - state.start)
            for key, state in sorted(self.balances.items())
            if state.quantity < state.start and state.last_on and since < state.last_on and not state.may_be_negative
        ]
        if not rows:
            return []
        return [
            Problem(
                "short_in_past",
                "{item} {lot} in {location} would be {gap} short before {date}: later moves need what this takes.",
                item=self.reckoning.items[item].code, lot=self.reckoning.lots[lot].code if lot else "",
                location=str(self.places[place].name), gap=plain(-gap), date=day,
            )
            for item, place, lot, day, gap in short_in_past(rows)
        ]  # fmt: skip


def locked(
    needs: Needs, items: Mapping[int, ItemFacts], lots: Mapping[int, LotFacts],
    accounts: Callable[[Collection[int]], dict[str, AccountFacts]],
) -> Locked:  # fmt: skip
    """Lock balances, then pools; open the reckoning. accounts: the accounts in play, given the ids that the pools stand on."""
    balances = lock_balances(needs.balances)
    pools = locked_pools(needs.pools, items, needs.gives)
    reckoning = Reckoning(
        items=items, lots=lots, balances=balances, pools=pools.pools, pool_accounts=pools.accounts,
        accounts=accounts(set(pools.accounts.values())), serials=serial_totals(needs.serials), adjust=location("ADJUST"),
    )  # fmt: skip
    return Locked(reckoning, balances, pools, needs.places)
