"""A new standard cost revalues what is in stock; the difference is a price variance."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone

from gongfang.engines.valuation import Standard
from gongfang.kernel.errors import N_, DomainError, Kind, Problem
from gongfang.kernel.previews import Preview, PreviewColumn
from gongfang.ledger.models import Location, Posting, StandardPrice
from gongfang.ledger.rules.moves import Draft, ItemFacts, MoveRow
from gongfang.ledger.rules.reckoning import Reckoning, inventory_role
from gongfang.ledger.services.books import location
from gongfang.ledger.services.facts import account_facts, item_facts
from gongfang.ledger.services.locking import Locked, pass_gate
from gongfang.ledger.services.pools import Pools, locked_pools, pools_of
from gongfang.ledger.services.recosting import SHOWN, recost
from gongfang.ledger.services.writing import write
from gongfang.platform.identity.models import User
from gongfang.platform.setwise import DATE, INT, insert
from gongfang.platform.verbs import confirming

REPRICED = "ledger.reprice"
PREVIEW = (
    PreviewColumn(N_("Item code")), PreviewColumn(N_("Item name")), PreviewColumn(N_("Quantity"), "quantity"),
    PreviewColumn(N_("Standard so far"), "price", "cost"), PreviewColumn(N_("New standard"), "price", "cost"),
    PreviewColumn(N_("Difference"), "money", "cost", total=True),
)  # fmt: skip


def reprice(*, actor: User | None, item_ids: Collection[int], on: date | None = None) -> Posting | None:
    """Put the present standard cost of items into their pools and book what the stock is worth more. Constant statements.

    Call it in the transaction that changed the standard. Items by other methods, and those not in stock yet, are left alone.
    The running verb asks first what it does to the stock (`reprice`), and to moves of later days (`recost`).
    """
    assert connection.in_atomic_block, "posting outside a transaction"
    on = on or timezone.localdate()
    items = {pk: item for pk, item in item_facts(item_ids).items() if item.method == "standard"}
    if not items:
        return None
    pass_gate()
    # Every area gets its move, also one without goods: what is entered late into it has then stood at both standards.
    known = pools_of([(pk, 0) for pk in items], items, locking=False)
    used = {key[0] for key, row in known.rows.items() if row.last_on is not None}
    areas = set(Location.objects.exclude(area="").values_list("area", flat=True))
    pools = locked_pools({(pk, str(area), 0) for pk in used for area in areas}, items, ())
    before = {
        key[0]: row.price
        for key, row in pools.rows.items()
        if row.last_on is not None and row.price != items[key[0]].standard_cost
    }
    moving = {key: before[key[0]] for key in pools.pools if key[0] in before}
    if not moving:
        return None
    late = {(key[0], 0) for key in moving if pools.late(key, on)}
    state = _reckoned(pools, items, moving)
    if confirming("reprice"):
        _ask(actor, items, pools, moving, state.reckoning.rows)
    pools.waiting = {key for key in pools.pools if (key[0], 0) in late}
    posting = write(actor, [Draft(REPRICED, on, summary="标准成本调整")], state)[0]
    insert(
        StandardPrice._meta.db_table,
        [("item_id", INT), ("posting_id", INT), ("on", DATE), ("previous", INT), ("price", INT)],
        [(pk, posting.pk, on, old, items[pk].standard_cost) for pk, old in sorted(before.items())],
    )  # fmt: skip
    if late:
        since = dict.fromkeys(late, on - timedelta(days=1))
        recost(actor, pools_of(list(late), items), items, since, on=on, fresh=[posting.pk])
    return posting


def _ask(
    actor: User | None, items: Mapping[int, ItemFacts], pools: Pools, moving: Mapping[tuple[int, str, int], int], rows: Sequence[MoveRow]
) -> None:  # fmt: skip
    """Name each item in stock with what its goods are worth more. Amounts for whoever sees costs only."""
    quantities: dict[int, int] = {}
    worth: dict[int, int] = {}
    before = {key[0]: price for key, price in moving.items()}
    for key in moving:
        quantities[key[0]] = quantities.get(key[0], 0) + pools.totals[key][0]
    for row in rows:
        worth[row.item_id] = worth.get(row.item_id, 0) + row.value
    told: list[list[Any]] = [
        [items[pk].code, items[pk].name, Decimal(quantities[pk]).scaleb(-6), *(Decimal(price).scaleb(-6) for price in (before[pk], items[pk].standard_cost)),
         Decimal(amount).scaleb(-2)]
        for pk, amount in sorted(worth.items(), key=lambda pair: items[pair[0]].code)
        if quantities[pk]
    ]  # fmt: skip
    if told:
        raise DomainError(
            _problems(actor, told), Kind.CONFIRM, Preview(N_("What a new standard cost changes"), PREVIEW, told)
        )


def _problems(actor: User | None, told: Sequence[Sequence[Any]]) -> list[Problem]:
    sees = actor is not None and actor.sees("cost")
    if not sees:
        return [
            Problem(
                "reprice",
                "Items in stock that get another standard cost: {count}; their value changes.",
                count=len(told),
            )
        ]
    named = [
        Problem("reprice", "{item}: {quantity} in stock are worth {amount} more.", item=code, quantity=quantity, amount=f"{amount:,.2f}")
        for code, _name, quantity, _before, _after, amount in told[:SHOWN]
    ]  # fmt: skip
    total = sum((row[5] for row in told), Decimal(0))
    return [
        Problem(
            "reprice", "Items in stock that get another standard cost: {count}; {amount} goes to price variance.",
            count=len(told), amount=f"{total:,.2f}",
        ),
        *named,
    ]  # fmt: skip


def _reckoned(pools: Pools, items: dict, moving: dict) -> Locked:  # type: ignore[type-arg]
    names = {"stock_adjustment", "variance_price", "subcontract", *(inventory_role(item) for item in items.values())}
    adjust = location("ADJUST")
    places = {area: Location.objects.filter(area=area).order_by("pk").first() for area in {key[1] for key in moving}}
    reckoning = Reckoning(
        items=items, lots={}, balances={}, pools=pools.pools, pool_accounts=pools.accounts,
        accounts=account_facts(names, set(pools.accounts.values())), serials={}, adjust=adjust,
    )  # fmt: skip
    for key in sorted(moving):
        pool, item, place = pools.pools[key], items[key[0]], places[key[1]]
        assert isinstance(pool, Standard) and place is not None
        more = pool.reprice(item.standard_cost)
        row = MoveRow(0, item.id, None, adjust.pk, place.pk, 0, more, None, None, None, None, "", 0, None, "reprice")
        reckoning.add_cost(0, row, item, place, "variance_price")
    return Locked(reckoning, {}, pools, {})
