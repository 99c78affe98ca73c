"""Any history of goods, by every costing method: after each step the ledger agrees with a model in plain fractions.

The model keeps a list of what happened and nothing else; every figure is reckoned anew from it, in the order of days and of entry.
"""

import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal as D
from fractions import Fraction as F
from itertools import groupby
from math import floor

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from gongfang.kernel.errors import DomainError
from gongfang.ledger.models import Period
from gongfang.ledger.queries import stock_at
from gongfang.ledger.services import Reserve, average_month, close_period, release, reserve
from gongfang.ledger.services.closing import closing_faults, closing_warnings
from gongfang.ledger.verify import CHECKS
from tests.ledger.conftest import Store

METHODS = {
    "ma": "moving_average",
    "ff": "fifo",
    "sp/L1": "specific",
    "sp/L2": "specific",
    "sc": "standard",
    "mo": "month_average",
}
ITEMS = list(METHODS)  # of the one valued lot by lot, each lot is an item to the model
PLACES = ["W1", "W2", "SUB-S1"]
AREA = {"W1": "stock", "W2": "stock", "SUB-S1": "subcontract"}
PRICE = F(10, 3)  # of the standard; six decimals in the ledger
QUANTITIES = st.sampled_from(["1", "2", "3.5", "0.000001", "7.333333", "10"])
VALUES = st.sampled_from(["0.00", "0.01", "1.00", "10.00", "99.99", "1234.56"])
AGO = st.sampled_from([0, 0, 0, 1, 2, 5, 30])
BOTH = st.sampled_from(["W1", "W2"])


def split(item: str) -> tuple[str, str]:
    """Code and lot."""
    code, _, lot = item.partition("/")
    return code, lot


def cents(value: F) -> F:
    """Half up to the cent."""
    return F(floor(value * 100 + F(1, 2)), 100)


def share(value: F, part: F, whole: F) -> F:
    return value if part == whole else cents(value * part / whole)


@dataclass
class Event:
    """What happened, as a person would note it. source, target: place or ""; value: given, else reckoned."""

    n: int
    on: date
    item: str
    source: str
    target: str
    quantity: F
    value: F | None
    lot: str = ""
    undoes: "Event | None" = None
    added: list[F] = field(default_factory=list)
    worth: F = F(0)
    kept: F = F(0)  # what the target pool took
    given: F = F(0)  # what the source pool gave
    posting: object = None
    is_undone: bool = False


class Pool:
    """Goods and value of one pool, by a method, as a child would keep them."""

    def __init__(self, method: str) -> None:
        self.method, self.layers = method, []  # [receipt, quantity, value]

    @property
    def quantity(self) -> F:
        return sum((layer[1] for layer in self.layers), F(0))

    @property
    def value(self) -> F:
        return sum((layer[2] for layer in self.layers), F(0))

    def put(self, who, quantity: F, value: F) -> F:
        """Returns what is kept of the value."""
        if self.method == "standard":
            before = self.value
            total = self.quantity + quantity
            self.layers = [[None, total, cents(total * F(3333333, 1000000))]]
            return self.value - before
        if self.method != "fifo" and self.layers:
            self.layers[0][1] += quantity
            self.layers[0][2] += value
        else:
            self.layers.append([who, quantity, value])
        return value

    def take(self, quantity: F, at: int = 0) -> F:
        if self.method == "standard":
            before, total = self.value, self.quantity - quantity
            self.layers = [[None, total, cents(total * F(3333333, 1000000))]] if total else []
            return before - self.value
        cost = F(0)
        while quantity:
            layer = self.layers[at]
            part = min(quantity, layer[1])
            value = share(layer[2], part, layer[1])
            cost, quantity = cost + value, quantity - part
            layer[1], layer[2] = layer[1] - part, layer[2] - value
            if not layer[1]:
                del self.layers[at]
        return cost

    def give_back(self, who, quantity: F, value: F) -> F:
        """Goods of a receipt go out at a value; returns what the pool really gave."""
        if self.method == "standard":
            return self.take(quantity)
        if self.method == "fifo":
            taken, own = F(0), next((n for n, layer in enumerate(self.layers) if layer[0] is who), None)
            if own is not None:
                part = min(quantity, self.layers[own][1])
                taken, quantity = self.take(part, own), quantity - part
            while quantity:
                part = min(quantity, self.layers[-1][1])
                taken, quantity = taken + self.take(part, len(self.layers) - 1), quantity - part
            return taken
        if quantity == self.quantity or value > self.value:
            return self.take(quantity)
        self.layers[0][1] -= quantity
        self.layers[0][2] -= value
        return value


