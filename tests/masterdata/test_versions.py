"""Versions of structures and routings: copied, made the default, held against one another, loaded and exported as they are."""

from datetime import date
from decimal import Decimal as D
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from gongfang.kernel.errors import DomainError
from gongfang.masterdata import queries, services
from gongfang.masterdata.models import Bom, BomSubstitute, Routing
from gongfang.masterdata.routing_tabs import compared as routings_compared
from gongfang.masterdata.routing_tabs import drawing
from gongfang.masterdata.rules.routing import way
from gongfang.masterdata.rules.structure import Bearer, cost_of_good_piece, output_problems
from gongfang.masterdata.services.operation_changes import OperationInput
from gongfang.masterdata.tabs import compared, structure_table, used_in
from gongfang.platform.attachments.holders import files_of
from gongfang.platform.attachments.services import attach, folder
from gongfang.platform.audit.queries import history_of
from gongfang.platform.exchange import services as exchange
from gongfang.web.views.history import history_lines
from tests.platform.test_exchange import workbook

pytestmark = pytest.mark.both_databases
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63606060000000040001f61738550000000049454e44ae426082"
)


@pytest.fixture
def made(factory: SimpleNamespace) -> SimpleNamespace:
    """A pump whose routing turns and mills beside each other before both are assembled; the turning can be done on another lathe."""
    factory.lathe = factory.do(services.create_work_centre, code="L1", name="车床", plant=factory.plant.pk)
    factory.other = factory.do(services.create_work_centre, code="L2", name="数控车", plant=factory.plant.pk)
    factory.pump = factory.item("PUMP", source="make", lot_quantity=10)
    step = {"work_centre": factory.lathe.pk, "setup_minutes": 5, "run_minutes": 2}
    factory.steps = [
        {**step, "operation_no": 10, "name": "车"}, {**step, "operation_no": 20, "name": "铣", "run_minutes": 6, "predecessors": []},
        {**step, "operation_no": 30, "name": "钻", "predecessors": [10]}, {**step, "operation_no": 40, "name": "装", "predecessors": [20, 30]},
    ]  # fmt: skip
    factory.routing = factory.do(
        services.create_routing, item=factory.pump.pk, operations=factory.steps,
        alternatives=[{"operation_no": 10, "work_centre": factory.other.pk, "time_factor": D("1.2")}],
    )  # fmt: skip
    return factory


@pytest.mark.parametrize(
    ("named", "minutes", "stage", "longest", "total"),
    [
        ({}, {}, {}, set(), 0),
        ({10: []}, {10: 7}, {10: 0}, {10}, 7),
        ({10: [], 20: [], 30: []}, {10: 1, 20: 2, 30: 3}, {10: 0, 20: 1, 30: 2}, {10, 20, 30}, 6),
        ({10: [], 20: [], 30: [10], 40: [20, 30]}, {10: 5, 20: 1, 30: 1, 40: 2}, {10: 0, 20: 1, 30: 1, 40: 2}, {10, 20, 40}, 8),
        ({10: [], 20: [], 30: [10], 40: [20, 30]}, {10: 5, 20: 1, 30: 9, 40: 2}, {10: 0, 20: 1, 30: 1, 40: 2}, {10, 30, 40}, 16),
    ],
)  # fmt: skip
def test_a_routing_is_laid_out(named: Any, minutes: Any, stage: Any, longest: Any, total: int) -> None:
    found = way(named, {number: D(one) for number, one in minutes.items()})
    assert (found.stage, found.longest, found.minutes) == (stage, longest, total)


def test_operations_that_wait_for_each_other_are_not_laid_out() -> None:
    with pytest.raises(ValueError, match="wait for each other"):
        way({10: [20], 20: [10]}, {})


@pytest.mark.parametrize(
    ("rows", "codes"),
    [
        ([{"item": 2, "kind": "co", "cost_share": "0.6"}, {"item": 3, "kind": "co", "cost_share": "0.399999"}], []),
        ([{"item": 2, "kind": "co", "cost_share": "0.6"}, {"item": 3, "kind": "co", "cost_share": "0.4"}], ["shares_too_large"]),
        ([{"item": 1, "kind": "co", "cost_share": "0.1"}], ["own_output"]),
        ([{"item": 2, "kind": "by", "cost_share": "0.1"}], ["share_of_by_product"]),
        ([{"item": 2, "kind": "by"}], []),
    ],
)  # fmt: skip
def test_further_outputs_are_checked(rows: Any, codes: list[str]) -> None:
    assert [one.code for one in output_problems(1, rows)] == codes


