"""What is taken back leaves the days, the books and the costs of everything else as if it had never been, by every costing method."""

from datetime import date, timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from gongfang.kernel.errors import DomainError
from gongfang.ledger.models import Period, Posting
from gongfang.ledger.services import average_month, reverse_all
from gongfang.platform.verification import run_all
from tests.ledger.conftest import Store
from tests.pictures import picture, shut

METHODS = ["moving_average", "fifo", "specific", "standard", "month_average"]


def day(store: Store, ago: int) -> date:
    """A day of last month: 0 is its last."""
    return store.today.replace(day=1) - timedelta(days=1 + ago)


MISTAKES: dict[str, Any] = {
    "a dear receipt": lambda store, lot: store.receive("part", "10", "333.33", lot=lot, on=day(store, 9)),
    "an issue": lambda store, lot: store.ship("part", "4", lot=lot, on=day(store, 9)),
    "sent outside": lambda store, lot: store.post(store.move("part", "4", "W1", "SUB-S1", lot=lot), on=day(store, 9)),
    "a return at its price": lambda store, lot: store.post(
        store.move("part", "2", "W1", "SUPPLIER", "77.77", lot), on=day(store, 9)
    ),
}


def live(store: Store, lot: str, freight: bool, averaged: bool, mistake: Any = None) -> Posting | None:
    """Goods come and go before, on the day of the mistake and after it; freight for the first receipt comes later."""
    receipt = store.receive("part", "20", "100.00", lot=lot, on=day(store, 10))
    store.receive("part", "10", "210.00", lot=lot, on=day(store, 9))
    store.ship("part", "3", lot=lot, on=day(store, 9))
    wrong = mistake(store, lot) if mistake else None
    store.ship("part", "7", lot=lot, on=day(store, 9))
    store.receive("part", "5", "11.11", lot=lot, on=day(store, 7))
    store.ship("part", "6", lot=lot, on=day(store, 6))
    if freight:
        store.add_cost(receipt, "13.37", day(store, 3))
    store.ship("part", "2", lot=lot, on=day(store, 1))
    if averaged:
        average(store)
    return wrong  # type: ignore[no-any-return]


def average(store: Store) -> None:
    last = day(store, 0)
    with transaction.atomic():
        average_month(actor=store.user, period=Period.objects.get(year=last.year, month=last.month))


@pytest.mark.both_databases
@pytest.mark.parametrize("what", MISTAKES)
@pytest.mark.parametrize("freight", [False, True], ids=["", "freight"])
@pytest.mark.parametrize(("method", "averaged"), [*((method, False) for method in METHODS), ("month_average", True)])
def test_running_costs_are_as_if_it_had_never_been(
    store: Store, method: str, averaged: bool, freight: bool, what: str
) -> None:
    """Of each day; where freight or an average came later, of each month: what share of it a move has is said on the move's day."""
    lot = "L1" if method == "specific" else ""
    store.item("part", costing_method=method, tracking="lot" if lot else "none", standard_cost=D(12))
    if lot:
        store.lot("part", lot)
    for place in ("W1", "SUB-S1", "CUSTOMER"):
        store.at(place)
    with transaction.atomic():
        live(store, lot, freight, averaged)
        expected = picture()
        transaction.set_rollback(True)
    wrong = live(store, lot, freight, averaged, MISTAKES[what])
    assert wrong is not None and picture() != expected
    store.reverse(wrong)
    if averaged:
        average(store)
    found = picture()
    for name, rows in expected.items():
        assert found[name] == rows or ((freight or averaged) and name in ("value by day", "books by day")), name
    assert run_all() == []


def test_what_was_re_costed_since_goes_on_the_days_of_that(store: Store) -> None:
    """10 for 100.00, 4 sold on the 2nd; freight of 10.00 on the 5th puts 4.00 on them that day. Both are gone, each day is even."""
    receipt = store.receive("shaft", "10", "100.00", on=day(store, 9))
    sold = store.ship("shaft", "4", on=day(store, 8))
    store.add_cost(receipt, "10.00", day(store, 5))
    store.reverse(sold)
    cost = store.code("cogs")
    assert [row for row in picture()["books by day"] if row[0] in (str(day(store, 8)), day(store, 8))] == []
    assert cost not in store.books() and store.worth("shaft") == (D(10), D("110.00"))
    assert run_all() == []


def test_goods_that_later_ones_stand_on_stay(store: Store) -> None:
    """They are back today, but in between there was nothing: the day is named."""
    first = store.receive("shaft", "10", "100.00", on=day(store, 9))
    store.ship("shaft", "10", on=day(store, 8))
    store.receive("shaft", "10", "100.00", on=day(store, 7))
    before = picture()
    with pytest.raises(DomainError) as refusal:
        store.reverse(first)
    assert refusal.value.code == "short_in_past" and picture() == before


def test_a_closed_month_says_what_to_do(store: Store) -> None:
    posting = store.receive("shaft", "10", "100.00", on=day(store, 9))
    period = shut(day(store, 9))
    with pytest.raises(DomainError) as refusal:
        store.reverse(posting)
    month = f"{period.year}-{period.month:02d}"
    (problem,) = refusal.value.problems
    assert problem.code == "period_closed" and str(problem).endswith(f": {month} is closed. Reopen {month} first.")


def test_statements_grow_with_days_alone(store: Store) -> None:
    counts = {}
    for size in (3, 30):
        postings = [
            store.receive(store.item(f"p{size}-{n}-{ago}").code, "1", "1.00", on=day(store, ago))
            for n in range(size)
            for ago in (4, 2)
        ]
        with CaptureQueriesContext(connection) as seen, transaction.atomic():
            reverse_all(actor=store.user, postings=postings, reason="undo")
        counts[size] = len(seen)
    assert counts[3] == counts[30], counts
