"""Files that are refused, each with the path and the reason; nothing is printed."""

import io
import json

import pytest

from gongfang.engines.mrp import main_solve_mrp

LINE = {"parent": "A", "component": "B", "qty": 1}


def run(tmp_path, value):
    file = tmp_path / "problem.json"
    file.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    out, errors = io.BytesIO(), io.StringIO()
    status = main_solve_mrp(file, out, errors=errors)
    return status, out.getvalue(), errors.getvalue().splitlines()


def set_at(value, path, new):
    *way, last = path
    for step in way:
        value = value[step]
    if new is KeyError:
        del value[last]
    else:
        value[last] = new


CASES = [
    (("extra",), 1, "$.extra: unknown key"),
    (("items", 0, "extra"), 1, "$.items[0].extra: unknown key"),
    (("today",), KeyError, "$.today: missing key"),
    (("items", 0, "lead_time_days"), KeyError, "$.items[0].lead_time_days: missing key"),
    (("items", 1, "lead_time_days"), -1, "$.items[1].lead_time_days: must not be under 0"),
    (("items", 1, "lead_time_days"), 1.5, "$.items[1].lead_time_days: must be a whole number, not a number"),
    (("items", 0, "yield"), 0, "$.items[0].yield: must be over 0 and not over 1"),
    (("items", 0, "yield"), 1.01, "$.items[0].yield: must be over 0 and not over 1"),
    (("items", 0, "yield"), "1", "$.items[0].yield: must be a number, not a text"),
    (("items", 0, "on_hand"), True, "$.items[0].on_hand: must be a number, not true or false"),
    (("items", 0, "on_hand"), 0.1234567, "$.items[0].on_hand: has more than 6 decimal places"),
    (("items", 0, "on_hand"), 1e12, "$.items[0].on_hand: is out of range: it must stay under 10^12"),
    (("items", 0, "procurement"), "steal", "$.items[0].procurement: must be one of make, buy, subcontract, transfer"),
    (("items", 1, "id"), "A", "$.items[1].id: A is given twice"),
    (("items", 0, "lot"), {"rule": "magic"}, "$.items[0].lot.rule: must be one of lot_for_lot, fixed"),
    (("items", 0, "lot"), {"rule": "fixed"}, "$.items[0].lot.qty: missing key"),
    (("items", 0, "lot"), {"rule": "fixed", "qty": 0}, "$.items[0].lot.qty: must be over 0"),
    (("items", 0, "lot"), {"rule": "fixed", "qty": 5, "min": 1}, "$.items[0].lot.min: unknown key"),
    (("items", 0, "lot"), {"rule": "minimum_multiple", "min": 8, "multiple": 5, "max": 9},
     "$.items[0].lot.max: leaves no multiple between min and max"),
    (("bom", 0, "qty"), 0, "$.bom[0].qty: must be over 0"),
    (("bom", 0, "component"), "C", "$.bom[0].component: unknown item C"),
    (("bom", 0, "component"), "A", "$.bom[0]: cycle: A → A"),
    (("bom", 0, "scrap"), -0.1, "$.bom[0].scrap: must not be under 0"),
    (("bom", 0, "valid_from"), "2026-02-30", "$.bom[0].valid_from: must be a date YYYY-MM-DD"),
    (("demands", 0, "item"), "Q", "$.demands[0].item: unknown item Q"),
    (("demands", 0, "due"), "20260202", "$.demands[0].due: must be a date YYYY-MM-DD"),
    (("demands", 0, "qty"), -1, "$.demands[0].qty: must not be under 0"),
    (("demands", 0, "priority"), 1.5, "$.demands[0].priority: must be a whole number, not a number"),
    (("calendar",), {"working_weekdays": []}, "$.calendar.working_weekdays: no weekday is a working day"),
    (("calendar",), {"working_weekdays": [0]}, "$.calendar.working_weekdays[0]: must not be under 1"),
    (("format",), "gongfang/mrp-problem/2", '$.format: must be "gongfang/mrp-problem/1"'),
    (("horizon_days",), -1, "$.horizon_days: must not be under 0"),
    (("work",), [{"item": "A", "resource": "R9", "hours_per_unit": 1}], "$.work[0].resource: unknown resource R9"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "new", "expected"), CASES)