def test_outputs_never_leave_a_cost_below_nothing() -> None:
    assert cost_of_good_piece(D(100), [Bearer(D(1), D("0.3")), Bearer(D(2), price=D(5))], D("0.5")) == 120
    assert cost_of_good_piece(D(4), [Bearer(D(2), price=D(5))]) == 0


def test_a_routing_is_copied_with_its_papers_and_made_the_default(made: SimpleNamespace) -> None:
    made.do(
        attach, doc_type="masterdata.routing", document_id=made.routing.pk, name="10 turning.png", content=PNG
    )  # fmt: skip
    copy = made.do(services.copy_routing, routing_id=made.routing.pk, code="V2.0")
    assert (copy.status, copy.is_default) == ("draft", False)
    assert [(one.operation_no, one.predecessors) for one in copy.operations.all()] == [
        (10, []),
        (20, []),
        (30, [10]),
        (40, [20, 30]),
    ]
    assert [(one.operation_no, one.time_factor) for one in copy.alternatives.all()] == [(10, D("1.2"))]
    old, new = files_of(made.routing).get(), files_of(copy).get()
    assert new.name == "10 turning.png" and new.stored_as != old.stored_as
    assert (folder() / new.stored_as).read_bytes() == PNG
    with pytest.raises(DomainError, match="Only an active version"):
        made.do(services.make_default_routing, routing_id=copy.pk)
    made.do(services.change_routing, routing_id=copy.pk, status="active")
    made.do(services.make_default_routing, routing_id=copy.pk)
    assert queries.default_routing(made.pump).code == "V2.0"
    assert Routing.objects.filter(is_default=True).count() == 1
    with pytest.raises(DomainError) as refused:
        made.do(services.copy_routing, routing_id=made.routing.pk, code="V2.0")
    assert refused.value.problems and Routing.objects.count() == 2


def test_a_changed_routing_keeps_its_papers(made: SimpleNamespace) -> None:
    made.do(attach, doc_type="masterdata.routing", document_id=made.routing.pk, name="10 turning.png", content=PNG)
    change = made.do(
        services.create_change, title="车", reason="快", effective_on=date(2026, 1, 1),
        operations=[OperationInput(made.routing.pk, 10, run_minutes=D(1))],
    )  # fmt: skip
    made.do(services.CHANGES.submit, document_id=change.pk)
    made.do(services.CHANGES.approve, document_id=change.pk)
    new = change.operations.get().made
    assert new.pk != made.routing.pk and [one.name for one in files_of(new)] == ["10 turning.png"]


def test_what_never_holds_by_itself_is_no_default(factory: SimpleNamespace) -> None:
    a, b, c = (factory.item(code) for code in "ABC")
    factory.bom(a, b)
    apart = factory.bom(a, c, code="ALT", kind="alternative", is_default=False)
    for way_in in (
        lambda: factory.do(services.make_default_bom, bom_id=apart.pk),
        lambda: factory.do(services.change_bom, bom_id=apart.pk, is_default=True),
        lambda: factory.do(services.change_bom, bom_id=Bom.objects.get(code="V1.0").pk, kind="alternative"),
    ):
        with pytest.raises(DomainError, match="cannot be the default"):
            way_in()
    assert Bom.objects.get(is_default=True).code == "V1.0"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"valid_from": "2026-05-02", "valid_to": "2026-05-01"}, "dates_reversed"),
        ({"alternatives": [{"operation_no": 15, "work_centre": "other"}]}, "predecessor_unknown"),
        ({"alternatives": [{"operation_no": 10, "work_centre": "lathe"}]}, "same_centre"),
    ],
)
def test_bad_routings_are_refused_new_and_changed(made: SimpleNamespace, values: Any, code: str) -> None:
    rows = [{**row, "work_centre": getattr(made, row["work_centre"]).pk} for row in values.get("alternatives", ())]
    given = values | ({"alternatives": rows} if rows else {})
    before = list(Routing.objects.values())
    for act, asked in (
        (services.create_routing, {"item": made.pump.pk, "code": "V9", "operations": made.steps}),
        (services.change_routing, {"routing_id": made.routing.pk}),
    ):
        with pytest.raises(DomainError) as refused:
            made.do(act, **asked, **given)
        assert [one.code for one in refused.value.problems] == [code]
    assert list(Routing.objects.values()) == before


