"""Promises: from stock, from what comes, from what can be made, and why not earlier."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from gongfang.engines.promising.promise import (
    Component,
    Dated,
    PromiseItem,
    Situation,
    Source,
    Version,
    Work,
    available_to_promise,
    promise,
    promise_all,
)

MONDAY = date(2026, 1, 5)


def day(number):
    return MONDAY + timedelta(days=number)


def items(**about):
    """name=(make, lead days, on hand)."""
    return {name: PromiseItem(name, make, lead, Decimal(stock)) for name, (make, lead, stock) in about.items()}


def dated(*rows):
    return tuple(Dated(item, Decimal(quantity), day(on)) for item, quantity, on in rows)


def test_what_is_promised_to_others_is_not_promised_again():
    """Stock 10, 20 more on day 5; 8 are promised for day 3 and 6 for day 9."""
    situation = Situation(MONDAY, items(A=(False, 30, 10)), dated(("A", 20, 5)), dated(("A", 8, 3), ("A", 6, 9)))
    assert available_to_promise(situation, "A") == [(day(0), 2), (day(3), 2), (day(5), 16), (day(9), 16)]
    answer = promise(situation, "A", Decimal(12), day(0))
    assert answer.date == day(5)
    assert [(p.source, p.quantity, p.date) for p in answer.parts] == [
        (Source.STOCK, 2, day(0)),
        (Source.SUPPLY, 10, day(5)),
    ]


@pytest.mark.parametrize(("quantity", "expected"), [(2, 0), (3, 5), (16, 5), (17, 30)])
def test_the_date_moves_with_the_quantity(quantity, expected):
    situation = Situation(MONDAY, items(A=(False, 30, 10)), dated(("A", 20, 5)), dated(("A", 8, 3), ("A", 6, 9)))
    assert promise(situation, "A", Decimal(quantity), day(0)).date == day(expected)


def test_buying_anew_may_be_sooner_than_what_is_on_its_way():
    situation = Situation(MONDAY, items(A=(False, 3, 0)), dated(("A", 20, 15)))
    answer = promise(situation, "A", Decimal(5), day(0))
    assert (answer.date, answer.parts[0].source) == (day(3), Source.BUY)
    assert answer.reasons[0].kind == "lead_time"


def test_made_from_what_must_first_be_bought():
    situation = Situation(
        MONDAY,
        items(BIKE=(True, 2, 1), WHEEL=(False, 7, 3), FRAME=(False, 4, 9)),
        components=(Component("BIKE", "WHEEL", Decimal(2)), Component("BIKE", "FRAME", Decimal(1))),
    )
    answer = promise(situation, "BIKE", Decimal(4), day(0))  # 1 in stock; 3 need 6 wheels, 3 of them bought
    assert answer.date == day(9)
    assert [(part.source, part.quantity) for part in answer.parts] == [(Source.STOCK, 1), (Source.MAKE, 3)]
    assert [(reason.kind, reason.item) for reason in answer.reasons] == [("lead_time", "BIKE"), ("lead_time", "WHEEL")]
    assert promise(situation, "BIKE", Decimal(2), day(0)).date == day(2)


def test_a_shared_component_is_counted_once():
    situation = Situation(
        MONDAY,
        items(TOP=(True, 1, 0), LEFT=(True, 1, 0), RIGHT=(True, 1, 0), BOLT=(False, 10, 3)),
        components=(
            Component("TOP", "LEFT", Decimal(1)),
            Component("TOP", "RIGHT", Decimal(1)),
            Component("LEFT", "BOLT", Decimal(2)),
            Component("RIGHT", "BOLT", Decimal(2)),
        ),
    )
    assert promise(situation, "TOP", Decimal(1), day(0)).date == day(12)  # the fourth bolt comes on day 10


def test_capacity_decides_and_says_so():
    situation = Situation(
        MONDAY,
        items(A=(True, 1, 0)),
        work=(Work("A", "LATHE", Decimal("0.5")),),
        free_hours={"LATHE": {day(0): Decimal(10), day(7): Decimal(0), day(14): Decimal(30)}},
        beyond={"LATHE": Decimal(40)},
        works_on=lambda d: d.weekday() < 5,
    )
    assert promise(situation, "A", Decimal(20), day(0)).date == day(1)
    late = promise(situation, "A", Decimal(30), day(0))
    assert late.date == day(18)  # the Friday of the third week
    assert [(r.kind, r.resource, r.hours) for r in late.reasons] == [("capacity", "LATHE", 15)]
    assert promise(situation, "A", Decimal(81), day(0)).date == day(25)


def test_every_resource_that_holds_it_up_is_named_the_last_first():
    weeks = {day(0): Decimal(0), day(7): Decimal(0), day(14): Decimal(40)}
    situation = Situation(
        MONDAY, items(A=(True, 1, 0)),
        work=(Work("A", "MILL", Decimal(1)), Work("A", "LATHE", Decimal("0.5")), Work("A", "SAW", Decimal(1))),
        free_hours={"LATHE": weeks, "MILL": {day(0): Decimal(0), day(7): Decimal(20)}, "SAW": {day(0): Decimal(40)}},
    )  # fmt: skip
    late = promise(situation, "A", Decimal(20), day(0))
    assert [(r.resource, r.date, r.hours) for r in late.reasons] == [("LATHE", day(20), 10), ("MILL", day(13), 20)]
    never = promise(situation, "A", Decimal(200), day(0))
    assert [(r.kind, r.resource) for r in never.reasons] == [("full", "MILL"), ("full", "LATHE"), ("full", "SAW")]


def test_without_free_hours_there_is_no_date():
    situation = Situation(
        MONDAY, items(A=(True, 1, 0)), work=(Work("A", "LATHE", Decimal(1)),), free_hours={"LATHE": {}}
    )
    assert promise(situation, "A", Decimal(1), day(0)).date is None


def test_lead_times_count_working_days():
    situation = Situation(MONDAY, items(A=(False, 5, 0)), works_on=lambda d: d.weekday() < 5)
    assert promise(situation, "A", Decimal(1), day(0)).date == day(7)


def test_not_before_it_is_wanted():
    situation = Situation(MONDAY, items(A=(False, 5, 4)))
    assert promise(situation, "A", Decimal(4), day(20)).date == day(20)


def test_lines_of_one_order_take_from_each_other():
    """A bike and two spare wheels: what the first line takes of wheels and hours the others do not have."""
    situation = Situation(
        MONDAY,
        items(BIKE=(True, 2, 1), WHEEL=(False, 7, 3)),
        dated(("WHEEL", 2, 4)),
        components=(Component("BIKE", "WHEEL", Decimal(2)),),
    )
    lines = [("BIKE", 1), ("BIKE", 1), ("WHEEL", 1), ("WHEEL", 2), ("WHEEL", 1)]
    answers = promise_all(situation, [(item, Decimal(quantity), MONDAY) for item, quantity in lines])
    assert [one.date for one in answers] == [day(0), day(2), day(0), day(4), day(7)]
    assert [one.free for one in answers] == [1, 0, 1, 0, 0]
    assert promise(situation, "WHEEL", Decimal(3), MONDAY).date == day(0)  # an enquiry of its own takes nothing


def test_lines_share_the_hours_and_one_that_cannot_be_had_takes_none():
    situation = Situation(
        MONDAY,
        items(A=(True, 0, 0), B=(True, 0, 0)),
        work=(Work("A", "LATHE", Decimal(1), Decimal(2)), Work("B", "LATHE", Decimal(1))),
        free_hours={"LATHE": {day(0): Decimal(10), day(7): Decimal(10)}},
        works_on=lambda d: d.weekday() < 5,
    )
    wishes = [("A", 19), ("A", 8), ("B", 1), ("B", 9), ("B", 1)]  # of A, two hours more are set up
    answers = promise_all(situation, [(item, Decimal(quantity), MONDAY) for item, quantity in wishes])
    assert [one.date for one in answers] == [None, day(0), day(11), day(11), None]


def changing(**about):
    """A pump is made of castings until day 19, of steel from day 20 on, in 2 days."""
    versions = (Version("PUMP", date.min, day(19)), Version("PUMP", day(20), date.max, about.pop("share", Decimal(1))))
    components = (
        Component("PUMP", "CAST", Decimal(1), last=day(19)),
        Component("PUMP", "STEEL", Decimal(1), first=day(20)),
    )
    known = items(PUMP=(True, 2, 0), **{"CAST": (False, 0, 0), "STEEL": (False, 0, 0), **about})
    return Situation(MONDAY, known, components=components, versions=versions)


@pytest.mark.parametrize(
    ("about", "expected"),
    [
        ({"CAST": (False, 5, 0)}, 7),  # by the old version, though steel is nowhere
        ({"CAST": (False, 5, 9), "STEEL": (False, 5, 9)}, 2),
        ({"CAST": (False, 40, 0), "STEEL": (False, 5, 9)}, 22),  # castings come after the change, steel is there
        ({"CAST": (False, 40, 0), "STEEL": (False, 30, 0)}, 32),
        ({"STEEL": (False, 30, 0)}, 32),  # nobody knows when castings come; with steel it does not matter
        ({"STEEL": (False, 30, 5), "share": Decimal("0.5")}, 32),  # 3 good ones are 6 begun, the sixth piece is bought
        ({"CAST": (False, 5, 0), "share": Decimal("0.5")}, 7),
    ],
)
def test_an_order_is_made_of_what_holds_when_it_starts(about, expected):
    assert promise(changing(**about), "PUMP", Decimal(3), day(0)).date == day(expected)


def test_no_version_is_a_reason_and_one_to_come_is_waited_for():
    known = items(PUMP=(True, 2, 0), CAST=(False, 5, 0))
    parts = (Component("PUMP", "CAST", Decimal(1)),)
    ended = Situation(MONDAY, known, components=parts, versions=(Version("PUMP", date.min, day(3)),))
    answer = promise(ended, "PUMP", Decimal(3), day(0))
    assert (answer.date, answer.reasons[0].kind, answer.reasons[0].item) == (None, "version", "PUMP")
    later = replace(ended, versions=(Version("PUMP", day(10), date.max),))
    assert promise(later, "PUMP", Decimal(3), day(0)).date == day(12)


def test_what_is_in_a_phantom_is_what_holds_when_the_order_starts():
    """A bike takes a set; until day 9 the set is a lamp, then a bell. The frame comes on day 12."""
    known = items(BIKE=(True, 1, 0), SET=(True, 0, 0), LAMP=(False, 4, 0), BELL=(False, 3, 9), FRAME=(False, 12, 0))
    known["SET"] = replace(known["SET"], phantom=True)
    situation = Situation(
        MONDAY, known,
        components=(
            Component("BIKE", "SET", Decimal(1)), Component("BIKE", "FRAME", Decimal(1)),
            Component("SET", "LAMP", Decimal(1), last=day(9)), Component("SET", "BELL", Decimal(1), first=day(10)),
        ),
        versions=(Version("SET", date.min, day(9)), Version("SET", day(10), date.max)),
    )  # fmt: skip
    attempt = promise(situation, "BIKE", Decimal(9), day(0))
    assert attempt.date == day(13)
    none = replace(situation, items={**known, "LAMP": replace(known["LAMP"], lead_time_days=0)})
    assert promise(none, "BIKE", Decimal(9), day(0)).date == day(13)  # no lamp is needed
    short = replace(situation, items={**known, "BELL": replace(known["BELL"], on_hand=Decimal(8), lead_time_days=30)})
    assert promise(short, "BIKE", Decimal(9), day(0)).date == day(31)
