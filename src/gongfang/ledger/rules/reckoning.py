"""The arithmetic of a posting: locked balances and pools in, rows to write and reasons to refuse out. Integers throughout."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date

from gongfang.engines.valuation import NOTHING, Carried, Pool, carry, share, undo
from gongfang.kernel.errors import Problem
from gongfang.ledger.rules.chart import ELEMENT_OF_ROLE, INVENTORY_ROLES
from gongfang.ledger.rules.moves import (
    MICRO,
    AccountFacts,
    BalanceState,
    Entry,
    ItemFacts,
    LotFacts,
    Move,
    MoveRow,
    Place,
    cents,
    micro,
    plain,
)

BalanceKey = tuple[int, int, int]
PoolKey = tuple[int, str, int]
"""(item, area, lot or 0)"""
LineKey = tuple[int, int, int, int, str, str, bool]
"""(draft, account, partner or 0, cost object or 0, element, summary, is debit)"""
OUTWARD = frozenset({"production", "customer"})


class Reckoning:
    """One pass over the moves of one or more postings, in the order given.

    balances: (item, location, lot or 0) → state. pools: (item, area, lot or 0) → pool. pool_accounts: account id of an item's
    pools in an area once they have one. mirrored: move taken back → residues of it that `mirror_residue` takes back already. accounts: role or code → facts. serials: lot → physical quantity over all locations. adjust: the adjustment location.
    """

    def __init__(
        self, *, items: Mapping[int, ItemFacts], lots: Mapping[int, LotFacts], balances: Mapping[BalanceKey, BalanceState],
        pools: Mapping[PoolKey, Pool], pool_accounts: dict[tuple[int, str], int], accounts: Mapping[str, AccountFacts],
        serials: dict[int, int], adjust: Place,
    ) -> None:  # fmt: skip
        self.items, self.lots, self.balances, self.pools = items, lots, balances, pools
        self.pool_accounts, self.accounts, self.serials, self.adjust = pool_accounts, accounts, serials, adjust
        self.rows: list[MoveRow] = []
        self.mirrored: dict[int, tuple[int, int]] = {}
        self.lines: dict[LineKey, int] = {}
        self.problems: list[Problem] = []
        self.short: dict[BalanceKey, tuple[Place, BalanceState]] = {}

    # ---- goods

    def move(self, draft: int, move: Move, on: date, partner_id: int | None) -> None:
        """Reckon one move: quantities, lots, value, and the debit and credit that follow."""
        quantity = micro(move.quantity)
        item = self.items[move.item_id]
        if quantity < 0 or (quantity == 0 and not move.value and not move.second):
            self.problems.append(
                Problem("quantity_not_positive", "{item}: the quantity must be greater than zero.", item=item.code)
            )
            return
        if quantity and not self._lot_fits(item, move, quantity, on):
            return
        second = 0
        if quantity or move.second:
            second = self._second(item, move, quantity) if item.has_second else 0
            self._shift(item, move.lot_id or 0, move.source, move.target, quantity, second)
        carried = self._worth(item, move, quantity) if quantity or move.value else NOTHING
        partner = move.partner_id or partner_id
        debit = credit = None
        if move.source.area != move.target.area:
            debit, credit = self._side(item, move.target, move), self._side(item, move.source, move)
        element = self._element(move, debit, credit)
        fixed = move.value is not None or not move.source.area or not quantity
        self.rows.append(
            MoveRow(
                draft, item.id, move.lot_id, move.source.pk, move.target.pk, quantity, carried.value,
                credit[1].id if credit else None, debit[1].id if debit else None, partner, move.cost_object_id,
                element, move.source_line, None, "", fixed, None, 0, second, move.came_on,
            )
        )  # fmt: skip
        if carried.value:
            for side, is_debit in ((debit, True), (credit, False)):
                if side:
                    self._enter(draft, *side, carried.value, is_debit, partner, move.cost_object_id, move.element, "")
        self._residues(draft, item, move.lot_id, move.source, move.target, carried, move.source_line)

    def _element(self, move: Move, *sides: tuple[str, AccountFacts] | None) -> str:
        """The cost element of the account by cost object that the value goes to or comes from."""
        if move.element or move.cost_object_id is None:
            return move.element or ""
        return next((ELEMENT_OF_ROLE[side[0]] for side in sides if side and side[0] in ELEMENT_OF_ROLE), "")

    def undo(self, source: Place, target: Place, row: MoveRow, mark: object, *, anew: bool) -> None:
        """Take back one earlier move as it was booked. Its voucher lines are taken back by `mirror`, its residues by `mirror_residue`.

        mark: of the earlier move. anew: its pools are reckoned anew afterwards; else nothing came after it and they are put back
        here, and what they should need besides is written.
        """
        item, quantity = self.items[row.item_id], row.quantity
        if quantity or row.second:
            self._shift(item, row.lot_id or 0, target, source, quantity, row.second)
        self.rows.append(replace(row, quantity=-quantity, value=-row.value, second=-row.second))
        if anew or source.area == target.area or not (quantity or row.value):
            return
        booked = self.mirrored.get(row.reverses or 0, (0, 0))
        giver = self._pool(item, target, row.lot_id)
        if quantity and giver is not None and giver.quantity < quantity:  # the shortage is reported with its place
            return
        done = Carried(row.value, *booked)
        back = undo(self._pool(item, source, row.lot_id), giver, quantity, done, mark, (0, len(self.rows)))
        rest = Carried(0, back.source_residue + booked[0], back.target_residue + booked[1])
        self._residues(row.draft, item, row.lot_id, source, target, rest, row.source_line)

    def mirror_adjustment(self, draft: int, row: MoveRow) -> None:
        """Take back, with its voucher lines, what an earlier move was adjusted by."""
        self.rows.append(replace(row, draft=draft, value=-row.value))
        for account, is_debit in ((row.target_account, True), (row.source_account, False)):
            if account:
                self.add_line(draft, account, -row.value, row, is_debit=is_debit)

    def add_line(self, draft: int, account_id: int, amount: int, row: MoveRow, *, is_debit: bool) -> None:
        """A voucher line on the account of an earlier move, kept by what its account is kept by."""
        facts = self.accounts[f"#{account_id}"]
        self._enter(draft, "", facts, amount, is_debit, row.partner_id, row.cost_object_id, row.element or None, "")

    def mirror_residue(self, draft: int, row: MoveRow, owner_line: int) -> None:
        """Take back a row that an earlier posting wrote to keep a pool sound. row.reverses: its id; owner_line: of its move's row."""
        self.rows.append(replace(row, draft=draft, value=-row.value, adjusts=None, residue_of=owner_line))

    def add_cost(self, draft: int, row: MoveRow, item: ItemFacts, target: Place, account: str) -> None:
        """Write cost that is added to an earlier receipt; its pool is reckoned anew afterwards."""
        debit, credit = self._pool_account(item, target), self.accounts[account]
        self.rows.append(replace(row, draft=draft, source_account=credit.id, target_account=debit.id))
        self._enter(draft, "", debit, row.value, True, None, None, None, "")
        self._enter(draft, account, credit, row.value, False, row.partner_id, None, None, "")

    def recost(
        self, draft: int, item: ItemFacts, row: MoveRow, source: Place, target: Place, amount: int, *, settled: bool
    ) -> None:
        """Write that an earlier move is worth so much more. settled: its cost object takes no more cost; it is variance."""
        sides = []
        for place, account in ((target, row.target_account), (source, row.source_account)):
            if place.area:
                sides.append(self._pool_account(item, place))
            elif settled and row.cost_object_id:
                sides.append(self.accounts["variance_price"])
            elif account:
                sides.append(self.accounts[f"#{account}"])
            else:
                sides.append(self.accounts[place.account_role or self.adjust.account_role])
        debit, credit = sides
        self.rows.append(
            replace(row, draft=draft, quantity=0, value=amount, source_account=credit.id, target_account=debit.id)
        )
        for entered, is_debit in ((debit, True), (credit, False)):
            self._enter(
                draft, "", entered, amount, is_debit, row.partner_id, row.cost_object_id, row.element or None, ""
            )

    def _residues(
        self, draft: int, item: ItemFacts, lot_id: int | None, source: Place, target: Place, carried: Carried, line: int
    ) -> None:  # fmt: skip
        owner = len(self.rows)
        for place, amount in ((source, carried.source_residue), (target, carried.target_residue)):
            if amount:
                self.adjust_pool(draft, item, lot_id, place, amount, line, owner)

    def _second(self, item: ItemFacts, move: Move, quantity: int) -> int:
        """The goods in the second unit: as counted, else the share of what is there, else by the item's factor."""
        if move.second is not None:
            return micro(move.second)
        if move.source.is_physical:
            balance = self.balances[item.id, move.source.pk, move.lot_id or 0]
            return share(balance.second, quantity, balance.quantity) if balance.quantity >= quantity else 0
        if item.second is None:
            self.problems.append(
                Problem(
                    "second_needed", "{item} is counted in two units: enter the second quantity too.", item=item.code
                )
            )
            return 0
        per, units = item.second
        return (2 * quantity * units + per) // (2 * per)

    def _shift(self, item: ItemFacts, lot_key: int, giver: Place, taker: Place, quantity: int, second: int) -> None:
        if giver.is_physical:
            key = (item.id, giver.pk, lot_key)
            balance = self.balances[key]
            balance.quantity -= quantity
            balance.taken += quantity
            balance.second -= second
            if balance.quantity < balance.reserved and not balance.may_be_negative:
                self.short[key] = (giver, balance)
            elif second and (balance.second < 0 or (not balance.quantity and balance.second)):
                self._misfit(item, giver, second)
        if taker.is_physical:
            balance = self.balances[item.id, taker.pk, lot_key]
            balance.quantity += quantity
            balance.second += second
            if second and not quantity and not balance.quantity:
                self._misfit(item, taker, second)
        if lot_key in self.serials:
            self.serials[lot_key] += quantity * (int(taker.is_physical) - int(giver.is_physical))
            if self.serials[lot_key] > MICRO:
                self.problems.append(
                    Problem(
                        "serial_not_unique", "Serial number {lot} of {item} is already in stock.",
                        item=item.code, lot=self.lots[lot_key].code,
                    )
                )  # fmt: skip

    def _misfit(self, item: ItemFacts, place: Place, second: int) -> None:
        self.problems.append(
            Problem(
                "second_short", "{item}: {second} in the second unit do not fit what is in {location}.", item=item.code,
                second=plain(second), location=str(place.name),
            )
        )  # fmt: skip

    def _lot_fits(self, item: ItemFacts, move: Move, quantity: int, on: date) -> bool:
        physical = move.source.is_physical or move.target.is_physical
        problem: Problem | None = None
        lot = self.lots.get(move.lot_id) if move.lot_id else None
        if item.tracking == "none":
            if move.lot_id:
                problem = Problem("lot_not_kept", "{item} is not kept by lot.", item=item.code)
        elif physical and lot is None:
            problem = Problem("lot_needed", "{item} is kept by lot or serial number: say which.", item=item.code)
        elif lot and lot.item_id != item.id:
            problem = Problem("lot_of_other_item", "Lot {lot} is not of {item}.", item=item.code, lot=lot.code)
        elif lot and lot.is_serial and quantity != MICRO:
            problem = Problem("serial_is_one", "Serial number {lot} of {item} is exactly one piece.", item=item.code, lot=lot.code)  # fmt: skip
        elif lot and move.target.kind in OUTWARD and lot.is_frozen:
            problem = Problem("blocked_lot", "Lot {lot} of {item} is frozen.", item=item.code, lot=lot.code)
        elif lot and move.target.kind in OUTWARD and lot.expires_on and lot.expires_on < on:
            problem = Problem(
                "expired_lot",
                "Lot {lot} of {item} expired on {date}.",
                item=item.code,
                lot=lot.code,
                date=lot.expires_on,
            )
        if problem:
            self.problems.append(problem)
        return problem is None

    # ---- value

    def _pool(self, item: ItemFacts, place: Place, lot_id: int | None) -> Pool | None:
        return self.pools[item.pool_key(place.area, lot_id)] if place.area else None

    def _worth(self, item: ItemFacts, move: Move, quantity: int) -> Carried:
        """The value that goes with a move, and what has to be adjusted to keep the pools sound."""
        if move.source.area == move.target.area:
            return NOTHING
        source, target = self._pool(item, move.source, move.lot_id), self._pool(item, move.target, move.lot_id)
        given = None if move.value is None else cents(move.value)
        if quantity and given is not None and given < 0:
            self.problems.append(
                Problem("value_negative", "{item}: goods cannot have a negative value.", item=item.code)
            )
            return NOTHING
        if source is None and target is not None:
            if not quantity and not target.quantity:
                self.problems.append(
                    Problem("nothing_left", "{item}: nothing is left in stock to carry this value.", item=item.code)
                )
                return NOTHING
            given = self._assumed(item, target, quantity) if given is None else given
        elif quantity and source is not None and source.quantity < quantity:  # the shortage is reported with its place
            return NOTHING
        return carry(source, target, quantity, given, (0, len(self.rows) + 1))

    def _assumed(self, item: ItemFacts, pool: Pool, quantity: int) -> int:
        """What goods found without a price are worth: as those present; else at standard cost."""
        if pool.quantity and pool.value:
            return share(pool.value, quantity, pool.quantity)
        if not item.standard_cost:
            self.problems.append(
                Problem("value_needed", "{item}: there is no cost to take it in at; enter its value.", item=item.code)
            )
        return (2 * quantity * item.standard_cost + 10**10) // (2 * 10**10)

    def adjust_pool(
        self, draft: int, item: ItemFacts, lot_id: int | None, place: Place, amount: int, line: int, owner: int, adjusts: int | None = None
    ) -> None:  # fmt: skip
        """Put value into a pool beside a move. owner: the move's line of this pass, or adjusts: its id when it is an earlier one."""
        role = "variance_price" if item.method == "standard" else self.adjust.account_role
        inventory, counter = self._pool_account(item, place), self.accounts[role]
        self.rows.append(
            MoveRow(
                draft, item.id, lot_id, self.adjust.pk, place.pk, 0, amount, counter.id, inventory.id, None, None, "", line, None,
                "residue", False, adjusts, 0 if adjusts else owner,
            )
        )  # fmt: skip
        self._enter(draft, "", inventory, amount, True, None, None, None, "")
        self._enter(draft, role, counter, amount, False, None, None, None, "")

    # ---- money

    def _pool_account(self, item: ItemFacts, place: Place) -> AccountFacts:
        role = "subcontract" if place.area == "subcontract" else inventory_role(item)
        facts = self.accounts[role]
        known = self.pool_accounts.setdefault((item.id, place.area), facts.id)
        return facts if known == facts.id else self.accounts[f"#{known}"]

    def _side(self, item: ItemFacts, place: Place, move: Move) -> tuple[str, AccountFacts] | None:
        if place.area:
            return "", self._pool_account(item, place)
        role = place.account_role if move.counter_role is None else move.counter_role
        if not role:
            assert move.counter_role == "", f"{place.name} has no account role and none was given"
            return None
        return role, self.accounts[role]

    def enter(self, draft: int, entry: Entry, partner_id: int | None) -> None:
        """Reckon one entry that comes beside the goods."""
        facts = self.accounts[entry.account]
        assert not facts.is_controlled, f"{facts.code} is moved by stock only"
        for amount, is_debit in ((cents(entry.debit), True), (cents(entry.credit), False)):
            if amount:
                self._enter(
                    draft, entry.account, facts, amount, is_debit, entry.partner_id or partner_id, entry.cost_object_id,
                    entry.element, entry.summary,
                )  # fmt: skip

    def _enter(
        self, draft: int, role: str, account: AccountFacts, amount: int, is_debit: bool, partner_id: int | None,
        cost_object_id: int | None, element: str | None, summary: str,
    ) -> None:  # fmt: skip
        if not account.is_leaf:
            self.problems.append(
                Problem("not_a_leaf", "{account} has sub-accounts: choose one of them.", account=f"{account.code} {account.name}")
            )  # fmt: skip
        for needed, given, code, template in (
            (account.needs_partner, partner_id, "partner_needed", "{account} is kept by partner: say which."),
            (account.needs_cost_object, cost_object_id, "cost_object_needed", "{account} is kept by cost object: say which."),
        ):  # fmt: skip
            if needed and not given:
                self.problems.append(Problem(code, template, account=f"{account.code} {account.name}"))
        key = (
            draft, account.id, (partner_id or 0) if account.needs_partner else 0,
            (cost_object_id or 0) if account.needs_cost_object else 0,
            (element or ELEMENT_OF_ROLE.get(role, "")) if account.needs_cost_object else "", summary, is_debit,
        )  # fmt: skip
        self.lines[key] = self.lines.get(key, 0) + amount

    def mirror(self, draft: int, lines: Iterable[tuple[int, int, int, str, str, int, int]]) -> None:
        """Take back voucher lines, red on the same side: (account, partner, cost object, element, summary, debit, credit)."""
        for account, partner, cost_object, element, summary, debit, credit in lines:
            for amount, is_debit in ((debit, True), (credit, False)):
                if amount:
                    key = (draft, account, partner, cost_object, element, summary, is_debit)
                    self.lines[key] = self.lines.get(key, 0) - amount

    # ---- verdict

    def verdict(self, lot_code: Callable[[int], str]) -> list[Problem]:
        """Every reason to refuse. Shortages name item, location, lot, what was needed and what is there."""
        found = list(dict.fromkeys(self.problems))
        for (item_id, _, lot_key), (place, balance) in self.short.items():
            item = self.items[item_id]
            free = balance.start - balance.reserved
            found.append(
                Problem(
                    "short_stock",
                    "{item} {name}: {needed} needed in {location} {lot}, {present} free ({reserved} reserved).",
                    item=item.code, name=item.name, location=str(place.name), lot=lot_code(lot_key) if lot_key else "",
                    needed=plain(balance.taken), present=plain(free), reserved=plain(balance.reserved),
                )
            )  # fmt: skip
        if found:
            return found
        sums: dict[int, int] = {}
        for key, amount in self.lines.items():
            sums[key[0]] = sums.get(key[0], 0) + (amount if key[-1] else -amount)
        return [
            Problem("not_balanced", "Debits and credits differ by {difference}.", difference=plain(off * 10_000))
            for off in sums.values()
            if off
        ]


def inventory_role(item: ItemFacts) -> str:
    """The account role under which an item's stock stands."""
    return INVENTORY_ROLES.get(item.inventory_role, "inventory_raw")
