"""Planning within weekly hours, case by case. 5 January 2026 is a Monday."""

import io
import json
from datetime import date

import pytest

from gongfang.engines.mrp import ONE, Capacity, Demands, Items, Problem, main_solve_mrp, solve_with_capacity


@pytest.fixture
def promise_of(tmp_path, make_problem):
    def solve(*args, **kwargs):
        file = tmp_path / "problem.json"
        file.write_text(json.dumps(make_problem(*args, **kwargs)))
        out = io.BytesIO()
        assert main_solve_mrp(file, out, capacity=True) == 0
        plan = json.loads(out.getvalue())
        return plan, {row["demand"]: row for row in plan["promises"]}

    return solve


def demand(name, due, qty=10, **more):
    return {"id": name, "item": "A", "qty": qty, "due": due, **more}


WORK = {
    "resources": [{"id": "R1", "hours_per_week": 40}],
    "work": [{"item": "A", "resource": "R1", "hours_per_unit": 2}],
}


def test_what_can_be_on_time_is_and_not_before_it_is_needed(promise_of):
    plan, promises = promise_of([{"id": "A", "lead_time_days": 2}], demands=[demand("D", "2026-02-02")], **WORK)
    assert plan["planned_orders"][0]["release"] == "2026-01-31"
    assert promises["D"] == {"demand": "D", "date": "2026-02-02", "late_days": 0, "short_qty": 0, "reason": None}


def test_a_full_week_moves_work_earlier(promise_of):
    """Two orders of 20 hours fill the week; the third is made the week before."""
    plan, promises = promise_of(
        [{"id": "A", "lead_time_days": 0}], demands=[demand(f"D{n}", f"2026-02-0{n}") for n in (3, 4, 5)], **WORK
    )
    assert [row["release"] for row in plan["planned_orders"]] == ["2026-02-01", "2026-02-04", "2026-02-05"]
    assert all(row["late_days"] == 0 for row in promises.values())


def test_what_cannot_be_earlier_is_later_and_says_which_week_was_full(promise_of):
    _, promises = promise_of([{"id": "A"}], demands=[demand(f"D{n}", "2026-01-06") for n in (1, 2, 3)], **WORK)
    late = [row for row in promises.values() if row["late_days"]]
    assert late == [
        {
            "demand": late[0]["demand"], "date": "2026-01-12", "late_days": 6, "short_qty": 0,
            "reason": {"kind": "capacity", "item": "A", "resource": "R1", "week": "2026-01-05"},
        }
    ]  # fmt: skip


def test_priority_is_served_first(promise_of):
    demands = [demand("D1", "2026-01-06", priority=2), demand("D2", "2026-01-07", 20, priority=1)]
    _, promises = promise_of([{"id": "A"}], demands=demands, **WORK)
    assert (promises["D1"]["late_days"], promises["D2"]["late_days"]) == (6, 0)


def test_the_lead_time_is_the_reason_where_hours_are_not(promise_of):
    _, promises = promise_of(
        [{"id": "A", "lead_time_days": 3}, {"id": "B", "procurement": "buy", "lead_time_days": 10}],
        bom=[{"parent": "A", "component": "B", "qty": 1}],
        demands=[demand("D", "2026-01-12")],
        **WORK,
    )
    assert promises["D"]["date"] == "2026-01-18"
    assert promises["D"]["reason"] == {"kind": "lead_time", "item": "B", "resource": None, "week": None}


def test_a_late_supply_is_the_reason_where_the_plan_uses_it(promise_of):
    """The lot of 100 that is under way serves the demand; a new order would take longer."""
    _, promises = promise_of(
        [{"id": "A", "lead_time_days": 1}, {"id": "B", "procurement": "buy", "lead_time_days": 60}],
        bom=[{"parent": "A", "component": "B", "qty": 1}],
        demands=[demand("D", "2026-01-12")],
        supplies=[{"id": "PO", "item": "B", "qty": 10, "available": "2026-01-20"}],
        **WORK,
    )
    assert promises["D"]["date"] == "2026-01-21"
    assert promises["D"]["reason"] == {"kind": "material", "item": "B", "resource": None, "week": None}


def test_an_order_longer_than_a_week_is_split(promise_of):
    plan, promises = promise_of([{"id": "A"}], demands=[demand("D", "2026-01-06", 45)], **WORK)
    assert sum(row["qty"] for row in plan["planned_orders"]) == 45
    assert promises["D"]["date"] == "2026-01-19"


def test_what_no_week_can_hold_is_never_promised(promise_of):
    plan, promises = promise_of(
        [{"id": "A", "on_hand": 4, "lot": {"rule": "fixed", "qty": 30}}, {"id": "B", "procurement": "buy"}],
        bom=[{"parent": "A", "component": "B", "qty": 1}],
        demands=[demand("D", "2026-02-02")],
        **WORK,
    )
    assert plan["planned_orders"] == []
    assert (promises["D"]["date"], promises["D"]["short_qty"]) == (None, 6)
    assert promises["D"]["reason"]["kind"] == "capacity"


