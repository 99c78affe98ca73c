"""What goes with an order on paper: each print opens on screen and as PDF, and its code is what the terminal scans."""

import re

import pytest

from gongfang.production.models import WorkOrder
from gongfang.production.prints import ORDER_PRINTS
from gongfang.ui.prints import qr_svg
from tests.production.shop import Shop
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


def test_the_label_is_one_of_sixty_by_forty_with_lot_and_quantity(shop: Shop, order: WorkOrder) -> None:
    client = client_of(shop.boss)
    text = client.get(f"/production/orders/{order.pk}/print/label").content.decode()
    assert "P-7" in text and order.number in text and re.search(r">\s*10\s*<", text)
    pdf = client.get(f"/production/orders/{order.pk}/print/label.pdf").content
    boxes = re.findall(rb"/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)", pdf)
    if boxes:
        width, height = (float(one) * 25.4 / 72 for one in boxes[0])
        assert abs(width - 60) < 0.5 and abs(height - 40) < 0.5 and len(boxes) == 1
