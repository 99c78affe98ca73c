"""Bills of materials and routings: circles, phantoms, versions, statements that do not grow."""

from decimal import Decimal as D
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongfang.kernel.errors import DomainError
from gongfang.masterdata import queries, services
from gongfang.masterdata.models import Bom, BomLine, Routing
from gongfang.masterdata.rules.structure import LineFacts, Use, bom_problems, cycle, exploded, low_level_codes

pytestmark = pytest.mark.both_databases


@pytest.mark.parametrize(
    ("use", "order", "needed"),
    [
        (Use(1, D(2)), D(5), D(10)),
        (Use(1, D(2), D(10)), D(5), D(1)),
        (Use(1, D(2), scrap=D("0.05")), D(10), D(21)),
        (Use(1, D(3), is_fixed=True), D(10), D(3)),
        (Use(1, D(3), is_fixed=True, scrap=D("0.1")), D(10), D("3.3")),
        (Use(1, D(1), D(3)), D(1), D("0.333333")),
    ],
)
def test_what_an_order_takes(use: Use, order: D, needed: D) -> None:
    assert use.needed(order) == needed


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (LineFacts(2, D(1), D(0), 0), None),
        (LineFacts(1, D(1), D(0), 0), "contains_itself"),
        (LineFacts(2, D(0), D(0), 0), "not_positive"),
        (LineFacts(2, D(-1), D(0), 0), "not_positive"),
        (LineFacts(2, D(1), D(1), 0), "bad_ratio"),
        (LineFacts(2, D(1), D("0.99"), 0), None),
        (LineFacts(2, D(1), D(0), 0, status="retired"), "item_blocked"),
    ],
)
def test_a_line_is_checked(line: LineFacts, code: str | None) -> None:
    found = [problem.code for problem in bom_problems(1, D(1), [line])]
    assert found == ([code] if code else [])


def test_no_lines_and_no_base() -> None:
    assert [p.code for p in bom_problems(1, D(0), [])] == ["not_positive", "no_lines"]


def test_circles_are_found_however_deep() -> None:
    assert cycle({1: [2], 2: [3], 3: []}, [1]) is None
    assert cycle({1: [2], 2: [3], 3: [1]}, [1]) == [1, 2, 3, 1]
    assert cycle({1: [2, 3], 2: [4], 3: [4], 4: []}, [1]) is None  # a shared part is no circle
    deep = {n: [n + 1] for n in range(20_000)}
    assert cycle(deep, [0]) is None
    assert cycle(deep | {20_000: [19_999]}, [0]) == [19_999, 20_000, 19_999]


def test_levels() -> None:
    assert low_level_codes({1: [2, 3], 2: [3]}) == {1: 0, 2: 1, 3: 2}


def test_explosion_multiplies_down() -> None:
    parts = exploded({1: [Use(2, D(2)), Use(3, D(1))], 2: [Use(3, D(4))]}, 1, D(5))
    assert [(p.level, p.component_id, p.quantity) for p in parts] == [(1, 2, D(10)), (2, 3, D(40)), (1, 3, D(5))]


def test_a_circle_is_refused_and_nothing_is_kept(factory: SimpleNamespace) -> None:
    a, b, c = (factory.item(code) for code in "ABC")
    factory.bom(a, b)
    factory.bom(b, c)
    with pytest.raises(DomainError) as refused:
        factory.bom(c, a)
    assert refused.value.code == "bom_cycle" and "C → A → B → C" in str(refused.value)
    assert Bom.objects.count() == 2
    with pytest.raises(DomainError, match="component of itself"):
        factory.bom(c, c)


def test_changing_lines_keeps_ids_and_renumbers(factory: SimpleNamespace) -> None:
    a, b, c, d = (factory.item(code) for code in "ABCD")
    bom = factory.bom(a, b, c)
    first, second = bom.lines.all()
    rows = [
        {"id": second.pk, "component": c.pk, "quantity": 5},
        {"id": first.pk, "component": b.pk, "quantity": 1},
        {"component": d.pk, "quantity": "2.5"},
    ]
    factory.do(services.change_bom, bom_id=bom.pk, version=1, lines=rows)
    kept = list(BomLine.objects.filter(bom=bom).order_by("line_no"))
    assert [(line.pk, line.component.code, line.quantity) for line in kept[:2]] == [
        (second.pk, "C", D(5)),
        (first.pk, "B", D(1)),
    ]
    assert kept[2].component == d and kept[2].quantity == D("2.5")