def test_beyond_the_horizon_nothing_is_promised(promise_of):
    _, promises = promise_of([{"id": "A"}], demands=[demand("D", "2027-02-02")], **WORK)
    assert promises["D"] == {"demand": "D", "date": None, "late_days": 0, "short_qty": 10, "reason": None}


def test_an_order_stays_early_for_what_it_yields_besides(promise_of):
    """The saw cut is wanted on the 9th only, its offcut is promised for today: delaying the cut would leave the offcut short."""
    plan, promises = promise_of(
        [{"id": "CUT", "safety_stock": 5}, {"id": "OFFCUT"}],
        byproducts=[{"parent": "CUT", "item": "OFFCUT", "qty": 1}],
        demands=[
            {"id": "D1", "item": "CUT", "qty": 2, "due": "2026-01-09", "priority": 1},
            {"id": "D2", "item": "OFFCUT", "qty": 3, "due": "2026-01-05", "priority": 1},
        ],
    )
    assert {name: row["date"] for name, row in promises.items()} == {"D1": "2026-01-09", "D2": "2026-01-05"}
    assert [row["due"] for row in plan["planned_orders"] if row["qty"] == 5] == ["2026-01-05"]


def urgent_and_early(due, *supplies):
    """A urgent demand with time, an early one of a lower priority; a new order would take 60 days."""
    item = {"id": "A", "procurement": "buy", "lead_time_days": 60, "on_hand": 0}
    demands = [demand("URGENT", due, priority=1), demand("EARLY", "2026-01-12", priority=2)]
    rows = [{"id": f"S{n}", "item": "A", "qty": qty, "available": on} for n, (on, qty) in enumerate(supplies)]
    return {"items": [item], "demands": demands, "supplies": rows}


@pytest.mark.parametrize(
    ("due", "supplies", "late"),
    [
        ("2026-02-02", [("2026-01-08", 10), ("2026-01-30", 10)], {"URGENT": 0, "EARLY": 0}),
        ("2026-02-02", [("2026-01-08", 10), ("2026-02-04", 10)], {"URGENT": 0, "EARLY": 23}),  # the later one is too late
        ("2026-01-20", [("2026-01-08", 6), ("2026-01-09", 4), ("2026-01-20", 10)], {"URGENT": 0, "EARLY": 0}),
        ("2026-01-20", [("2026-01-08", 10), ("2026-01-19", 4), ("2026-01-26", 6)], {"URGENT": 0, "EARLY": 14}),
    ],
)  # fmt: skip
def test_who_has_time_leaves_the_early_supply_to_others(promise_of, due, supplies, late):
    _, promises = promise_of(**urgent_and_early(due, *supplies), **WORK)
    assert {name: row["late_days"] for name, row in promises.items()} == late


def test_an_early_order_in_stock_goes_to_the_early_demand_and_the_urgent_one_keeps_its_own(promise_of):
    """10 in stock; the urgent demand of February has time to be made, the one of next week has not."""
    demands = [demand("URGENT", "2026-02-02", priority=1), demand("EARLY", "2026-01-07", priority=2)]
    _, promises = promise_of([{"id": "A", "lead_time_days": 10, "on_hand": 10}], demands=demands, **WORK)
    assert {name: row["late_days"] for name, row in promises.items()} == {"URGENT": 0, "EARLY": 0}


@pytest.mark.parametrize(("taken", "day"), [([], 6), ([20], 6), ([21], 12), ([40, 21], 19)])
def test_hours_that_are_taken_are_not_given_again(taken, day):
    """Ten pieces of 2 hours in weeks of 40, wanted on the 6th; the next weeks begin on the 12th and 19th."""
    problem = Problem(
        date(2026, 1, 5).toordinal(), 60, Items.of(["A"], lead_time=0), demands=Demands.of(["D"], [0], [10 * ONE], [date(2026, 1, 6).toordinal()]),
        capacity=Capacity.of(["R"], [40 * ONE], [0], [0], [2 * ONE], taken=[hours * ONE for hours in taken]),
    )  # fmt: skip
    promises = solve_with_capacity(problem).promises
    assert date.fromordinal(int(promises.date[0])) == date(2026, 1, day)


