"""Opening stock comes out as it went in: by every costing method, bin by bin, in both units, whosever it is."""

import uuid
from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import transaction

from gongfang.ledger import queries as ledger
from gongfang.ledger.models import Balance, Location, ValueBalance
from gongfang.ledger.services import Move, post
from gongfang.masterdata.models import Item
from gongfang.platform.exchange import services as exchange
from gongfang.platform.exchange.reading import read_cells
from gongfang.platform.identity.models import User
from gongfang.platform.verification import run_all
from tests.platform.test_exchange import admin, faults, workbook

assert admin  # a fixture
pytestmark = pytest.mark.both_databases
HEAD = ["item", "warehouse", "place", "lot", "quantity", "value", "second", "ownership", "owner"]
BOOK: dict[str, Any] = {
    "company": [["name", "opening_date"], ["宏泰泵业", date(2026, 9, 1)]],
    "units": [["code", "name", "precision"], ["PCS", "件", 0], ["KG", "千克", 3]],
    "plants": [["code", "name"], ["P1", "一厂"]],
    "warehouses": [["code", "name", "plant", "kind"], ["W1", "原料库", "P1", "raw"], ["W2", "成品库", "P1", "raw"]],
    "partners": [["code", "name", "is_customer", "is_supplier"], ["K1", "客户", "是", "否"], ["G1", "供应商", "否", "是"]],
    "categories": [["code", "name", "inventory_role"], ["10", "原材料", "raw"]],
    "items": [
        ["code", "name", "category", "unit", "second_unit", "tracking", "costing_method", "standard_cost"],
        ["MOV", "移动", "10", "PCS", "", "none", "moving_average", 0], ["FIFO", "先进", "10", "PCS", "", "lot", "fifo", 0],
        ["SPEC", "个别", "10", "PCS", "", "lot", "specific", 0], ["SER", "序列", "10", "PCS", "", "serial", "specific", 0],
        ["STD", "标准", "10", "PCS", "", "none", "standard", 7], ["AVG", "月末", "10", "PCS", "", "none", "month_average", 0],
        ["DUAL", "双计量", "10", "PCS", "KG", "none", "moving_average", 0],
    ],
    "opening_stock": [
        HEAD,
        ["MOV", "W1", "", "", 10, 100, "", "own", ""], ["MOV", "W1", "W1-A1", "", 5, 50, "", "own", ""], ["MOV", "W2", "W2-HOLD", "", 3, 30, "", "own", ""],
        ["MOV", "W1", "", "", 4, 0, "", "customer", "K1"], ["MOV", "W1", "", "", 6, 0, "", "consigned", "G1"],
        ["FIFO", "W1", "", "L1", 10, 100, "", "own", ""], ["FIFO", "W1", "", "L2", 10, 100, "", "own", ""],
        ["SPEC", "W1", "", "L1", 10, 100, "", "own", ""], ["SPEC", "W1", "W1-A1", "L2", 3, 77.77, "", "own", ""], ["SPEC", "W2", "", "L2", 7, 181.47, "", "own", ""],
        ["SER", "W1", "", "SN1", 1, 800, "", "own", ""], ["SER", "W1", "", "SN2", 1, 950.5, "", "own", ""],
        ["STD", "W1", "", "", 10, 70, "", "own", ""], ["AVG", "W1", "", "", 10, 33.33, "", "own", ""],
        ["DUAL", "W1", "", "", 10, 60, 25.125, "own", ""], ["DUAL", "W1", "W1-A1", "", 5, 30, 13, "own", ""],
    ],
}  # fmt: skip


def load(admin: User, content: bytes) -> None:
    exchange.import_workbook(actor=admin, request_id=uuid.uuid4(), content=content)


def stock(content: bytes) -> list[list[Any]]:
    """The opening stock of a workbook, as its file says it."""
    sheet = read_cells(content)[1]["期初库存"]
    heads = [str(cell).rstrip("*") for cell in sheet.rows[0]]
    wanted = [
        heads.index(name)
        for name in (
            "物料编码",
            "仓库编码",
            "库位编码",
            "批号/序列号",
            "数量",
            "金额",
            "辅助数量",
            "货权",
            "货主编码",
        )
    ]
    return sorted([[row[n] for n in wanted] for row in sheet.rows[1:]], key=str)


