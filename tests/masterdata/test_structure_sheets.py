"""Substitutes, designators, other work centres, overlap and skill come by workbook: each fault with its place, the same out as in."""

from decimal import Decimal as D
from types import SimpleNamespace
from typing import Any

import pytest

from gongfang.masterdata.models import Bom, BomSubstitute, RoutingAlternative, RoutingOperation
from gongfang.platform.exchange import services as exchange
from tests.platform.test_exchange import workbook

BOOK: dict[str, Any] = {
    "work_centres": [["code", "name", "plant"], ["L1", "车床一", "P1"], ["L2", "车床二", "P1"]],
    "items": [["code", "name", "category", "unit"], *[[code, code, "10", "PCS"] for code in ("A", "B", "C", "D")]],
    "boms": [["item", "component", "quantity", "designators"], ["A", "B", 2, "R1, R2"], ["A", "C", 1, None]],
    "bom_substitutes": [["item", "component", "substitute", "rank", "ratio", "use_up"], ["A", "C", "D", 2, 1.5, "是"]],
    "routings": [["item", "operation_no", "name", "work_centre", "overlap_quantity", "skill"], ["A", 10, "车", "L1", 5, "turning"]],
    "routing_alternatives": [["item", "operation_no", "work_centre", "time_factor"], ["A", 10, "L2", 1.2]],
}  # fmt: skip


def load(factory: SimpleNamespace, book: dict[str, Any]) -> None:
    factory.do(exchange.import_workbook, content=workbook(book))


def test_they_are_loaded_and_come_out_again(factory: SimpleNamespace) -> None:
    load(factory, BOOK)
    substitute = BomSubstitute.objects.get()
    assert (substitute.line_no, substitute.item.code, substitute.rank, substitute.ratio, substitute.use_up) == (
        2,
        "D",
        2,
        D("1.5"),
        True,
    )
    operation = RoutingOperation.objects.get()
    assert (operation.overlap_quantity, operation.skill) == (5, "turning")
    other = RoutingAlternative.objects.get()
    assert (other.operation_no, other.work_centre.code, other.time_factor) == (10, "L2", D("1.2"))
    assert Bom.objects.get().lines.first().designators == "R1, R2"
    again = exchange.export_workbook(actor=factory.admin)
    checked = exchange.check_workbook(again)
    assert checked.faults == []
    assert [row.values["designators"] for row in checked.context.rows["boms"]] == ["R1, R2", ""]
    factory.do(exchange.import_workbook, content=again)
    assert (BomSubstitute.objects.count(), RoutingAlternative.objects.count()) == (1, 1)


def test_a_substitute_follows_its_component_when_lines_are_loaded_in_another_order(factory: SimpleNamespace) -> None:
    load(factory, BOOK)
    head, first, second = BOOK["boms"]
    load(factory, {"boms": [head, second, first]})
    assert [(row.line_no, row.item.code) for row in BomSubstitute.objects.all()] == [(1, "D")]
    load(factory, {"boms": [head, first]})
    assert BomSubstitute.objects.count() == 0, "its component is gone"


@pytest.mark.parametrize(
    ("sheet", "cells", "place"),
    [
        ("bom_substitutes", ["A", "B", "C", 1, 0, None], ("ratio", "too_small")), ("bom_substitutes", ["A", "B", "C", 0, 1, None], ("rank", "too_small")),
        ("bom_substitutes", ["A", "D", "C", 1, 1, None], ("component", "component_absent")), ("bom_substitutes", ["B", "C", "D", 1, 1, None], ("version", "unknown_version")),
        ("bom_substitutes", ["A", "B", "B", 1, 1, None], ("substitute", "own_substitute")), ("bom_substitutes", ["A", "B", "A", 1, 1, None], ("substitute", "contains_itself")),
        ("bom_substitutes", ["A", "B", "Z", 1, 1, None], ("substitute", "unknown_code")),
        ("routings", ["A", 10, "车", "L1", -1, None], ("overlap_quantity", "too_small")), ("routings", ["A", 10, "车", "L1", 0, "x" * 41], ("skill", "too_long")),
        ("routing_alternatives", ["A", 20, "L2", 1], ("operation_no", "operation_unknown")), ("routing_alternatives", ["A", 10, "L1", 1], ("work_centre", "same_centre")),
        ("routing_alternatives", ["B", 10, "L2", 1], ("version", "unknown_version")), ("routing_alternatives", ["A", 10, "L2", 0], ("time_factor", "too_small")),
        ("boms", ["A", "C", 1, "R" * 301], ("designators", "too_long")),
    ],
)  # fmt: skip
def test_faults(factory: SimpleNamespace, sheet: str, cells: list[Any], place: tuple[str, str]) -> None:
    rows = BOOK[sheet]
    found = exchange.check_workbook(workbook({**BOOK, sheet: [*rows[:-1], cells]})).faults
    assert (sheet, len(rows), *place) in [(one.sheet, one.row, one.column, one.problem.code) for one in found]
    assert Bom.objects.count() == 0
