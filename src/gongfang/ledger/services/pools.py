"""The value pools of a posting: made where missing, locked in one order, read with the layers they need, written back."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from gongfang.engines.valuation import Fifo, Layer, MovingAverage, Pool, Standard
from gongfang.kernel.errors import DomainError, Kind, Problem
from gongfang.ledger.models import Layer as LayerRow
from gongfang.ledger.models import ValueBalance
from gongfang.ledger.rules.moves import ItemFacts
from gongfang.ledger.rules.reckoning import PoolKey
from gongfang.ledger.services.facts import as_date
from gongfang.platform.setwise import DATE, INT, TEXT, delete, ensure, insert, lock, select, update

VALUE, LAYER = ValueBalance._meta.db_table, LayerRow._meta.db_table
KEY = [("item_id", INT), ("area", TEXT), ("lot_key", INT)]
FETCH = ("item_id", "area", "lot_key", "id", "quantity", "value", "account_id", "method", "price", "last_on")


@dataclass(slots=True)
class PoolRow:
    """What is kept of a pool beside quantity and value."""

    id: int
    method: str
    price: int
    last_on: date | None


class Pools:
    """The locked value pools of a posting.

    accounts: (item, area) → the account its pools stand on, once they have one. totals: as they were. rewritten: pools whose
    layers are made anew. waiting: pools as they were on an earlier day; what they hold now is reckoned after the posting.
    """

    def __init__(
        self, rows: Iterable[Sequence[Any]], items: Mapping[int, ItemFacts], gives: Collection[PoolKey]
    ) -> None:
        self.pools: dict[PoolKey, Pool] = {}
        self.rows: dict[PoolKey, PoolRow] = {}
        self.accounts: dict[tuple[int, str], int] = {}
        self.loaded: dict[PoolKey, list[tuple[int, int, int]]] = {}
        self.rewritten: set[PoolKey] = set()
        self.waiting: set[PoolKey] = set()
        totals: dict[PoolKey, tuple[int, int]] = {}
        for item, area, lot, pk, quantity, value, account, method, price, last_on in rows:
            key, facts = (item, area, lot), items[item]
            if last_on is not None and method != facts.method:
                raise DomainError(
                    Problem(
                        "costing_method_fixed", "{item} is posted by another costing method ({method}); it stays as it is.",
                        item=facts.code, method=method,
                    ),
                    Kind.CONFLICT,
                )  # fmt: skip
            price = price if last_on is not None else facts.standard_cost
            self.rows[key] = PoolRow(pk, facts.method, price, as_date(last_on))
            totals[key] = (quantity, value)
            if account:
                self.accounts[item, area] = account
        self.totals = totals
        layers = _layers([self.rows[key].id for key in totals if items[key[0]].method == "fifo" and key in gives])
        for key, (quantity, value) in totals.items():
            self.pools[key] = self._pool(key, quantity, value, layers, key in gives)

    def _pool(self, key: PoolKey, quantity: int, value: int, layers: Mapping[int, list[Layer]], gives: bool) -> Pool:
        row = self.rows[key]
        if row.method == "fifo":
            if not gives:
                return Fifo.unread(quantity, value)
            found = layers.get(row.id, [])
            self.loaded[key] = [(layer.row, layer.quantity, layer.value) for layer in found]
            return Fifo(found)
        return Standard(row.price, quantity) if row.method == "standard" else MovingAverage(quantity, value)

    def late(self, key: PoolKey, on: date) -> bool:
        """Whether something stands in the pool on a later day already."""
        last = self.rows[key].last_on
        return last is not None and on < last


def locked_pools(keys: Collection[PoolKey], items: Mapping[int, ItemFacts], gives: Collection[PoolKey]) -> Pools:
    """Make the pools that are missing, then lock all in the order of (item, area, lot); two statements, three with layers."""
    ordered = sorted(keys)
    ensure(
        VALUE,
        [*KEY, ("quantity", INT), ("value", INT), ("method", TEXT)],
        [name for name, _ in KEY],
        [(*key, 0, 0, items[key[0]].method) for key in ordered],
    )
    return Pools(lock(VALUE, KEY, ordered, FETCH), items, gives)


def pools_of(keys: Collection[tuple[int, int]], items: Mapping[int, ItemFacts], *, locking: bool = True) -> Pools:
    """All pools of items (item, 0) or of lots (item, lot), locked in one order; one statement. Their layers are made anew."""
    lines = ", ".join(f"{VALUE}.{name}" for name in FETCH)
    suffix = f" FOR UPDATE OF {VALUE}" if locking and connection.vendor == "postgresql" else ""
    rows = select(
        f"SELECT {lines} FROM {VALUE} JOIN given ON {VALUE}.item_id = given.item_id"
        f" AND (given.lot_key = 0 OR {VALUE}.lot_key = given.lot_key)"
        f" ORDER BY {VALUE}.item_id, {VALUE}.area, {VALUE}.lot_key{suffix}",
        [("item_id", INT), ("lot_key", INT)],
        sorted(keys),
    )
    pools = Pools(rows, items, ())
    pools.rewritten = set(pools.pools)
    return pools


def _layers(pool_ids: Collection[int]) -> dict[int, list[Layer]]:
    if not pool_ids:
        return {}
    found: dict[int, list[Layer]] = defaultdict(list)
    rows = select(
        f"SELECT pool_id, id, quantity, value, posting_key, line_no FROM {LAYER}"
        " WHERE pool_id IN (SELECT id FROM given) ORDER BY pool_id, id",
        [("id", INT)],
        [(pk,) for pk in sorted(pool_ids)],
    )
    for pool, pk, quantity, value, posting, line in rows:
        found[pool].append(Layer(quantity, value, (posting, line), pk))
    return found


def write_pools(pools: Pools, accounts: Mapping[tuple[int, str], int], latest: date) -> None:
    """Quantity, value and latest day of every pool; one statement."""
    update(
        VALUE,
        [("id", INT), ("quantity", INT), ("value", INT), ("account_id", INT), ("method", TEXT), ("price", INT), ("last_on", DATE)],
        [
            (
                row.id, *(pools.totals[key] if key in pools.waiting else (pools.pools[key].quantity, pools.pools[key].value)),
                accounts.get(key[:2]), row.method,
                getattr(pools.pools[key], "price", row.price), max(row.last_on or latest, latest),
            )
            for key, row in sorted(pools.rows.items())
        ],
        'quantity = given."quantity", value = given."value", account_id = given."account_id", method = given."method",'
        ' price = given."price", last_on = given."last_on"',
    )  # fmt: skip


def write_layers(pools: Pools, on_of: Mapping[tuple[int, int], tuple[int, int, date]]) -> None:
    """Used layers go, changed ones are written, new ones added; at most three statements, none without layers.

    on_of: mark of a receipt → (posting, line, day).
    """
    gone: list[int] = []
    changed: list[tuple[int, int, int]] = []
    fresh: list[tuple[Any, ...]] = []
    whole: list[int] = []
    for key, pool in sorted(pools.pools.items()):
        if not isinstance(pool, Fifo) or key in pools.waiting:
            continue
        if key in pools.rewritten:
            whole.append(pools.rows[key].id)
        left = {layer.row: layer for layer in pool.layers if layer.row}
        for pk, quantity, value in pools.loaded.get(key, ()):
            if pk not in left:
                gone.append(pk)
            elif (left[pk].quantity, left[pk].value) != (quantity, value):
                changed.append((pk, left[pk].quantity, left[pk].value))
        for layer in pool.layers:
            if not layer.row:
                posting, line, on = on_of[layer.mark]  # type: ignore[index]
                fresh.append((pools.rows[key].id, on, posting, line, layer.quantity, layer.value))
    for column, ids in (("id", gone), ("pool_id", whole)):
        if ids:
            delete(LAYER, column, ids)
    update(
        LAYER,
        [("id", INT), ("quantity", INT), ("value", INT)],
        changed,
        'quantity = given."quantity", value = given."value"',
    )
    insert(
        LAYER,
        [("pool_id", INT), ("on", DATE), ("posting_key", INT), ("line_no", INT), ("quantity", INT), ("value", INT)],
        fresh,
    )
