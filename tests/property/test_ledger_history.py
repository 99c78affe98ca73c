"""Any history of goods: after every step the ledger agrees with a model in plain fractions, and the proof finds nothing."""

from datetime import timedelta
from decimal import Decimal as D
from fractions import Fraction as F
from math import floor

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from gongfang.kernel.errors import DomainError
from gongfang.ledger.models import Balance, ValueBalance
from gongfang.ledger.services import Reserve, release, reserve
from gongfang.ledger.verify import CHECKS
from tests.ledger.conftest import Store

ITEMS = ["shaft", "wheel"]
PLACES = ["W1", "W2", "SUB-S1"]
AREA = {"W1": "stock", "W2": "stock", "SUB-S1": "subcontract"}
QUANTITIES = st.sampled_from(["1", "2", "3.5", "0.000001", "7.333333", "10"])
VALUES = st.sampled_from(["0.00", "0.01", "1.00", "10.00", "99.99", "1234.56"])
DAYS_AGO = st.sampled_from([0, 0, 0, 1, 2])


def cents(value: F) -> F:
    """Half up to the cent."""
    return F(floor(value * 100 + F(1, 2)), 100)


class Model:
    """Goods and values as a child would keep them: lists and fractions."""

    def __init__(self) -> None:
        self.moved: list[tuple[str, str, int, F]] = []  # item, place, days ago, signed quantity
        self.reserved: dict[tuple[str, str], F] = {}
        self.pools: dict[tuple[str, str], tuple[F, F]] = {}

    def at(self, item: str, place: str, days_ago: int = 0) -> F:
        return sum((q for i, p, day, q in self.moved if (i, p) == (item, place) and day >= days_ago), F(0))

    def refuses(self, item: str, place: str, quantity: F, days_ago: int) -> bool:
        """Whether taking this would touch what is reserved, or leave some day below zero."""
        free = self.at(item, place) - self.reserved.get((item, place), F(0))
        return quantity > free or any(self.at(item, place, day) < quantity for day in range(days_ago + 1))

    def move(self, item: str, place: str, quantity: F, days_ago: int) -> None:
        self.moved.append((item, place, days_ago, quantity))

    def into(self, item: str, area: str, quantity: F, value: F) -> None:
        present, worth = self.pools.get((item, area), (F(0), F(0)))
        self.pools[item, area] = (present + quantity, worth + value)

    def out_of(self, item: str, area: str, quantity: F) -> F:
        present, worth = self.pools[item, area]
        cost = worth if quantity == present else cents(worth * quantity / present)
        self.pools[item, area] = (present - quantity, worth - cost)
        return cost

    def back_out_of(self, item: str, area: str, quantity: F, value: F) -> None:
        present, worth = self.pools[item, area]
        if quantity == present or value > worth:
            self.out_of(item, area, quantity)
        else:
            self.pools[item, area] = (present - quantity, worth - value)


class Paper:
    doc_type, pk, number = "test.order", 1, "T-1"


