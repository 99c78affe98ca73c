"""Netting, case by case."""

import pytest

DEMANDS = [
    {"id": "D1", "item": "A", "qty": 12, "due": "2026-02-02"},
    {"id": "D2", "item": "A", "qty": 30, "due": "2026-02-05"},
    {"id": "D3", "item": "A", "qty": 7, "due": "2026-02-12"},
]


def orders(plan, item="A"):
    return [(order["due"][5:], order["qty"]) for order in plan["planned_orders"] if order["item"] == item]


@pytest.mark.parametrize(
    ("lot", "expected"),
    [
        ({"rule": "lot_for_lot"}, [("02-02", 12), ("02-05", 30), ("02-12", 7)]),
        ({"rule": "fixed", "qty": 20}, [("02-02", 20), ("02-05", 20), ("02-05", 20)]),
        ({"rule": "minimum_multiple", "min": 15, "multiple": 4}, [("02-02", 16), ("02-05", 28), ("02-12", 16)]),
        ({"rule": "minimum_multiple", "min": 0, "multiple": 1}, [("02-02", 12), ("02-05", 30), ("02-12", 7)]),
        ({"rule": "minimum_multiple", "min": 5, "multiple": 5, "max": 12},
         [("02-02", 10), ("02-02", 5), ("02-05", 10), ("02-05", 10), ("02-05", 10), ("02-12", 5)]),
        ({"rule": "period", "days": 4}, [("02-02", 42), ("02-12", 7)]),
        ({"rule": "period", "days": 3}, [("02-02", 12), ("02-05", 30), ("02-12", 7)]),
        ({"rule": "period", "days": 8}, [("02-02", 42), ("02-12", 7)]),
        ({"rule": "least_unit_cost", "setup_cost": 90, "holding_cost": 1}, [("02-02", 42), ("02-12", 7)]),
        ({"rule": "part_period", "setup_cost": 90, "holding_cost": 1}, [("02-02", 42), ("02-12", 7)]),
        ({"rule": "silver_meal", "setup_cost": 90, "holding_cost": 1}, [("02-02", 49)]),
        ({"rule": "wagner_whitin", "setup_cost": 90, "holding_cost": 1}, [("02-02", 12), ("02-05", 37)]),
    ],
)  # fmt: skip
def test_lot_rules(make_plan, lot, expected):
    """Needs of 12, 30, 7 on days 0, 3, 10. Unit cost: 90/12, 180/42, then 250/49 rises. Part periods: 30 × 3 are the 90 of an order.

    Cost per day: 90/3, 180/10, 250/17, always falling. Least cost: 90 + 90 + 7 × 7 = 229, where 42 and 7 would cost 270.
    """
    assert orders(make_plan([{"id": "A", "lot": lot}], demands=DEMANDS)) == expected


def test_a_supply_within_the_period_lowers_what_the_order_covers(make_plan):
    plan = make_plan(
        [{"id": "A", "lot": {"rule": "period", "days": 30}}],
        demands=DEMANDS,
        supplies=[{"id": "S", "item": "A", "qty": 25, "available": "2026-02-04"}],
    )
    assert orders(plan) == [("02-02", 24)]


def test_yield_comes_before_the_lot_rule(make_plan):
    item = {"id": "A", "yield": 0.8, "lot": {"rule": "minimum_multiple", "min": 1, "multiple": 10}}
    plan = make_plan([item], demands=DEMANDS[:1])
    assert orders(plan) == [("02-02", 20)]
    assert plan["projected"] == [{"item": "A", "date": "2026-02-02", "qty": 4}]


def test_scrap_and_fixed_lines(make_plan):
    plan = make_plan(
        [{"id": "A"}, {"id": "B"}, {"id": "C"}],
        bom=[
            {"parent": "A", "component": "B", "qty": 2, "scrap": 0.05},
            {"parent": "A", "component": "C", "qty": 3, "scrap": 0.1, "fixed": True},
        ],
        demands=DEMANDS[:1],
    )
    assert {row["item"]: row["qty"] for row in plan["requirements"]} == {"B": 25.2, "C": 3.3}


