"""Substitutes, co-products, and several places: stories by hand, and what must hold of all of them. 5 January 2026 is a Monday."""

import json
from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongfang.engines.formats import parse_json
from gongfang.engines.mrp import (
    BUY,
    MAKE,
    ONE,
    SUBCONTRACT,
    TRANSFER,
    BillOfMaterials,
    Byproducts,
    Demands,
    Items,
    Problem,
    Supplies,
    problem_from,
    solve,
)
from gongfang.engines.mrp.coproducts import CoProducts, share_out, solve_with_coproducts
from gongfang.engines.mrp.sites import UNKNOWN, Ways, at_sites
from gongfang.engines.mrp.substitution import Substitutes, substitute
from tests.engines.mrp.problems import problems
from tests.engines.mrp.tracing import Tracer

TODAY = date(2026, 1, 5).toordinal()
few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def iso(day):
    return date.fromordinal(int(day)).isoformat()


def orders_of(plan, row):
    own = plan.orders.item == row
    return [(iso(d), int(q) // ONE) for d, q in zip(plan.orders.due[own], plan.orders.quantity[own], strict=True)]


# -- substitutes


def screws(**more):
    """Product P takes one screw A; B and C may stand in. 10 P on 19 January, 10 on 2 February; A 4, B 5, C 20 in stock."""
    return Problem(
        TODAY,
        60,
        Items.of(["P", "A", "B", "C"], lead_time=[1, 5, 5, 5], procurement=[MAKE, BUY, BUY, BUY], on_hand=[0, 4 * ONE, 5 * ONE, 20 * ONE]),
        BillOfMaterials.of([0], [1], [ONE]),
        Demands.of(["D1", "D2"], [0, 0], [10 * ONE] * 2, [TODAY + 14, TODAY + 28]),
        **more,
    )  # fmt: skip


def test_shortages_go_through_the_substitutes_by_rank():
    """Short of 6 A on the 18th and 10 on the 1st: B gives 5 then nothing, two of C stand for one A: 1, and 9 in February."""
    rows = Substitutes.of([1, 1], [3, 2], [2 * ONE, ONE], rank=[2, 1])
    result = substitute(solve(screws()), rows)
    assert [(iso(u.day), u.substitute, u.quantity // ONE, u.taken // ONE) for u in result.uses] == [
        ("2026-01-18", 2, 5, 5),
        ("2026-01-18", 3, 1, 2),
        ("2026-02-01", 3, 9, 18),
    ]
    assert orders_of(result.plan, 1) == [("2026-02-01", 1)]
    assert orders_of(result.plan, 2) == orders_of(result.plan, 3) == []


def test_a_use_leads_on_to_the_customer():
    result = substitute(solve(screws()), Substitutes.of([1], [2]))
    plan = result.plan
    tracer = Tracer(plan)
    supply = list(plan.problem.supplies.ids).index(result.uses[0].id)
    assert plan.problem.demands.ids[tracer.customer_demands(tracer.up_from_supply(supply))[0]] == "D1"


def test_use_up_and_beginning_dates():
    """C may only be used until the 20th, B from the 25th on."""
    rows = Substitutes.of(
        [1, 1], [3, 2], valid_to=[TODAY + 15, TODAY + 99], valid_from=[1, TODAY + 20], rank=[1, 2]
    )  # fmt: skip
    uses = substitute(solve(screws()), rows).uses
    assert [(iso(u.day), u.substitute, u.quantity // ONE) for u in uses] == [("2026-01-18", 3, 6), ("2026-02-01", 2, 5)]


def test_a_successor_is_ordered_in_place_of_what_runs_out():
    """From 25 January on B follows A: its 5 in stock and 5 to be bought."""
    rows = Substitutes.of([1], [2], valid_from=[TODAY + 20], replenished=[True])
    result = substitute(solve(screws()), rows)
    assert orders_of(result.plan, 1) == [("2026-01-18", 6)]
    assert orders_of(result.plan, 2) == [("2026-02-01", 5)]


def test_what_others_will_need_is_not_taken():
    """20 C in stock, 12 wanted in March: 8 are free."""
    problem = screws()
    wanted = Demands.of(
        ["D1", "D2", "D3"],
        [0, 0, 3],
        [10 * ONE, 10 * ONE, 12 * ONE],
        [TODAY + 14, TODAY + 28, TODAY + 55],
    )
    result = substitute(solve(replace(problem, demands=wanted)), Substitutes.of([1], [3]))
    assert sum(use.taken for use in result.uses) == 8 * ONE
    assert orders_of(result.plan, 3) == []


def test_nothing_stands_in_for_its_own_parent():
    assert substitute(solve(screws()), Substitutes.of([1, 0], [0, 0])).uses == ()


@few
@given(problems(phantoms=False), st.data())
def test_substitutes_never_take_what_is_needed(value, data):
    problem = problem_from(parse_json(json.dumps(value)))
    count = len(problem.items.ids)
    rank_and_quantity = st.tuples(st.integers(1, 2), st.sampled_from((ONE, 2 * ONE, 333_333)))
    which = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))
    table = data.draw(st.dictionaries(which, rank_and_quantity, max_size=4))
    columns = [i for i, _ in table], [s for _, s in table], [each for _, each in table.values()]
    rows = Substitutes.of(*columns, rank=[rank for rank, _ in table.values()] or 1)
    before = solve(problem)
    result = substitute(before, rows)
    after = result.plan
    taken, given_ = Counter(), Counter()
    for use in result.uses:
        each = Fraction(table[use.item, use.substitute][1], ONE)
        assert 0 <= use.taken - use.quantity * each < 1
        assert use.day >= problem.today
        taken[use.substitute] += use.taken
        given_[use.item] += use.quantity
    for item in range(count):
        if taken[item] and not given_[item] and not np.any(problem.bom.component == item):
            assert orders_of(after, item) == orders_of(before, item)  # nobody ordered a substitute for its use
        stock = int(problem.items.on_hand[item]) + int(problem.supplies.quantity[problem.supplies.item == item].sum())
        assert taken[item] <= max(0, stock)
    swapped = Substitutes.of(*(column[::-1] for column in columns), rank=rows.rank[::-1])
    assert substitute(before, swapped).uses == result.uses
    anew = solve(after.problem)
    assert np.array_equal(anew.orders.quantity, after.orders.quantity)


# -- co-products


def sawmill(demand_a, demand_b, **process):
    """A log is cut into 2 A and 1 B; the cut takes 3 days and a log each; logs are bought in 4 days."""
    return Problem(
        TODAY,
        60,
        Items.of(["CUT", "A", "B", "LOG"], lead_time=[3, 0, 0, 4], procurement=[MAKE, MAKE, MAKE, BUY], **process),
        BillOfMaterials.of([0], [3], [ONE]),
        Demands.of(["DA", "DB"], [1, 2], [demand_a * ONE, demand_b * ONE], [TODAY + 20, TODAY + 25]),
    )


OUTPUTS = CoProducts.of([0, 0], [1, 2], [2 * ONE, ONE])


def test_the_output_that_lacks_most_decides():
    """8 A on the 25th want 4 cuts, 6 B on the 30th 6: so 4 cuts, then 2; 4 A lie over."""
    result = solve_with_coproducts(sawmill(8, 6), OUTPUTS)
    plan = result.plan
    assert orders_of(plan, 0) == [("2026-01-25", 4), ("2026-01-30", 2)]
    assert orders_of(plan, 1) == orders_of(plan, 2) == []
    assert orders_of(plan, 3) == [("2026-01-22", 4), ("2026-01-27", 2)]
    assert result.open_items == ()
    tracer = Tracer(plan)
    log = int(np.flatnonzero(plan.orders.item == 3)[0])
    reached = {plan.problem.demands.ids[row] for row in tracer.customer_demands(tracer.up_from_order(log))}
    assert {"DA", "DB"} <= reached


def test_stock_and_lots_of_the_process_count():
    result = solve_with_coproducts(sawmill(8, 6, on_hand=[0, 8 * ONE, 0, 0], lot_rule=[1, 0, 0, 0], lot_quantity=[10 * ONE, 0, 0, 0]), OUTPUTS)  # fmt: skip
    assert orders_of(result.plan, 0) == [("2026-01-30", 10)]


def test_outputs_that_go_into_a_product_call_their_process_too():
    """Product P of one A and three B: 5 P want 15 cuts for the B."""
    problem = replace(
        sawmill(0, 0),
        items=Items.of(["CUT", "A", "B", "LOG", "P"], lead_time=[3, 0, 0, 4, 2], procurement=[MAKE, MAKE, MAKE, BUY, MAKE]),
        bom=BillOfMaterials.of([0, 4, 4], [3, 1, 2], [ONE, ONE, 3 * ONE]),
        demands=Demands.of(["D"], [4], [5 * ONE], [TODAY + 30]),
    )  # fmt: skip
    result = solve_with_coproducts(problem, OUTPUTS)
    assert orders_of(result.plan, 0) == [("2026-02-02", 15)]
    assert result.open_items == ()


def test_a_fenced_process_leaves_the_shortage_open():
    result = solve_with_coproducts(sawmill(8, 6, fence=[22, 0, 0, 0]), OUTPUTS)
    assert result.open_items == (1,)
    assert sum(quantity for _, _, quantity in [(d, p, q) for _, p, d, q in result.called]) <= 3 * 10 * ONE


@few
@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(1, 40), st.integers(5, 45)), max_size=8),
    st.lists(st.sampled_from((ONE, 2 * ONE, 500_000, 333_333)), min_size=3, max_size=3),
    st.lists(st.integers(0, 20), min_size=3, max_size=3),
)
def test_every_output_is_there_in_time_and_no_cut_too_many(wants, yields, stocks):
    """Oracle: by each day as many cuts as the output that lacks most needs (fractions); stock never goes under nothing."""
    problem = Problem(
        TODAY,
        60,
        Items.of(["CUT", "A", "B", "C"], lead_time=[2, 0, 0, 0], on_hand=[0, *(stock * ONE for stock in stocks)]),
        demands=Demands.of(list(range(len(wants))), [1 + w[0] for w in wants], [w[1] * ONE for w in wants], [TODAY + w[2] for w in wants]),
    )  # fmt: skip
    result = solve_with_coproducts(problem, CoProducts.of([0, 0, 0], [1, 2, 3], yields))
    assert result.open_items == ()
    assert (result.plan.projection.quantity >= 0).all()
    days = sorted({w[2] for w in wants})
    cuts = Fraction(0)
    for day in days:
        for output in range(3):
            lacking = sum(w[1] for w in wants if w[0] == output and w[2] <= day) - stocks[output]
            cuts = max(cuts, Fraction(lacking * ONE, yields[output]))
    made = Fraction(int(result.plan.orders.quantity.sum()), ONE)
    assert cuts <= made <= cuts + Fraction(3 * (len(days) + 1), ONE) * (1 + 3 * len(days))


