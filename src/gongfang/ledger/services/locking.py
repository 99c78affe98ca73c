"""Collect what a posting touches, lock it in the one order, and judge the outcome."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import connection

from gongfang.kernel.errors import Problem
from gongfang.ledger.rules.moves import AccountFacts, BalanceState, ItemFacts, LotFacts, Place, plain
from gongfang.ledger.rules.reckoning import BalanceKey, Reckoning
from gongfang.ledger.services.books import location
from gongfang.ledger.services.facts import Pools, lock_balances, serial_totals, short_in_past
from gongfang.platform.verbs import is_retry

GATE = 7_310_401  # any number that no other advisory lock uses


def pass_gate() -> None:
    """Go in beside the others; alone after a deadlock, so that the second try cannot meet another. Only PostgreSQL needs it.

    One statement. A transaction that posts twice holds the month while it waits for balances, so rivals may lock each other.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_xact_lock{'' if is_retry() else '_shared'}({GATE})")


@dataclass(slots=True)
class Needs:
    """What the moves of a posting will touch."""

    balances: dict[BalanceKey, bool] = field(default_factory=dict)
    areas: set[tuple[int, str]] = field(default_factory=set)
    serials: set[int] = field(default_factory=set)
    places: dict[int, Place] = field(default_factory=dict)

    def add(self, item: ItemFacts, lot_id: int | None, source: Place, target: Place, *, moves_goods: bool) -> None:
        is_serial = item.tracking == "serial"
        if is_serial and lot_id:
            self.serials.add(lot_id)
        for place in (source, target):
            self.places[place.pk] = place
            if place.is_physical and moves_goods:
                self.balances[item.id, place.pk, lot_id or 0] = bool(place.allow_negative)
            if place.area and (is_serial or source.area != target.area):
                self.areas.add((item.id, str(place.area)))


@dataclass(slots=True)
class Locked:
    """A posting in hand: rows locked, arithmetic under way."""

    reckoning: Reckoning
    balances: Mapping[BalanceKey, BalanceState]
    pools: Pools
    places: Mapping[int, Place]

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
    pools = Pools(needs.areas)
    reckoning = Reckoning(
        items=items, lots=lots, balances=balances, pools=pools.pools, pool_accounts=pools.accounts,
        accounts=accounts(set(pools.accounts.values())), serials=serial_totals(needs.serials), adjust=location("ADJUST"),
    )  # fmt: skip
    return Locked(reckoning, balances, pools, needs.places)