def test_a_new_default_takes_over(factory: SimpleNamespace) -> None:
    a, b, c = (factory.item(code) for code in "ABC")
    old = factory.bom(a, b)
    new = factory.bom(a, c, code="V2.0")
    assert queries.default_bom(a).pk == new.pk
    factory.do(services.make_default_bom, bom_id=old.pk)
    assert queries.default_bom(a).pk == old.pk
    assert Bom.objects.filter(item=a, is_default=True).count() == 1


def test_phantoms_give_way_to_their_parts(factory: SimpleNamespace) -> None:
    top, kit, screw, nut = (
        factory.item("TOP"),
        factory.item("KIT", kind="phantom", source="make"),
        factory.item("S"),
        factory.item("N"),
    )
    factory.do(
        services.create_bom,
        item=kit.pk,
        lines=[{"component": screw.pk, "quantity": 4}, {"component": nut.pk, "quantity": 8}],
    )
    factory.do(services.create_bom, item=top.pk, lines=[{"component": kit.pk, "quantity": 2}])
    assert [(line.component.code, needed) for line, needed in queries.issue_list(top, D(3))] == [
        ("S", D(24)),
        ("N", D(48)),
    ]
    assert [(level, item.code) for level, item in queries.tops_of(screw)] == [(1, "KIT"), (2, "TOP")]


def test_statements_do_not_grow_with_the_lines(factory: SimpleNamespace) -> None:
    counts = []
    for size in (3, 60):
        parts = [factory.item(f"P{size}-{n}") for n in range(size)]
        top = factory.item(f"T{size}")
        with CaptureQueriesContext(
            connection,
        ) as queries_made:
            factory.bom(top, *parts)
        counts.append(len(queries_made))
    assert counts[0] == counts[1]


def test_routing_is_checked(factory: SimpleNamespace) -> None:
    item = factory.item("A")
    centre = factory.do(services.create_work_centre, code="C1", name="车床", plant=factory.plant.pk)
    good = {"operation_no": 10, "name": "车", "work_centre": centre.pk, "run_minutes": "2.5"}
    for operations, code in [
        ([], "no_operations"),
        ([good, good], "number_twice"),
        ([{**good, "predecessors": "20"}], "predecessor_unknown"),
        ([{**good, "predecessors": "20"}, {**good, "operation_no": 20, "predecessors": [10]}], "operation_cycle"),
        ([{**good, "is_subcontracted": True}], "subcontractor_needed"),
        ([{**good, "run_minutes": -1}], "negative_time"),
        ([{**good, "predecessors": "x"}], "bad_predecessors"),
        ([{**good, "work_centre": 999}], "missing"),
    ]:
        with pytest.raises(DomainError) as refused:
            factory.do(services.create_routing, item=item.pk, operations=operations)
        assert refused.value.code == code
    assert not Routing.objects.exists()
    routing = factory.do(
        services.create_routing, item=item.pk, operations=[good, {**good, "operation_no": 20, "name": "铣"}]
    )
    assert [operation.name for operation in queries.default_routing(item).operations.all()] == ["车", "铣"]
    assert routing.is_default


def test_lean_and_full_structures_agree_and_cost_by_level(factory: SimpleNamespace) -> None:
    from gongfang.masterdata.tabs import cost_roll_up, structure_table, used_in

    counts = []
    for width in (2, 40):
        top, middle = factory.item(f"T{width}"), factory.item(f"M{width}", standard_cost="2.5")
        leaves = [factory.item(f"L{width}-{n}", standard_cost="1.25") for n in range(width)]
        factory.bom(middle, *leaves)
        bom = factory.bom(top, middle, base_quantity=2)
        full = {pk: queries.uses_of(one) for pk, one in queries.structure_below([top.pk]).items()}
        assert queries.uses_below([top.pk]) == full
        assert {pk: uses for pk, uses in queries.whole_structure().items() if pk in full} == full
        with CaptureQueriesContext(connection) as made:
            table = structure_table(None, top)
        counts.append(len(made))
        assert [row["level"] for row in table.rows] == [1] + [2] * width
        assert table.rows[0]["quantity"] == D(1) and table.rows[1]["amount"] == D("1.25")
        assert cost_roll_up(None, bom)[0].rows[0]["amount"] == D("1.25")  # half a middle part per piece
        direct, tops = used_in(None, leaves[0])
        assert [row["code"] for row in direct.rows] == [middle.code]
        assert [row["code"] for row in tops.rows] == [middle.code, top.code]
    assert counts[0] == counts[1]
