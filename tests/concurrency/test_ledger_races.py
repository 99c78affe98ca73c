"""Many at once, on PostgreSQL: nothing lost, nothing twice, nothing below zero, and the proof finds nothing afterwards."""

import os
import random
import threading
import time
import uuid
from collections import Counter
from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.db import connection, transaction

from gongfang.inventory import services
from gongfang.inventory.models import OtherIssue
from gongfang.inventory.services import StockLineInput
from gongfang.kernel.errors import DomainError, Problem
from gongfang.ledger.models import Period, StockMove, Voucher
from gongfang.ledger.services import AddedCost, Reserve, add_costs, close_period, reopen_period, reserve
from gongfang.masterdata.models import Item
from gongfang.platform import verbs
from gongfang.platform.verbs import verb
from gongfang.platform.verification import run_all
from tests.ledger.conftest import Store

MIXED_ACTS = int(os.environ.get("GONGFANG_RACE_ACTS", "40"))
"""Of each of the 32 workers; 1,000 is the whole of it, some minutes long."""
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def store(transactional_db):
    return Store()


@verb("tests.race", "Race")
def race(*, actor, request_id, act):
    """Any act as a verb, so that deadlocks are retried as in life."""
    act()


def at_once(count, act):
    """Run act(n) in `count` threads that start together; returns the outcomes by code ("done" when it went well)."""
    barrier, outcomes = threading.Barrier(count), Counter()

    def one(n):
        try:
            barrier.wait(120)
            act(n)
            outcomes["done"] += 1
        except DomainError as refusal:
            outcomes[refusal.code] += 1
        except Exception as error:
            outcomes[f"{type(error).__name__}: {error}"] += 1
            raise
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(600, 3 * MIXED_ACTS))
    return dict(outcomes)


def as_verb(store, act):
    race(actor=store.user, request_id=uuid.uuid4(), act=act)


def test_forty_threads_issue_the_same_item(store, capsys):
    rounds, total = 4, Counter()
    for turn in range(1, rounds + 1):
        store.receive("shaft", "25", "100.00")
        outcomes = at_once(40, lambda n: as_verb(store, lambda: store.ship("shaft", "1")))
        assert outcomes == {"done": 25, "short_stock": 15}
        assert store.on_hand("shaft") == 0 and store.worth("shaft") == (0, 0)
        assert StockMove.objects.count() == 26 * turn
        total.update(outcomes)
    assert sorted(Voucher.objects.values_list("number", flat=True)) == list(range(1, 26 * rounds + 1))
    told(capsys, f"40 threads issue 25 pieces: {rounds} rounds, {total['done']} issued, {total['short_stock']} refused")
    assert run_all() == []


def issue_of_five(store):
    return services.create_other_issue(
        actor=store.user, request_id=uuid.uuid4(), warehouse=store.warehouses["W1"].pk,
        lines=[StockLineInput(store.items["shaft"].pk, D(5))],
    )  # fmt: skip


def test_a_double_sent_request_acts_once(store, capsys):
    rounds, senders = 8, 10
    store.receive("shaft", "50", "100.00")
    for turn in range(1, rounds + 1):
        issue, request_id, answers = issue_of_five(store), uuid.uuid4(), []

        def send(n, pk=issue.pk, request_id=request_id, answers=answers):
            answers.append(services.approve_other_issue(actor=store.user, request_id=request_id, document_id=pk).pk)

        assert at_once(senders, send) == {"done": senders} and set(answers) == {issue.pk}
        assert store.on_hand("shaft") == 50 - 5 * turn
    told(capsys, f"one request sent by {senders} at once: {rounds} rounds, {rounds} times exactly one posting")
    assert run_all() == []


def test_two_people_approve_at_once(store, capsys):
    rounds = 10
    store.receive("shaft", "50", "100.00")
    for _ in range(rounds):
        issue = issue_of_five(store)
        outcomes = at_once(
            2,
            lambda n, pk=issue.pk: services.approve_other_issue(
                actor=store.user, request_id=uuid.uuid4(), document_id=pk
            ),
        )
        assert outcomes == {"done": 1, "illegal_transition": 1}
    told(capsys, f"two people approve one document: {rounds} rounds, {rounds} times exactly one")
    assert store.on_hand("shaft") == 0 and run_all() == []


def test_a_deadlock_is_tried_again_and_never_shown(store, capsys, monkeypatch):
    """Forced: one holds an item and waits for the month, the other holds the month and waits for the item."""
    store.receive("shaft", "100", "100.00")
    rounds, states, tries = 3, Counter(), Counter()
    passing = verbs._passing

    def noted(error):
        states[getattr(error.__cause__, "sqlstate", None)] += 1
        return passing(error)

    monkeypatch.setattr(verbs, "_passing", noted)
    for turn in range(1, rounds + 1):
        both, attempts = threading.Barrier(2), Counter()

        def act(n, both=both, attempts=attempts):
            steps = [lambda: Item.objects.select_for_update().get(code="wheel"), lambda: store.ship("shaft", "1")]

            def once():
                attempts[n] += 1
                first, second = steps if n else reversed(steps)
                first()
                if attempts[n] == 1:
                    both.wait(120)
                second()

            as_verb(store, once)

        assert at_once(2, act) == {"done": 2}
        assert sorted(attempts.values()) == [1, 2], "one of the two was broken off, and once only"
        tries.update(attempts)
        assert store.on_hand("shaft") == 100 - 2 * turn
    assert states == {"40P01": rounds}
    told(
        capsys,
        f"forced deadlocks: {rounds} rounds, {states['40P01']} broken off, {sum(tries.values()) - 2 * rounds} tried again, none shown",
    )
    assert run_all() == []


