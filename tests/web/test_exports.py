"""What goes out as a workbook: documents with all their lines, pages of figures whole, no formula and no figure that is not one's own."""

import io
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from python_calamine import load_workbook

from gongfang.inventory.models import AlertRule, StockAlert
from gongfang.inventory.services import COUNTS
from gongfang.inventory.services.counts import CountLineInput, create_count
from gongfang.ledger import pages
from gongfang.platform.models import Role, RolePermission, User
from gongfang.platform.verbs import VIEW_PERMISSIONS
from gongfang.purchasing.models import PurchaseOrder
from gongfang.quality import services as quality
from gongfang.quality.queries import waiting
from gongfang.ui.registry import model_of, registry
from tests.web.conftest import browser_of
from tests.web.importing import Company, D

LINED = sorted(key for key, declared in registry().screens.items() if declared.grids)
# page, what is asked of it, a heading that only those who may see costs get, text that stands in its rows
PAGES = [
    ("inventory/card", "item={shaft}", "Left: Value", "W1"),
    ("inventory/summary", "", "Left: Value", "=CMD()"),
    ("inventory/idle", "", "Value", "=CMD()"),
    ("inventory/accuracy", "", "Value found", "2"),
    ("purchasing/scores", "", "Price level", "S1"),
    ("purchasing/second-sources", "", "Amount before tax", "=CMD()"),
    ("quality/supplier-quality", "", "", "S1"),
]


@pytest.fixture(scope="module")
def company(kept) -> Company:
    made = Company()
    role = Role.objects.create(code="blind", name="看不见成本")  # sees everything but figures
    RolePermission.objects.bulk_create(
        RolePermission(role=role, permission=name) for name in VIEW_PERMISSIONS if not name.startswith("see.")
    )
    User.objects.create(username="blind", name="blind").roles.add(role)
    type(made.items["shaft"]).objects.filter(pk=made.items["shaft"].pk).update(name="=CMD()")
    made.receive(made.order(seal=10))
    made.do(quality.pass_inspection, inspection_id=waiting("incoming").get().pk)
    lines = [
        CountLineInput(item=made.items[code].pk, counted=D(counted)) for code, counted in (("wheel", 100), ("shaft", 1))
    ]
    count = made.do(create_count, location=made.place("W1").pk, lines=lines)
    made.do(COUNTS.approve, document_id=count.pk)
    StockAlert.objects.create(
        kind="dead", rule=AlertRule.objects.filter(kind="dead").first(), item=made.items["shaft"], warehouse=made.warehouses["W1"], action="none",
        quantity=5, proposed=5, value=50, owner=made.boss, detail={"quantity": "5", "unit": "个", "days": 200, "limit": 180}, seen_at=timezone.now(),
    )  # fmt: skip
    return made


@pytest.fixture
def desk(db, company):
    return browser_of(User.objects.get(pk=company.boss.pk))


@pytest.fixture
def blind(db, company):
    return browser_of(User.objects.get(username="blind"))


def sheets(answer) -> dict[str, list[list[Any]]]:
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    book = load_workbook(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def texts(found: dict[str, list[list[Any]]]) -> list[str]:
    return [str(cell) for rows in found.values() for row in rows for cell in row]


@pytest.mark.parametrize("key", LINED)
def test_every_noun_with_lines_goes_out_with_them(desk, company, key):
    declared = registry().screens[key]
    found = sheets(desk.get(f"/{key}/export.xlsx", {"lines": 1}))
    assert len(found) == len([grid for grid in declared.grids if grid.offered is None or grid.offered()])
    document = model_of(declared)._default_manager.order_by("-pk").first()
    answer = desk.get(f"/{key}/{document.pk}/export.xlsx") if document else None
    if answer is not None and answer.status_code != 404:  # a noun may show a part of its model's rows only
        assert len(sheets(answer)) == len(found) + 1


def test_a_list_with_lines_has_every_line_with_its_document(desk, company):
    (rows,) = sheets(desk.get("/purchasing/orders/export.xlsx", {"lines": 1, "q": company.numbers["order"]})).values()
    head, *lines = rows
    assert len(lines) == 2
    assert {row[head.index("Number")] for row in lines} == {company.numbers["order"]}
    assert [
        row[head.index("Lines: Quantity") if "Lines: Quantity" in head else head.index("Quantity")] for row in lines
    ] == [40, 40]


def test_statements_do_not_grow_with_documents(desk, company):
    def statements() -> int:
        with CaptureQueriesContext(connection) as asked:
            sheets(desk.get("/purchasing/orders/export.xlsx", {"lines": 1}))
        return len(asked)

    statements()
    before = statements()
    for _n in range(5):
        company.order(shaft=1, wheel=2)
    assert statements() == before


def test_lines_and_documents_hide_prices_and_defuse_formulas(desk, blind, company):
    order = PurchaseOrder.objects.get(number=company.numbers["order"])
    for address, asked in (
        ("/purchasing/orders/export.xlsx", {"lines": 1}),
        (f"/purchasing/orders/{order.pk}/export.xlsx", {}),
    ):
        found = texts(sheets(desk.get(address, asked)))
        assert any("=CMD()" in text for text in found)
        assert not any(text.startswith(("=", "+", "@")) for text in found)
        assert "Price" in found
        assert not {"Price", "Total amount", "Net amount"} & set(texts(sheets(blind.get(address, asked))))


@pytest.mark.parametrize(("page", "asked", "costs", "text"), PAGES, ids=lambda value: str(value)[:30])
def test_a_page_of_figures_goes_out_whole(desk, blind, company, page, asked, costs, text):
    address = f"/{page}/?export=1&{asked.format(shaft=company.items['shaft'].pk)}"
    found = texts(sheets(desk.get(address)))
    assert not costs or costs in found
    assert any(text in one for one in found)
    assert not any(one.startswith(("=", "+", "@")) for one in found)
    hidden = texts(sheets(blind.get(address)))
    assert costs not in hidden
    assert any(text in one for one in hidden)
    assert "export=1" in desk.get(address.replace("export=1&", "")).content.decode()


def test_a_sheet_is_not_cut_where_a_page_is(desk, company, monkeypatch):
    monkeypatch.setattr(pages, "LINES_MAX", 1)
    page = desk.get("/inventory/summary/").content.decode()
    assert "export all of them" in page
    (rows,) = sheets(desk.get("/inventory/summary/?export=1")).values()
    assert {"shaft", "wheel", "pump", "casting", "plate", "seal"} <= {row[0] for row in rows}
    (rows,) = sheets(desk.get(f"/inventory/card/?export=1&item={company.items['shaft'].pk}")).values()
    assert rows[1][1] == "Opening"
    assert rows[-1][rows[0].index("Left: Quantity")] == company.on_hand("shaft")


def test_a_warehouse_has_no_values_of_its_own(desk, company):
    warehouse = company.warehouses["W1"].pk
    assert not any(
        "Value" in text for text in texts(sheets(desk.get(f"/inventory/summary/?export=1&warehouse={warehouse}")))
    )
