"""Every list, document, tab and print of the shop floor opens, for those who may, without a cost for those who may not."""

from typing import Any

import pytest
from django.test import Client

from gongfang.costing import services as costing
from gongfang.production.models import Issue, OutputReceipt, Report, WorkOrder
from tests.production.shop import Shop

LISTS = ["production/orders", "production/issues", "production/returns", "production/reports", "production/receipts", "production/calls",
         "costing/settlements", "costing/versions"]  # fmt: skip


@pytest.fixture
def order(shop: Shop) -> WorkOrder:
    shop.stock_up()
    order = shop.order("10")
    shop.pick(order)
    shop.report(order, 10, "10")
    shop.report(order, 20, "10")
    shop.receive(order, "10")
    shop.close(order)
    shop.do(costing.settle_orders, order_ids=[order.pk])
    return shop.fresh(order)


def as_user(user: Any, language: str = "en") -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["gongfang_language"] = language
    return client


@pytest.mark.parametrize("key", LISTS)
def test_lists_open(shop: Shop, order: WorkOrder, key: str) -> None:
    answer = as_user(shop.boss).get(f"/{key}/")
    assert answer.status_code == 200


def test_the_order_opens_with_its_tabs_and_prints(shop: Shop, order: WorkOrder) -> None:
    client = as_user(shop.boss)
    page = client.get(f"/production/orders/{order.pk}/").content.decode()
    assert order.number in page and "casting" in page
    for tab, word in (("operations", "op10"), ("work", "BG"), ("lots", "C1"), ("cost", "1,955.00")):
        answer = client.get(f"/production/orders/{order.pk}/tab/{tab}")
        assert answer.status_code == 200 and word in answer.content.decode(), tab
    for name in ("order", "traveller", "picklist"):
        assert client.get(f"/production/orders/{order.pk}/print/{name}").status_code == 200
    assert client.get(f"/production/orders/{order.pk}/print/traveller.pdf").content[:4] == b"%PDF"


def test_a_question_for_several_orders_keeps_what_was_picked(shop: Shop, order: WorkOrder) -> None:
    """Each pick is a field of its own, also the text that names no order."""
    others = [str(order.pk), "?GD-none"]
    answer = as_user(shop.boss).post(
        f"/production/orders/{order.pk}/verb/merge_orders", {"others": others}, headers={"HX-Request": "true"}
    )
    body = answer.content.decode()
    assert answer.status_code == 422
    assert "“GD-none” was not found." in body
    for pk, label in ((order.pk, order.number), ("?GD-none", "GD-none")):
        assert f'<span class="gf-chip">{label}' in body
        assert f'<input type="hidden" name="others" value="{pk}">' in body


def test_documents_open(shop: Shop, order: WorkOrder) -> None:
    client = as_user(shop.boss)
    for key, model in (("issues", Issue), ("reports", Report), ("receipts", OutputReceipt)):
        row = model.objects.latest("pk")
        assert row.number in client.get(f"/production/{key}/{row.pk}/").content.decode()


def test_a_supervisor_sees_no_cost(shop: Shop, order: WorkOrder) -> None:
    client = as_user(shop.person("chief", "supervisor"))
    page = client.get(f"/production/orders/{order.pk}/")
    assert page.status_code == 200 and "1,955.00" not in page.content.decode() and "195.5" not in page.content.decode()
    assert client.get(f"/production/orders/{order.pk}/tab/cost").status_code in (403, 404)
    receipt = OutputReceipt.objects.get()
    assert "1,955.00" not in client.get(f"/production/receipts/{receipt.pk}/").content.decode()


def test_an_order_is_made_and_run_through_its_buttons(shop: Shop) -> None:
    import uuid

    shop.stock_up()
    client = as_user(shop.boss)
    form = {
        "item": shop.items["pump"].pk, "quantity": "4", "start": shop.today.isoformat(), "due": shop.today.isoformat(), "priority": "5",
        "kind": "normal", "request_id": str(uuid.uuid4()), "materials": "[]",
    }  # fmt: skip
    answer = client.post("/production/orders/new", form)
    assert answer.status_code == 302, (answer.context["problems"], answer.context["placed"])
    order = WorkOrder.objects.get()
    assert order.quantity == 4 and order.materials.count() == 3
    shop.approve(order)
    for verb in ("production.release_order", "production.pick_orders"):
        answer = client.post(f"/production/orders/{order.pk}/verb/{verb}", {"request_id": str(uuid.uuid4())})
        assert answer.status_code in (200, 204, 302), answer.content.decode()[:500]
    assert shop.fresh(order).stage == "started" and shop.material(order, "casting").done_quantity == 4


def test_an_item_shows_its_work_orders(shop: Shop, order: WorkOrder) -> None:
    page = as_user(shop.boss).get(f"/masterdata/items/{order.item_id}/tab/work_orders")
    assert page.status_code == 200 and order.number in page.content.decode()


def test_taking_back_says_before_what_it_would_undo(shop: Shop) -> None:
    shop.stock_up()
    order = shop.order("10")
    shop.report(order, 10, "10")
    report = shop.report(order, 20, "10")
    receipt = shop.receive(order, "4")
    client = as_user(shop.boss)
    dialog = client.get(f"/production/reports/{report.pk}/verb/production.undo_report").content.decode()
    assert f"{receipt.number} is taken back first." in dialog and "good 10 and scrap 0" in dialog
    dialog = client.get(f"/production/receipts/{receipt.pk}/verb/production.undo_receipt").content.decode()
    assert "4 of pump" in dialog and "go back into" in dialog
