"""The demo factory is what it claims to be, loads in one go, and comes out as it went in."""

import uuid
from datetime import date, timedelta
from decimal import Decimal as D
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db.models import Sum
from django.utils.translation import override
from tools.demo_factory.__main__ import build

from gongfang.cli.commands.load import first_administrator
from gongfang.costing import services as costing
from gongfang.costing.models import StandardCost
from gongfang.ledger.models import Balance, ValueBalance
from gongfang.ledger.queries import balance_of
from gongfang.masterdata import queries
from gongfang.masterdata.models import Item, Partner, RoutingOperation, SupplierPrice, WorkCentre
from gongfang.platform.approvals.models import ApprovalFlow
from gongfang.platform.exchange import services as exchange
from gongfang.platform.exchange.reading import read_cells
from gongfang.platform.identity.models import User
from gongfang.platform.identity.services import register_first_admin
from gongfang.platform.verification import run_all
from gongfang.purchasing.models import PurchaseOrder
from gongfang.sales.models import SalesOrder

pytestmark = [pytest.mark.slow, pytest.mark.both_databases]
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
WORKBOOK = EXAMPLES / "pump-factory.xlsx"
SHEETS = (
    "物料",
    "物料清单",
    "工艺路线",
    "往来单位",
    "期初库存",
    "科目期初余额",
    "未完销售订单",
    "未完采购订单",
    "采购价格表",
)


@pytest.fixture(scope="module")
def sheets() -> dict[str, list[dict[str, Any]]]:
    return build()


def test_the_workbook_is_the_one_the_generator_makes(sheets: dict[str, list[dict[str, Any]]], db: None) -> None:
    assert WORKBOOK.stat().st_size < 2 * 2**20
    checked = exchange.check_workbook(WORKBOOK.read_bytes())
    assert exchange.fault_lines(checked.faults) == []
    for key, rows in sheets.items():
        read = checked.context.rows[key]
        assert len(read) == len(rows), key
        for row, made in zip(read, rows, strict=True):
            for name, value in made.items():
                if value is not None and value != "":
                    assert row[name] == value, (key, row.number, name)


def test_the_template_has_every_column_and_no_row(db: None) -> None:
    checked = exchange.check_workbook((EXAMPLES / "template.xlsx").read_bytes())
    assert checked.faults == [] and checked.counts == {}
    for sheet in exchange.book():
        assert checked.context.columns[sheet.key] == {column.key for column in sheet.columns}


def test_shapes_and_prices_make_sense(sheets: dict[str, list[dict[str, Any]]]) -> None:
    items = {row["code"]: row for row in sheets["items"]}
    finished = [row for row in items.values() if row["kind"] == "finished"]
    assert len(finished) >= 40 and len(items) >= 600
    assert all(D("0.2") <= 1 - row["standard_cost"] / row["sales_price"] <= D("0.4") for row in finished)
    assert len(sheets["work_centres"]) == 25 and len({row["workshop"] for row in sheets["work_centres"]}) == 4
    sides = [
        sum(row[side] for row in sheets["partners"]) for side in ("is_supplier", "is_customer", "is_subcontractor")
    ]
    assert sides == [60, 80, 4]
    tracked = {row["tracking"] for code, row in items.items() if code.endswith("-MP")}
    assert tracked == {"lot"} and all(row["tracking"] == "serial" for row in finished)
    assert all(row["tracking"] == "serial" for row in items.values() if row["category"] == "0106")
    names = [row["name"] for row in sheets["partners"]]
    assert len(set(names)) == len(names)
    shared: dict[str, set[str]] = {}
    for line in sheets["boms"]:
        shared.setdefault(line["component"], set()).add(line["item"])
    assert max(len(parents) for parents in shared.values()) >= 40
    assert any(step.get("is_subcontracted") for step in sheets["routings"])