class History(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.sandbox = transaction.atomic()
        self.sandbox.__enter__()
        self.store, self.model = Store(), Model()
        self.done: list[tuple] = []

    def teardown(self) -> None:
        faults = [fault for check in CHECKS for fault in check.run()]
        transaction.set_rollback(True)
        self.sandbox.__exit__(None, None, None)
        assert faults == []

    def attempt(self, expected: bool, act):
        """Do it; it must be refused exactly when the model says so."""
        try:
            with transaction.atomic():
                result = act()
        except DomainError as refusal:
            assert not expected, refusal
            assert refusal.code in ("short_stock", "short_in_past")
            return None
        assert expected, "the model refuses this"
        return result

    def day(self, days_ago: int):
        return self.store.today - timedelta(days=days_ago)

    @rule(
        item=st.sampled_from(ITEMS),
        place=st.sampled_from(["W1", "W2"]),
        quantity=QUANTITIES,
        value=VALUES,
        ago=DAYS_AGO,
    )
    def receive(self, item, place, quantity, value, ago):
        posting = self.attempt(True, lambda: self.store.receive(item, quantity, value, place, on=self.day(ago)))
        self.model.move(item, place, F(quantity), ago)
        self.model.into(item, "stock", F(quantity), F(value))
        self.done.append((posting, item, "", place, F(quantity), F(value)))

    @rule(item=st.sampled_from(ITEMS), place=st.sampled_from(["W1", "W2"]), quantity=QUANTITIES, ago=DAYS_AGO)
    def issue(self, item, place, quantity, ago):
        fine = not self.model.refuses(item, place, F(quantity), ago)
        posting = self.attempt(fine, lambda: self.store.ship(item, quantity, place, on=self.day(ago)))
        if posting:
            self.model.move(item, place, -F(quantity), ago)
            value = self.model.out_of(item, "stock", F(quantity))
            assert F(posting.moves.get().value) == value
            self.done.append((posting, item, place, "", F(quantity), value))

    @rule(
        item=st.sampled_from(ITEMS), source=st.sampled_from(PLACES), goal=st.sampled_from(PLACES), quantity=QUANTITIES
    )
    def transfer(self, item, source, goal, quantity):
        if source == goal:
            return
        fine = not self.model.refuses(item, source, F(quantity), 0)
        posting = self.attempt(fine, lambda: self.store.post(self.store.move(item, quantity, source, goal)))
        if posting:
            self.model.move(item, source, -F(quantity), 0)
            self.model.move(item, goal, F(quantity), 0)
            value = F(0)
            if AREA[source] != AREA[goal]:
                value = self.model.out_of(item, AREA[source], F(quantity))
                self.model.into(item, AREA[goal], F(quantity), value)
            self.done.append((posting, item, source, goal, F(quantity), value))

    @rule(item=st.sampled_from(ITEMS), value=VALUES)
    def add_cost(self, item, value):
        present, _ = self.model.pools.get((item, "stock"), (F(0), F(0)))
        if present and F(value):
            self.store.post(self.store.move(item, "0", "SUPPLIER", "W1", value))
            self.model.into(item, "stock", F(0), F(value))

    @rule(item=st.sampled_from(ITEMS), place=st.sampled_from(["W1", "W2"]), quantity=QUANTITIES)
    def reserve(self, item, place, quantity):
        kept = self.model.reserved.get((item, place), F(0))
        fine = F(quantity) <= self.model.at(item, place) - kept
        wanted = [Reserve(self.store.items[item].pk, self.store.at(place), D(quantity))]
        self.attempt(fine, lambda: reserve(source=Paper, wanted=wanted))
        if fine:
            self.model.reserved[item, place] = kept + F(quantity)

    @precondition(lambda self: self.model.reserved)
    @rule()
    def release(self):
        with transaction.atomic():
            release(source=Paper)
        self.model.reserved.clear()

    @precondition(lambda self: self.done)
    @rule(data=st.data())
    def reverse(self, data):
        entry = data.draw(st.sampled_from(self.done))
        posting, item, source, target, quantity, value = entry
        fine = not target or not self.model.refuses(item, target, quantity, 0)
        red = self.attempt(fine, lambda: self.store.reverse(posting))
        if not red:
            return
        self.done.remove(entry)
        if target:
            self.model.move(item, target, -quantity, 0)
        if source:
            self.model.move(item, source, quantity, 0)
        if AREA.get(source) != AREA.get(target):
            if target:
                self.model.back_out_of(item, AREA[target], quantity, value)
            if source:
                self.model.into(item, AREA[source], quantity, value)

    @invariant()
    def agrees(self):
        for item in ITEMS:
            for place in PLACES:
                row = Balance.objects.filter(item=self.store.items[item], location=self.store.at(place)).first()
                assert F(row.quantity if row else 0) == self.model.at(item, place)
                assert F(row.reserved if row else 0) == self.model.reserved.get((item, place), F(0))
            for area in ("stock", "subcontract"):
                pool = ValueBalance.objects.filter(item=self.store.items[item], area=area).first()
                expected = self.model.pools.get((item, area), (F(0), F(0)))
                assert (F(pool.quantity), F(pool.value)) == expected if pool else expected == (F(0), F(0))


@pytest.mark.slow
@pytest.mark.django_db
def test_any_history_adds_up():
    run_state_machine_as_test(
        History,
        settings=settings(
            max_examples=40, stateful_step_count=20, deadline=None, derandomize=True, print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
