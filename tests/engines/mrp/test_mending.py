"""Faults in the data are named one by one, and what is right is planned as if they were not there."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongfang.engines.formats import QUANTITY_LIMIT, parse_json
from gongfang.engines.mrp import (
    Capacity,
    FormatError,
    WorkCalendar,
    plan_to_json,
    problem_from,
    solve,
    solve_with_capacity,
)
from gongfang.engines.mrp.mending import FAULT_CODES, DataFault, mend
from tests.engines.mrp.problems import problems


def read(value):
    return problem_from(parse_json(json.dumps(value)))


@pytest.fixture
def sound(make_problem):
    """Product A of B and C; D of E, which has nothing to do with them."""
    return read(
        make_problem(
            [
                {"id": "A", "lead_time_days": 2}, {"id": "B", "lead_time_days": 3}, {"id": "C", "procurement": "buy"},
                {"id": "D", "lead_time_days": 1}, {"id": "E", "procurement": "buy", "lead_time_days": 4},
            ],
            bom=[
                {"parent": "A", "component": "B", "qty": 2}, {"parent": "B", "component": "C", "qty": 1},
                {"parent": "D", "component": "E", "qty": 3},
            ],
            demands=[
                {"id": "D1", "item": "A", "qty": 5, "due": "2026-02-02", "priority": 1},
                {"id": "D2", "item": "D", "qty": 4, "due": "2026-02-09", "priority": 1},
            ],
            supplies=[{"id": "S1", "item": "C", "qty": 1, "available": "2026-01-12", "firm": True}],
        )
    )  # fmt: skip


def with_item(problem, row, **columns):
    changed = {}
    for name, value in columns.items():
        changed[name] = getattr(problem.items, name).copy()
        changed[name][row] = value
    return replace(problem, items=replace(problem.items, **changed))


def with_line(problem, row, **columns):
    changed = {name: getattr(problem.bom, name).copy() for name in columns}
    for name, value in columns.items():
        changed[name][row] = value
    return replace(problem, bom=replace(problem.bom, **changed))


def with_demand(problem, **columns):
    changed = {name: getattr(problem.demands, name).copy() for name in columns}
    for name, value in columns.items():
        changed[name][0] = value
    return replace(problem, demands=replace(problem.demands, **changed))


CASES = {
    "no lead time": (lambda p: with_item(p, 1, lead_time=-1), DataFault("no_lead_time", "items", 1, 1)),
    "lead time of 200 years": (lambda p: with_item(p, 1, lead_time=73_000), DataFault("no_lead_time", "items", 1, 1)),
    "nothing comes out": (lambda p: with_item(p, 0, yield_share=0), DataFault("bad_yield", "items", 0, 0)),
    "more comes out than goes in": (
        lambda p: with_item(p, 0, yield_share=10**12 + 1),
        DataFault("bad_yield", "items", 0, 0),
    ),
    "a fixed lot of nothing": (lambda p: with_item(p, 2, lot_rule=1), DataFault("bad_lot", "items", 2, 2)),
    "no multiple between": (
        lambda p: with_item(p, 2, lot_rule=2, lot_multiple=7, lot_minimum=8, lot_maximum=13),
        DataFault("bad_lot", "items", 2, 2),
    ),
    "a stock out of range": (
        lambda p: with_item(p, 2, on_hand=QUANTITY_LIMIT),
        DataFault("out_of_range", "items", 2, 2),
    ),
    "a safety stock under nothing": (
        lambda p: with_item(p, 2, safety_stock=-1),
        DataFault("out_of_range", "items", 2, 2),
    ),
    "a line of nothing": (lambda p: with_line(p, 1, quantity=0), DataFault("bad_line", "bom", 1, 1)),
    "valid until before it begins": (
        lambda p: with_line(p, 1, valid_from=5, valid_to=4),
        DataFault("bad_line", "bom", 1, 1),
    ),
    "a cycle of one": (lambda p: with_line(p, 1, component=1), DataFault("cycle", "bom", 1, 1, (1,))),
    "a cycle of two": (lambda p: with_line(p, 1, component=0), DataFault("cycle", "bom", 1, 1, (0, 1))),
    "a day before all days": (lambda p: with_demand(p, due=0), DataFault("bad_demand", "demands", 0, 0)),
    "less than nothing wanted": (lambda p: with_demand(p, quantity=-1), DataFault("bad_demand", "demands", 0, 0)),
    "no day is worked": (
        lambda p: replace(p, calendar=WorkCalendar(frozenset())),
        DataFault("no_working_day", "calendar", 0),
    ),
    "a resource without hours": (
        lambda p: replace(p, capacity=Capacity.of(["R"], [0], [0], [0], [10**6])),
        DataFault("no_capacity", "resources", 0),
    ),
    "the same demand twice": (
        lambda p: replace(p, demands=replace(p.demands, ids=["D2", "D2"], item=p.demands.item[::-1].copy(), due=p.demands.due[::-1].copy(), quantity=p.demands.quantity[::-1].copy())),
        DataFault("given_twice", "demands", 1, 0),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_fault_is_named_and_the_rest_is_planned(sound, case):
    change, fault = CASES[case]
    mended = mend(change(sound))
    assert fault in mended.faults
    assert {one.code for one in mended.faults} - {"no_structure"} == {fault.code}
    plan = solve(mended.problem)
    rows = np.flatnonzero(plan.orders.item == 3)
    assert plan.orders.quantity[rows].tolist() == [4_000_000]
    assert plan.orders.quantity[plan.orders.item == 4].tolist() == [12_000_000]
    assert len(solve_with_capacity(mended.problem).promises) == len(mended.problem.demands.ids)


def test_most_of_these_are_refused_without_mending(sound):
    refused = 0
    for change, _ in CASES.values():
        try:
            solve(change(sound))
        except FormatError:
            refused += 1
    assert refused >= len(CASES) - 1  # a resource without hours is a problem like others


def test_what_is_wanted_and_comes_from_nowhere(sound):
    """C has no supplier, D is made of nothing; E without a supplier is no longer wanted."""
    bare = replace(sound, bom=mend(with_line(sound, 2, quantity=0)).problem.bom)
    faults = mend(bare, supplied=np.zeros(5, np.bool_)).faults
    assert faults == (DataFault("no_structure", "items", 3, 3), DataFault("no_supplier", "items", 2, 2))


def test_a_sound_problem_stays_as_it_is(sound):
    mended = mend(sound, supplied=np.ones(5, np.bool_))
    assert mended.faults == ()
    assert plan_to_json(solve(mended.problem)) == plan_to_json(solve(sound))


def test_rings_within_rings_are_all_opened(make_problem):
    lines = [("A", "B"), ("B", "C"), ("C", "A"), ("C", "B"), ("D", "A"), ("C", "D")]
    value = make_problem(
        [{"id": name} for name in "ABCDE"], bom=[{"parent": "A", "component": "E", "qty": 1}] * len(lines),
        demands=[{"id": "X", "item": "A", "qty": 1, "due": "2026-02-02"}],
    )  # fmt: skip
    problem = read(value)
    bom = replace(
        problem.bom,
        parent=np.array(["ABCD".index(a) for a, _ in lines], np.int32),
        component=np.array(["ABCD".index(b) for _, b in lines], np.int32),
    )
    mended = mend(replace(problem, bom=bom))
    assert all(fault.code in ("cycle", "no_structure") and fault.code in FAULT_CODES for fault in mended.faults)
    assert sum(fault.code == "cycle" for fault in mended.faults) == len(lines) - len(mended.problem.bom.parent) >= 2
    assert len(solve(mended.problem).orders) >= 1


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)  # fmt: skip
@given(problems(), st.data())
def test_whatever_is_wrong_something_is_planned(value, data):
    """Columns overwritten at random with what must not be: always named, always planned, mending again finds nothing more."""
    problem = read(value)
    wild = st.sampled_from((-(10**18), -7, -1, 0, 1, 3, 10**18))
    items = problem.items
    row = data.draw(st.integers(0, len(items.ids) - 1))
    for name in data.draw(st.lists(st.sampled_from(("lead_time", "yield_share", "lot_rule", "lot_quantity", "lot_multiple", "on_hand", "safety_stock", "safety_time", "fence", "setup_cost")), max_size=3)):  # fmt: skip
        limits = np.iinfo(getattr(items, name).dtype)
        problem = with_item(problem, row, **{name: max(limits.min, min(limits.max, data.draw(wild)))})
    if len(problem.bom.parent) and data.draw(st.booleans()):
        problem = with_line(
            problem, data.draw(st.integers(0, len(problem.bom.parent) - 1)),
            component=data.draw(st.integers(0, len(items.ids) - 1)), quantity=data.draw(wild),
        )  # fmt: skip
    if len(problem.demands.ids) and data.draw(st.booleans()):
        problem = with_demand(problem, quantity=data.draw(wild), due=max(-9, min(4_000_000, data.draw(wild))))
    mended = mend(problem)
    try:
        solve(mended.problem)
    except FormatError as error:  # quantities that multiply out of range can only be found by planning
        assert "quantities" in str(error) or "orders" in str(error) or "year 1" in str(error)
    assert {fault.code for fault in mend(mended.problem).faults} <= {"no_structure", "no_capacity"}
