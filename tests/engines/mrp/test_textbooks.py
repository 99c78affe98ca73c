"""A published plan, figure by figure."""

from datetime import date, timedelta
from pathlib import Path

from gongfang.engines.formats import parse_json
from gongfang.engines.mrp import problem_from, solve_with_capacity

WEEK_1 = date(2026, 1, 5)


def week(text):
    return (date.fromisoformat(text) - WEEK_1).days // 7 + 1


def test_the_speaker_kits_of_heizer_and_render(make_plan):
    """Heizer & Render, Operations Management, ch. 14, examples 1 to 4: 50 kits A in week 8, with the stock of example 4.

    A takes 2 B and 3 C; B 2 D and 2 E; C 2 E and 2 F; F 2 D and 1 G. Lead times 1 2 1 1 2 3 2 weeks, stock 10 15 20 10 10 5 0. The
    book's net requirements plan: item, quantity, week of release, week of receipt.
    """
    parts = {"A": (1, 10), "B": (2, 15), "C": (1, 20), "D": (1, 10), "E": (2, 10), "F": (3, 5), "G": (2, 0)}
    lines = [("A", "B", 2), ("A", "C", 3), ("B", "D", 2), ("B", "E", 2), ("C", "E", 2), ("C", "F", 2), ("F", "D", 2), ("F", "G", 1)]  # fmt: skip
    plan = make_plan(
        [{"id": name, "lead_time_days": 7 * weeks, "on_hand": stock} for name, (weeks, stock) in parts.items()],
        bom=[{"parent": parent, "component": part, "qty": qty} for parent, part, qty in lines],
        demands=[{"id": "50 kits", "item": "A", "qty": 50, "due": (WEEK_1 + timedelta(weeks=7)).isoformat()}],
    )
    found = sorted(
        (row["item"], row["qty"], week(row["release"]), week(row["due"])) for row in plan["planned_orders"]
    )  # fmt: skip
    assert found == [
        ("A", 40, 7, 8),
        ("B", 65, 5, 7),
        ("C", 100, 6, 7),
        ("D", 130, 4, 5),
        ("D", 380, 2, 3),
        ("E", 120, 3, 5),
        ("E", 200, 4, 6),
        ("F", 195, 3, 6),
        ("G", 195, 1, 3),
    ]
    assert plan["exceptions"] == []


def test_without_stock_the_book_counts_800_d_and_500_e(make_plan):
    """Example 2: 100 B, 150 C, 800 D, 500 E, 300 F and 300 G for 50 kits."""
    lines = [("A", "B", 2), ("A", "C", 3), ("B", "D", 2), ("B", "E", 2), ("C", "E", 2), ("C", "F", 2), ("F", "D", 2), ("F", "G", 1)]  # fmt: skip
    plan = make_plan(
        [{"id": name} for name in "ABCDEFG"],
        bom=[{"parent": parent, "component": part, "qty": qty} for parent, part, qty in lines],
        demands=[{"id": "50 kits", "item": "A", "qty": 50, "due": "2026-02-23"}],
    )
    totals: dict[str, int] = {}
    for row in plan["planned_orders"]:
        totals[row["item"]] = totals.get(row["item"], 0) + row["qty"]
    assert totals == {"A": 50, "B": 100, "C": 150, "D": 800, "E": 500, "F": 300, "G": 300}


def test_the_example_of_the_reference_page_is_planned():
    page = (Path(__file__).parents[3] / "docs" / "reference" / "mrp-format.md").read_text(encoding="utf-8")
    problem = problem_from(parse_json(page.split("```json")[1].split("```")[0]))
    plan = solve_with_capacity(problem)
    assert sorted({problem.items.ids[row] for row in plan.orders.item}) == ["CASTING", "PUMP"]
    assert plan.promises is not None and plan.promises.late_days.tolist() == [0]
