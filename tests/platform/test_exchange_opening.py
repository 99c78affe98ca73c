"""Opening stock, balances and orders: what does not fit together is told; the page shows it to whoever loads."""

import re
import uuid
from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gongfang.ledger import opening_stock
from gongfang.ledger.models import Balance, Lot, Posting
from gongfang.ledger.queries import balance_of
from gongfang.masterdata.models import Item
from gongfang.people.models import Employee
from gongfang.platform.exchange import services as exchange
from gongfang.platform.exchange.reporting import watched
from gongfang.platform.identity.models import User
from gongfang.platform.identity.services import register_first_admin
from gongfang.platform.verification import run_all
from gongfang.purchasing.models import PurchaseOrder
from gongfang.sales.models import SalesOrder
from tests.platform.test_exchange import FULL, workbook

PAGE = "/masterdata/import/"
pytestmark = pytest.mark.both_databases
OPEN: dict[str, Any] = {
    **FULL,
    "items": [
        ["code", "name", "category", "unit", "tracking", "default_supplier"],
        ["A", "水泵", "90", "PCS", "serial", ""], ["B", "泵体", "10", "PCS", "lot", "G1"], ["1001", "叶轮", "10", "PCS", "none", "G1"], ["C", "钢", "10", "KG", "none", ""],
    ],
    "accounts": [["code", "name"], ["100202", "建设银行"], ["160101", "机器设备"]],
    "opening_stock": [
        ["item", "warehouse", "lot", "quantity", "value", "made_on"],
        ["A", "W1", "SN-1", 1, 800, ""], ["A", "W1", "SN-2", 1, "800.50", ""], ["B", "W1", "L1", 10, 250, date(2026, 8, 1)], ["C", "W1", "", 12.345, 61.73, ""],
    ],
    "account_balances": [
        ["account", "partner", "debit", "credit"],
        ["100202", "", 5000, ""], ["1122", "K1", 300, ""], ["140501", "", 1600.5, ""], ["140301", "", 311.73, ""], ["160101", "", 9000, ""],
        ["220201", "G1", "", 700], ["3001", "", "", 15512.23],
    ],
    "employees": [["code", "name", "user", "hourly_rate"], ["E1", "王志远", "planner", 45.5], ["E2", "临时工", "", 30]],
    "purchase_orders": [["number", "supplier", "date", "item", "quantity", "price", "due_date"], ["QC-1", "G1", date(2026, 8, 20), "B", 10, 28.25, date(2026, 9, 5)], ["QC-1", "G1", date(2026, 8, 20), "1001", 5, 11.3, date(2026, 9, 7)]],
    "sales_orders": [["number", "customer", "date", "item", "quantity", "price", "promised_date", "salesperson"], ["XS-1", "K1", date(2026, 8, 25), "A", 2, 1130, date(2026, 9, 20), "planner"]],
}  # fmt: skip


@pytest.fixture
def admin(db: None) -> User:
    return register_first_admin(
        actor=None, request_id=uuid.uuid4(), username="admin", name="管理员", password="Gongfang-2026"
    )


def faults(book: dict[str, Any]) -> list[tuple[str, int, str, str]]:
    found = exchange.check_workbook(workbook(book)).faults
    return [(one.sheet, one.row, one.column, one.problem.code) for one in found]


def test_the_books_open(admin: User) -> None:
    assert faults(OPEN) == []
    exchange.import_workbook(actor=admin, request_id=uuid.uuid4(), content=workbook(OPEN))
    assert {lot.code: lot.kind for lot in Lot.objects.all()} == {"SN-1": "serial", "SN-2": "serial", "L1": "lot"}
    assert Balance.objects.get(item__code="C").quantity == D("12.345")
    assert (balance_of("inventory_finished"), balance_of("inventory_raw"), balance_of("opening")) == (
        D("1600.50"),
        D("311.73"),
        0,
    )
    assert balance_of("100202") == 5000 and balance_of("220201") == -700
    assert set(Posting.objects.values_list("on", flat=True)) == {date(2026, 8, 31)}
    order = PurchaseOrder.objects.get(number="QC-1")
    assert (order.approval, order.total_amount, order.due_date) == ("approved", D("339.00"), date(2026, 9, 5))
    assert (order.net_amount, order.lines.count()) == (D("300.00"), 2)
    assert SalesOrder.objects.get().lines.get().net_amount == D("2000.00")
    assert Employee.objects.get(code="E1").user.username == "planner"
    assert [str(one) for one in run_all()] == []