def test_cost_is_shared_to_the_cent():
    assert share_out(Decimal("100.00"), [333_333_333_333, 333_333_333_333, 333_333_333_334]) == [
        Decimal("33.33"),
        Decimal("33.33"),
        Decimal("33.34"),
    ]
    assert OUTPUTS.share.tolist() == [666_666_666_667, 333_333_333_333]


# -- places


def test_two_plants_a_depot_and_a_subcontractor():
    """The depot gets bikes from the works in 3 days; the works make them of frames that a painter paints from raw frames we send."""
    bike, frame, raw = range(3)
    works, depot, painter = range(3)
    ways = Ways.of(
        [[MAKE, TRANSFER, UNKNOWN], [SUBCONTRACT, UNKNOWN, UNKNOWN], [BUY, UNKNOWN, UNKNOWN]],
        [[2, 3, 0], [5, 0, 0], [10, 0, 0]],
        [[-1, works, -1], [painter, -1, -1], [-1, -1, -1]],
    )
    sites = at_sites(
        BillOfMaterials.of([bike, frame], [frame, raw], [ONE, ONE]), ways, [bike], [depot], sending_days={painter: 1}
    )
    assert not len(sites.missing)
    assert list(zip(sites.item.tolist(), sites.place.tolist(), strict=True)) == [
        (bike, works), (bike, depot), (frame, works), (raw, works), (raw, painter),
    ]  # fmt: skip
    on_hand = [0] * 5
    on_hand[sites.number[raw, painter]] = 2 * ONE
    problem = Problem(
        TODAY, 90, Items.of(list(range(5)), lead_time=sites.lead_time, procurement=sites.procurement, on_hand=on_hand), sites.bom,
        Demands.of(["D"], [sites.number[bike, depot]], [6 * ONE], [date(2026, 2, 27).toordinal()]),
    )  # fmt: skip
    plan = solve(problem)
    assert [orders_of(plan, row) for row in range(5)] == [
        [("2026-02-24", 6)], [("2026-02-27", 6)], [("2026-02-22", 6)], [("2026-02-16", 4)], [("2026-02-17", 4)],
    ]  # fmt: skip


