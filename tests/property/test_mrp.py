"""The planner against the slow oracle, and what must hold of every plan whoever computed it."""

import json
import random
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date
from fractions import Fraction

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongfang.engines.formats import parse_json
from gongfang.engines.mrp import ABOUT_ORDER, EXCEPTION_KINDS, FROM_ORDER, plan_to_json, problem_from, solve
from gongfang.engines.mrp.writing import subject_of
from tests.engines.mrp.oracle import Oracle
from tests.engines.mrp.problems import problems

MICRO = 10**6
many = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
some = settings(many, max_examples=30)


def planned(problem):
    return solve(problem_from(parse_json(json.dumps(problem))))


def exact(number):
    return Fraction(number, MICRO)


def iso(day):
    return date.fromordinal(int(day))


@many
@given(problems())
def test_orders_and_requirements_are_the_oracles(problem):
    plan, oracle = planned(problem), Oracle(problem)
    ids = plan.problem.items.ids
    assert {ids[row]: code for row, code in enumerate(plan.low_level_codes.tolist())} == oracle.codes
    orders = plan.orders
    found = [
        (ids[orders.item[row]], exact(int(orders.quantity[row])), exact(int(orders.good[row])), iso(orders.release[row]), iso(orders.due[row]))
        for row in range(len(orders))
    ]  # fmt: skip
    assert found == [(o["item"], o["qty"], o["good"], o["release"], o["due"]) for o in oracle.orders]
    required = Counter()
    for row in range(len(plan.requirements)):
        key = ids[plan.requirements.item[row]], iso(plan.requirements.due[row])
        required[key] += exact(int(plan.requirements.quantity[row]))
    expected = Counter()
    for item, qty, day, _ in oracle.requirements:
        expected[item, day] += qty
    assert required == expected


@many
@given(problems())
def test_projected_stock_is_the_balance_and_never_too_low_from_the_first_need_on(problem):
    plan, oracle = planned(problem), Oracle(problem)
    ids = plan.problem.items.ids
    for row in range(len(plan.projection)):
        item, day = ids[plan.projection.item[row]], iso(plan.projection.day[row])
        stock = exact(int(plan.projection.quantity[row]))
        total = oracle_stock(oracle, item, day)
        assert stock == total
        if not oracle.items[item].get("phantom") and day >= min(
            (when for when, _, _ in oracle.needs[item]), default=day
        ):
            assert stock >= oracle.floor(item, day) or day < oracle.today


def oracle_stock(oracle, item, day):
    """Balance at the end of a day, orders counted when they come in."""
    on_hand = Fraction(str(oracle.items[item].get("on_hand", 0)))
    total = on_hand + sum(qty for when, qty in oracle.arrivals[item] if when <= day)
    if oracle.items[item].get("phantom"):
        return total - sum(served for (name, when), served in oracle.used.items() if name == item and when <= day)
    total += sum(order["good"] for order in oracle.orders if order["item"] == item and order["due"] <= day)
    return total - sum(qty for when, qty, _ in oracle.needs[item] if when <= day)


@many
@given(problems())
def test_pegs_fit_supplies_and_demands_and_come_in_time(problem):
    value = json.loads(plan_to_json(planned(problem)), parse_float=str, parse_int=str)
    plan = planned(problem)
    supply, demand, on = {}, {}, {}
    for item in problem["items"]:
        supply["stock:" + item["id"]] = max(Fraction(0), Fraction(str(item["on_hand"])))
    for row in problem["supplies"]:
        supply[row["id"]] = Fraction(str(row["qty"]))
    orders = plan.orders
    for row, name in enumerate(plan.order_names):
        supply[name] = exact(int(orders.good[row]))
    for row in problem["demands"]:
        demand[row["id"]] = Fraction(str(row["qty"]))
    seen = Counter()
    for row in value["requirements"]:
        name = f"{row['from']}>{row['item']}"
        seen[name] += 1
        name += f"#{seen[name]}" if seen[name] > 1 else ""
        demand[name] = Fraction(row["qty"])
        on[name] = row["due"]
    given_, taken = Counter(), Counter()
    for peg in value["pegging"]:
        assert Fraction(peg["qty"]) > 0
        if "+" not in peg["supply"]:
            given_[peg["supply"]] += Fraction(peg["qty"])
        taken[peg["demand"]] += Fraction(peg["qty"])
    assert all(total <= supply[name] for name, total in given_.items())
    assert all(total <= demand[name] for name, total in taken.items())
    if not any(item["phantom"] for item in problem["items"]):
        horizon = Oracle(problem).end.isoformat()
        late = {row["id"] for row in problem["demands"] if row["due"] > horizon}
        assert {name for name, qty in demand.items() if taken[name] < qty} == late


