"""The arithmetic of a posting: locked balances and pools in, rows to write and reasons to refuse out. Integers throughout."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from gongfang.engines.valuation import Pool, share
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
LineKey = tuple[int, int, int, int, str, str, bool]
"""(draft, account, partner or 0, cost object or 0, element, summary, is debit)"""
OUTWARD = frozenset({"production", "customer"})


class Reckoning:
    """One pass over the moves of one or more postings, in the order given.

    balances: (item, location, lot or 0) → state. pools: (item, area) → pool. pool_accounts: account id of a pool once it has
    one. accounts: role or code → facts. serials: lot → physical quantity over all locations. adjust: the adjustment location.
    """

    def __init__(
        self, *, items: Mapping[int, ItemFacts], lots: Mapping[int, LotFacts], balances: Mapping[BalanceKey, BalanceState],
        pools: Mapping[tuple[int, str], Pool], pool_accounts: dict[tuple[int, str], int], accounts: Mapping[str, AccountFacts],
        serials: dict[int, int], adjust: Place,
    ) -> None:  # fmt: skip
        self.items, self.lots, self.balances, self.pools = items, lots, balances, pools
        self.pool_accounts, self.accounts, self.serials, self.adjust = pool_accounts, accounts, serials, adjust
        self.rows: list[MoveRow] = []
        self.lines: dict[LineKey, int] = {}
        self.problems: list[Problem] = []
        self.short: dict[BalanceKey, tuple[Place, BalanceState]] = {}

    # ---- goods

    def move(self, draft: int, move: Move, on: date, partner_id: int | None) -> None:
        """Reckon one move: quantities, lots, value, and the debit and credit that follow."""
        quantity = micro(move.quantity)
        item = self.items[move.item_id]
        if quantity < 0 or (quantity == 0 and not move.value):
            self.problems.append(
                Problem("quantity_not_positive", "{item}: the quantity must be greater than zero.", item=item.code)
            )
            return
        if quantity and not self._lot_fits(item, move, quantity, on):
            return
        if quantity:
            self._shift(item, move.lot_id or 0, move.source, move.target, quantity)
        value, residue = self._worth(item, move, quantity)
        partner = move.partner_id or partner_id
        debit = self._side(item, move.target, move) if value else None
        credit = self._side(item, move.source, move) if value else None
        self.rows.append(
            MoveRow(
                draft, item.id, move.lot_id, move.source.pk, move.target.pk, quantity, value,
                credit[1].id if credit else None, debit[1].id if debit else None, partner, move.cost_object_id,
                move.element or "", move.source_line,
            )
        )  # fmt: skip
        for side, is_debit in ((debit, True), (credit, False)):
            if side:
                self._enter(draft, *side, value, is_debit, partner, move.cost_object_id, move.element, "")
        for place, amount in residue:
            self._adjust(draft, item, move.lot_id, place, amount, move.source_line)

    def undo(self, draft: int, item_id: int, lot_id: int | None, source: Place, target: Place, row: MoveRow) -> None:
        """Take back one earlier move at its original value. Its voucher lines are taken back by `mirror`."""
        item, quantity, value = self.items[item_id], row.quantity, row.value
        residue: list[tuple[Place, int]] = []
        if quantity:
            self._shift(item, lot_id or 0, target, source, quantity)
        same = source.area == target.area
        if target.area and not same:
            pool = self.pools[item_id, target.area]
            if quantity and pool.quantity >= quantity:
                residue.append((target, pool.withdraw(quantity, value, lot_id or 0)))
            elif not quantity:
                residue.append((target, -pool.revalue(-value, lot_id or 0)))
        if source.area and not same:
            pool = self.pools[item_id, source.area]
            given_back = pool.receive(quantity, value, lot_id or 0) if quantity else pool.revalue(value, lot_id or 0)
            residue.append((source, -given_back))
        self.rows.append(
            MoveRow(
                draft, item_id, lot_id, source.pk, target.pk, -quantity, -value, row.source_account, row.target_account,
                row.partner_id, row.cost_object_id, row.element, row.source_line, row.reverses,
            )
        )  # fmt: skip
        for place, amount in residue:
            self._adjust(draft, item, lot_id, place, amount, row.source_line)

    def _shift(self, item: ItemFacts, lot_key: int, giver: Place, taker: Place, quantity: int) -> None:
        if giver.is_physical:
            key = (item.id, giver.pk, lot_key)
            balance = self.balances[key]
            balance.quantity -= quantity
            balance.taken += quantity
            if balance.quantity < balance.reserved and not balance.may_be_negative:
                self.short[key] = (giver, balance)
        if taker.is_physical:
            balance = self.balances[item.id, taker.pk, lot_key]
            balance.quantity += quantity
        if lot_key in self.serials:
            self.serials[lot_key] += quantity * (int(taker.is_physical) - int(giver.is_physical))
            if self.serials[lot_key] > MICRO:
                self.problems.append(
                    Problem(
                        "serial_not_unique", "Serial number {lot} of {item} is already in stock.",
                        item=item.code, lot=self.lots[lot_key].code,
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

    def _worth(self, item: ItemFacts, move: Move, quantity: int) -> tuple[int, list[tuple[Place, int]]]:
        """The value that goes with a move, and what has to be adjusted to keep the pools sound."""
        source, target, lot = move.source, move.target, move.lot_id or 0
        if source.area == target.area:
            return 0, []
        residue: list[tuple[Place, int]] = []
        given = None if move.value is None else cents(move.value)
        if quantity and given is not None and given < 0:
            self.problems.append(
                Problem("value_negative", "{item}: goods cannot have a negative value.", item=item.code)
            )
            return 0, []
        if source.area:
            pool = self.pools[item.id, source.area]
            if not quantity:
                value = given or 0
                residue.append((source, -pool.revalue(-value, lot)))
            elif pool.quantity < quantity:  # the shortage is reported with its place
                return 0, []
            elif given is None:
                value = pool.issue(quantity, lot)
            else:
                value = given
                residue.append((source, pool.withdraw(quantity, value, lot)))
        else:
            value = self._assumed(item, self.pools[item.id, target.area], quantity) if given is None else given
        if target.area:
            pool = self.pools[item.id, target.area]
            if not quantity and not pool.quantity and not source.area:
                self.problems.append(
                    Problem("nothing_left", "{item}: nothing is left in stock to carry this value.", item=item.code)
                )
                return 0, []
            off = pool.receive(quantity, value, lot) if quantity else pool.revalue(value, lot)
            residue.append((target, -off))
        return value, residue

    def _assumed(self, item: ItemFacts, pool: Pool, quantity: int) -> int:
        """What goods found without a price are worth: as those present; else at standard cost."""
        if pool.quantity and pool.value:
            return share(pool.value, quantity, pool.quantity)
        if not item.standard_cost:
            self.problems.append(
                Problem("value_needed", "{item}: there is no cost to take it in at; enter its value.", item=item.code)
            )
        return (2 * quantity * item.standard_cost + 10**10) // (2 * 10**10)

    def _adjust(self, draft: int, item: ItemFacts, lot_id: int | None, place: Place, amount: int, line: int) -> None:
        if not amount:
            return
        role = self.adjust.account_role
        inventory, counter = self._pool_account(item, place), self.accounts[role]
        self.rows.append(
            MoveRow(
                draft,
                item.id,
                lot_id,
                self.adjust.pk,
                place.pk,
                0,
                amount,
                counter.id,
                inventory.id,
                None,
                None,
                "",
                line,
            )
        )
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
