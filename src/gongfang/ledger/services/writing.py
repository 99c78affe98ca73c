"""Write what was reckoned: postings, moves, balances, pools, vouchers and account balances, each in one statement."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from gongfang.ledger.events import StockMoved
from gongfang.ledger.models import AccountBalance, Balance, Posting, StockMove, Voucher, VoucherLine
from gongfang.ledger.rules.moves import Draft
from gongfang.ledger.services.histories import BEGINNING
from gongfang.ledger.services.locking import Locked
from gongfang.ledger.services.periods import draw_numbers
from gongfang.ledger.services.pools import write_layers, write_pools
from gongfang.platform.events import emit
from gongfang.platform.identity.models import User
from gongfang.platform.setwise import BOOL, DATE, INT, TEXT, add_up, insert, insert_rows, update

Line = tuple[int, int, int, str, str, int, int]
"""(account, partner or 0, cost object or 0, element, summary, debit, credit)"""


def write(
    actor: User | None, drafts: Sequence[Draft], state: Locked, reverses: Sequence[Posting | None] | None = None,
    marks: Mapping[tuple[int, int], tuple[int, int, date]] | None = None, *, moves_on: bool = True,
) -> list[Posting]:  # fmt: skip
    """Append the rows of a reckoning without problems. Draws the voucher numbers last of all locks.

    marks: earlier receipts that layers stand for → (posting, line, day). moves_on: the pools' latest day follows.
    """
    lines = _lines(state, len(drafts))
    _write_balances(state, drafts)
    write_pools(
        state.pools, state.reckoning.pool_accounts, max((draft.on for draft in drafts if moves_on), default=BEGINNING)
    )
    if not drafts:
        write_layers(state.pools, marks or {})
        return []
    numbers = _numbers(drafts, lines)
    postings = [
            Posting(
                reason=draft.reason, source_type=draft.source.doc_type if draft.source else "",
                source_id=draft.source.pk if draft.source else 0, source_number=draft.source.number if draft.source else "",
                on=draft.on, actor=actor, partner_id=draft.partner_id, summary=draft.summary[:200],
                reverses=reverses[n] if reverses else None,
            )
            for n, draft in enumerate(drafts)
        ]  # fmt: skip
    insert_rows(postings, in_order=True)
    own = {
        (0, line_no): (postings[row.draft].pk, line_no, row.came_on or drafts[row.draft].on)
        for line_no, row in enumerate(state.reckoning.rows, start=1)
    } if any(row.method == "fifo" for row in state.pools.rows.values()) else {}  # fmt: skip
    write_layers(state.pools, {**own, **(marks or {})})
    _write_moves(state, drafts, postings)
    _write_vouchers(drafts, postings, lines, numbers)
    if state.balances:
        emit(StockMoved(tuple(sorted({(item, place) for item, place, _ in state.balances}))))
    return postings


def _lines(state: Locked, count: int) -> list[list[Line]]:
    found: list[list[Line]] = [[] for _ in range(count)]
    for key, amount in sorted(
        state.reckoning.lines.items(), key=lambda pair: (pair[0][0], not pair[0][-1], pair[0][1:])
    ):
        draft, account, partner, cost_object, element, summary, is_debit = key
        if amount:
            debit, credit = (amount, 0) if is_debit else (0, amount)
            found[draft].append((account, partner, cost_object, element, summary, debit, credit))
    return found


def _numbers(drafts: Sequence[Draft], lines: Sequence[Sequence[Line]]) -> list[tuple[int, int]]:
    """(period, voucher number) of each draft; 0 where no voucher is made. One statement per month, in their order."""
    by_month: dict[tuple[int, int], list[int]] = defaultdict(list)
    for n, draft in enumerate(drafts):
        by_month[draft.on.year, draft.on.month].append(n)
    numbers = [(0, 0)] * len(drafts)
    for month in sorted(by_month):
        wanting = [n for n in by_month[month] if lines[n]]
        period, first = draw_numbers(drafts[by_month[month][0]].on, len(wanting))
        for position, n in enumerate(wanting):
            numbers[n] = (period, first + position)
    return numbers


def _write_balances(state: Locked, drafts: Sequence[Draft]) -> None:
    if not state.balances:
        return
    latest = max(draft.on for draft in drafts)
    update(
        Balance._meta.db_table,
        [("id", INT), ("change", INT), ("last_on", DATE), ("second", INT)],
        [
            (
                balance.id, balance.quantity - balance.start, max(balance.last_on or latest, latest),
                balance.second - balance.second_start,
            )
            for _, balance in sorted(state.balances.items())
        ],
        'quantity = ledger_balance.quantity + given."change", last_on = given."last_on",'
        ' second_quantity = ledger_balance.second_quantity + given."second"',
    )  # fmt: skip


def _write_moves(state: Locked, drafts: Sequence[Draft], postings: Sequence[Posting]) -> None:
    columns = [
        ("posting_id", INT), ("line_no", INT), ("on", DATE), ("item_id", INT), ("lot_id", INT), ("source_id", INT),
        ("target_id", INT), ("quantity", INT), ("value", INT), ("source_account_id", INT), ("target_account_id", INT),
        ("partner_id", INT), ("cost_object_id", INT), ("element", TEXT), ("source_line", INT), ("reverses_id", INT),
        ("is_fixed", BOOL), ("kind", TEXT), ("adjusts_id", INT), ("residue_of", INT), ("second_quantity", INT), ("came_on", DATE),
    ]  # fmt: skip
    rows = [
        (
            postings[row.draft].pk, line_no, drafts[row.draft].on, row.item_id, row.lot_id, row.source_id, row.target_id,
            row.quantity, row.value, row.source_account, row.target_account, row.partner_id, row.cost_object_id, row.element,
            row.source_line, row.reverses, row.is_fixed, row.kind, row.adjusts, row.residue_of, row.second, row.came_on,
        )
        for line_no, row in enumerate(state.reckoning.rows, start=1)
    ]  # fmt: skip
    insert(StockMove._meta.db_table, columns, rows)


def _write_vouchers(
    drafts: Sequence[Draft],
    postings: Sequence[Posting],
    lines: Sequence[Sequence[Line]],
    numbers: Sequence[tuple[int, int]],
) -> None:
    made = [n for n in range(len(drafts)) if lines[n]]
    vouchers = [
            Voucher(
                period_id=numbers[n][0], number=numbers[n][1], on=drafts[n].on, kind=drafts[n].kind,
                summary=drafts[n].summary[:200], amount=Decimal(sum(line[5] for line in lines[n])) / 100, posting=postings[n],
            )
            for n in made
        ]  # fmt: skip
    insert_rows(vouchers, in_order=True)
    columns = [
        ("voucher_id", INT), ("line_no", INT), ("on", DATE), ("account_id", INT), ("partner_id", INT), ("cost_object_id", INT),
        ("element", TEXT), ("summary", TEXT), ("debit", INT), ("credit", INT),
    ]  # fmt: skip
    rows = []
    sums: dict[tuple[int, int, int, int, str], list[int]] = defaultdict(lambda: [0, 0])
    for n, voucher in zip(made, vouchers, strict=True):
        for line_no, (account, partner, cost_object, element, summary, debit, credit) in enumerate(lines[n], start=1):
            text = (summary or drafts[n].summary)[:200]
            rows.append(
                (
                    voucher.pk,
                    line_no,
                    drafts[n].on,
                    account,
                    partner or None,
                    cost_object or None,
                    element,
                    text,
                    debit,
                    credit,
                )
            )
            total = sums[numbers[n][0], account, partner, cost_object, element]
            total[0] += debit
            total[1] += credit
    insert(VoucherLine._meta.db_table, columns, rows)
    key = ["period_id", "account_id", "partner_key", "cost_object_key", "element"]
    add_up(
        AccountBalance._meta.db_table,
        [("period_id", INT), ("account_id", INT), ("partner_key", INT), ("cost_object_key", INT), ("element", TEXT), ("debit", INT), ("credit", INT)],
        key,
        ["debit", "credit"],
        [(*at, debit, credit) for at, (debit, credit) in sorted(sums.items())],
    )  # fmt: skip