@some
@given(problems())
def test_requirements_are_the_orders_bills(problem):
    plan = planned(problem)
    ids = plan.problem.items.ids
    phantoms = {item["id"] for item in problem["items"] if item["phantom"]}
    of_order = defaultdict(Counter)
    for row in range(len(plan.requirements)):
        of_order[int(plan.requirements.order[row])][ids[plan.requirements.item[row]]] += exact(
            int(plan.requirements.quantity[row])
        )
    oracle = Oracle(problem)
    for row in range(len(plan.orders)):
        item = ids[plan.orders.item[row]]
        if oracle.items[item]["procurement"] == "buy":
            assert not of_order[row]
            continue
        bill = Counter()
        for part, (_, qty) in oracle._parts(item, iso(plan.orders.release[row]), exact(int(plan.orders.quantity[row]))):
            bill[part] += qty
        if not phantoms & bill.keys():
            assert of_order[row] == bill


@settings(many, max_examples=12)
@given(problems(in_time=True), problems(phantoms=False, in_time=True))
def test_a_plan_fed_back_as_firm_supplies_changes_nothing(problem, other):
    for value in (problem, other):
        plan = planned(value)
        orders = plan.orders
        assert not len(orders) or orders.due.min() >= plan.problem.today
        ids = plan.problem.items.ids
        fed = [
            {"id": name, "item": ids[orders.item[row]], "qty": int(orders.good[row]) / MICRO, "available": iso(orders.due[row]).isoformat()}
            for row, name in enumerate(plan.order_names)
        ]  # fmt: skip
        again = planned({**value, "supplies": value["supplies"] + fed})
        assert len(again.orders) == 0


@some
@given(problems())
def test_the_order_of_input_does_not_matter(problem):
    shuffled = {**problem}
    for key in ("items", "bom", "byproducts", "demands", "supplies"):
        shuffled[key] = random.Random(7).sample(problem[key], len(problem[key]))
    assert plan_to_json(planned(problem)) == plan_to_json(planned(shuffled))


@some
@given(problems())
def test_every_exception_is_due_and_none_is_missing(problem):
    plan, oracle = planned(problem), Oracle(problem)
    found = defaultdict(list)
    for row in range(len(plan.exceptions)):
        kind = EXCEPTION_KINDS[plan.exceptions.kind[row]]
        moved = tuple(iso(d) if d else None for d in (plan.exceptions.moved_from[row], plan.exceptions.moved_to[row]))
        found[kind].append((subject_of(plan, row), *moved))
    late = [name for row, name in enumerate(plan.order_names) if plan.orders.release[row] < plan.problem.today]
    assert sorted(name for name, _, _ in found.pop("past_due_release", [])) == sorted(late)
    past = {
        (d["id"], date.fromisoformat(d["due"]), oracle.today) for d in problem["demands"] if d["due"] < problem["today"]
    }
    assert set(found.pop("past_due_demand", [])) == past
    low = {item["id"] for item in problem["items"] if item["on_hand"] < item["safety_stock"]}
    assert {name for name, _, _ in found.pop("below_safety_stock", [])} == low
    beyond = {d["id"] for d in problem["demands"] if date.fromisoformat(d["due"]) > oracle.end}
    expected = defaultdict(set)
    for supply in problem["supplies"]:
        kind, target = expected_message(oracle, supply)
        if kind == "beyond_horizon":
            beyond.add(supply["id"])
        elif kind:
            expected[kind].add((supply["id"], date.fromisoformat(supply["available"]), target))
    assert {name for name, _, _ in found.pop("beyond_horizon", [])} == beyond
    assert {kind: set(rows) for kind, rows in found.items()} == expected


