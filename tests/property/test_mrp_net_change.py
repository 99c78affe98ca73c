"""A net-change run gives to the byte what a regenerative run gives, whatever was changed, and touches little for a small change."""

import copy
import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongfang.engines.formats import parse_json
from gongfang.engines.mrp import (
    BUY,
    MAKE,
    ONE,
    BillOfMaterials,
    Demands,
    Items,
    Problem,
    net_change,
    plan_to_json,
    problem_from,
    solve,
    solve_with_capacity,
)
from tests.engines.mrp.problems import day, lots, problems, quantities

many = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def read(value):
    return problem_from(parse_json(json.dumps(value)))


@st.composite
def changes(draw, value):
    """The problem with one to three things changed, added or taken away."""
    value = copy.deepcopy(value)
    names = [item["id"] for item in value["items"]]
    for number in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(("item", "item", "demand", "supply", "line", "new", "gone", "today", "byproduct")))
        if kind == "item":
            item = draw(st.sampled_from(value["items"]))
            key, new = draw(
                st.one_of(
                    st.tuples(st.just("on_hand"), st.integers(0, 50)),
                    st.tuples(st.just("lead_time_days"), st.integers(0, 12)),
                    st.tuples(st.just("safety_stock"), st.integers(0, 9)),
                    st.tuples(st.just("lot"), lots()),
                    st.tuples(st.just("phantom"), st.booleans()),
                    st.tuples(st.just("procurement"), st.sampled_from(("make", "buy"))),
                )
            )
            item[key] = new
        elif kind in ("demand", "supply"):
            rows, when = value[kind + "s" if kind == "demand" else "supplies"], "due" if kind == "demand" else "available"  # fmt: skip
            if rows and draw(st.booleans()):
                draw(st.sampled_from(rows)).update({"qty": draw(quantities), when: draw(day(-5, 70))})
            else:
                more = {"priority": 1} if kind == "demand" else {"firm": True}
                name = f"{draw(st.sampled_from('AX'))}{kind}{number}"
                if all(row["id"] != name for row in rows):
                    rows.append({"id": name, "item": draw(st.sampled_from(names)), "qty": draw(quantities), when: draw(day(-5, 70)), **more})  # fmt: skip
        elif kind == "line" and value["bom"]:
            draw(st.sampled_from(value["bom"]))["qty"] = draw(st.integers(1, 5))
        elif kind == "new":
            name = f"{draw(st.sampled_from('AX'))}{number}"
            if name not in names:
                value["items"].append({**value["items"][0], "id": name, "phantom": False})
                value["bom"].append({"parent": name, "component": names[0], "qty": 1})
                value["demands"].append({"id": "of" + name, "item": name, "qty": 7, "due": draw(day(0, 50)), "priority": 2})  # fmt: skip
        elif kind == "gone":
            for key in ("demands", "supplies", "bom", "byproducts"):
                if value[key]:
                    value[key].remove(draw(st.sampled_from(value[key])))
        elif kind == "today":
            value["today"] = draw(day(0, 3))
        elif kind == "byproduct" and value["byproducts"]:
            draw(st.sampled_from(value["byproducts"]))["qty"] = draw(quantities)
    return value


@many
@given(st.data(), problems())
def test_net_change_is_regenerative(data, value):
    plan = solve(read(value))
    for _ in range(2):  # the second starts from a net-change plan
        value = data.draw(changes(value))
        plan, anew = net_change(plan, read(value)), solve(read(value))
        assert plan_to_json(plan) == plan_to_json(anew)
        for mine, other in zip((plan.orders, plan.pegging), (anew.orders, anew.pegging), strict=True):
            for name in mine.__slots__:
                assert np.array_equal(getattr(mine, name), getattr(other, name))


def chain(count, quantity):
    """`count` products, each of its own part of one common steel: two demands each."""
    names = [f"P{n:04d}" for n in range(count)] + [f"Q{n:04d}" for n in range(count)] + ["STEEL"]
    today = date(2026, 1, 5).toordinal()
    rows = list(range(count))
    return Problem(
        today,
        90,
        Items.of(names, lead_time=3, procurement=[MAKE] * (2 * count) + [BUY]),
        BillOfMaterials.of([*rows, *(row + count for row in rows)], [*(row + count for row in rows), *[2 * count] * count], [ONE] * 2 * count),
        Demands.of([f"D{n}" for n in range(2 * count)], rows * 2, [quantity * ONE, *[5 * ONE] * (2 * count - 1)], [today + 40 + n % 20 for n in range(2 * count)]),
    )  # fmt: skip


def test_only_what_a_change_touches_is_planned_again():
    plan = solve(chain(400, 5))
    changed = net_change(plan, chain(400, 6))
    names = changed.problem.items.ids
    assert sorted(names[row] for row in changed.replanned) == ["P0000", "Q0000", "STEEL"]
    assert len(net_change(plan, chain(400, 5)).replanned) == 0


def test_a_demand_more_for_one_product_leaves_the_others_alone():
    before = chain(300, 5)
    plan = solve(before)
    demands = before.demands
    more = Demands.of(
        ["A", *demands.ids],
        [7, *demands.item.tolist()],
        [ONE, *demands.quantity.tolist()],
        [before.today + 30, *demands.due.tolist()],
    )
    after = replace(before, demands=more)
    changed = net_change(plan, after)
    assert plan_to_json(changed) == plan_to_json(solve(after))
    assert sorted(after.items.ids[row] for row in changed.replanned) == ["P0007", "Q0007", "STEEL"]


def test_a_plan_within_capacity_is_no_start():
    problem = chain(2, 5)
    with pytest.raises(ValueError, match="capacity"):
        net_change(solve_with_capacity(problem), problem)