def test_a_component_is_replaced_everywhere_and_the_history_says_so(factory: SimpleNamespace) -> None:
    a, b, c, d = (factory.item(code) for code in "ABCD")
    factory.bom(factory.item("OTHER"), b)
    bom = factory.do(
        services.create_bom, item=a.pk, lines=[{"component": b.pk, "quantity": 2}, {"component": c.pk, "quantity": 1}],
        substitutes=[{"line_no": 1, "item": d.pk}],
    )  # fmt: skip
    blocked = factory.item("X", status="blocked")
    for new, code in ((b, "same_item"), (blocked, "item_blocked")):
        with pytest.raises(DomainError) as refused:
            factory.do(services.replace_component, item_id=b.pk, replacement_id=new.pk)
        assert [(one.code, one.where) for one in refused.value.problems] == [(code, "replacement_id")]
    with pytest.raises(DomainError, match="No bill of materials uses X"):
        factory.do(services.replace_component, item_id=blocked.pk, replacement_id=d.pk)
    factory.do(services.replace_component, item_id=b.pk, replacement_id=d.pk)
    assert [(line.component_id, line.quantity) for line in bom.lines.order_by("line_no")] == [(d.pk, 2), (c.pk, 1)]
    assert not BomSubstitute.objects.exists(), "it would stand in for itself"
    with pytest.raises(DomainError) as stale:
        factory.do(services.change_bom, bom_id=bom.pk, version=bom.version, remark="old screen")
    assert stale.value.problems
    (line,) = history_lines(history_of(bom)[:1], bom, factory.admin)
    assert line.changes == [("子项", "B B", "D D")]


def test_versions_are_held_against_each_other_in_all_they_say(factory: SimpleNamespace) -> None:
    a, b, c, d, e = (factory.item(code) for code in "ABCDE")
    first = factory.bom(a, b, c)
    factory.do(
        services.create_bom, item=a.pk, code="V2.0",
        lines=[
            {"component": b.pk, "quantity": 1, "scrap": D("0.05"), "issue_method": "backflush", "operation_no": 20},
            {"component": c.pk, "quantity": 2},
        ],
        substitutes=[{"line_no": 2, "item": d.pk, "ratio": 2, "use_up": True}],
        outputs=[{"item": e.pk, "quantity": 1, "kind": "co", "cost_share": D("0.25")}],
    )  # fmt: skip
    quantities, rest = compared(factory.admin, first)
    assert [(row["item"].code, row["before"], row["after"]) for row in quantities.rows] == [
        ("B", D("1.05"), D(1)), ("C", D(2), D(1)),
    ]  # fmt: skip
    said = {(row["code"], row["before"], row["after"]) for row in rest.rows}
    assert said == {
        ("B", "5 %", ""), ("B", "倒冲", ""), ("B", "20", ""), ("C", "1. D × 2 优先用完", ""), ("E", "联产品 1 25 %", ""),
    }  # fmt: skip
    direct, _tops, stands_in = used_in(factory.admin, d)
    assert not direct.rows and [(row["item"].code, row["component"].code) for row in stands_in.rows] == [("A", "C")]
    top = factory.item("TOP")
    factory.bom(top, a)
    assert [(row["item"].code, row["version"], row["scrap"]) for row in structure_table(factory.admin, top).rows] == [
        ("A", "V2.0", None), ("B", "", D("0.05")), ("C", "", None),
    ]  # fmt: skip


def test_routings_are_drawn_and_held_against_each_other(made: SimpleNamespace) -> None:
    shown = drawing(made.admin, made.routing)
    assert (shown["lot"], shown["work"], shown["way"]) == (10, D(25 + 65 + 25 + 25), D(25 + 65 + 25))
    assert [box["decides"] for box in shown["boxes"]] == [True, True, False, True]
    assert [box["others"] for box in shown["boxes"]] == ["L2 数控车", "", "", ""]
    assert len({box["y"] for box in shown["boxes"]}) == 3 and len(shown["arrows"]) == 4
    steps = [
        {**made.steps[0], "run_minutes": 1, "inspection": "first"},
        made.steps[1],
        made.steps[3] | {"predecessors": [20]},
    ]
    other = made.do(services.create_routing, item=made.pump.pk, code="V2.0", operations=steps)
    (table,) = routings_compared(made.admin, other)
    assert [(row["no"], row["before"], row["after"]) for row in table.rows] == [
        (10, "2", "1"), (10, "", "首检"), (10, "L2 数控车", ""), (30, "钻 · L1 车床", ""), (40, "20,30", "20"),
    ]  # fmt: skip