def test_lead_times_count_working_days_and_orders_come_in_on_one(make_plan):
    """2 February 2026 is a Monday; needed on Sunday the 8th means in on Friday, and out three working days before."""
    calendar = {"working_weekdays": [1, 2, 3, 4, 5], "holidays": ["2026-02-05"], "extra_working_days": []}
    demand = {"id": "D", "item": "A", "qty": 1, "due": "2026-02-08"}
    order = make_plan([{"id": "A", "lead_time_days": 3}], demands=[demand], calendar=calendar)["planned_orders"][0]
    assert (order["release"], order["due"]) == ("2026-02-02", "2026-02-06")
    calendar["extra_working_days"] = ["2026-02-07"]
    order = make_plan([{"id": "A", "lead_time_days": 3}], demands=[demand], calendar=calendar)["planned_orders"][0]
    assert (order["release"], order["due"]) == ("2026-02-03", "2026-02-07")


def test_safety_time_brings_the_order_in_earlier(make_plan):
    plan = make_plan([{"id": "A", "lead_time_days": 2, "safety_time_days": 3}], demands=DEMANDS[:1])
    assert (plan["planned_orders"][0]["release"], plan["planned_orders"][0]["due"]) == ("2026-01-28", "2026-01-30")


def test_offset_and_validity_go_by_the_release(make_plan):
    plan = make_plan(
        [{"id": "A", "lead_time_days": 5}, {"id": "B"}, {"id": "C"}],
        bom=[
            {"parent": "A", "component": "B", "qty": 1, "valid_to": "2026-01-30", "offset_days": 2},
            {"parent": "A", "component": "C", "qty": 1, "valid_from": "2026-01-31"},
        ],
        demands=DEMANDS[:2],
    )
    assert [(row["item"], row["due"]) for row in plan["requirements"]] == [("B", "2026-01-30"), ("C", "2026-01-31")]


def test_a_phantoms_stock_is_used_first_and_the_rest_goes_to_its_parts(make_plan):
    plan = make_plan(
        [
            {"id": "A", "lead_time_days": 2},
            {"id": "X", "phantom": True, "on_hand": 5, "lead_time_days": 9},
            {"id": "B"},
        ],
        bom=[{"parent": "A", "component": "X", "qty": 1}, {"parent": "X", "component": "B", "qty": 2}],
        demands=DEMANDS[:1],
    )
    assert [order["item"] for order in plan["planned_orders"]] == ["A", "B"]
    assert plan["requirements"] == [
        {"item": "X", "qty": 12, "due": "2026-01-31", "from": "P1"},
        {"item": "B", "qty": 14, "due": "2026-01-31", "from": "P1"},
    ]
    assert plan["pegging"] == [
        {"supply": "P1", "demand": "D1", "qty": 12},
        {"supply": "stock:X", "demand": "P1>X", "qty": 5},
        {"supply": "P2", "demand": "P1>B", "qty": 14},
    ]


def test_a_byproduct_is_a_supply_on_the_parents_due_date(make_plan):
    plan = make_plan(
        [{"id": "A", "lead_time_days": 2}, {"id": "Z"}],
        byproducts=[{"parent": "A", "item": "Z", "qty": 0.5}],
        demands=[*DEMANDS[:1], {"id": "D9", "item": "Z", "qty": 7, "due": "2026-02-03"}],
    )
    assert orders(plan, "Z") == [("02-03", 1)]
    assert {"supply": "P1+Z", "demand": "D9", "qty": 6} in plan["pegging"]


def test_stock_under_safety_is_a_need_of_today(make_plan):
    plan = make_plan([{"id": "A", "safety_stock": 10, "on_hand": 4, "lead_time_days": 1}], demands=DEMANDS[:1])
    assert orders(plan) == [("01-05", 6), ("02-02", 12)]
    assert [(row["subject"], row["kind"]) for row in plan["exceptions"]] == [
        ("A", "below_safety_stock"),
        ("P1", "past_due_release"),
    ]  # by id


def test_priority_decides_who_is_served_first_on_one_date(make_plan):
    demands = [
        {"id": "D1", "item": "A", "qty": 6, "due": "2026-02-02", "priority": 2},
        {"id": "D2", "item": "A", "qty": 6, "due": "2026-02-02", "priority": 1},
    ]
    plan = make_plan([{"id": "A", "on_hand": 6}], demands=demands)
    assert [(row["supply"], row["demand"]) for row in plan["pegging"]] == [("stock:A", "D2"), ("P1", "D1")]