def test_what_has_no_source_at_a_place_is_named():
    sites = at_sites(BillOfMaterials.of([0], [1], [ONE]), Ways.of([[MAKE], [UNKNOWN]], 1), [0], [0])
    assert (sites.missing.tolist(), sites.item.tolist(), sites.procurement.tolist()) == ([1], [0, 1], [MAKE, BUY])


def back_and_forth():
    """Plant 1 makes what plant 0 sells; a part made in plant 0 goes back to plant 1."""
    return Ways.of([[TRANSFER, MAKE], [MAKE, TRANSFER]], [[2, 3], [1, 2]], [[1, -1], [-1, 0]])


def test_two_plants_each_from_its_own_stock_and_the_other():
    sites = at_sites(BillOfMaterials.of([0], [1], [2 * ONE]), back_and_forth(), [0], [0])
    row = sites.number
    plan = solve(
        Problem(
            TODAY, 60, Items.of(list(range(4)), lead_time=sites.lead_time, procurement=sites.procurement), sites.bom,
            Demands.of(["D"], [row[0, 0]], [ONE], [TODAY + 40]),
            Supplies.of(["S"], [row[1, 0]], [ONE], [TODAY + 5]), Byproducts.of(),
        )
    )  # fmt: skip
    assert orders_of(plan, row[1, 0]) == [(iso(TODAY + 33), 1)]
    assert orders_of(plan, row[1, 1]) == [(iso(TODAY + 35), 2)]


@pytest.mark.parametrize("kind", [MAKE, SUBCONTRACT])
def test_a_circle_between_places_is_refused(kind):
    ways = Ways.of([[TRANSFER, TRANSFER]], 2, [[1, 0]])
    sites = at_sites(BillOfMaterials.of(), ways, [0], [0])
    with pytest.raises(Exception, match="cycle"):
        solve(Problem(TODAY, 9, Items.of(["x", "y"], lead_time=1, procurement=kind), sites.bom))
