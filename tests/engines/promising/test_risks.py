"""Rush orders and the probability of being late."""

from decimal import Decimal

import pytest

from gongfang.engines.promising.delay import Arrival, Prospect, Stage, delay_risks
from gongfang.engines.promising.rush import rush_impact
from tests.engines.scheduling.shops import chain, shop


def test_a_rush_order_pushes_others_and_says_what_it_costs():
    problem = shop(
        chain("A", ("M1", 60), due=60, weight=2),
        chain("B", ("M1", 60), due=200),
        chain("C", ("M2", 30), due=40),
    )
    impact = rush_impact(problem, [chain("RUSH", ("M1", 30))], seconds=5, cost_per_minute={"A": Decimal("1.5")})
    assert dict(impact.rush_ends) == {"RUSH": 30}
    assert [(s.job, s.end_before, s.end_after, s.late_after, s.cost) for s in impact.slips] == [
        ("A", 60, 90, 30, Decimal(45)),
        ("B", 120, 150, 0, Decimal(0)),
    ]
    assert impact.cost == 45


def test_what_has_started_is_not_pushed():
    problem = shop(chain("A", ("M1", 60), due=60), fixed=[("A", "10", "M1", 0)])
    impact = rush_impact(problem, [chain("RUSH", ("M1", 30))], seconds=0)
    assert (dict(impact.rush_ends), impact.slips) == ({"RUSH": 90}, ())


def test_no_plan_has_no_impact():
    problem = shop(chain("A", ("M1", 60)), resources={"M1": (1, ((0, 80),))})
    assert rush_impact(problem, [chain("RUSH", ("M1", 30))], seconds=1) is None


def test_certain_times_are_certain():
    order = Prospect("WO1", 10, (Stage(planned=4), Stage(planned=6)))
    late = Prospect("WO2", 9.5, (Stage(planned=4), Stage(planned=6)))
    risks = delay_risks([order, late], futures=50)
    assert [(r.late, r.half, r.sure) for r in risks] == [(0.0, 10.0, 10.0), (1.0, 10.0, 10.0)]


def test_two_dice_are_over_nine_in_a_sixth_of_all_throws():
    die = tuple(range(1, 7))
    risk = delay_risks([Prospect("DICE", 9, (Stage(die), Stage(die)))], futures=40_000)[0]
    assert risk.late == pytest.approx(6 / 36, abs=0.01)
    assert risk.half == 7
    assert sum(risk.blame) == pytest.approx(1)


def test_material_and_parallel_stages_are_waited_for():
    side_by_side = (Stage(planned=5), Stage(planned=8, after=()), Stage(planned=1, after=(0, 1)))
    assert delay_risks([Prospect("A", 9, side_by_side)], futures=10)[0].half == 9
    waiting = Prospect("B", 9, (Stage(planned=2), Stage(planned=3)), (Arrival(6, (0, 4), stage=1),))
    risk = delay_risks([waiting], futures=4000)[0]
    assert risk.late == pytest.approx(0.5, abs=0.05)
    assert risk.blame[2] > 0.95
    assert delay_risks([Prospect("C", 9, (Stage(planned=8, done=0.75),))], futures=10)[0].half == 2


def test_an_order_has_the_same_risk_whoever_stands_beside_it():
    orders = [Prospect(name, 9, (Stage((1, 5, 9)), Stage((2, 3)))) for name in "ABC"]
    assert delay_risks(orders)[1] == delay_risks(orders[1:2])[0]
    assert delay_risks(orders, seed=2)[1] != delay_risks(orders)[1]


def test_orders_queue_at_a_centre_and_two_machines_halve_the_queue():
    """60 minutes at A, then 30 at B, twice: the second order waits for the first at A."""
    orders = [Prospect(name, 100, (Stage(planned=60, centre="A"), Stage(planned=30, centre="B"))) for name in "12"]
    first, second = delay_risks(orders, futures=10)
    assert (first.half, second.half, first.late, second.late) == (90, 150, 0, 1)
    assert delay_risks(orders, machines={"A": 2}, futures=10)[1].half == 120


def test_orders_at_one_centre_share_its_luck():
    """Alone it is late in a third of the futures; behind another of the kind, unless both are quick: 1 - 4/9."""
    slow = Stage(observed=(10.0, 10.0, 20.0), centre="A")
    alone, behind = delay_risks([Prospect("1", 15, (slow,)), Prospect("2", 25, (slow,))], futures=20_000)
    assert abs(alone.late - 1 / 3) < 0.02
    assert abs(behind.late - 5 / 9) < 0.02


def test_the_same_seed_draws_the_same_however_many_stand_beside():
    one = Prospect("1", 15, (Stage(observed=(10.0, 20.0, 30.0)),))
    other = Prospect("2", 15, (Stage(observed=(5.0, 25.0)),))
    assert delay_risks([one])[0] == delay_risks([other, one])[1]