def test_the_past_counts_today(make_plan):
    plan = make_plan(
        [{"id": "A"}],
        demands=[{"id": "D", "item": "A", "qty": 5, "due": "2025-12-24"}],
        supplies=[{"id": "S", "item": "A", "qty": 2, "available": "2025-12-01"}],
    )
    assert orders(plan) == [("01-05", 3)]
    found = [(row["kind"], row["subject"], row["from"], row["to"]) for row in plan["exceptions"]]
    assert found == [("defer", "S", "2025-12-01", "2026-01-05"), ("past_due_demand", "D", "2025-12-24", "2026-01-05")]


@pytest.mark.parametrize(
    ("available", "qty", "expected"),
    [
        ("2026-02-02", 12, []),
        ("2026-02-03", 12, [("expedite", "2026-02-03", "2026-02-02")]),
        ("2026-01-20", 12, [("defer", "2026-01-20", "2026-02-02")]),
        ("2026-08-01", 12, [("expedite", "2026-08-01", "2026-02-02")]),
    ],
)
def test_where_a_supply_should_move(make_plan, available, qty, expected):
    supply = {"id": "S", "item": "A", "qty": qty, "available": available}
    plan = make_plan([{"id": "A"}], demands=DEMANDS[:1], supplies=[supply])
    assert [(row["kind"], row["from"], row["to"]) for row in plan["exceptions"]] == expected


def test_what_is_not_needed_is_cancelled_or_lies_beyond(make_plan):
    plan = make_plan(
        [{"id": "A"}],
        demands=[{"id": "D", "item": "A", "qty": 1, "due": "2026-05-06"}],
        supplies=[
            {"id": "S1", "item": "A", "qty": 1, "available": "2026-02-01"},
            {"id": "S2", "item": "A", "qty": 1, "available": "2026-05-06"},
        ],
    )
    assert plan["planned_orders"] == []
    assert [(row["kind"], row["subject"]) for row in plan["exceptions"]] == [
        ("cancel", "S1"), ("beyond_horizon", "D"), ("beyond_horizon", "S2"),
    ]  # fmt: skip


def test_nothing_goes_into_what_is_bought(make_plan):
    plan = make_plan(
        [{"id": "A", "procurement": "buy"}, {"id": "B"}],
        bom=[{"parent": "A", "component": "B", "qty": 1}],
        demands=DEMANDS[:1],
    )
    assert plan["requirements"] == []


def test_ids_of_orders_keep_clear_of_those_given(make_plan):
    plan = make_plan(
        [{"id": "A"}], demands=DEMANDS, supplies=[{"id": "P9", "item": "A", "qty": 1, "available": "2026-02-01"}]
    )
    assert [order["id"] for order in plan["planned_orders"]] == ["P10", "P11", "P12"]


def test_one_order_needing_a_part_on_two_days_has_two_requirements(make_plan):
    plan = make_plan(
        [{"id": "A"}, {"id": "B"}],
        bom=[{"parent": "A", "component": "B", "qty": 1, "offset_days": days} for days in (0, -3)],
        demands=DEMANDS[:1],
    )
    assert [row["demand"] for row in plan["pegging"]] == ["D1", "P1>B", "P1>B#2"]


def test_the_format_pages_own_example(make_plan):
    plan = make_plan(
        [{"id": "A", "lead_time_days": 2, "on_hand": 10}, {"id": "B", "procurement": "buy", "lead_time_days": 3}],
        bom=[{"parent": "A", "component": "B", "qty": 2}],
        demands=[{"id": "SO1-1", "item": "A", "qty": 25, "due": "2026-02-02", "priority": 1}],
        supplies=[{"id": "PO7-1", "item": "B", "qty": 40, "available": "2026-01-12", "firm": True}],
    )
    assert plan["low_level_codes"] == {"A": 0, "B": 1}
    assert plan["planned_orders"] == [
        {"id": "P1", "item": "A", "kind": "make", "qty": 15, "release": "2026-01-31", "due": "2026-02-02"}
    ]
    assert plan["requirements"] == [{"item": "B", "qty": 30, "due": "2026-01-31", "from": "P1"}]
    assert plan["pegging"][:2] == [
        {"supply": "stock:A", "demand": "SO1-1", "qty": 10},
        {"supply": "P1", "demand": "SO1-1", "qty": 15},
    ]