def test_structures_and_routings_are_printed_to_work_by(made: SimpleNamespace) -> None:
    seal, ring = made.item("SEAL", source="make"), made.item("RING")
    made.bom(seal, ring)
    bom = made.bom(made.pump, seal)
    client = Client()
    client.force_login(made.admin, backend="django.contrib.auth.backends.ModelBackend")

    def printed(address: str) -> str:
        answer = client.get(f"/masterdata/{address}")
        assert answer.status_code == 200
        assert client.get(f"/masterdata/{address}.pdf").content[:4] == b"%PDF"
        return answer.content.decode()

    assert "SEAL" in (one := printed(f"boms/{bom.pk}/print/document")) and "RING" not in one
    assert "　RING" in printed(f"boms/{bom.pk}/print/levels")
    sheet = printed(f"routings/{made.routing.pk}/print/document")
    assert "20,30" in sheet and "计件" not in sheet and "批准" in sheet
    change = made.do(
        services.create_change, title="车", reason="快", effective_on=date(2026, 1, 1),
        operations=[OperationInput(made.routing.pk, 10, run_minutes=D(1))],
    )  # fmt: skip
    assert "车" in printed(f"changes/{change.pk}/print/operations")
    assert client.get(f"/masterdata/changes/{change.pk}/print/document").status_code == 409, "it changes no structure"
    page = client.get(f"/masterdata/changes/{change.pk}/").content.decode()
    assert "print/operations" in page and "print/document" not in page


BOOK: dict[str, Any] = {
    "work_centres": [["code", "name", "plant"], ["L1", "车床一", "P1"]],
    "items": [["code", "name", "category", "unit"], *[[code, code, "10", "PCS"] for code in ("A", "B", "C")]],
    "boms": [
        ["item", "version", "component", "quantity", "kind", "serial_from", "status"],
        ["A", "V1.0", "B", 1, None, None, None], ["A", "ALT", "C", 1, "替代", None, None], ["A", "V3.0", "C", 2, None, "S100", None],
    ],
    "routings": [
        ["item", "version", "is_default", "operation_no", "name", "work_centre", "valid_from", "valid_to", "status"],
        ["A", "V1.0", "是", 10, "车", "L1", "2026-01-01", "2026-06-30", None], ["A", "V2.0", "否", 10, "铣", "L1", "2026-07-01", None, "草稿"],
    ],
}  # fmt: skip


def _heads(model: Any) -> list[tuple[Any, ...]]:
    names = [
        "code",
        "is_default",
        "valid_from",
        "valid_to",
        "serial_from",
        "status",
        *(["kind"] if model is Bom else []),
    ]
    return list(model.objects.order_by("code").values_list(*names))


def test_alternatives_serial_numbers_days_and_drafts_go_out_and_come_in_as_they_are(factory: SimpleNamespace) -> None:
    factory.do(exchange.import_workbook, content=workbook(BOOK))
    assert [(code, default, kind, serial) for code, default, _b, _e, serial, _s, kind in _heads(Bom)] == [
        ("ALT", False, "alternative", ""), ("V1.0", True, "primary", ""), ("V3.0", False, "primary", "S100"),
    ]  # fmt: skip
    assert [(code, str(begin), str(end), status) for code, _d, begin, end, _s, status in _heads(Routing)] == [
        ("V1.0", "2026-01-01", "2026-06-30", "active"), ("V2.0", "2026-07-01", "None", "draft"),
    ]  # fmt: skip
    draft = factory.do(services.copy_bom, bom_id=Bom.objects.get(code="V1.0").pk, code="V4.0")
    before = _heads(Bom), _heads(Routing)
    content = exchange.export_workbook(actor=factory.admin)
    factory.do(exchange.import_workbook, content=content)
    assert (_heads(Bom), _heads(Routing)) == before and draft.status == "draft"
    bare = {"boms": [["item", "version", "component", "quantity"], ["A", "ALT", "B", 3]]}
    factory.do(exchange.import_workbook, content=workbook(bare))
    assert Bom.objects.get(is_default=True).code == "V1.0", (
        "a sheet that does not say so makes no alternative the default"
    )


@pytest.mark.parametrize(
    ("book", "place"),
    [
        ({"routings": [*BOOK["routings"][:1], ["A", "V1.0", "是", 10, "车", "L1", "2026-02-01", "2026-01-01", None]]}, ("routings", "valid_to", "dates_reversed")),
        ({"bom_outputs": [["item", "version", "output", "quantity", "kind", "cost_share"], ["A", "V1.0", "C", 1, "联产品", 0.6], ["A", "V1.0", "B", 1, "联产品", 0.4]]}, ("bom_outputs", "cost_share", "shares_too_large")),
        ({"bom_outputs": [["item", "version", "output", "quantity", "kind", "cost_share"], ["A", "V1.0", "A", 1, "联产品", 0.6]]}, ("bom_outputs", "output", "own_output")),
    ],
)  # fmt: skip
def test_faults_of_versions_have_their_place(factory: SimpleNamespace, book: Any, place: tuple[str, ...]) -> None:
    found = exchange.check_workbook(workbook({**BOOK, **book})).faults
    assert place in [(one.sheet, one.column, one.problem.code) for one in found]
    assert Bom.objects.count() == 0
