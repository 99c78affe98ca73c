"""Any history of goods, by every costing method: after each step the ledger agrees with a model in plain fractions.

The model (`ledger_model`) keeps a list of what happened and nothing else; every figure is reckoned anew from it, in the order of days and
of entry. Cheap rules go through the door, as document verbs do; two-step transfers, other receipts and reservations are the verbs themselves.
"""

import uuid
from datetime import date, timedelta
from decimal import Decimal as D
from fractions import Fraction as F
from itertools import groupby

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from gongfang.inventory import services as inventory
from gongfang.inventory.services import ReceiptLineInput, StockLineInput
from gongfang.kernel.errors import DomainError
from gongfang.ledger import services as ledger
from gongfang.ledger.models import Period, Posting, Reservation
from gongfang.ledger.queries import stock_at, transit_of
from gongfang.ledger.services import Reserve, average_month, close_period
from gongfang.ledger.services.closing import closing_faults, closing_warnings
from gongfang.ledger.verify import CHECKS
from gongfang.masterdata.models import Item, Unit
from tests.ledger.conftest import Store
from tests.property.ledger_model import AREA, ITEMS, METHODS, PLACES, PRICE, Event, Model, cents, split

QUANTITIES = st.sampled_from(["1", "2", "3.5", "0.000001", "7.333333", "10"])
VALUES = st.sampled_from(["0.00", "0.01", "1.00", "10.00", "99.99", "1234.56"])
AGO = st.sampled_from([0, 0, 0, 1, 2, 5, 30])
BOTH = st.sampled_from(["W1", "W2"])
LASTING = ["W1", "W2", "SUB-S1"]
CODES = [split(item)[0] for item in ITEMS]
PAPERS = {pk: type("Paper", (), {"doc_type": "test.order", "pk": pk, "number": f"T-{pk}"}) for pk in (1, 2)}
PROVED_EVERY = 13
"""Steps between two proofs from the moves alone (`gongfang verify`), which the end of each history has too."""


def weight(quantity) -> F:
    """Of what comes from outside, in kg."""
    return F(round(F(quantity) * 7 / 3 * 10**6), 10**6)


def line_of(item: str) -> int:
    return CODES.index(split(item)[0]) + 1


def posting_of(document) -> Posting:
    return Posting.objects.filter(source_type=document.doc_type, source_id=document.pk).earliest("pk")


