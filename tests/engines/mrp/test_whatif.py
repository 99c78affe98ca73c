"""What-ifs change a copy; comparing two plans names what differs. 5 January 2026 is a Monday."""

import json

import pytest

from gongfang.engines.formats import parse_json
from gongfang.engines.mrp import ONE, plan_to_json, problem_from, solve, solve_with_capacity
from gongfang.engines.mrp.whatif import NewDemand, UnknownId, WhatIf, changed, compare, days_late


@pytest.fixture
def problem(make_problem):
    value = make_problem(
        [{"id": "A", "lead_time_days": 5}, {"id": "B", "lead_time_days": 10, "procurement": "buy", "on_hand": 5}],
        bom=[{"parent": "A", "component": "B", "qty": 2}],
        demands=[
            {"id": "D1", "item": "A", "qty": 10, "due": "2026-01-30", "priority": 1},
            {"id": "D2", "item": "A", "qty": 4, "due": "2026-03-02", "priority": 1},
        ],
        supplies=[{"id": "S1", "item": "B", "qty": 6, "available": "2026-01-20", "firm": True}],
        resources=[{"id": "R1", "hours_per_week": 40}],
        work=[{"item": "A", "resource": "R1", "hours_per_unit": 3}],
    )
    return problem_from(parse_json(json.dumps(value)))


def test_nothing_changed_is_the_same_plan(problem):
    plan = solve(problem)
    same = solve(changed(problem, WhatIf()))
    assert plan_to_json(same) == plan_to_json(plan)
    difference = compare(plan, same)
    assert (difference.items, difference.demands) == ((), ())


def test_the_problem_it_starts_from_stays_as_it_was(problem):
    before = plan_to_json(solve(problem))
    what = WhatIf(
        demand_quantity={"D1": ONE}, demand_due={"D2": problem.today}, on_hand={"A": ONE}, lead_time={"B": 1},
        without_supplies=frozenset({"S1"}), hours_per_week={"R1": ONE}, hours_share=2.0, demand_share=1.5,
        more_demands=[NewDemand("X", "B", ONE, problem.today)], without_demands=frozenset({"D1"}),
    )  # fmt: skip
    solve(changed(problem, what))
    assert plan_to_json(solve(problem)) == before


def test_a_longer_lead_time_makes_a_demand_late(problem):
    """B takes 25 days instead of 10: needed on the 25th of January, it should have been ordered on the 31st of December."""
    before, after = solve(problem), solve(changed(problem, WhatIf(lead_time={"B": 25})))
    assert days_late(before) == {"D1": 0, "D2": 0}
    assert days_late(after) == {"D1": 5, "D2": 0}
    difference = compare(before, after)
    assert [(row.demand, row.late_before, row.late_after) for row in difference.demands] == [("D1", 0, 5)]
    assert [row.item for row in difference.items] == ["B"]
    assert difference.exceptions["past_due_release"] == (0, 1)
    assert (difference.late_before, difference.late_after) == (0, 1)


def test_less_demand_makes_fewer_orders(problem):
    difference = compare(solve(problem), solve(changed(problem, WhatIf(without_demands=frozenset({"D2"})))))
    rows = {row.item: row for row in difference.items}
    assert (rows["A"].orders_before, rows["A"].orders_after) == (2, 1)
    assert (rows["A"].quantity_before, rows["A"].quantity_after) == (14 * ONE, 10 * ONE)
    assert [(row.demand, row.late_after) for row in difference.demands] == [("D2", None)]


def test_more_hours_make_demands_earlier(problem):
    """30 hours of work for D1 fit into no week of 8: with 40 they do."""
    tight = changed(problem, WhatIf(hours_per_week={"R1": 8 * ONE}))
    difference = compare(solve_with_capacity(tight), solve_with_capacity(problem))
    late = {row.demand: (row.late_before, row.late_after) for row in difference.demands}
    assert late["D1"][0] > 0 == late["D1"][1]


def test_shares_round_and_single_figures_win(problem):
    demands = changed(problem, WhatIf(demand_share=1.25, demand_quantity={"D2": 7 * ONE})).demands
    assert demands.quantity.tolist() == [12_500_000, 7 * ONE]


@pytest.mark.parametrize(
    "what",
    [
        WhatIf(demand_quantity={"D9": 1}), WhatIf(on_hand={"Z": 1}), WhatIf(without_supplies=frozenset({"Z"})),
        WhatIf(hours_per_week={"Z": 1}), WhatIf(more_demands=[NewDemand("X", "Z", 1, 1)]),
    ],
)  # fmt: skip
def test_what_is_not_there_cannot_be_changed(problem, what):
    with pytest.raises(UnknownId):
        changed(problem, what)