class Model:
    """Everything that happened; what follows from it is reckoned when asked."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.reserved: dict[tuple[str, str], F] = {}
        self.averaged: set[tuple[int, int]] = set()

    def of(self, item: str) -> list[Event]:
        return sorted((event for event in self.events if event.item == item), key=lambda event: (event.on, event.n))

    def at(self, item: str, place: str, on: date | None = None) -> F:
        total = F(0)
        for event in self.events:
            if event.item == item and (on is None or event.on <= on):
                sign = -1 if event.undoes else 1
                total += sign * event.quantity * ((event.target == place) - (event.source == place))
        return total

    def refuses(self, item: str, place: str, quantity: F, on: date) -> bool:
        """Whether taking this would touch what is reserved, or leave some day below zero."""
        free = self.at(item, place) - self.reserved.get((item, place), F(0))
        days = {event.on for event in self.events if event.item == item and event.on >= on} | {on}
        return quantity > free or any(self.at(item, place, day) < quantity for day in days)

    def reckoned(self, item: str) -> dict[str, Pool]:
        """The pools of an item after all that happened; puts on each event what it is worth."""
        method = METHODS[item]
        pools = {area: Pool(method) for area in ("stock", "subcontract")}
        events = self.of(item)
        for month in sorted({(event.on.year, event.on.month) for event in events}):
            of_month = [event for event in events if (event.on.year, event.on.month) == month]
            for day in sorted({event.on for event in of_month}):
                waiting: list[Event] = []
                for event in (event for event in of_month if event.on == day):
                    waiting = [late for late in [event, *waiting] if not self._apply(pools, late)]
            if method == "month_average" and month in self.averaged:
                self._average(pools, of_month)
        return pools

    def _apply(self, pools: dict[str, Pool], event: Event) -> bool:
        source, target = pools.get(AREA.get(event.source, "")), pools.get(AREA.get(event.target, ""))
        if source is target:
            return True
        quantity, done = event.quantity, event.undoes
        giver = target if done else source
        if giver is not None and giver.quantity < quantity:
            return False
        if done:
            if target:
                target.give_back(done, quantity, done.kept)
            if source:
                source.put(event, quantity, done.given)
            event.worth = -done.worth
            return True
        value = None if event.value is None else event.value + sum(event.added)
        if source and value is not None:  # a return at what it came in for
            event.worth, event.given = value, source.give_back(event, quantity, value)
        else:
            event.given = event.worth = source.take(quantity) if source else value
        event.kept = target.put(event, quantity, event.worth) if target else event.worth
        return True

    def _average(self, pools: dict[str, Pool], events: list[Event]) -> None:
        undone = [event.undoes for event in events if event.undoes]
        for area, pool in pools.items():
            issues = [
                event for event in events
                if AREA.get(event.source) == area and not event.target and event.value is None and not event.undoes
                and not any(event is one for one in undone)
            ]  # fmt: skip
            quantity = pool.quantity + sum((event.quantity for event in issues), F(0))
            value = pool.value + sum((event.worth for event in issues), F(0))
            left, done = pool.quantity, [F(0), F(0)]
            for event in issues:
                upto = share(value, done[0] + event.quantity, quantity)
                event.worth = event.given = event.kept = upto - done[1]
                done = [done[0] + event.quantity, upto]
            pool.layers = [[None, left, value - done[1]]] if left else []


class Paper:
    doc_type, pk, number = "test.order", 1, "T-1"


class History(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.sandbox = transaction.atomic()
        self.sandbox.__enter__()
        self.store, self.model = Store(), Model()
        for code, method in {split(item)[0]: method for item, method in METHODS.items()}.items():
            lots = "lot" if method == "specific" else "none"
            self.store.item(code, costing_method=method, tracking=lots, standard_cost=D("3.333333"))
        self.keys = {}  # (item id, lot id or 0) → the model's item
        for item in ITEMS:
            code, lot = split(item)
            self.keys[self.store.items[code].pk, self.store.lot(code, lot) if lot else 0] = item
        self.closed: set[tuple[int, int]] = set()
        self.touched = set(ITEMS)
        self.places = {place: self.store.at(place).pk for place in PLACES}

    def teardown(self) -> None:
        faults = [fault for check in CHECKS for fault in check.run()]
        for ago in (1, 2, 5, 30):
            stock = stock_at(self.day(ago))
            for item in ITEMS[:2]:
                held = sum((self.model.at(item, place, self.day(ago)) for place in ("W1", "W2")), F(0))
                assert F(stock.get(self.store.items[item].pk, (D(0), D(0)))[0]) == held, (item, ago)
        transaction.set_rollback(True)
        self.sandbox.__exit__(None, None, None)
        assert faults == []

    def attempt(self, expected: bool, act, *codes: str):
        """Do it; it must be refused exactly when the model says so."""
        try:
            with transaction.atomic():
                result = act()
        except DomainError as refusal:
            assert not expected, refusal
            assert refusal.code in (codes or ("short_stock", "short_in_past", "period_closed")), refusal
            return None
        assert expected, "the model refuses this"
        return result

    def day(self, ago: int) -> date:
        return self.store.today - timedelta(days=ago)

    def shut(self, on: date) -> bool:
        return any((on.year, on.month) <= month for month in self.closed)

    def note(self, posting, on, item, source, target, quantity, value, **more) -> Event:
        event = Event(len(self.model.events), on, item, source, target, F(quantity), value, posting=posting, **more)
        self.model.events.append(event)
        self.touched.add(item)
        return event

    def moved(self, item, quantity, source, goal, value=None, on=None):
        code, lot = split(item)
        return self.store.post(self.store.move(code, str(quantity), source, goal, value, lot), on=on)

    @rule(
        item=st.sampled_from(ITEMS),
        place=BOTH,
        quantity=QUANTITIES,
        value=VALUES,
        ago=AGO,
        goods=st.sampled_from(["SUPPLIER", "CUSTOMER"]),
    )
    def receive(self, item, place, quantity, value, ago, goods):
        """Bought, or come back from a customer at a value."""
        on = self.day(ago)
        act = lambda: self.moved(item, quantity, goods, place, value, on)  # noqa: E731
        posting = self.attempt(not self.shut(on), act, "period_closed", "period_not_open")
        if posting:
            self.note(posting, on, item, "", place, quantity, F(value))

    @rule(item=st.sampled_from(ITEMS), place=BOTH, quantity=QUANTITIES, ago=AGO)
    def issue(self, item, place, quantity, ago):
        on = self.day(ago)
        fine = not self.model.refuses(item, place, F(quantity), on) and not self.shut(on)
        posting = self.attempt(fine, lambda: self.moved(item, quantity, place, "CUSTOMER", on=on))
        if posting:
            self.note(posting, on, item, place, "", quantity, None)

    @rule(item=st.sampled_from(ITEMS), place=BOTH, quantity=QUANTITIES, value=VALUES, ago=AGO)
    def return_to_supplier(self, item, place, quantity, value, ago):
        """Goods leave at what the receipt had cost, whatever they stand at now."""
        on = self.day(ago)
        fine = not self.model.refuses(item, place, F(quantity), on) and not self.shut(on)
        posting = self.attempt(fine, lambda: self.moved(item, quantity, place, "SUPPLIER", value, on))
        if posting:
            self.note(posting, on, item, place, "", quantity, F(value))

    @rule(
        item=st.sampled_from(ITEMS),
        source=st.sampled_from(PLACES),
        goal=st.sampled_from(PLACES),
        quantity=QUANTITIES,
        ago=AGO,
    )
    def transfer(self, item, source, goal, quantity, ago):
        if source == goal:
            return
        on = self.day(ago)
        fine = not self.model.refuses(item, source, F(quantity), on) and not self.shut(on)
        posting = self.attempt(fine, lambda: self.moved(item, quantity, source, goal, on=on))
        if posting:
            self.note(posting, on, item, source, goal, quantity, None)

    @rule(item=st.sampled_from(ITEMS), place=BOTH, found=QUANTITIES)
    def count(self, item, place, found):
        """What was found beside the books: more comes in at a value, less goes out at cost."""
        on, gap = self.store.today, F(found) - self.model.at(item, place)
        if not gap or self.shut(on):
            return
        quantity = D(abs(gap).numerator) / D(abs(gap).denominator)
        if gap > 0:
            posting = self.moved(item, quantity, "COUNT", place, "5.00")
            self.note(posting, on, item, "", place, quantity, F(5))
            return
        fine = not self.model.refuses(item, place, -gap, on)
        posting = self.attempt(fine, lambda: self.moved(item, quantity, place, "COUNT"))
        if posting:
            self.note(posting, on, item, place, "", quantity, None)

    @precondition(
        lambda self: any(not event.source and not event.undoes and not event.is_undone for event in self.model.events)
    )
    @rule(data=st.data(), amount=st.sampled_from(["0.01", "15.00", "4.00", "10.00"]))
    def landed_cost(self, data, amount):
        receipts = [
            event for event in self.model.events if not event.source and not event.undoes and not event.is_undone
        ]
        event = data.draw(st.sampled_from(receipts))
        on = self.store.today
        if self.shut(on):
            return
        self.store.add_cost(event.posting, amount, on)
        event.added.append(F(amount))
        self.touched.add(event.item)

    @rule(item=st.sampled_from(ITEMS), place=st.sampled_from(["W1", "W2"]), quantity=QUANTITIES)
    def reserve(self, item, place, quantity):
        kept = self.model.reserved.get((item, place), F(0))
        fine = F(quantity) <= self.model.at(item, place) - kept
        key = next(key for key, name in self.keys.items() if name == item)
        wanted = [Reserve(key[0], self.store.at(place), D(quantity), key[1] or None)]
        self.attempt(fine, lambda: reserve(source=Paper, wanted=wanted))
        if fine:
            self.model.reserved[item, place] = kept + F(quantity)

    @precondition(lambda self: self.model.reserved)
    @rule()
    def release(self):
        with transaction.atomic():
            release(source=Paper)
        self.model.reserved.clear()

    @precondition(
        lambda self: any(not event.undoes and not event.is_undone and not event.added for event in self.model.events)
    )
    @rule(data=st.data(), today=st.booleans())
    def unapprove(self, data, today):
        """Take a document back, on its own day or today (a return)."""
        done = [event for event in self.model.events if not event.undoes and not event.is_undone and not event.added]
        event = data.draw(st.sampled_from(done))
        on = self.store.today if today else event.on
        fine = not self.shut(on) and not (
            event.target and self.model.refuses(event.item, event.target, event.quantity, on)
        )
        red = self.attempt(fine, lambda: self.store.reverse(event.posting, on))
        if red:
            event.is_undone = True
            self.note(red, on, event.item, event.source, event.target, event.quantity, None, undoes=event)

    @rule(ago=st.sampled_from([0, 30]))
    def average(self, ago):
        on = self.day(ago)
        period = Period.objects.filter(year=on.year, month=on.month, state="open").first()
        if period and not self.shut(on):
            with transaction.atomic():
                average_month(actor=self.store.user, period=period)
            self.model.averaged.add((on.year, on.month))
            self.touched.add("mo")

    @rule()
    def close_last_month(self):
        """Nothing may stand against it but that the month average is not reckoned yet."""
        period = Period.objects.filter(state="open").order_by("year", "month").first()
        today = self.store.today
        if period is None or (period.year, period.month) >= (today.year, today.month):
            return
        faults = {problem.code for problem in closing_faults(period)}
        assert faults <= {"not_averaged"}
        warnings = frozenset(problem.code for problem in closing_warnings(period))

        def close():
            request = uuid.uuid4()
            return close_period(actor=self.store.user, request_id=request, period_id=period.pk, confirm=warnings)

        self.attempt(not faults, close, "not_averaged")
        if faults:
            self.average((today - date(period.year, period.month, 1)).days)
            close()
        self.closed.add((period.year, period.month))

    @invariant()
    def agrees(self):
        """Stock = Σ moves, value = books, reserved ≤ on hand, quantity 0 ⇒ value 0.00, each move at what its method says."""
        balances, pools = {}, {}
        with connection.cursor() as cursor:
            cursor.execute("SELECT item_id, lot_key, location_id, quantity, reserved FROM ledger_balance")
            for item, lot, place, quantity, reserved in cursor.fetchall():
                balances[self.keys[item, lot], place] = (F(quantity, 10**6), F(reserved, 10**6))
                assert 0 <= reserved <= quantity
            cursor.execute("SELECT item_id, lot_key, area, quantity, value FROM ledger_valuebalance")
            for item, lot, area, quantity, value in cursor.fetchall():
                pools[self.keys[item, lot], area] = (F(quantity, 10**6), F(value, 100))
                assert quantity or not value
            cursor.execute(
                "SELECT SUM(debit - credit) FROM ledger_voucherline l JOIN ledger_account a ON a.id = l.account_id WHERE a.is_controlled"
            )
            assert F(int(cursor.fetchone()[0] or 0), 100) == sum((value for _, value in pools.values()), F(0))
        for item in sorted(self.touched):
            for place in PLACES:
                quantity, reserved = balances.get((item, self.places[place]), (F(0), F(0)))
                assert quantity == self.model.at(item, place), (item, place)
                assert reserved == self.model.reserved.get((item, place), F(0))
            reckoned = self.model.reckoned(item)
            for area in ("stock", "subcontract"):
                expected = (reckoned[area].quantity, reckoned[area].value)
                assert pools.get((item, area), (F(0), F(0))) == expected, (item, area)
            self._moves_agree(item, {place: sums[0] for (name, place), sums in balances.items() if name == item})
        self.touched = set()

    def _moves_agree(self, item: str, balances: dict[int, F]) -> None:
        """What each move stands at, with all that was adjusted since; what they add up to, and on no day to less than nothing."""
        pk, lot = next(key for key, name in self.keys.items() if name == item)
        with connection.cursor() as cursor:
            cursor.execute(
                'SELECT m.posting_id, m."on", m.source_id, m.target_id, m.quantity, m.value + COALESCE((SELECT SUM(a.value) FROM'
                " ledger_stockmove a WHERE a.adjusts_id = m.id AND a.kind <> 'residue'), 0) FROM ledger_stockmove m"
                ' WHERE m.item_id = %s AND COALESCE(m.lot_id, 0) = %s AND m.quantity <> 0 ORDER BY m."on"',
                [pk, lot],
            )
            rows = cursor.fetchall()
        worth = {posting: F(int(value), 100) for posting, *_, value in rows}
        for event in self.model.of(item):
            if AREA.get(event.source) != AREA.get(event.target):
                assert worth[event.posting.pk] == event.worth, (item, event.n)
        present = dict.fromkeys(balances, F(0))
        for _, of_day in groupby(rows, key=lambda row: row[1]):
            for _, _, source, target, quantity, _ in of_day:
                for place, sign in ((source, -1), (target, 1)):
                    if place in present:
                        present[place] += sign * F(quantity, 10**6)
            assert min(present.values(), default=F(0)) >= 0, (item, "below zero at the end of a day")
        assert present == balances, (item, "stock is the sum of its moves")


@pytest.mark.slow
@pytest.mark.django_db
def test_any_history_adds_up():
    """200 histories of 40 steps on SQLite, 30 on PostgreSQL."""
    run_state_machine_as_test(
        History,
        settings=settings(
            max_examples=200 if connection.vendor == "sqlite" else 30, stateful_step_count=40, deadline=None, derandomize=True,
            print_blob=True, suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