def test_what_is_full_for_longest_is_blamed_not_what_is_full_first():
    """Ten pieces of A take 10 hours of R1 and 40 of R2, which has no others; B takes all of R1 in the first week."""
    monday = date(2026, 1, 5).toordinal()
    capacity = Capacity.of(["R1", "R2"], [20 * ONE, 40 * ONE], [0, 0, 1], [0, 1, 0], [ONE, 4 * ONE, ONE])
    demands = Demands.of(["B", "A1", "A2", "A3"], [1, 0, 0, 0], [20 * ONE, *[10 * ONE] * 3], [monday] * 4, [1, 2, 2, 2])
    plan = solve_with_capacity(
        Problem(
            today=monday,
            horizon_days=90,
            items=Items.of(["A", "B"], lead_time=[0, 0]),
            demands=demands,
            capacity=capacity,
        )
    )
    rows, bound = plan.promises, plan.promises.bound
    (last,) = (rows.late_days == 21).nonzero()[0].tolist()
    assert (int(rows.resource[last]), int(rows.week[last])) == (1, monday + 7)
    mine = bound.demand == rows.demand[last]
    weeks = [((bound.first - monday) // 7)[mine].tolist(), ((bound.last - monday) // 7)[mine].tolist()]
    assert (bound.resource[mine].tolist(), weeks) == ([0, 1], [[0, 1], [0, 2]])


def turning(body_lead=0, **facts):
    """A, 2 hours a piece on R1, is made of an old body until 11 January, of a new one from the 12th on; 20 pieces fill a week."""
    bodies = [
        {"id": name, "procurement": "buy", "lead_time_days": body_lead, **facts.get(name, {})}
        for name in ("OLD", "NEW")
    ]
    lines = [
        {"parent": "A", "component": "OLD", "qty": 1, "valid_to": "2026-01-11"},
        {"parent": "A", "component": "NEW", "qty": 3, "valid_from": "2026-01-12"},
    ]
    return [{"id": "A", "lead_time_days": 0}, *bodies], lines


def test_an_order_that_hours_push_over_a_change_is_made_of_what_holds_then(promise_of):
    items, lines = turning()
    demands = [demand(f"D{n}", "2026-01-06") for n in (1, 2, 3, 4)]
    plan, promises = promise_of(items, bom=lines, demands=demands, **WORK)
    made = {row["id"]: row for row in plan["planned_orders"]}
    needs = sorted((made[row["from"]]["release"], row["item"], row["qty"]) for row in plan["requirements"])
    assert needs == [
        ("2026-01-06", "OLD", 10),
        ("2026-01-06", "OLD", 10),
        ("2026-01-12", "NEW", 30),
        ("2026-01-12", "NEW", 30),
    ]
    assert sorted(row["qty"] for row in plan["planned_orders"] if row["item"] == "NEW") == [60]
    late = [row for row in promises.values() if row["late_days"]]
    assert [(row["date"], row["reason"]["kind"], row["reason"]["week"]) for row in late] == [
        ("2026-01-12", "version", "2026-01-12")
    ] * 2


def test_what_comes_too_late_for_the_old_version_is_not_waited_for(promise_of):
    """Old bodies take 20 days, new ones 3: nothing can start before the change, and nothing of the old ones is bought."""
    items, lines = turning(OLD={"lead_time_days": 20}, NEW={"lead_time_days": 3})
    plan, promises = promise_of(items, bom=lines, demands=[demand("D", "2026-01-06")], **WORK)
    assert promises["D"]["date"] == "2026-01-12"
    assert {row["item"] for row in plan["planned_orders"]} == {"A", "NEW"}


def test_a_phantom_holds_what_it_holds_when_the_order_starts(promise_of):
    items, lines = turning()
    items += [{"id": "TOP", "lead_time_days": 0}]
    items[0]["phantom"] = True
    bom = [*lines, {"parent": "TOP", "component": "A", "qty": 1}]
    work = {**WORK, "work": [{"item": "TOP", "resource": "R1", "hours_per_unit": 2}]}
    demands = [{"id": f"D{n}", "item": "TOP", "qty": 10, "due": "2026-01-06"} for n in (1, 2, 3)]
    plan, _ = promise_of(items, bom=bom, demands=demands, **work)
    bodies = sorted((row["item"], row["qty"]) for row in plan["planned_orders"] if row["item"] != "TOP")
    assert bodies == [("NEW", 30), ("OLD", 20)]


def test_every_work_centre_without_hours_is_named_with_its_weeks():
    """Five lots of 10 pieces, an hour of R1 and two of R2 each; R1 has 20 hours a week, R2 40. Two lots fill a week of both."""
    monday = date(2026, 1, 5).toordinal()
    capacity = Capacity.of(["R1", "R2"], [20 * ONE, 40 * ONE], [0, 0], [0, 1], [ONE, 2 * ONE])
    demands = Demands.of([f"D{n}" for n in range(5)], [0] * 5, [10 * ONE] * 5, [monday] * 5)
    items = Items.of(["A"], lead_time=[0])
    plan = solve_with_capacity(
        Problem(today=monday, horizon_days=90, items=items, demands=demands, capacity=capacity)
    )  # fmt: skip
    rows, bound = plan.promises, plan.promises.bound
    (last,) = rows.demand[rows.late_days == 14].tolist()
    mine = bound.demand == last
    weeks = [((bound.first - monday) // 7)[mine].tolist(), ((bound.last - monday) // 7)[mine].tolist()]
    assert (bound.resource[mine].tolist(), bound.item[mine].tolist()) == ([0, 1], [0, 0])
    assert (weeks, bound.hours[mine].tolist()) == ([[0, 0], [1, 1]], [10 * ONE, 20 * ONE])
    assert set(bound.demand.tolist()) == set(rows.demand[rows.late_days > 0].tolist())