def book(rows: list[list[Any]]) -> dict[str, Any]:
    return {**BOOK, "opening_stock": [HEAD, *rows]}


def test_it_comes_out_as_it_went_in_by_every_method(admin: User) -> None:
    with transaction.atomic():
        load(admin, workbook(BOOK))
        assert [str(one) for one in run_all()] == []
        first = exchange.export_workbook(actor=admin)
        transaction.set_rollback(True)
    assert not Balance.objects.exists()
    given = [[cell or "" for cell in row] for row in BOOK["opening_stock"][1:]]
    assert [[*row[:4], float(row[4]), float(row[5] or 0)] for row in stock(first)] == sorted(
        ([*row[:4], float(row[4]), float(row[5] or 0)] for row in given), key=str
    )
    load(admin, first)
    assert stock(exchange.export_workbook(actor=admin)) == stock(first)
    assert [str(one) for one in run_all()] == []


def test_where_it_lies_whose_it_is_and_how_much_in_both_units(admin: User) -> None:
    load(admin, workbook(BOOK))
    shelf = Location.objects.get(code="W1-A1")
    assert (shelf.warehouse.code, shelf.parent.code, shelf.kind) == ("W1", "W1", "store")
    held = {
        (row.item.code, row.location.code): (row.quantity, row.second_quantity)
        for row in Balance.objects.select_related("item", "location")
    }
    assert held["MOV", "W1-A1"] == (5, 0)
    assert held["MOV", "W2-HOLD"] == (3, 0)
    assert held["DUAL", "W1"] == (10, D("25.125"))
    others = Location.objects.exclude(ownership="own").values_list("ownership", "partner__code")
    assert sorted(others) == [("consigned", "G1"), ("customer", "K1")]
    assert ValueBalance.objects.get(item__code="MOV").value == 180  # what belongs to others is worth nothing here


def test_each_lot_takes_its_own_value_after_goods_moved(admin: User) -> None:
    load(admin, workbook(BOOK))
    item = Item.objects.get(code="SPEC")
    lot = Balance.objects.get(item=item, lot__code="L1").lot
    gone = Move(item.pk, D(4), ledger.location("W1"), ledger.location("SCRAP"), lot.pk)
    aside = Move(item.pk, D(2), ledger.location("W1"), ledger.location("W1-TR"), lot.pk)
    with transaction.atomic():
        post(actor=admin, reason="test", source=None, on=date(2026, 9, 2), moves=[gone, aside])
    rows = [row for row in stock(exchange.export_workbook(actor=admin)) if row[0] == "SPEC"]
    assert {(row[1], row[2], row[3]): (float(row[4]), float(row[5])) for row in rows} == {
        ("W1", "", "L1"): (6, 60),  # with the two on their way, which left from here
        ("W1", "W1-A1", "L2"): (3, 77.77),
        ("W2", "", "L2"): (7, 181.47),
    }


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (["MOV", "W1", "W2-HOLD", "", 1, 1, "", "own", ""], None),
        (["MOV", "W1", "", "", 1, 0, "", "customer", ""], ("owner", "owner_needed")),
        (["MOV", "W1", "", "", 1, 0, "", "own", "K1"], ("ownership", "ownership_needed")),
        (["MOV", "W1", "", "", 1, 5, "", "customer", "K1"], ("value", "others_worth_nothing")),
        (["MOV", "W1", "W1-A1", "", 1, 0, "", "customer", "K1"], ("place", "owner_has_place")),
        (["MOV", "W1", "", "", 1, 1, 3, "own", ""], ("second", "second_not_kept")),
        (["DUAL", "W1", "", "", 1, 1, 3.1234, "own", ""], ("second", "too_many_places")),
        (["DUAL", "W1", "", "", 1, 1, -1, "own", ""], ("second", "too_small")),
        (["MOV", "W1", "", "", 1, 0, "", "customer", "K9"], ("owner", "unknown_code")),
    ],
)  # fmt: skip
def test_faults(admin: User, row: list[Any], expected: tuple[str, str] | None) -> None:
    found = [(one[2], one[3]) for one in faults(book([row]))]
    assert found == ([expected] if expected else [])