def test_refused_with_path_and_reason(tmp_path, make_problem, path, new, expected):
    value = make_problem(
        [{"id": "A"}, {"id": "B"}], bom=[dict(LINE)], demands=[{"id": "D", "item": "A", "qty": 5, "due": "2026-02-02"}]
    )
    set_at(value, path, new)
    status, out, errors = run(tmp_path, value)
    assert (status, out) == (2, b"")
    assert any(error.startswith(expected) for error in errors)


def test_every_fault_is_listed(tmp_path, make_problem):
    value = make_problem([{"id": "A", "lead_time_days": -1, "yield": 0}], demands=[{"id": "D"}])
    assert run(tmp_path, value)[2] == [
        "$.demands[0].item: missing key",
        "$.demands[0].qty: missing key",
        "$.demands[0].due: missing key",
        "$.items[0].lead_time_days: must not be under 0",
        "$.items[0].yield: must be over 0 and not over 1",
    ]


def test_a_cycle_is_named_through_all_its_items(tmp_path, make_problem):
    value = make_problem(
        [{"id": name} for name in "ABCD"],
        bom=[{"parent": p, "component": c, "qty": 1} for p, c in ("AB", "BC", "CD", "DB")],
    )
    status, _, errors = run(tmp_path, value)
    assert (status, errors) == (2, ["$.bom[1]: cycle: B → C → D → B"])


@pytest.mark.parametrize("content", ["{", '{"a": NaN}', "[]", '{"today": 1, "today": 2}', "\ufeff"])
def test_what_is_no_problem_file(tmp_path, content):
    status, out, errors = run(tmp_path, content)
    assert (status, out) == (2, b"")
    assert errors


@pytest.mark.parametrize("content", [b'{"today": "\\ud800"}', b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + b"not packed" * 9])
def test_half_a_character_and_a_damaged_archive(tmp_path, content):
    path, errors = tmp_path / "problem.json", io.StringIO()
    path.write_bytes(content)
    assert main_solve_mrp(path, io.BytesIO(), errors=errors) == 2
    assert errors.getvalue().startswith("$: ")


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ('"on_hand": 5', '"on_hand": 1e1000000', "$.items[0].on_hand"),
        ('"lead_time_days": 2', '"lead_time_days": -1e1000000', "$.items[0].lead_time_days"),
        ('"yield": 1', '"yield": 999999999999', "$.items[0].yield"),
        ('"yield": 1', '"yield": -999999999999', "$.items[0].yield"),
        ('"id": "A"', '"id": "\ud83d"', "$"),
    ],
)
@pytest.mark.parametrize("capacity", [False, True])
def test_numbers_of_any_size_and_raw_half_characters_are_refused(tmp_path, make_problem, old, new, path, capacity):
    """Ratios beyond int64, exponents beyond a decimal's and bytes that only look like UTF-8."""
    value = json.dumps(make_problem([{"id": "A", "lead_time_days": 2, "on_hand": 5, "yield": 1}]))
    assert old in value
    file, out, errors = tmp_path / "problem.json", io.BytesIO(), io.StringIO()
    file.write_bytes(value.replace(old, new).encode("utf-8", "surrogatepass"))
    assert main_solve_mrp(file, out, capacity=capacity, errors=errors) == 2
    assert out.getvalue() == b""
    assert path in [line.partition(": ")[0] for line in errors.getvalue().splitlines()]


def test_a_missing_file(tmp_path):
    errors = io.StringIO()
    assert main_solve_mrp(tmp_path / "none.json", io.BytesIO(), errors=errors) == 2
    assert "cannot be read" in errors.getvalue()


def test_quantities_out_of_range_are_refused_not_wrapped(tmp_path, make_problem):
    items = [{"id": f"I{n}"} for n in range(4)]
    bom = [{"parent": f"I{n}", "component": f"I{n + 1}", "qty": 10**9} for n in range(3)]
    value = make_problem(items, bom=bom, demands=[{"id": "D", "item": "I0", "qty": 10**9, "due": "2026-02-02"}])
    assert run(tmp_path, value)[2] == ["$.items[1]: I1 needs quantities out of range"]


def test_lots_so_small_that_orders_never_end_are_refused(tmp_path, make_problem):
    item = {"id": "A", "lot": {"rule": "fixed", "qty": 0.000001}}
    value = make_problem([item], demands=[{"id": "D", "item": "A", "qty": 10**6, "due": "2026-02-02"}])
    assert run(tmp_path, value)[2] == ["$.items[0]: A makes too many orders"]