def test_the_same_serial_leaves_once(store):
    lot = store.lot("motor", "SN1")
    assert lot
    store.receive("motor", "1", "300.00", lot="SN1")
    assert at_once(8, lambda n: as_verb(store, lambda: store.ship("motor", "1", lot="SN1"))) == {
        "done": 1,
        "short_stock": 7,
    }
    assert at_once(
        8, lambda n: as_verb(store, lambda: store.receive("motor", "1", "300.00", to=f"W{n % 2 + 1}", lot="SN1"))
    ) == {
        "done": 1,
        "serial_not_unique": 7,
    }
    assert run_all() == []


def told(capsys, text):
    """Say on the screen how many rounds a race ran."""
    with capsys.disabled():
        print(f"\n    {text}")


@pytest.mark.slow
def test_fifty_reserve_one_of_ten(store, capsys):
    rounds, total = 6, Counter()
    for turn in range(rounds):
        code = store.item(f"ten{turn}").code
        store.receive(code, "10", "100.00")

        def keep(n, code=code):
            class Paper:
                doc_type, pk, number = "test.order", n, f"T-{n}"

            wanted = [Reserve(store.items[code].pk, store.at("W1"), D(1))]
            as_verb(store, lambda: reserve(source=Paper, wanted=wanted))

        outcomes = at_once(50, keep)
        assert outcomes == {"done": 10, "short_stock": 40}
        total.update(outcomes)
    told(capsys, f"50 workers reserve one of 10: {rounds} rounds, {total['done']} kept, {total['short_stock']} refused")
    assert run_all() == []


@pytest.mark.slow
def test_two_take_the_same_serial(store, capsys):
    rounds, shipped = 40, 0
    for turn in range(rounds):
        store.receive("motor", "1", "300.00", lot=f"S{turn}")
        outcomes = at_once(2, lambda n, turn=turn: as_verb(store, lambda: store.ship("motor", "1", lot=f"S{turn}")))
        assert outcomes == {"done": 1, "short_stock": 1}
        shipped += 1
    told(capsys, f"the same serial by two: {rounds} rounds, {shipped} times exactly one")
    assert run_all() == []


METHODS = ["moving_average", "fifo", "standard", "month_average", "specific"]


@pytest.mark.slow
def test_thirty_two_workers_mix_everything(store, capsys):
    """Receipts, late receipts, issues, transfers, freight, reservations and reversals on 20 items by every method.

    `GONGFANG_RACE_ACTS=1000` for as many by each worker.
    """
    codes, lots = [], {}
    for n in range(20):
        method = METHODS[n % len(METHODS)]
        tracking = "lot" if method == "specific" else "none"
        item = store.item(f"m{n}", costing_method=method, standard_cost=D(2), tracking=tracking)
        codes.append(item.code)
        lots[item.code] = "L1" if method == "specific" else ""
    workers, tries = 32, Counter()
    plenty = str(10 * MIXED_ACTS)
    opening = store.post(
        *(store.move(code, plenty, "SUPPLIER", "W1", f"{20 * MIXED_ACTS}.00", lots[code]) for code in codes),
        on=store.today - timedelta(days=9),
    )
    first = {move.item_id: move.pk for move in opening.moves.all()}
    kept = {code: store.lot(code, lot) if lot else None for code, lot in lots.items()}

    def work(n):
        dice = random.Random(n)
        for turn in range(MIXED_ACTS):
            chosen = dice.sample(codes, 3)
            kind = dice.choice(["receive", "late", "issue", "transfer", "freight", "reserve", "reverse"])
            on = store.today - timedelta(days=dice.choice([0, 1, 3]) if kind == "late" else 0)
            ends = {"receive": ("SUPPLIER", "W1"), "late": ("SUPPLIER", "W1"), "transfer": ("W1", "SUB-S1")}.get(
                kind, ("W1", "CUSTOMER")
            )
            value = "5.00" if ends[0] == "SUPPLIER" else None

            def act(kind=kind, chosen=chosen, on=on, ends=ends, value=value, turn=turn):
                tries[kind] += 1
                if kind == "freight":
                    costs = [AddedCost(first[store.items[chosen[0]].pk], D("1.00"), "payable", store.partners["S1"].pk)]
                    add_costs(actor=store.user, reason="freight", source=None, on=on, costs=costs)
                elif kind == "reserve":
                    paper = type(
                        "Paper", (), {"doc_type": "test.order", "pk": n * 10_000 + turn, "number": f"T-{n}-{turn}"}
                    )
                    reserve(
                        source=paper,
                        wanted=[Reserve(store.items[code].pk, store.at("W1"), D(1), kept[code]) for code in chosen],
                    )
                else:
                    posting = store.post(*(store.move(code, "1", *ends, value, lots[code]) for code in chosen), on=on)
                    if kind == "reverse":
                        store.reverse(posting)

            as_verb(store, act)

    outcomes = at_once(workers, work)
    done = workers * MIXED_ACTS
    told(capsys, f"32 workers, {done} mixed acts on 20 items: {sum(tries.values()) - done} tried again, {outcomes}")
    assert outcomes == {"done": workers}
    assert run_all() == []


