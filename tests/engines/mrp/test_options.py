"""What the engine offers beyond the file format: plants and time fences."""

from datetime import date

from gongfang.engines.mrp import (
    EXCEPTION_KINDS,
    MAKE,
    ONE,
    TRANSFER,
    BillOfMaterials,
    Demands,
    Items,
    Problem,
    Supplies,
    solve,
)
from tests.engines.mrp.tracing import Tracer

TODAY = date(2026, 1, 5).toordinal()


def iso(day):
    return date.fromordinal(int(day)).isoformat()


def test_a_transfer_draws_on_the_other_plant():
    """The depot needs 8 on 2 February; the way takes 3 days; the works have 5 and make 3."""
    plan = solve(
        Problem(
            TODAY,
            60,
            Items.of([101, 102], lead_time=[3, 2], procurement=[TRANSFER, MAKE], on_hand=[0, 5 * ONE]),
            BillOfMaterials.of([0], [1], [ONE]),
            Demands.of([1], [0], [8 * ONE], [date(2026, 2, 2).toordinal()]),
        )
    )
    assert plan.orders.item.tolist() == [0, 1]
    assert plan.orders.quantity.tolist() == [8 * ONE, 3 * ONE]
    assert [iso(day) for day in plan.orders.release] == ["2026-01-30", "2026-01-28"]
    tracer = Tracer(plan)
    assert tracer.customer_demands(tracer.up_from_order(1)).tolist() == [0]


def test_a_fence_keeps_orders_out_of_the_next_days_and_says_so():
    due = [date(2026, 1, 8).toordinal(), date(2026, 1, 10).toordinal(), date(2026, 2, 2).toordinal()]
    problem = Problem(
        TODAY,
        60,
        Items.of(["A"], lead_time=1, fence=14),
        demands=Demands.of(["D1", "D2", "D3"], [0, 0, 0], [ONE, ONE, ONE], due),
        supplies=Supplies.of(["S"], [0], [ONE], [date(2026, 1, 12).toordinal()]),
    )
    plan = solve(problem)
    assert [(iso(day), quantity) for day, quantity in zip(plan.orders.due, plan.orders.quantity, strict=True)] == [
        ("2026-01-19", ONE),
        ("2026-02-02", ONE),
    ]
    kinds = [EXCEPTION_KINDS[kind] for kind in plan.exceptions.kind]
    moves = [(iso(a), iso(b)) for a, b in zip(plan.exceptions.moved_from, plan.exceptions.moved_to, strict=True)]
    assert list(zip(kinds, moves, strict=True)) == [
        ("expedite", ("2026-01-12", "2026-01-08")),
        ("expedite", ("2026-01-19", "2026-01-10")),
    ]