@pytest.fixture
def loaded(db: None) -> User:
    admin = register_first_admin(
        actor=None, request_id=uuid.uuid4(), username="admin", name="管理员", password="Gongfang-2026"
    )
    exchange.import_workbook(
        actor=admin, request_id=uuid.uuid4(), content=WORKBOOK.read_bytes(), start=date(2026, 11, 2)
    )
    return admin


def test_its_company_is_chinese_whatever_the_shell_speaks(db: None) -> None:
    person = {"username": "admin", "name": "管理员", "password": "Gongfang-2026", "roles": ["admin"]}
    with override("en"):
        admin = first_administrator(SimpleNamespace(context=SimpleNamespace(rows={"users": [person]})))  # type: ignore[arg-type]
    assert admin is not None and admin.language == "zh-hans"
    assert ApprovalFlow.objects.filter(name__startswith="工单审批").exists()


def test_it_loads_whole_and_agrees_with_itself(loaded: User) -> None:
    pump = queries.item_by_code("IS80-65-160")
    assert pump is not None
    assert max(part.level for part in queries.explode(pump, D(1))) + 1 == 6
    assert (WorkCentre.objects.count(), Partner.objects.count()) == (25, 140)
    assert SupplierPrice.objects.count() > 600 and RoutingOperation.objects.filter(is_subcontracted=True).exists()
    assert SalesOrder.objects.filter(approval="approved", execution="open").count() == 26
    assert PurchaseOrder.objects.filter(approval="approved", execution="open").count() == 28
    dates = SalesOrder.objects.values_list("business_date", flat=True)
    assert all(date(2026, 11, 2) - timedelta(days=20) <= day < date(2026, 11, 2) for day in dates)
    assert Balance.objects.filter(lot__kind="serial").aggregate(n=Sum("quantity"))["n"] > 50
    assert balance_of("opening") == 0
    worth = ValueBalance.objects.aggregate(v=Sum("value"))["v"]
    roles = ("inventory_raw", "inventory_semi", "inventory_finished", "inventory_packaging", "inventory_consumable")
    assert worth == sum(balance_of(role) for role in roles) > 1_000_000
    people = {user.username: user for user in User.objects.all()}
    assert people["keeper"].check_password("Gongfang-2026") and people["operator"].role_codes() == {"operator"}
    faults = [str(one) for one in run_all()]
    assert faults == []


def test_standard_costs_are_what_costing_reckons(loaded: User) -> None:
    version = costing.roll_up(actor=loaded, request_id=uuid.uuid4(), code="2026")
    rows = StandardCost.objects.filter(version=version).select_related("item")
    assert rows.count() > 200
    assert [(row.item.code, row.total, row.previous) for row in rows if row.total != row.previous] == []


def compared(rows: list[list[Any]], skipped: set[int]) -> list[list[str]]:
    """The rows under the headings in any order, without the columns whose values may move or be computed."""
    return sorted([str(cell) for n, cell in enumerate(row) if n not in skipped] for row in rows[1:])


def test_it_comes_out_as_it_went_in(loaded: User) -> None:
    with override("zh-hans"):
        content = exchange.export_workbook(actor=None)
    out, source = read_cells(content)[1], read_cells(WORKBOOK.read_bytes())[1]
    for name in SHEETS:
        head, dated = (
            out[name].rows[0],
            {n for n, title in enumerate(out[name].rows[0]) if "日期" in title or "交期" in title or "有效期" in title},
        )
        ignored = {n for n, title in enumerate(head) if title.rstrip("*") in ("默认", "版本", "科目名称", "状态")}
        assert source[name].rows[0] == head
        assert compared(out[name].rows, dated | ignored) == compared(source[name].rows, dated | ignored), name
    assert Item.objects.count() == len(out["物料"].rows) - 1


def test_a_second_load_is_refused_where_it_would_double(loaded: User) -> None:
    checked = exchange.check_workbook(WORKBOOK.read_bytes())
    assert {(one.sheet, one.problem.code) for one in checked.faults} == {
        ("opening_stock", "opened"), ("account_balances", "opened"), ("sales_orders", "order_exists"), ("purchase_orders", "order_exists"),
    }  # fmt: skip
