"""Replay: every item's history reckoned from its first move gives what is booked, what its pools hold, and their layers."""

from collections.abc import Iterator

from gongfang.engines.valuation import NOTHING, Fifo
from gongfang.kernel.errors import N_
from gongfang.ledger.models import Layer, ValueBalance
from gongfang.ledger.services.facts import item_facts
from gongfang.ledger.services.histories import BEGINNING, History, averaged_months, histories
from gongfang.ledger.services.pools import Pools, pools_of
from gongfang.platform.verification import FAULTS_MAX, Check, Fault

CODE = "ledger.replay"
BATCH = 500


def _replayed() -> Iterator[Fault]:
    """A few statements per 500 items."""
    ids = list(ValueBalance.objects.order_by("item").values_list("item", flat=True).distinct())
    averaged = averaged_months()
    count = 0
    for start in range(0, len(ids), BATCH):
        items = item_facts(ids[start : start + BATCH])
        pools = pools_of([(pk, 0) for pk in items], items, locking=False)
        layers = _kept_layers(pools)
        found = histories(pools, items, dict.fromkeys(((pk, 0) for pk in items), BEGINNING), exact=True)
        for history in found.values():
            for fault in _faults(history, pools, averaged, layers):
                yield fault
                count += 1
                if count >= FAULTS_MAX:
                    return


def _kept_layers(pools: Pools) -> dict[int, list[tuple[int, int]]]:
    ids = [row.id for row in pools.rows.values() if row.method == "fifo"]
    found: dict[int, list[tuple[int, int]]] = {pk: [] for pk in ids}
    for pool, quantity, value in (
        Layer.objects.filter(pool__in=ids).order_by("pool", "pk").values_list("pool", "quantity", "value")
    ):
        found[pool].append((int(quantity.scaleb(6)), int(value.scaleb(2))))
    return found


def _faults(
    history: History, pools: Pools, averaged: frozenset[tuple[int, int]], layers: dict[int, list[tuple[int, int]]]
) -> Iterator[Fault]:  # fmt: skip
    worth = history.reckoned(averaged)
    for pk, booked in history.booked.items():
        now = worth.get(pk, NOTHING)
        if now != booked:
            yield Fault(CODE, f"ledger_stockmove {pk}", f"booked at {booked}, its history says {now}")
    for key, pool in history.opening.items():
        row, (quantity, value) = pools.rows[history.item.id, *key], pools.totals[history.item.id, *key]
        if (pool.quantity, pool.value) != (quantity, value):
            yield Fault(
                CODE, f"ledger_valuebalance {row.id}",
                f"{quantity} millionths worth {value} cents, its history says {pool.quantity} worth {pool.value}",
            )  # fmt: skip
        if isinstance(pool, Fifo) and [(layer.quantity, layer.value) for layer in pool.layers] != layers[row.id]:
            yield Fault(
                CODE, f"ledger_valuebalance {row.id}", f"its layers are not those of its history: {layers[row.id]}"
            )


REPLAY = Check(CODE, _replayed, N_("Reckoned from the first move, every move and pool is worth what is booked"))
