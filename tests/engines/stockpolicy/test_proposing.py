"""Proposals: classes, levels that keep the promise, lots that obey, cash that adds up, and the file format."""

import io
import json

import numpy as np
import pytest

from gongfang.engines.formats import FormatError, parse_json
from gongfang.engines.stockpolicy.classes import abc, variation, xyz
from gongfang.engines.stockpolicy.command import main_solve_policy
from gongfang.engines.stockpolicy.lots import PriceBreak
from gongfang.engines.stockpolicy.proposing import Discount, Policy, PolicyItem, PolicyProblem, cash_effect, propose
from gongfang.engines.stockpolicy.reading import problem_from

STEADY = (100.0, 110.0, 90.0, 105.0, 95.0, 100.0)


def item(**more):
    usual = {"id": "A", "demand": STEADY, "unit_cost": 4.0, "lead_time": 2.0, "order_cost": 50.0}
    return PolicyItem(**(usual | more))


def one(**more):
    return propose(PolicyProblem((item(**more),)))[0]


def test_abc_by_cumulative_value():
    worth = {"a": 70.0, "b": 12.0, "c": 10.0, "d": 5.0, "e": 3.0, "f": 0.0}
    assert abc(worth) == {"a": "A", "b": "A", "c": "B", "d": "B", "e": "C", "f": "C"}
    assert abc({"only": 5.0, "idle": 0.0}) == {"only": "A", "idle": "C"}
    assert abc({"x": 0.0}) == {"x": "C"}


@pytest.mark.parametrize(
    ("demand", "letter"), [(STEADY, "X"), ((0, 10, 20, 2), "Y"), ((0, 0, 0, 20), "Z"), ((0, 0), "Z"), ((), "Z")]
)
def test_xyz_by_variation(demand, letter):
    assert xyz(variation(demand)) == letter


def test_a_steady_item():
    proposal = one(service=0.95)
    assert proposal.mean == 100
    assert proposal.minimum == pytest.approx(200 + 1.644854 * proposal.deviation * 2**0.5)
    assert proposal.lot == pytest.approx((2 * 50 * 5200 / 0.8) ** 0.5)
    assert proposal.maximum == pytest.approx(proposal.minimum + proposal.lot)
    assert proposal.cycle_service == pytest.approx(0.95)


def test_the_class_decides_the_service_where_the_item_does_not():
    items = (item(id="BIG", unit_cost=400.0), item(id="SMALL", unit_cost=0.01))
    proposals = {p.id: p for p in propose(PolicyProblem(items))}
    assert (proposals["BIG"].abc, proposals["BIG"].cycle_service) == ("A", pytest.approx(0.98))
    assert (proposals["SMALL"].abc, proposals["SMALL"].cycle_service) == ("C", pytest.approx(0.90))


def test_fill_rate_is_kept_and_never_asks_for_negative_safety():
    proposal = one(service=0.995, fill=True, demand=(50.0, 150.0, 10.0, 190.0), order_cost=5.0)
    assert proposal.fill_rate == pytest.approx(0.995)
    assert one(service=0.5, fill=True).safety_stock == 0


def test_lots_obey_minimum_and_multiple_and_discounts():
    assert one(minimum_lot=2000).lot == 2000
    assert one(multiple=250).lot == 1000  # 806 and a half, rounded up
    cheap = one(breaks=(PriceBreak(0, 4.0), PriceBreak(3000, 3.2)))
    assert (cheap.lot, cheap.price) == (3000, 3.2)


def test_cash_is_stock_now_less_stock_proposed():
    proposal = one(current_stock=1500.0)
    assert proposal.stock == pytest.approx(proposal.safety_stock + proposal.lot / 2)
    assert proposal.cash == pytest.approx((1500 - proposal.stock) * 4, abs=0.01)
    assert cash_effect([proposal, one()]) == proposal.cash


def test_no_demand_needs_no_stock():
    proposal = one(demand=(0.0, 0.0, 0.0), current_stock=10.0)
    assert (proposal.minimum, proposal.maximum, proposal.cash, proposal.abc, proposal.xyz) == (0, 0, 40, "C", "Z")


def test_dearer_shortages_raise_the_reorder_point():
    cheap, dear = (one(policy=Policy.COST, shortage_cost=cost) for cost in (1.0, 20.0))
    assert dear.minimum > cheap.minimum
    assert (
        one(policy=Policy.PERIODIC, shortage_cost=0.5).maximum > one(policy=Policy.PERIODIC, shortage_cost=0.5).minimum
    )
    assert (
        one(policy=Policy.NEWSVENDOR, shortage_cost=9.0).minimum
        > 100
        > one(policy=Policy.NEWSVENDOR, shortage_cost=1.0).minimum
    )