class History(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.sandbox = transaction.atomic()
        self.sandbox.__enter__()
        self.store, self.model = Store(), Model()
        for code, method in {split(item)[0]: method for item, method in METHODS.items()}.items():
            lots = "lot" if method == "specific" else "none"
            second = Unit.objects.create(code="kg", name="千克") if code == "du" else None
            self.store.item(code, costing_method=method, tracking=lots, standard_cost=D(PRICE), second_unit=second)
        self.keys = {}  # (item id, lot id or 0) → the model's item
        for item in ITEMS:
            code, lot = split(item)
            self.keys[self.store.items[code].pk, self.store.lot(code, lot) if lot else 0] = item
        self.closed: set[tuple[int, int]] = set()
        self.touched = set(ITEMS)
        self.places = {place: self.store.at(place).pk for place in LASTING}
        self.places["T2"] = transit_of(self.store.warehouses["W2"]).pk
        self.steps = 0

    def teardown(self) -> None:
        wrong = [fault for check in CHECKS for fault in check.run()]
        for ago in (1, 2, 5, 30):
            stock = stock_at(self.day(ago))
            for item in ITEMS[:2]:
                held = sum((self.model.at(item, place, self.day(ago)) for place in ("W1", "W2", "T2")), F(0))
                if F(stock.get(self.store.items[item].pk, (D(0), D(0)))[0]) != held:
                    wrong.append((item, ago, held))
        transaction.set_rollback(True)
        self.sandbox.__exit__(None, None, None)
        assert wrong == []

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
        if event.undoes:
            event.undoes.is_taken_back = True
        if item == "du" and not event.undoes:
            event.second = self.model.share_of_second(source, event.quantity) if source else weight(quantity)
        for place, sign in ((source, -1), (target, 1)):
            gone = event.undoes.second if event.undoes else -event.second
            self.model.seconds[place] = self.model.seconds.get(place, F(0)) - sign * gone
        self.model.events.append(event)
        self.touched.add(item)
        return event

    def moved(self, item, quantity, source, goal, value=None, on=None):
        code, lot = split(item)
        second = (
            D(weight(quantity).numerator) / weight(quantity).denominator
            if item == "du" and source not in PLACES
            else None
        )
        return self.store.post(self.store.move(code, str(quantity), source, goal, value, lot, second=second), on=on)

    def goods(self, item: str) -> tuple[int, int | None]:
        """Item and lot of the model's item."""
        key = next(key for key, name in self.keys.items() if name == item)
        return key[0], key[1] or None

    def do(self, verb, **values):
        return verb(actor=self.store.user, request_id=uuid.uuid4(), **values)

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
        source=st.sampled_from(LASTING),
        goal=st.sampled_from(LASTING),
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

    def receipts(self) -> list[Event]:
        return [event for event in self.standing() if not event.source]

    @precondition(lambda self: self.receipts())
    @rule(data=st.data(), amount=st.sampled_from(["0.01", "15.00", "4.00", "10.00"]))
    def landed_cost(self, data, amount):
        event = data.draw(st.sampled_from(self.receipts()))
        on = self.store.today
        if self.shut(on):
            return
        event.added.append((F(amount), self.store.add_cost(event.posting, amount, on)))
        self.touched.add(event.item)

    @precondition(lambda self: any(event.added for event in self.model.events))
    @rule(data=st.data())
    def landed_cost_taken_back(self, data):
        event = data.draw(st.sampled_from([event for event in self.model.events if event.added]))
        self.store.reverse(event.added.pop()[1])
        self.touched.add(event.item)

    @rule(price=st.sampled_from(["0.01", "3.333333", "4.999999", "12"]))
    def new_standard(self, price):
        """From today on; what is in stock is revalued at once, wherever it stands."""
        pk, today = self.store.items["sc"].pk, self.store.today
        if Item.objects.filter(pk=pk).exclude(standard_cost=D(price)).update(standard_cost=D(price)):
            with transaction.atomic():
                posting = ledger.reprice(actor=self.store.user, item_ids=[pk])
            if posting is None:
                self.model.price = F(price)  # nothing was there yet
            else:
                self.note(posting, today, "sc", "", "", 0, None, price=F(price))

    @rule(
        item=st.sampled_from(ITEMS),
        place=BOTH,
        quantity=QUANTITIES,
        cost=st.sampled_from(["0", "0.01", "3.33"]),
        ago=AGO,
    )
    def receive_by_document(self, item, place, quantity, cost, ago):
        on, (pk, _) = self.day(ago), self.goods(item)
        second = D(weight(quantity).numerator) / weight(quantity).denominator if item == "du" else None
        line = ReceiptLineInput(pk, D(quantity), split(item)[1], D(cost), second=second)
        made = self.do(
            inventory.create_other_receipt, warehouse=self.store.warehouses[place].pk, lines=[line], business_date=on
        )
        act = lambda: self.do(inventory.approve_other_receipt, document_id=made.pk)  # noqa: E731
        if self.attempt(not self.shut(on), act, "period_closed", "period_not_open"):
            value = cents(F(quantity) * F(cost))
            self.note(posting_of(made), on, item, "", place, quantity, value, document=made)

    @rule(item=st.sampled_from(ITEMS), quantity=QUANTITIES)
    def send(self, item, quantity):
        """From W1 to W2 in two steps; the goods are on their way first."""
        on, (pk, lot) = self.store.today, self.goods(item)
        made = self.do(
            inventory.create_transfer, source=self.places["W1"], target=self.places["W2"], in_two_steps=True,
            lines=[StockLineInput(pk, D(quantity), lot)],
        )  # fmt: skip
        act = lambda: self.do(inventory.approve_transfer, document_id=made.pk)  # noqa: E731
        if self.attempt(not self.model.refuses(item, "W1", F(quantity), on), act):
            self.note(posting_of(made), on, item, "W1", "T2", quantity, None, document=made)

    @precondition(lambda self: self.on_the_way())
    @rule(data=st.data(), how=st.sampled_from(["arrives", "arrives", "back", "lost", "undone"]))
    def settle(self, data, how):
        event, on = data.draw(st.sampled_from(self.on_the_way())), self.store.today
        event.is_undone, pk = True, event.document.pk
        if how == "undone":
            self.do(inventory.unapprove_transfer, document_id=pk)
            red = Posting.objects.get(reverses=event.posting)
            self.note(red, on, event.item, "W1", "T2", event.quantity, None, undoes=event)
            return
        goal = {"arrives": "W2", "back": "W1", "lost": ""}[how]
        if how == "arrives":
            self.do(inventory.receive_transfer, document_id=pk)
        else:
            self.do(inventory.settle_transit, document_id=pk, how=how, reason="?")
        posting = Posting.objects.filter(source_type="inventory.transfer", source_id=pk).latest("pk")
        self.note(posting, on, event.item, "T2", goal, event.quantity, None, document=event.document)

    def on_the_way(self) -> list[Event]:
        return [
            event for event in self.model.events if event.target == "T2" and not event.undoes and not event.is_undone
        ]

    @rule(
        item=st.sampled_from(ITEMS),
        place=BOTH,
        quantity=QUANTITIES,
        paper=st.sampled_from([1, 2]),
        kind=st.sampled_from(["hard", "hard", "soft"]),
    )
    def reserve(self, item, place, quantity, paper, kind):
        """Firmly up to what is free; a promise may be more than there is."""
        fine = kind == "soft" or F(quantity) <= self.model.at(item, place) - self.model.reserved(item, place)
        pk, lot = self.goods(item)
        wanted = [Reserve(pk, self.store.at(place), D(quantity), lot, line_of(item))]
        self.attempt(fine, lambda: ledger.reserve(source=PAPERS[paper], wanted=wanted, kind=kind))
        if fine:
            key = (paper, item, place, kind)
            self.model.kept[key] = self.model.kept.get(key, F(0)) + F(quantity)

    @precondition(lambda self: self.model.kept)
    @rule(data=st.data(), quantity=st.sampled_from(["all", "1", "3.5"]))
    def release(self, data, quantity):
        """All that a paper keeps, or so much of one line."""
        paper, item, _, _ = data.draw(st.sampled_from(list(self.model.kept)))
        part = None if quantity == "all" else {line_of(item): D(quantity)}
        with transaction.atomic():
            ledger.release(source=PAPERS[paper], quantities=part)
        for code in sorted(set(CODES)) if part is None else [split(item)[0]]:
            self.model.let_go(paper, code, F(10**9) if part is None else F(quantity))

    def row_of(self, key) -> Reservation:
        paper, item, place, kind = key
        pk, lot = self.goods(item)
        return Reservation.objects.get(
            source_id=paper, item=pk, lot_key=lot or 0, location=self.places[place], kind=kind
        )

    @precondition(lambda self: any(key[3] == "soft" for key in self.model.kept))
    @rule(data=st.data())
    def harden(self, data):
        key = data.draw(st.sampled_from([key for key in self.model.kept if key[3] == "soft"]))
        paper, item, place, _ = key
        fine = self.model.kept[key] <= self.model.at(item, place) - self.model.reserved(item, place)
        self.attempt(
            fine, lambda: self.do(ledger.harden_reservation, reservation_id=self.row_of(key).pk), "short_stock"
        )
        if fine:
            quantity, firm = self.model.kept.pop(key), (paper, item, place, "hard")
            self.model.kept[firm] = self.model.kept.get(firm, F(0)) + quantity

    @precondition(lambda self: self.swaps())
    @rule(data=st.data())
    def swap(self, data):
        """Two papers exchange what they have of one item; what is kept in all stays."""
        mine, other = data.draw(st.sampled_from(self.swaps()))
        part = min(self.model.kept[mine], self.model.kept[other])
        self.do(ledger.swap_reservation, reservation_id=self.row_of(mine).pk, other_id=self.row_of(other).pk)
        for key in (mine, other):
            self.model.kept[key] -= part
            if not self.model.kept[key]:
                del self.model.kept[key]
        for paper, goods in ((mine[0], other[1:]), (other[0], mine[1:])):
            self.model.kept[paper, *goods] = self.model.kept.get((paper, *goods), F(0)) + part

    def swaps(self) -> list[tuple]:
        kept = list(self.model.kept)
        return [
            (mine, other) for mine in kept for other in kept
            if mine != other and split(mine[1])[0] == split(other[1])[0] and mine[1:] != other[1:]
        ]  # fmt: skip

    def standing(self) -> list[Event]:
        """What can be taken back by itself."""
        return [
            event for event in self.model.events
            if not event.undoes and not event.is_undone and event.price is None and "T2" not in (event.source, event.target)
        ]  # fmt: skip

    @precondition(lambda self: self.standing())
    @rule(data=st.data())
    def unapprove(self, data):
        """Take a document back, on its own day; one that cost was added to stays until that is taken back."""
        event = data.draw(st.sampled_from(self.standing()))
        on = event.on
        short = bool(event.target) and self.model.refuses(event.item, event.target, event.quantity, on)
        fine = not self.shut(on) and not short and not event.added and not self.model.misfits(event)
        codes = (
            ("cost_was_added", "period_closed")
            if event.added
            else ("short_stock", "short_in_past", "period_closed", "second_short")
        )

        def act():
            if event.document is None:
                return self.store.reverse(event.posting)
            self.do(inventory.unapprove_other_receipt, document_id=event.document.pk)
            return Posting.objects.get(reverses=event.posting)

        red = self.attempt(fine, act, *codes)
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
            cursor.execute(
                "SELECT item_id, lot_key, location_id, quantity, reserved, second_quantity FROM ledger_balance"
            )
            for item, lot, place, quantity, reserved, second in cursor.fetchall():
                balances[self.keys[item, lot], place] = (F(quantity, 10**6), F(reserved, 10**6), F(second, 10**6))
                assert 0 <= reserved <= quantity and (quantity or not second)
            cursor.execute("SELECT source_id, item_id, lot_key, location_id, kind, quantity FROM ledger_reservation")
            kept = {
                (paper, self.keys[item, lot], place, kind): F(quantity, 10**6)
                for paper, item, lot, place, kind, quantity in cursor.fetchall()
            }
            assert kept == {(*key[:2], self.places[key[2]], key[3]): part for key, part in self.model.kept.items()}
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
                quantity, reserved, second = balances.get((item, self.places[place]), (F(0), F(0), F(0)))
                assert quantity == self.model.at(item, place), (item, place)
                assert reserved == self.model.reserved(item, place)
                assert second == (self.model.seconds.get(place, F(0)) if item == "du" else 0), (item, place)
            reckoned = self.model.reckoned(item)
            for area in ("stock", "subcontract"):
                expected = (reckoned[area].quantity, reckoned[area].value)
                assert pools.get((item, area), (F(0), F(0))) == expected, (item, area)
            self._moves_agree(item, {place: sums[0] for (name, place), sums in balances.items() if name == item})
        self.touched = set()
        self.steps += 1
        if self.steps % PROVED_EVERY == 0:
            assert [fault for check in CHECKS for fault in check.run()] == []

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
            if event.undoes:
                assert worth[event.posting.pk] == -worth[event.undoes.posting.pk], (item, event.n)
            elif AREA.get(event.source) != AREA.get(event.target) and not event.is_taken_back:
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