@pytest.mark.parametrize(
    ("sheet", "row", "cells", "expected"),
    [
        ("opening_stock", 2, ["A", "W1", "", 1, 800], ("lot", "lot_needed")),
        ("opening_stock", 2, ["A", "W1", "SN-1", 2, 800], ("quantity", "serial_is_one")),
        ("opening_stock", 2, ["A", "W1", "SN-2", 1, 800], ("item", "repeated")),
        ("opening_stock", 5, ["C", "W1", "X", 12.345, 61.73], ("lot", "lot_not_kept")),
        ("opening_stock", 5, ["C", "W1", "", 12.3456, 61.73], ("quantity", "too_many_places")),
        ("opening_stock", 5, ["C", "W9", "", 12.345, 61.73], ("warehouse", "unknown_code")),
        ("opening_stock", 5, ["C", "W1", "", 12.345, -1], ("value", "too_small")),
        ("opening_stock", 5, ["C", "W1", "", 12.345, 61.735], ("value", "too_many_places")),
        ("account_balances", 2, ["100202", "", 5000, 1], ("debit", "one_side")),
        ("account_balances", 2, ["1002", "", 5000, ""], ("account", "not_a_leaf")),
        ("account_balances", 3, ["1122", "", 300, ""], ("partner", "partner_needed")),
        ("account_balances", 2, ["40010101", "", 5000, ""], ("account", "by_order")),
        ("account_balances", 2, ["999999", "", 5000, ""], ("account", "unknown_code")),
        ("accounts", 2, ["10020", "建设银行"], ("code", "bad_code")),
        ("accounts", 2, ["9901", "什么"], ("code", "first_level")),
        ("accounts", 2, ["505101", "废料"], ("code", "parent_busy")),
        ("employees", 3, ["E2", "临时工", "planner", 30], ("user", "user_taken")),
        ("purchase_orders", 2, ["QC-1", "K1", date(2026, 8, 20), "B", 10, 28.25, date(2026, 9, 5)], ("supplier", "wrong_side")),
        ("purchase_orders", 2, ["QC-2", "G1", date(2026, 8, 20), "B", 10, 28.25, date(2026, 8, 5)], ("due_date", "dates_reversed")),
        ("sales_orders", 2, ["XS-1", "G1", date(2026, 8, 25), "A", 2, 1130, date(2026, 9, 20)], ("customer", "wrong_side")),
    ],
)  # fmt: skip
def test_opening_faults(admin: User, sheet: str, row: int, cells: list[Any], expected: tuple[str, str]) -> None:
    rows = [list(line) for line in OPEN[sheet]]
    rows[row - 1] = cells
    found = {(one[2], one[3]) for one in faults({**OPEN, sheet: rows}) if one[0] == sheet}
    assert expected in found


def test_books_that_do_not_balance_or_fit_the_stock(admin: User) -> None:
    rows = [list(line) for line in OPEN["account_balances"]]
    rows[4][2] = 311.72
    found = [(one[1], one[3]) for one in faults({**OPEN, "account_balances": rows})]
    assert found == [(0, "not_balanced"), (5, "stock_differs")]
    assert not Posting.objects.exists()


def test_a_workbook_without_its_date_cannot_open_the_books(admin: User) -> None:
    book = {key: rows for key, rows in OPEN.items() if key != "company"}
    assert ("opening_stock", 0, "", "no_opening_date") in faults(book)


def _sent_along(answer: Any) -> str:
    """The id that the form has after an answer."""
    (found,) = re.findall(r'id="import-request" name="request_id" value="([^"]+)"', answer.content.decode())
    return str(found)


def _post(client: Client, content: bytes, act: str, request_id: str) -> Any:
    return client.post(
        PAGE, {"file": SimpleUploadedFile("x.xlsx", content), "act": act, "request_id": request_id}, headers={"HX-Request": "true"}
    )  # fmt: skip


def test_the_page_checks_and_loads(admin: User, client: Client) -> None:
    client.force_login(admin, "django.contrib.auth.backends.ModelBackend")
    ids = [_sent_along(client.get(PAGE))]

    def sent(content: bytes, act: str) -> str:
        answer = _post(client, content, act, ids[-1])
        ids.append(_sent_along(answer))
        return str(answer.content.decode())

    answer = sent(workbook({**OPEN, "units": [["code", "name"], ["", "件"]]}), "load")
    assert "计量单位" in answer and "必填" in answer and not Item.objects.exists()
    assert "启用" not in sent(b"junk", "check")
    sent(workbook(OPEN), "check")
    assert not Item.objects.exists()
    sent(workbook(OPEN), "load")
    assert Item.objects.count() == 4 and len(set(ids)) == 5  # each answer brings the next form its own
    assert client.get(PAGE + "template").content[:2] == b"PK" and client.get(PAGE + "export").content[:2] == b"PK"
    planner = User.objects.get(username="planner")
    client.force_login(planner, "django.contrib.auth.backends.ModelBackend")
    assert client.get(PAGE).status_code == 403 and client.get(PAGE + "template").status_code == 403


def test_opening_stock_in_parts(admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """A large book is posted part by part, tells how far it is in between, and its books hold."""
    told: list[tuple[float, str]] = []
    monkeypatch.setattr(opening_stock, "PART", 3)
    with watched(lambda done, total, message: told.append((done / total, message))):
        exchange.import_workbook(actor=admin, request_id=uuid.uuid4(), content=workbook(OPEN))
    postings = Posting.objects.filter(reason=opening_stock.OPENING_STOCK)
    assert [posting.moves.count() for posting in postings.order_by("pk")] == [3, 1]
    assert run_all() == [] and balance_of("inventory_finished") == D("1600.50")
    loading = told[next(n for n, (done, _) in enumerate(told) if n and done < told[n - 1][0]) :]
    assert [done for done, _ in loading] == sorted(done for done, _ in loading) and loading[-1][0] == 1
    assert len({done for done, message in loading if message == loading[-1][1] or "库存" in message}) >= 3