def test_the_promised_service_is_what_a_simulation_sees():
    """(r, Q) by the proposal against 10,000 drawn periods, stock looked at twenty times a period."""
    random = np.random.default_rng(11)
    past = tuple(float(x) for x in random.normal(100, 25, 400))
    proposal = one(demand=past, service=0.9, order_cost=800.0)
    stock, arrives, cycles, kept, short, total = proposal.maximum, -1, 0, 0, 0.0, 0.0
    for step, demand in enumerate(random.normal(100 / 20, 25 / 20**0.5, 200_000)):
        if step == arrives:
            arrives = -1
            cycles += 1
            kept += stock >= 0
            stock += proposal.lot
        short += min(max(0.0, demand), max(0.0, demand - stock))
        total += demand
        stock -= demand
        if arrives < 0 and stock <= proposal.minimum:
            arrives = step + 1 + 2 * 20
    assert kept / cycles == pytest.approx(0.9, abs=0.04)
    assert 1 - short / total == pytest.approx(proposal.fill_rate, abs=0.004)


def document(**more):
    thing = {
        "id": "A",
        "demand": [120, 95.5, 130],
        "unit_cost": 4.2,
        "lead_time": 2,
        "order_cost": 30,
        "current_stock": 900,
    }
    return {"format": "gongfang/policy-problem/1", "items": [thing | more]}


def test_the_file_format(tmp_path, capsys):
    path = tmp_path / "problem.json"
    path.write_text(json.dumps(document()), encoding="utf-8")
    out = io.StringIO()
    assert main_solve_policy(str(path), out) == 0
    result = json.loads(out.getvalue())
    assert result["items"][0]["id"] == "A"
    assert result["cash"] == result["items"][0]["cash"]
    path.write_text(json.dumps(document(colour=1)), encoding="utf-8")
    out = io.StringIO()
    assert (main_solve_policy(str(path), out), out.getvalue()) == (2, "")
    assert "$.items[0].colour" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"unit_cost": 0}, "unit_cost"),
        ({"lead_time": -1}, "lead_time"),
        ({"demand": [-1]}, "demand[0]"),
        ({"service": 1}, "service"),
        ({"policy": "guess"}, "policy"),
        ({"policy": "cost"}, "shortage_cost"),
        ({"policy": "periodic", "shortage_cost": 1, "order_cost": 0}, "order_cost"),
        ({"policy": "newsvendor", "shortage_cost": 1, "salvage": 5}, "salvage"),
        ({"breaks": [{"quantity": 5, "price": 1}]}, "breaks[0].quantity"),
        ({"breaks": [{"quantity": 0, "price": 1}, {"quantity": 0, "price": 0.9}]}, "breaks[1].quantity"),
        ({"breaks": [{"quantity": 0, "price": 1}, {"quantity": 9, "price": 1}]}, "breaks[1].price"),
    ],
)
def test_faults_are_refused_by_their_path(change, where):
    with pytest.raises(FormatError) as refusal:
        problem_from(parse_json(json.dumps(document(**change))))
    assert f"$.items[0].{where}" in {fault.path for fault in refusal.value.faults}


BREAKS = (PriceBreak(0, 4.0), PriceBreak(500, 3.8), PriceBreak(2000, 3.6))


@pytest.mark.parametrize("discount", list(Discount))
@pytest.mark.parametrize(("minimum_lot", "multiple"), [(0, 0), (600, 0), (0, 450), (700, 300), (1900, 150)])
def test_a_lot_with_discounts_is_the_cheapest_that_may_be_ordered(discount, minimum_lot, multiple):
    """Price and cost are those of the lot as it is ordered, rounding up included; every other lot that may be ordered costs more."""
    for order_cost in (5.0, 60.0, 900.0):
        found = one(
            breaks=BREAKS,
            discount=discount,
            minimum_lot=minimum_lot,
            multiple=multiple,
            order_cost=order_cost,
            service=0.5,
        )

        def paid(quantity):
            if discount is Discount.ALL_UNITS:
                return quantity * [b.price for b in BREAKS if quantity >= b.quantity][-1]
            ends = (500, 2000, float("inf"))
            return sum(
                b.price * (min(end, quantity) - b.quantity) for b, end in zip(BREAKS, ends) if quantity > b.quantity
            )

        def cost(quantity, paid=paid, order_cost=order_cost):
            return (paid(quantity) + order_cost) * 5200 / quantity + 0.2 * paid(quantity) / 2

        assert found.price == pytest.approx(paid(found.lot) / found.lot)
        assert found.yearly_cost == pytest.approx(cost(found.lot) - paid(found.lot) * 5200 / found.lot, abs=0.01)
        if not multiple:  # with a multiple the best lot is rounded up, which need not be the cheapest
            assert cost(found.lot) <= min(cost(q) for q in range(max(1, minimum_lot), 6000)) + 1e-6
        assert found.lot >= minimum_lot
        assert not multiple or found.lot % multiple == pytest.approx(0)


def test_order_points_by_cost_take_the_discount_into_account_and_never_wait_on_purpose():
    plain, cheap = (one(policy=Policy.COST, shortage_cost=9.0, breaks=breaks) for breaks in ((), BREAKS))
    assert (plain.price, cheap.price, cheap.lot) == (4.0, 3.6, 2000)
    assert cheap.minimum < plain.minimum, "fewer cycles, fewer occasions to be short"
    careless = one(policy=Policy.COST, shortage_cost=0.001)
    assert careless.safety_stock == 0
    assert careless.yearly_cost > 0
