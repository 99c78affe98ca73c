"""Cost that comes after the goods: freight, duty, a dearer invoice. It is put on the receipt, and what left since takes its share."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection
from django.db.models import Sum

from gongfang.kernel.errors import Kind, Problem, refuse_if
from gongfang.kernel.money import ZERO
from gongfang.ledger.models import Posting, StockMove
from gongfang.ledger.rules.moves import AddedCost, Draft, Entry, ItemFacts, MoveRow, cents
from gongfang.ledger.rules.reckoning import Reckoning, inventory_role
from gongfang.ledger.services.books import location
from gongfang.ledger.services.facts import account_facts, item_facts
from gongfang.ledger.services.locking import Locked, pass_gate
from gongfang.ledger.services.pools import Pools, pools_of
from gongfang.ledger.services.recosting import recost
from gongfang.ledger.services.writing import write
from gongfang.platform.bases import Document
from gongfang.platform.identity.models import User

ADDED = "added"


def add_costs(
    *, actor: User | None, reason: str, source: Document | None, on: date, costs: Sequence[AddedCost], entries: Sequence[Entry] = (),
    summary: str = "", partner_id: int | None = None,
) -> Posting:  # fmt: skip
    """Add cost to receipts; what is left carries its share, what is gone takes the rest to where it went, as its method says.

    Call it inside a verb, with the document locked. costs: each the debit of stock and the credit of its account; negative
    lowers. entries: what else the voucher says, such as input tax. Constant statements. The running verb asks first where later
    documents change (`recost`). Raises DomainError: not_a_receipt, receipt_reversed, cost_before_receipt, value_negative,
    period_closed. `reverse` takes it back.
    """
    assert connection.in_atomic_block, "posting outside a transaction"
    pass_gate()
    ids = sorted({cost.move_id for cost in costs})
    moves = StockMove.objects.select_related("source", "target", "posting", "item", "reversed_by").in_bulk(ids)
    items = item_facts({move.item_id for move in moves.values()})
    since = _days(moves, items)
    pools = pools_of(list(since), items)
    refuse_if(_problems(costs, moves, on), Kind.CONFLICT)
    draft = Draft(reason, on, source, summary=summary, partner_id=partner_id)
    state = _reckoned(pools, items, moves, costs, entries, partner_id)
    refuse_if(state.problems([on]), Kind.CONFLICT)
    pools.waiting = set(pools.pools)
    posting = write(actor, [draft], state, moves_on=False)[0]
    recost(
        actor,
        pools_of(list(since), items),
        items,
        since,
        on=on,
        source=source,
        fresh=[posting.pk],
        partner_id=partner_id,
    )
    return posting


def _days(moves: Mapping[int, StockMove], items: Mapping[int, ItemFacts]) -> dict[tuple[int, int], date]:
    since: dict[tuple[int, int], date] = {}
    for move in moves.values():
        key = (move.item_id, items[move.item_id].pool_key("", move.lot_id)[2])
        before = move.on - timedelta(days=1)
        since[key] = min(before, since.get(key, before))
    return since


def _problems(costs: Sequence[AddedCost], moves: Mapping[int, StockMove], on: date) -> list[Problem]:
    problems = []
    added = dict(
        StockMove.objects.filter(adjusts__in=list(moves), kind=ADDED).values_list("adjusts").annotate(Sum("value"))
    )
    sums: dict[int, Decimal] = {}
    for cost in costs:
        sums[cost.move_id] = sums.get(cost.move_id, ZERO) + cost.amount
    for pk, amount in sums.items():
        move = moves.get(pk)
        if move is None or move.kind or move.quantity <= 0 or move.source.area or not move.target.area:
            problems.append(
                Problem("not_a_receipt", "{item}: cost can be added to a receipt into our own stock only.", item=move.item.code if move else str(pk))
            )  # fmt: skip
            continue
        document = move.posting.source_number or str(move.posting)
        if hasattr(move, "reversed_by"):
            problems.append(Problem("receipt_reversed", "{document}: this receipt was taken back.", document=document))
        if on < move.on:
            problems.append(
                Problem(
                    "cost_before_receipt", "{document} is of {date}; cost cannot be added on an earlier day.", document=document, date=move.on
                )
            )  # fmt: skip
        if move.value + added.get(pk, ZERO) + amount < 0:
            problems.append(
                Problem(
                    "value_negative", "{item}: goods cannot have a negative value.", item=move.item.code, where="amount"
                )
            )
    return problems


def _reckoned(
    pools: Pools, items: Mapping[int, ItemFacts], moves: Mapping[int, StockMove], costs: Sequence[AddedCost], entries: Sequence[Entry],
    partner_id: int | None,
) -> Locked:  # fmt: skip
    names = {"stock_adjustment", "variance_price", "subcontract", *(inventory_role(item) for item in items.values())}
    names |= {cost.account for cost in costs} | {entry.account for entry in entries}
    reckoning = Reckoning(
        items=items, lots={}, balances={}, pools=pools.pools, pool_accounts=pools.accounts,
        accounts=account_facts(names, set(pools.accounts.values())), serials={}, adjust=location("ADJUST"),
    )  # fmt: skip
    for cost in costs:
        move = moves[cost.move_id]
        row = MoveRow(
            0, move.item_id, move.lot_id, move.source_id, move.target_id, 0, cents(cost.amount), None, None,
            cost.partner_id or partner_id, None, "", cost.source_line, None, ADDED, True, move.pk,
        )  # fmt: skip
        reckoning.add_cost(0, row, items[move.item_id], move.target, cost.account)
    for entry in entries:
        reckoning.enter(0, entry, partner_id)
    return Locked(reckoning, {}, pools, {})
