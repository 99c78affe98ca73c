"""Finite plans of random problems against the independent validator."""

import json
from datetime import date
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongfang.engines.formats import parse_json
from gongfang.engines.mrp import plan_to_json, problem_from, solve, solve_with_capacity
from tests.engines.mrp.problems import problems
from tests.engines.mrp.tracing import Tracer
from tests.engines.mrp.validator import violations

several = settings(  # the same problems each time: a run of the suite is not the moment to look for new ones
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@st.composite
def loaded_problems(draw, **options):
    """A problem with one or two resources, more or less tight, on which some of the items work."""
    problem = draw(problems(**options))
    resources = [
        {"id": f"R{n}", "hours_per_week": draw(st.sampled_from((8, 20, 40.5, 400)))}
        for n in range(draw(st.integers(1, 2)))
    ]
    problem["resources"] = resources
    problem["work"] = [
        {"item": item["id"], "resource": draw(st.sampled_from(resources))["id"], "hours_per_unit": draw(st.sampled_from((0, 0.05, 0.3, 1.25)))}
        for item in problem["items"] if draw(st.booleans())
    ]  # fmt: skip
    return problem


def planned(problem):
    return solve_with_capacity(problem_from(parse_json(json.dumps(problem))))


def printed(plan):
    return json.loads(plan_to_json(plan), parse_float=Decimal)


@several
@given(loaded_problems())
def test_no_finite_plan_breaks_a_rule(problem):
    value = json.loads(json.dumps(problem), parse_float=Decimal)
    assert violations(value, printed(planned(problem))) == []


@several
@given(loaded_problems())
def test_the_engines_own_projection_never_goes_under_what_there_was(problem):
    plan = planned(problem)
    on_hand = plan.problem.items.on_hand[plan.projection.item]
    assert (plan.projection.quantity >= on_hand.clip(max=0)).all()


@settings(several, max_examples=20)
@given(loaded_problems())
def test_the_order_of_input_does_not_matter(problem):
    turned = {**problem}
    for key in ("items", "bom", "byproducts", "demands", "supplies", "resources", "work"):
        turned[key] = problem[key][::-1]
    assert plan_to_json(planned(problem)) == plan_to_json(planned(turned))


@settings(several, max_examples=20)
@given(problems())
def test_without_resources_only_lead_times_and_supplies_delay(problem):
    """What the unconstrained plan releases in time stays in time, and no reason names hours.

    Among demands of one priority: a more urgent one may take what comes first although it is due later.
    """
    problem = {**problem, "demands": [{**row, "priority": 1} for row in problem["demands"]]}
    finite = printed(planned(problem))
    assert all(row["reason"]["kind"] != "capacity" for row in finite["promises"] if row["reason"])
    plan = solve(problem_from(parse_json(json.dumps(problem))))
    tracer = Tracer(plan)
    late = {row["demand"] for row in finite["promises"] if row["late_days"] > 0}
    for row, name in enumerate(plan.problem.demands.ids):
        due = int(plan.problem.demands.due[row])
        if due < plan.problem.today or due > plan.problem.today + plan.problem.horizon_days or name not in late:
            continue
        orders = tracer.planned_orders(tracer.down_from_demand(row))
        releases = [date.fromordinal(int(plan.orders.release[order])) for order in orders]
        assert releases and min(releases) < date.fromordinal(plan.problem.today)


REASONS = {
    "an item that does not go into it": {"item": "STRANGER"},
    "a resource it does not work on": {"resource": "R2"},
    "a week after the promise": {"week": "2027-01-04"},
    "a lead time that is short enough": {"kind": "lead_time", "resource": None, "week": None},
    "a supply where none is late": {"kind": "material", "resource": None, "week": None},
}


def test_the_validator_sees_through_wrong_reasons():
    """Three demands of 20 hours in a week of 40: one of them waits for R1."""
    problem = {
        "format": "gongfang/mrp-problem/1", "today": "2026-01-05", "horizon_days": 60, "calendar": None,
        "items": [{"id": name, "procurement": "make", "lead_time_days": 0} for name in ("A", "STRANGER")], "bom": [], "byproducts": [],
        "resources": [{"id": name, "hours_per_week": 40} for name in ("R1", "R2")],
        "work": [{"item": "A", "resource": "R1", "hours_per_unit": 2}], "supplies": [],
        "demands": [{"id": f"D{n}", "item": "A", "qty": 10, "due": "2026-01-06"} for n in (1, 2, 3)],
    }  # fmt: skip
    plan = printed(planned(problem))
    assert violations(problem, plan) == []
    (late,) = [row for row in plan["promises"] if row["reason"]]
    right = late["reason"]
    for wrong in REASONS.values():
        late["reason"] = right | wrong
        assert violations(problem, plan), wrong


@several
@given(loaded_problems(), st.data())
def test_the_validator_sees_what_is_given_twice(problem, data):
    """Any peg of a by-product or an order made larger than there is of it is found."""
    value = json.loads(json.dumps(problem), parse_float=Decimal)
    plan = printed(planned(problem))
    if not plan["pegging"]:
        return
    peg = data.draw(st.sampled_from(plan["pegging"]))
    peg["qty"] = Decimal(10) ** 9
    assert violations(value, plan)
