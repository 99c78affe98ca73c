"""What may be delivered beyond an order, and what is done beyond that, comes by workbook for items and categories."""

from decimal import Decimal as D
from types import SimpleNamespace

from gongfang.masterdata.models import Item, ItemCategory, Partner
from gongfang.platform.exchange import services as exchange
from tests.platform.test_exchange import workbook


def test_tolerances_are_loaded_kept_and_come_out_again(factory: SimpleNamespace) -> None:
    head = ["code", "name", "over_delivery", "over_mode"]
    book = {
        "categories": [head, ["T1", "泵", 0.05, "warn"], ["T2", "阀", None, None]],
        "items": [
            ["code", "name", "category", "unit", *head[2:]],
            ["A", "A", "T1", "PCS", 0.1, "forbid"],
            ["B", "B", "T2", "PCS", None, None],
        ],
    }
    factory.do(exchange.import_workbook, content=workbook(book))
    expected = {"A": (D("0.1"), "forbid"), "B": (None, "")}
    kept = {row.code: (row.over_delivery, row.over_mode) for row in Item.objects.filter(code__in=expected)}
    assert kept == expected
    groups = {
        row.code: (row.over_delivery, row.over_mode) for row in ItemCategory.objects.filter(code__in=("T1", "T2"))
    }
    assert groups == {"T1": (D("0.05"), "warn"), "T2": (None, "")}

    # a sheet without the columns leaves them, the export holds them, a word that is none is named with its cell
    factory.do(
        exchange.import_workbook,
        content=workbook({"items": [["code", "name", "category", "unit"], ["A", "A1", "T1", "PCS"]]}),
    )
    assert Item.objects.get(code="A").over_mode == "forbid"
    checked = exchange.check_workbook(exchange.export_workbook(actor=factory.admin))
    rows = {row["code"]: row.values for row in checked.context.rows["items"]}
    assert checked.faults == [] and (rows["A"]["over_delivery"], rows["A"]["over_mode"]) == (D("0.1"), "forbid")
    faults = exchange.check_workbook(workbook({"categories": [head, ["T1", "泵", 99, "never"]]})).faults
    assert {(fault.sheet, fault.column) for fault in faults} == {
        ("categories", "over_delivery"),
        ("categories", "over_mode"),
    }


def test_a_suppliers_own_tolerance_of_invoices_too(factory: SimpleNamespace) -> None:
    head = ["code", "name", "is_supplier", "match_tolerance"]
    rows = [head, ["S1", "甲", "是", 0.02], ["S2", "乙", "是", None]]
    factory.do(exchange.import_workbook, content=workbook({"partners": rows}))
    kept = dict(Partner.objects.filter(code__in=("S1", "S2")).values_list("code", "match_tolerance"))
    assert kept == {"S1": D("0.02"), "S2": None}
    factory.do(exchange.import_workbook, content=workbook({"partners": [head[:3], ["S1", "甲厂", "是"]]}))
    assert Partner.objects.get(code="S1").match_tolerance == D("0.02")
    checked = exchange.check_workbook(exchange.export_workbook(actor=factory.admin))
    assert {row["code"]: row.values["match_tolerance"] for row in checked.context.rows["partners"]}["S1"] == D("0.02")
    (fault,) = exchange.check_workbook(workbook({"partners": [head, ["S1", "甲", "是", 1.01]]})).faults
    assert (fault.sheet, fault.column) == ("partners", "match_tolerance")
