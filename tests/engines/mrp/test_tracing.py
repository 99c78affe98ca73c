"""Following pegs through all levels."""

import json

import pytest

from gongfang.engines.formats import parse_json
from gongfang.engines.mrp import problem_from, solve
from tests.engines.mrp.tracing import Tracer


@pytest.fixture
def tracer(make_problem):
    """Two bicycles sharing a wheel that is made of a bought rim; one order needs both levels."""
    value = make_problem(
        [
            {"id": "bike", "lead_time_days": 2},
            {"id": "cart", "lead_time_days": 1},
            {"id": "wheel", "lead_time_days": 3, "on_hand": 1, "safety_stock": 1, "yield": 0.5},
            {"id": "rim", "procurement": "buy", "lead_time_days": 10, "lot": {"rule": "minimum_multiple", "min": 1, "multiple": 50}},
        ],
        bom=[
            {"parent": "bike", "component": "wheel", "qty": 2},
            {"parent": "cart", "component": "wheel", "qty": 4},
            {"parent": "wheel", "component": "rim", "qty": 1},
        ],
        demands=[
            {"id": "SO1", "item": "bike", "qty": 3, "due": "2026-02-02"},
            {"id": "SO2", "item": "cart", "qty": 1, "due": "2026-02-10"},
        ],
    )  # fmt: skip
    return Tracer(solve(problem_from(parse_json(json.dumps(value)))))


def ids_of(tracer, rows):
    return [tracer.plan.problem.items.ids[tracer.plan.orders.item[row]] for row in rows]


def test_a_purchase_leads_to_its_customer_orders(tracer):
    rims = [row for row in range(len(tracer.plan.orders)) if ids_of(tracer, [row]) == ["rim"]]
    assert len(rims) == 1
    trace = tracer.up_from_order(rims[0])
    assert [tracer.plan.problem.demands.ids[row] for row in tracer.customer_demands(trace)] == ["SO1", "SO2"]
    assert trace.level.max() == 2


def test_a_demand_leads_to_all_it_is_made_of(tracer):
    orders = tracer.planned_orders(tracer.down_from_demand(0))
    assert ids_of(tracer, orders) == ["bike", "wheel", "rim"]
    assert ids_of(tracer, tracer.planned_orders(tracer.down_from_order(0))) == ["wheel", "rim"]


def test_phantoms_do_not_cut_the_trace(make_problem):
    value = make_problem(
        [{"id": "A"}, {"id": "X", "phantom": True}, {"id": "B"}],
        bom=[{"parent": "A", "component": "X", "qty": 1}, {"parent": "X", "component": "B", "qty": 1}],
        demands=[
            {"id": "SO1", "item": "A", "qty": 3, "due": "2026-02-02"},
            {"id": "SO2", "item": "X", "qty": 1, "due": "2026-02-10"},
        ],
    )
    tracer = Tracer(solve(problem_from(parse_json(json.dumps(value)))))
    found = {}
    for row in range(len(tracer.plan.orders)):
        if ids_of(tracer, [row]) == ["B"]:
            demands = tracer.customer_demands(tracer.up_from_order(row))
            found[row] = [tracer.plan.problem.demands.ids[demand] for demand in demands]
    assert sorted(found.values()) == [["SO1"], ["SO2"]]
    assert ids_of(tracer, tracer.planned_orders(tracer.down_from_demand(1))) == ["B"]