def test_mixed_work_on_many_items(store):
    """Documents with the same items in any order, one after another in one transaction too: deadlocks are retried, never shown."""
    codes = [store.item(f"r{n}").code for n in range(12)]
    for code in codes:
        store.receive(code, "500", "1000.00")
    rounds = 15

    def work(n):
        dice = random.Random(n)
        for _ in range(rounds):
            chosen = dice.sample(codes, 5)
            lines = [
                store.move(code, str(dice.randint(1, 3)), "W1", dice.choice(["W2", "CUSTOMER"])) for code in chosen
            ]

            def act(lines=lines):
                store.post(*lines[:3])
                store.post(*lines[3:])

            as_verb(store, act)

    assert at_once(8, work) == {"done": 8}
    assert StockMove.objects.count() == len(codes) + 8 * rounds * 5
    assert run_all() == []


def test_closing_a_month_against_posting(store, capsys):
    """Every issue is before the close or refused; what was closed is opened again for the next round."""
    store.receive("shaft", "200", "400.00")
    period, rounds, total = Period.objects.get(), 6, Counter()
    for turn in range(rounds):
        made = []

        def act(n, turn=turn, made=made):
            if n == 0:
                while len(made) < 5 * turn:  # the first round closes at once, the last one late
                    time.sleep(0.002)
                close_period(actor=store.user, request_id=uuid.uuid4(), period_id=period.pk)
                return
            for _ in range(3):
                as_verb(store, lambda: store.ship("shaft", "1"))
                made.append(n)

        outcomes = at_once(12, act)
        assert set(outcomes) <= {"done", "period_closed"} and outcomes["done"] >= 1
        total.update(outcomes)
        assert Period.objects.get().state == "closed"
        carried = sum(Voucher.objects.filter(kind="carry_forward").values_list("amount", flat=True), D(0))
        shipped = StockMove.objects.filter(target__code="CUSTOMER").count()
        assert carried == D("2.00") * shipped, "every issue before the close is in it, none after"
        reopen_period(actor=store.user, request_id=uuid.uuid4(), period_id=period.pk, reason="再来一次")
    told(
        capsys,
        f"closing against 11 who post: {rounds} rounds, {shipped} issues before, {total['period_closed']} workers refused",
    )
    assert run_all() == []


@pytest.mark.slow
def test_sixty_four_draw_numbers_and_some_fail(store, capsys):
    """Document numbers are unique, voucher numbers have no gaps, whoever fails in between."""
    store.receive("shaft", "500", "100.00")
    rounds, made = 3, Counter()
    for turn in range(rounds):

        def act(n, turn=turn):
            issue = services.create_other_issue(
                actor=store.user, request_id=uuid.uuid4(), warehouse=store.warehouses["W1"].pk,
                lines=[StockLineInput(store.items["shaft"].pk, D(1))],
            )  # fmt: skip

            def approve():
                services.approve_other_issue(actor=store.user, request_id=uuid.uuid4(), document_id=issue.pk)
                if (n + turn) % 3 == 0:
                    raise DomainError(Problem("forced", "forced"))

            as_verb(store, approve)

        made.update(at_once(64, act))
    assert made["done"] + made["forced"] == 64 * rounds and set(made) == {"done", "forced"}
    numbers = list(OtherIssue.objects.values_list("number", flat=True))
    assert len(numbers) == len(set(numbers)) == 64 * rounds
    vouchers = sorted(Voucher.objects.values_list("number", flat=True))
    assert vouchers == list(range(1, made["done"] + 2))
    told(
        capsys,
        f"64 workers draw numbers: {rounds} rounds, {made['forced']} failed, {len(vouchers)} vouchers without a gap",
    )
    assert run_all() == []


def test_a_rival_that_fails_leaves_no_gap(store):
    store.receive("shaft", "500", "100.00")

    def act(n):
        def failing():
            store.ship("shaft", "1")
            if n % 3 == 0:
                raise DomainError(Problem("forced", "forced"))

        as_verb(store, failing)

    outcomes = at_once(24, act)
    assert outcomes == {"done": 16, "forced": 8}
    assert sorted(Voucher.objects.values_list("number", flat=True)) == list(range(1, 18))
    assert run_all() == []
    assert not transaction.get_connection().in_atomic_block