def expected_message(oracle, supply):
    item = oracle.items[supply["item"]]
    comes = date.fromisoformat(supply["available"])
    counted = max(comes, oracle.today)
    needed = oracle.first_needed(supply["item"], supply["id"])
    if needed is None:
        return ("beyond_horizon" if comes > oracle.end else "cancel"), None
    early = needed if item["phantom"] else date.fromordinal(needed.toordinal() - item["safety_time_days"])
    latest = max(oracle.back(early, 0), oracle.today)
    if not supply.get("firm", True):
        return None, None
    if max(needed, oracle.today) < counted:
        return "expedite", latest
    target = max(latest, counted)
    return (None if target == comes else "defer"), target


@some
@given(problems())
def test_exceptions_are_printed_by_level_item_date_and_id(problem):
    """The date is that of the order, demand or supply, of an item today."""
    plan = planned(problem)
    value = json.loads(plan_to_json(plan))
    dates = {row["id"]: row["due"] for row in [*value["planned_orders"], *problem["demands"]]}
    dates |= {row["id"]: row["available"] for row in problem["supplies"]}
    items = {row["id"]: row["item"] for row in [*value["planned_orders"], *problem["demands"], *problem["supplies"]]}
    kinds = {kind: number for number, kind in enumerate(EXCEPTION_KINDS)}

    def key(row):
        name = row["subject"]
        about_item = row["kind"] == "below_safety_stock"
        item = name if about_item else items[name]
        return (
            value["low_level_codes"][item],
            item,
            problem["today"] if about_item else dates[name],
            name,
            kinds[row["kind"]],
        )

    assert [key(row) for row in value["exceptions"]] == sorted(key(row) for row in value["exceptions"])


@some
@given(problems())
def test_each_order_serves_what_it_was_planned_for(problem):
    """Whatever an order brings beyond its net need is surplus; what it brings for the net need, less safety stock, is pegged."""
    plan = planned(problem)
    served = Counter()
    made = plan.pegging.supply_kind == FROM_ORDER
    for supply, qty in zip(plan.pegging.supply[made].tolist(), plan.pegging.quantity[made].tolist(), strict=True):
        served[supply] += qty
    priorities = {}
    for row in range(len(plan.pegging)):
        if made[row] and plan.pegging.demand[row] >= 0:
            supply = int(plan.pegging.supply[row])
            priority = int(plan.problem.demands.priority[plan.pegging.demand[row]])
            priorities[supply] = min(priority, priorities.get(supply, priority))
    for row in range(len(plan.orders)):
        assert served[row] <= plan.orders.good[row]
        if row in priorities:
            assert plan.orders.priority[row] <= priorities[row]


@some
@given(problems(phantoms=False), st.integers(1, 40))
def test_a_time_fence_only_moves_orders_out_and_says_which(problem, fence):
    """Nothing comes in before the fence; each item's receipts are as much by its horizon, and what comes too late is named."""
    free = problem_from(parse_json(json.dumps(problem)))
    fenced = replace(free, items=replace(free.items, fence=np.full(len(free.items.ids), fence, np.int32)))
    plan = solve(fenced)
    orders = plan.orders
    assert (orders.due >= free.today + fence).all()
    named = {
        int(plan.exceptions.subject[row])
        for row in range(len(plan.exceptions))
        if EXCEPTION_KINDS[plan.exceptions.kind[row]] == "expedite" and plan.exceptions.about[row] == ABOUT_ORDER
    }
    made = plan.pegging.supply_kind == FROM_ORDER
    late = set()
    for supply, demand, requirement in zip(
        plan.pegging.supply[made], plan.pegging.demand[made], plan.pegging.requirement[made], strict=True
    ):
        wanted = plan.requirements.due[requirement] if requirement >= 0 else max(free.demands.due[demand], free.today)
        if wanted < orders.due[supply]:
            late.add(int(supply))
    assert named == late