def test_a_place_of_another_warehouse_is_refused(admin: User) -> None:
    load(
        admin,
        workbook(
            {key: rows for key, rows in BOOK.items() if key != "opening_stock"}
            | {"opening_stock": [HEAD, BOOK["opening_stock"][3]]}
        ),
    )
    found = [(one[2], one[3]) for one in faults(book([["MOV", "W1", "W2-HOLD", "", 1, 1, "", "own", ""]]))]
    assert ("place", "place_elsewhere") in found


LAYERS = [
    ["FIFO", "W1", "", "L1", 4, 48, date(2026, 7, 15)], ["FIFO", "W1", "", "L1", 10, 90, date(2026, 3, 1)],
    ["FIFO", "W2", "", "L2", 6, 66.01, date(2026, 7, 15)], ["FIFO", "W2", "", "L2", 5, 70, ""], ["FIFO", "W1", "", "L1", 2, 30, date(2026, 7, 15)],
    ["MOV", "W1", "", "", 4, 40, date(2025, 1, 1)], ["MOV", "W1", "", "", 6, 60, ""],
]  # fmt: skip


def layered() -> bytes:
    return workbook({**BOOK, "opening_stock": [["item", "warehouse", "place", "lot", "quantity", "value", "came_on"], *LAYERS]})  # fmt: skip


def layers_of(content: bytes) -> list[tuple[Any, ...]]:
    sheet = read_cells(content)[1]["期初库存"]
    at = [[str(cell).rstrip("*") for cell in sheet.rows[0]].index(name) for name in ("仓库编码", "批号/序列号", "入库日", "数量", "金额")]  # fmt: skip
    return [
        (row[at[0]], row[at[1]], str(row[at[2]])[:10], float(row[at[3]]), float(row[at[4]]))
        for row in sheet.rows[1:]
        if row[0] == "FIFO"
    ]


def test_opening_layers_leave_in_the_order_in_which_they_came(admin: User) -> None:
    load(admin, layered())
    item = Item.objects.get(code="FIFO")
    lots = {row.lot.code: row.lot_id for row in Balance.objects.filter(item=item).select_related("lot")}
    first = exchange.export_workbook(actor=admin)
    assert layers_of(first) == [
        ("W1", "L1", "2026-03-01", 10, 90), ("W1", "L1", "2026-07-15", 4, 48), ("W1", "L1", "2026-07-15", 2, 30),
        ("W2", "L2", "2026-07-15", 6, 66.01), ("W2", "L2", "2026-08-31", 5, 70),
    ]  # fmt: skip

    def issue(quantity: int, lot: str, place: str) -> D:
        gone = Move(item.pk, D(quantity), ledger.location(place), ledger.location("SCRAP"), lots[lot])
        with transaction.atomic():
            return post(actor=admin, reason="test", source=None, on=date(2026, 9, 2), moves=[gone]).moves.get().value

    assert issue(8, "L1", "W1") == 72  # of the ten at nine
    assert issue(8, "L2", "W2") == 18 + 48 + D("22.00")  # the rest of them, four at twelve, two of the six at 11.00
    ages = {row.item.code: row for row in ledger.stock_ageing(date(2026, 9, 2))}
    assert ages["FIFO"].oldest == date(2026, 7, 15) and ages["MOV"].oldest == date(2025, 1, 1)
    assert ages["MOV"].quantities == (6, 0, 0, 0, 0, 4)
    assert [str(one) for one in run_all()] == []
    again = exchange.export_workbook(actor=admin)
    assert sum(row[4] for row in layers_of(again)) == pytest.approx(float(ValueBalance.objects.get(item=item).value))


def test_layers_come_back_from_their_own_sheet(admin: User) -> None:
    with transaction.atomic():
        load(admin, layered())
        first = exchange.export_workbook(actor=admin)
        transaction.set_rollback(True)
    load(admin, first)
    assert layers_of(exchange.export_workbook(actor=admin)) == layers_of(first)
    assert [str(one) for one in run_all()] == []


def test_only_layers_may_come_twice_on_a_day(admin: User) -> None:
    found = faults(book([["MOV", "W1", "", "", 1, 1, "", "own", ""], ["MOV", "W1", "", "", 2, 2, "", "own", ""]]))
    assert [(one[1], one[2], one[3]) for one in found] == [(3, "item", "repeated")]
