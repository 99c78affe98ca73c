"""What goes with an order on paper: each print opens on screen and as PDF, and its code is what the terminal scans."""

import re
from decimal import Decimal as D

import pytest

from gongfang.inventory.queries import resolve
from gongfang.inventory.rules.gs1 import write_gs1
from gongfang.masterdata.models import Item
from gongfang.production.cartons import labels_of, of_orders, of_receipts
from gongfang.production.models import WorkOrder
from gongfang.production.prints import ORDER_PRINTS
from gongfang.production.rules import cartons
from gongfang.ui.prints import qr_svg
from tests.production.shop import Shop
from tests.production.terminal import Terminal, worker_of
from tests.production.test_pages import client_of


@pytest.fixture
def order(shop: Shop) -> WorkOrder:
    shop.stock_up(20)
    return shop.order("10", lot_code="P-7")


@pytest.mark.parametrize("name", [one.name for one in ORDER_PRINTS])
def test_every_print_opens_and_carries_the_orders_code(shop: Shop, order: WorkOrder, name: str) -> None:
    client = client_of(shop.boss)
    page = client.get(f"/production/orders/{order.pk}/print/{name}")
    assert page.status_code == 200
    text = page.content.decode()
    assert qr_svg(order.number) in text and qr_svg(order.number + "x") not in text
    assert "pump" in text
    pdf = client.get(f"/production/orders/{order.pk}/print/{name}.pdf")
    assert pdf.status_code == 200 and pdf.content.startswith(b"%PDF")


def test_each_operation_of_a_traveller_has_the_code_that_opens_it(shop: Shop, order: WorkOrder) -> None:
    """Scanned at a terminal, `order/20` is that operation; the paper says the unit, the drawing and who works outside."""
    Item.objects.filter(pk=order.item_id).update(drawing_no="D-4711")
    order.operations.filter(operation_no=20).update(is_subcontracted=True, subcontractor=shop.supplier)
    client, terminal = client_of(shop.boss), Terminal(worker_of(shop))
    text = client.get(f"/production/orders/{order.pk}/print/traveller").content.decode()
    for number in (10, 20):
        assert qr_svg(f"{order.number}/{number}") in text
    assert "D-4711" in text and "10 个" in text and str(shop.supplier) in text
    (job,) = terminal.get(f"jobs?q={order.number}/10").json()["jobs"]
    assert job["operation"] == "10 op10"
    assert client.get(f"/production/orders/{order.pk}/print/traveller.pdf").content.startswith(b"%PDF")
    assert "gf-code" not in client.get(f"/production/orders/{order.pk}/print/picklist").content.decode()


def test_the_label_is_one_of_sixty_by_forty_with_lot_and_quantity(shop: Shop, order: WorkOrder) -> None:
    client = client_of(shop.boss)
    text = client.get(f"/production/orders/{order.pk}/print/label").content.decode()
    assert "P-7" in text and order.number in text and "10 个" in text
    pdf = client.get(f"/production/orders/{order.pk}/print/label.pdf").content
    boxes = re.findall(rb"/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)", pdf)
    if boxes:
        width, height = (float(one) * 25.4 / 72 for one in boxes[0])
        assert abs(width - 60) < 0.5 and abs(height - 40) < 0.5 and len(boxes) == 1


# ------------------------------------------------------------------------------------------------------------- cartons
@pytest.mark.parametrize(
    ("quantity", "pack", "each"),
    [("10", "4", ["4", "4", "2"]), ("8", "4", ["4", "4"]), ("3", "4", ["3"]), ("10", "0", ["10"]), ("2.5", "1", ["1", "1", "0.5"]), ("0", "4", []),
     ("2000", "1", ["1"] * 2000), ("2001", "1", []), ("1000000000000", "0.000001", [])],
)  # fmt: skip
def test_an_order_fills_cartons(quantity: str, pack: str, each: list[str]) -> None:
    assert cartons(D(quantity), D(pack), 2000) == [D(one) for one in each]


@pytest.mark.parametrize("barcode", ["6901234567892", ""])
def test_labels_say_lot_and_quantity_and_are_scanned_back(shop: Shop, order: WorkOrder, barcode: str) -> None:
    """Ten pumps, four to a carton: 4, 4, 2. Before the receipt the lot is the one to come, after it the one that came, with its day."""
    Item.objects.filter(pk=shop.items["pump"].pk).update(pack_quantity=4, barcode=barcode)
    order = WorkOrder.objects.select_related("item__unit").get(pk=order.pk)
    before = labels_of(of_orders([order]), None, 1)
    assert [label.lines[2].split()[0] for label in before] == ["4", "4", "2"] and "2/3" in before[1].lines[2]
    said = resolve(shop.boss, before[0].code)
    assert (said.kind, said.item_code, said.lot_code, said.lot_id, said.factor) == ("item", "pump", "P-7", None, 4)
    for number in (10, 20):
        shop.report(order, number, "10")
    receipt = shop.receive(order, "10", lot_code="P-7")
    after = labels_of(of_receipts(receipt.lines.select_related("item__unit", "lot", "order")), D(6), 2)
    assert [label.lines[2].split()[0] for label in after] == ["6", "6", "4", "4"]
    said = resolve(shop.boss, after[2].code)
    assert (said.kind, said.item_code, said.lot_code, said.factor) == ("lot", "pump", "P-7", 4) and said.lot_id
    assert after[0].code.startswith("01" if barcode else "C|")


def test_what_gs1_cannot_say_is_said_in_our_own_code() -> None:
    assert write_gs1("6901234567892", D(12), "A/1") == "0106901234567892" + "3012\x1d10A/1"
    for code, count, lot in (("6901234567893", "12", ""), ("6901234567892", "1.5", ""), ("6901234567892", "12", "批号"),
                             ("6901234567892", "12", "A" * 21), ("6901234567892", "100000000", ""), ("", "1", "")):  # fmt: skip
        assert write_gs1(code, D(count), lot) == ""


def test_the_page_of_carton_labels(shop: Shop, order: WorkOrder) -> None:
    client = client_of(shop.boss)
    page = client.get(f"/production/labels/?order={order.pk}&pack=3")
    assert page.status_code == 200 and re.search(
        r"P-7.*?10.*?<span[^>]*>last 1</span>.*?>4</td>", page.content.decode(), re.S
    )
    pdf = client.get(f"/production/labels/?order={order.pk}&pack=3&pdf=1")
    assert pdf.headers["Content-Type"] == "application/pdf" and pdf.content.startswith(b"%PDF")
    for query in (f"order={order.pk}&pack=0.001", f"order={order.pk}&pack=-1", f"order={order.pk}&pack=x", f"order={order.pk}&copies=101",
                  "order=999999", f"order={order.pk}&skip=21"):  # fmt: skip
        assert client.get(f"/production/labels/?pdf=1&{query}").status_code == 422
    assert (
        f"/production/labels/?pdf=1&amp;order={order.pk}"
        in client.get(f"/production/orders/{order.pk}/tab/labels").content.decode()
    )
    nobody = client_of(shop.person("cashier", "cashier"))
    assert nobody.get(f"/production/labels/?order={order.pk}").status_code == 403
