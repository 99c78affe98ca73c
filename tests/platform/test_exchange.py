"""Workbooks: every fault with its place and reason, nothing loaded while one is left, the same out as in."""

import io
import uuid
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
import xlsxwriter
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from gongfang.kernel.errors import DomainError
from gongfang.masterdata.models import Bom, BomLine, Calendar, CustomerPrice, Item, ItemCategory, Partner, Unit
from gongfang.platform.exchange import services as exchange
from gongfang.platform.exchange.parsing import BadCell, ColumnReader, date_of, number_of, parse, text_of
from gongfang.platform.exchange.reading import Cells, read_cells
from gongfang.platform.exchange.sheets import Column
from gongfang.platform.exchange.writing import neutral
from gongfang.platform.identity.models import User
from gongfang.platform.identity.services import register_first_admin
from gongfang.platform.models import AuditRow

Book = Mapping[str, Sequence[Sequence[Any]]]


def workbook(sheets: Book) -> bytes:
    """An .xlsx of plain cells; the first row of each sheet holds the headings."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(
        target, {"in_memory": True, "default_date_format": "yyyy-mm-dd", "strings_to_formulas": False}
    )
    for name, rows in sheets.items():
        page = book.add_worksheet(name)
        for n, row in enumerate(rows):
            page.write_row(n, 0, row)
    book.close()
    return target.getvalue()


BASE: dict[str, Any] = {
    "units": [["code", "name", "precision"], ["PCS", "件", 0], ["KG", "千克", 3]],
    "categories": [["code", "name", "inventory_role"], ["10", "原材料", "raw"], ["90", "成品", "产成品"]],
    "items": [
        ["物料编码", "物料名称", "物料分类编码", "计量单位编码", "safety_stock"],
        ["A", "水泵", "90", "PCS", 1.5],
        ["B", "泵体", 10, "PCS", None],
        [1001, "叶轮", "10", "PCS", "1,000"],
    ],
    "boms": [["item", "component", "quantity", "scrap"], ["A", "B", 1, None], ["A", "1001", 2, "5%"]],
}
BASE["items"][0][2:4] = ["category", "unit"]


@pytest.fixture
def admin(db: None) -> User:
    return register_first_admin(
        actor=None, request_id=uuid.uuid4(), username="admin", name="管理员", password="Gongfang-2026"
    )


def load(admin: User, sheets: Book, **more: Any) -> None:
    exchange.import_workbook(actor=admin, request_id=uuid.uuid4(), content=workbook(sheets), **more)


def faults(sheets: Book) -> list[tuple[str, int, str, str]]:
    found = exchange.check_workbook(workbook(sheets)).faults
    return [(one.sheet, one.row, one.column, one.problem.code) for one in found]


def test_a_workbook_is_loaded(admin: User) -> None:
    assert faults(BASE) == []
    load(admin, BASE)
    pump = Item.objects.get(code="A")
    assert (pump.name, pump.pinyin, pump.safety_stock, pump.category.inventory_role) == (
        "水泵",
        "sb",
        D("1.5"),
        "finished",
    )
    assert Item.objects.get(code="1001").safety_stock == 1000
    lines = [(line.component.code, line.quantity, line.scrap) for line in BomLine.objects.order_by("line_no")]
    assert lines == [("B", D(1), D(0)), ("1001", D(2), D("0.05"))]
    assert AuditRow.objects.filter(verb="platform.import_workbook").count() == 1


@pytest.mark.parametrize(
    ("sheet", "row", "cells", "expected"),
    [
        ("units", 2, ["", "件", 0], ("code", "required")),
        ("units", 2, ["PCS", "件", 7], ("precision", "too_large")),
        ("units", 2, ["PCS", "件", 1.5], ("precision", "not_whole")),
        ("units", 2, ["PCS", "件", "abc"], ("precision", "not_a_number")),
        ("units", 2, ["PCS", "件", "NaN"], ("precision", "not_a_number")),
        ("units", 2, ["PCS", "x" * 41, 0], ("name", "too_long")),
        ("units", 2, ["PCS", "a\tb", 0], ("name", "control_characters")),
        ("units", 2, ["PCS", "a\u202eb", 0], ("name", "control_characters")),
        ("units", 3, ["PCS", "件", 0], ("code", "repeated")),
        ("categories", 2, ["10", "原材料", "nonsense"], ("inventory_role", "not_a_choice")),
        ("items", 2, ["A", "水泵", "77", "PCS"], ("category", "unknown_code")),
        ("items", 2, ["A", "水泵", "90", "PCS", -1], ("safety_stock", "too_small")),
        ("items", 2, ["A", "水泵", "90", "PCS", 1e300], ("safety_stock", "too_large")),
        ("items", 2, ["A", "水泵", "90", "PCS", 0.0000001], ("safety_stock", "too_many_places")),
        ("boms", 2, ["A", "Z", 1], ("component", "unknown_code")),
        ("boms", 2, ["A", "B", 0], ("quantity", "too_small")),
        ("boms", 2, ["A", "A", 1], ("component", "contains_itself")),
        ("boms", 2, ["A", "B", 1, 1], ("scrap", "too_large")),
    ],
)
def test_every_fault_has_sheet_row_column_and_reason(
    admin: User, sheet: str, row: int, cells: list[Any], expected: tuple[str, str]
) -> None:
    rows = [list(line) for line in BASE[sheet]]
    rows[row - 1] = cells
    book = {**BASE, sheet: rows}
    own = [one for one in faults(book) if one[0] == sheet]
    assert own == [(sheet, row, *expected)]
    lines = exchange.fault_lines(exchange.check_workbook(workbook(book)).faults)
    assert all(line.reason and "{" not in line.reason for line in lines)


def test_all_faults_are_told_at_once(admin: User) -> None:
    book = {
        **BASE,
        "units": [["code", "name", "precision"], ["", "件", 9], ["KG", "", "x"]],
        "items": [["code", "name", "category", "unit"], ["A", "", "77", "XX"], ["A", "b", "10", "KG"]],
    }
    found = faults(book)
    assert {("units", 2, "code", "required"), ("units", 2, "precision", "too_large"), ("units", 3, "name", "required"),
            ("units", 3, "precision", "not_a_number"), ("items", 2, "name", "required"), ("items", 2, "category", "unknown_code"),
            ("items", 2, "unit", "unknown_code"), ("items", 3, "code", "repeated"), ("boms", 2, "component", "unknown_code"),
            ("boms", 3, "component", "unknown_code")} <= set(found)  # fmt: skip


@pytest.mark.parametrize(
    ("sheets", "code"),
    [
        ({"nonsense": [["a"]]}, "unknown_sheet"),
        ({"units": [["code"], ["PCS"]]}, "column_missing"),
        ({"units": [["code", "name", "colour"], ["PCS", "件", "red"]]}, "unknown_column"),
        ({"units": [["code", "name", "单位名称"], ["PCS", "件", "件"]]}, "column_twice"),
        ({"说明": [["x"]]}, "no_sheet"),
    ],
)
def test_headings_and_sheets(admin: User, sheets: Book, code: str) -> None:
    assert code in [one[3] for one in faults(sheets)]


def test_a_circle_across_workbook_and_database(admin: User) -> None:
    load(admin, BASE)
    assert faults({"boms": [["item", "component", "quantity"], ["1001", "A", 1]]}) == [
        ("boms", 2, "component", "bom_cycle")
    ]
    assert faults({"boms": [["item", "component", "quantity"], ["B", "1001", 1]]}) == []


def test_nothing_is_loaded_while_one_fault_is_left(admin: User) -> None:
    bad = {**BASE, "boms": [*BASE["boms"], ["A", "nothing", 1]]}
    before = AuditRow.objects.count()
    with pytest.raises(DomainError) as refused:
        load(admin, bad)
    assert refused.value.problems[0].where == "boms!4!component"
    assert (Unit.objects.count(), Item.objects.count(), Bom.objects.count()) == (0, 0, 0)
    assert AuditRow.objects.count() == before


def test_a_dry_run_changes_nothing_and_costs_the_same_at_any_size(admin: User) -> None:
    counts = []
    for size in (5, 400):
        items = [[f"N{n}", "件", "10", "PCS", 1] for n in range(size)]
        with CaptureQueriesContext(connection) as made:
            assert exchange.check_workbook(workbook({**BASE, "items": [*BASE["items"], *items]})).faults == []
        assert not any(q["sql"].startswith(("INSERT", "UPDATE", "DELETE")) for q in made.captured_queries)
        counts.append(len(made))
    assert counts[0] == counts[1]
    assert not Item.objects.exists()


def test_loading_costs_the_same_at_any_size(admin: User) -> None:
    load(admin, BASE)
    counts = []
    for size in (5, 400):
        items = [[f"S{size}-{n}", "件", "10", "PCS", 1] for n in range(size)]
        boms = [[f"S{size}-0", f"S{size}-{n}", 1, 0] for n in range(1, size)]
        with CaptureQueriesContext(connection) as made:
            load(admin, {**BASE, "items": [*BASE["items"], *items], "boms": [*BASE["boms"], *boms]})
        inserts = sum(query["sql"].startswith("INSERT") for query in made.captured_queries)
        counts.append(len(made) - inserts)
        assert (
            inserts <= 20 + size * 2 // 25
        )  # SQLite takes 999 values per INSERT, so an item's 37 columns go by the 27
    assert counts[0] == counts[1]


def test_a_second_import_updates_by_code_and_leaves_what_is_not_there(admin: User) -> None:
    load(admin, BASE)
    Item.objects.filter(code="A").update(drawing_no="D-1")
    load(
        admin, {"items": [["code", "name", "category", "unit"], ["A", "离心泵", "90", "PCS"], ["C", "轴", "10", "PCS"]]}
    )
    pump = Item.objects.get(code="A")
    assert (pump.name, pump.pinyin, pump.drawing_no, pump.safety_stock, pump.version) == (
        "离心泵",
        "lxb",
        "D-1",
        D("1.5"),
        2,
    )
    assert Item.objects.count() == 4
    load(admin, {"boms": [["item", "component", "quantity"], ["A", "C", 3]]})
    assert [line.component.code for line in BomLine.objects.filter(bom__item__code="A")] == ["C"]


FULL: dict[str, Any] = {
    **BASE,
    "company": [["name", "opening_date"], ["宏泰泵业", date(2026, 9, 1)]],
    "users": [["username", "name", "roles", "password", "pin"], ["planner", "王志远", "planner, engineer", "Gongfang-2026", 1234]],
    "calendars": [["code", "name", "weekdays", "shifts"], ["STD", "标准", "1-6", "白班 08:00-17:00"]],
    "calendar_days": [["calendar", "date", "is_working", "name"], ["STD", date(2026, 10, 1), "否", "国庆节"]],
    "plants": [["code", "name"], ["P1", "一厂"], ["P2", "二厂"]],
    "warehouses": [["code", "name", "plant", "kind"], ["W1", "原料库", "P1", "raw"]],
    "partners": [
        ["code", "name", "is_customer", "is_supplier", "credit_limit"], ["K1", "=SUM(1)", "是", "否", 100000.55], ["G1", "大连铸造", "", "是", ""],
    ],
    "work_centres": [["code", "name", "plant", "labour_rate", "calendar"], ["C1", "车床", "P1", 45.5, "STD"]],
    "item_units": [["item", "unit", "numerator", "denominator"], ["B", "KG", 1, 25]],
    "item_plants": [["item", "plant", "source", "source_plant", "lead_time_days", "safety_stock"], ["A", "P2", "调拨", "P1", 2, 7]],
    "supplier_prices": [["supplier", "item", "price"], ["G1", "B", "123456789.123456"]],
    "customer_prices": [["customer", "item", "price"], ["K1", "A", 99], ["", "A", 120]],
    "routings": [["item", "operation_no", "name", "work_centre", "run_minutes", "predecessors"], ["A", 10, "装", "C1", 12.5, ""], ["A", 20, "试", "C1", 3, "10"]],
}  # fmt: skip


def test_round_trip(admin: User) -> None:
    load(admin, FULL)
    first = exchange.export_workbook(actor=admin)
    _, before = read_cells(first)
    exchange.import_workbook(actor=admin, request_id=uuid.uuid4(), content=first)
    second = exchange.export_workbook(actor=admin)
    assert read_cells(second)[1] == before
    assert Partner.objects.get(code="K1").name == "=SUM(1)"
    assert next(row for row in before["往来单位"].rows if row[0] == "K1")[1] == "'=SUM(1)"
    assert CustomerPrice.objects.count() == 2 and ItemCategory.objects.count() == 2
    assert Calendar.objects.get().weekdays == [1, 2, 3, 4, 5, 6]
    with override("en"):
        english = exchange.export_workbook(actor=admin)
    assert "Partners" in read_cells(english)[0]
    assert exchange.check_workbook(english).faults == []


def test_people_can_log_in_and_costs_are_not_written_for_those_who_may_not_see_them(admin: User) -> None:
    from gongfang.platform.identity.models import Role, RolePermission

    load(admin, FULL)
    planner = User.objects.get(username="planner")
    assert planner.check_password("Gongfang-2026") and planner.role_codes() == {"planner", "engineer"}
    role = Role.objects.create(code="exporter", name="exporter")
    RolePermission.objects.create(role=role, permission=exchange.EXPORT_WORKBOOK)
    planner.roles.set([role])
    _, cells = read_cells(exchange.export_workbook(actor=User.objects.get(pk=planner.pk)))
    assert "标准成本" not in cells["物料"].rows[0] and "单价" not in "".join(cells["采购价格表"].rows[0])
    planner.roles.clear()
    with pytest.raises(DomainError):
        exchange.export_workbook(actor=User.objects.get(pk=planner.pk))


def test_dates_move_with_the_opening_date(admin: User) -> None:
    content = workbook(FULL)
    checked = exchange.check_workbook(content, start=date(2026, 11, 1))
    assert checked.context.opening_date == date(2026, 11, 1) and checked.context.shift.days == 61
    assert checked.context.rows["calendar_days"][0]["date"] == date(2026, 10, 1)


def test_template_is_empty_and_sound(admin: User) -> None:
    content = exchange.template()
    assert exchange.check_workbook(content).faults == []
    assert len(content) < 300_000


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (3, D(3)),
        (0.1, D("0.1")),
        (0.1 + 0.2, D("0.3")),
        ("1,234.5", D("1234.5")),
        ("１２％", D("0.12")),
        ("¥ 5", D(5)),
        ("-0", D(0)),
        ("1e3", D(1000)),
    ],
)
def test_numbers_as_people_read_them(cell: Any, value: D) -> None:
    assert number_of(cell) == value


@pytest.mark.parametrize("cell", ["", "abc", "1.2.3", "inf", "--1", True, "0x10"])
def test_what_is_no_number(cell: Any) -> None:
    with pytest.raises(BadCell):
        number_of(cell)


@pytest.mark.parametrize("cell", ["2026-1-5", "2026/01/05", "20260105", "2026年1月5日", "2026.1.5", date(2026, 1, 5)])
def test_dates_as_people_write_them(cell: Any) -> None:
    assert date_of(cell) == date(2026, 1, 5)


@pytest.mark.parametrize("cell", ["2026-02-30", "5/1/2026", "46000", "today"])
def test_what_is_no_date(cell: Any) -> None:
    with pytest.raises(BadCell):
        date_of(cell)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+86 10", "'+86 10"),
        ("-5", "-5"),
        ("-x", "'-x"),
        ("@cmd", "'@cmd"),
        ("\t=1", "'\t=1"),
        ("泵=1", "泵=1"),
    ],
)
def test_no_text_becomes_a_formula(text: str, written: str) -> None:
    assert neutral(text) == written
    assert text_of(written).strip() == text.strip()


def test_yes_and_no() -> None:
    reader = ColumnReader(Column("x", "X", kind="bool"))
    assert [reader.read(cell) for cell in ("是", "否", "Y", "no", True, False, 1, "√", "")] == [
        True, False, True, False, True, False, True, True, None,
    ]  # fmt: skip
    with pytest.raises(BadCell):
        reader.read("maybe")


def _zip(**parts: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return target.getvalue()


def test_files_that_would_hurt_are_refused() -> None:
    far = b'<worksheet><sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    bomb = _zip(xl__worksheets__sheet1_xml=b"0" * (401 * 2**20))
    assert len(bomb) < 2**20
    sound = _zip(a=b"x" * 500)  # 30 bytes of head and the name; then what is packed
    for content, code in [
        (b"", "not_a_workbook"),
        (b"junk", "not_a_workbook"),
        (b"PK\x03\x04 broken", "not_a_workbook"),
        (_zip(a=b"x"), "not_a_workbook"),
        (b"x" * (20 * 2**20 + 1), "file_too_large"),
        (bomb, "file_too_large"),
        (_zip(xl__worksheets__sheet1_xml=far), "sheet_too_large"),
        (workbook({"units": [["code"]]})[:-200], "not_a_workbook"),
        (sound[:31] + b"\xff\xff\xff" + sound[34:], "not_a_workbook"),  # its packed bytes are broken
    ]:
        with pytest.raises(DomainError) as refused:
            read_cells(content)
        assert refused.value.code == code


def test_formulas_count_as_their_value(admin: User) -> None:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    page = book.add_worksheet("units")
    page.write_row(0, 0, ["code", "name", "precision"])
    page.write_row(1, 0, ["PCS", "件"])
    page.write_formula(1, 2, "=1+1", None, 2)
    book.close()
    exchange.import_workbook(actor=admin, request_id=uuid.uuid4(), content=target.getvalue())
    assert Unit.objects.get().precision == 2


CELLS = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(allow_nan=True, allow_infinity=True), st.dates(), st.datetimes(),
    st.timedeltas(), st.text(max_size=300), st.sampled_from(["=1+1", "1e308", "-0", "\x00", "１２％", "9" * 40, "2026-13-45", "是", "'=x"]),
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(rows=st.lists(st.lists(CELLS, max_size=60), max_size=6))
def test_no_cell_however_odd_breaks_the_reading(rows: list[list[Any]]) -> None:
    for sheet in exchange.book():
        heading = [column.key for column in sheet.columns]
        read, _, found = parse(sheet, Cells(sheet.key, 1, [heading, *rows]))
        assert all(row.number >= 2 for row in read)
        bad = {(one.row, one.column) for one in found}
        for row in read:
            for column in sheet.columns:
                value = row.values[column.key]
                if column.kind in ("quantity", "price", "money", "ratio") and value is not None:
                    assert isinstance(value, D) and value.is_finite() and abs(value) <= column.largest
                if column.required and value is None:
                    assert (row.number, column.key) in bad


def opendocument(rows: Sequence[Sequence[str]]) -> bytes:
    """A minimal .ods with one sheet “units”."""
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{path}:1.0"'
        for name, path in (("office", "office"), ("table", "table"), ("text", "text"))
    )
    content = (
        f'<?xml version="1.0"?><office:document-content {spaces} office:version="1.3"><office:body><office:spreadsheet>'
        f'<table:table table:name="units">{cells}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("content.xml", content)
        packed.writestr("META-INF/manifest.xml", "<manifest/>")
    return target.getvalue()


def test_opendocument_is_read_too(admin: User) -> None:
    content = opendocument([["单位编码*", "单位名称", "小数位数"], ["KG", "千克", "3"], ["", "", ""], ["PCS", "", "x"]])
    found = [(one.row, one.column, one.problem.code) for one in exchange.check_workbook(content).faults]
    assert found == [(4, "name", "required"), (4, "precision", "not_a_number")]
    exchange.import_workbook(
        actor=admin,
        request_id=uuid.uuid4(),
        content=opendocument([["单位编码*", "单位名称", "小数位数"], ["KG", "千克", "3"]]),
    )
    assert Unit.objects.get().precision == 3
