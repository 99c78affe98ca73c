"""Before an order is closed: what lies between operations or at the line is confirmed, what waits for an approval is decided first."""

import re
from decimal import Decimal as D

import pytest

from gongfang.masterdata.models import Warehouse
from gongfang.production import services
from gongfang.production.models import WorkOrder
from gongfang.production.rules import CLOSING_WARNINGS
from tests.production.shop import Shop
from tests.production.terminal import client_of
from tests.production.test_refusals import refused, told


@pytest.fixture
def order(shop: Shop) -> WorkOrder:
    """Ten pumps with their material; ten are turned, seven assembled and received, one more is scrapped; so it is completed."""
    shop.stock_up()
    shop.stock("bolt", "1000", "500.00")
    order = shop.order("10")
    shop.pick(order)
    shop.report(order, 10, "10")
    shop.report(order, 20, "7", scrap_worker="1")
    shop.receive(order, "7")
    shop.do(services.complete_orders, order_ids=[order.pk])
    return order


def tab(shop: Shop, order: WorkOrder, name: str) -> str:
    return client_of(shop.boss).get(f"/production/orders/{order.pk}/tab/{name}").content.decode()


def test_pieces_between_two_operations_are_confirmed(shop: Shop, order: WorkOrder) -> None:
    words = f"{order.number}: pieces came to an operation and are neither good nor scrap there: 20 op20 2. Report them, or they stay in its cost."
    found = told(shop, lambda: shop.close(order, confirm=frozenset({"short_output"})))
    assert found == [("in_process", "", words)]
    assert words in tab(shop, order, "closing")
    shop.do(services.uncomplete_orders, order_ids=[order.pk])
    shop.report(order, 20, "0", scrap_worker="2")  # the last pieces complete it
    shop.close(order, confirm=frozenset())
    assert shop.fresh(order).stage == "closed"


def test_what_is_left_at_the_line_is_confirmed_or_brought_back(shop: Shop, order: WorkOrder) -> None:
    line = Warehouse.objects.create(code="L1", name="line", plant=shop.plant, kind="line")
    bolt = shop.material(order, "bolt")
    shop.do(services.uncomplete_orders, order_ids=[order.pk])
    shop.do(services.stage_line, lines=[services.StageInput(bolt.pk, D(50))], warehouse_id=line.pk)
    shop.report(order, 20, "0", scrap_worker="2")  # the last pieces complete it
    words = (
        f"{order.number}: still at the line: bolt 42 个. Bring it back from there, or it stays as stock of the line."
    )
    assert told(shop, lambda: shop.close(order, confirm=frozenset())) == [("left_at_line", "", words)]
    shop.do(services.unstage_line, order_ids=[order.pk])
    shop.close(order, confirm=frozenset())


def test_a_supplement_and_a_change_are_decided_first(shop: Shop, order: WorkOrder) -> None:
    shop.do(services.uncomplete_orders, order_ids=[order.pk])
    keeper = shop.person("keeper", "keeper")
    wanted = [services.IssueInput(shop.material(order, "shaft").pk, D(3))]
    supplement = shop.do(services.supplement_materials, keeper, lines=wanted, reason="bent")
    change = shop.do(services.request_change, order_id=order.pk, quantity=D(11), reason="one more")
    shop.do(services.CHANGE.submit, document_id=change.pk)
    shop.do(services.complete_orders, order_ids=[order.pk])
    numbers = " / ".join(sorted([supplement.number, change.number]))
    found = told(shop, lambda: shop.close(order, confirm=CLOSING_WARNINGS))
    assert found == [("not_decided", "", f"{order.number}: not approved yet: {numbers}. Approve or reject them first.")]
    shop.do(services.SUPPLEMENT.reject, document_id=supplement.pk, comment="no")
    assert refused(shop, lambda: shop.close(order)) == ["not_decided"]
    shop.do(services.CHANGE.reject, document_id=change.pk, comment="no")
    shop.close(order)


def test_the_page_tells_how_far_it_is_and_leads_to_what_was_done(shop: Shop, order: WorkOrder) -> None:
    shop.do(services.uncomplete_orders, order_ids=[order.pk])
    back = shop.do(services.return_materials, lines=[services.ReturnInput(shop.material(order, "shaft").pk, D(2))])
    page = client_of(shop.boss).get(f"/production/orders/{order.pk}/").content.decode()
    for title, figure in (("Planned quantity", "10"), ("Received into stock", "7"), ("Scrapped", "1")):
        _, _, after = page.partition(f">{title}<")
        assert f'{figure}<span class="gf-unit">个</span>' in after[:300], title
    work = tab(shop, order, "work")
    report = shop.fresh(order).report_lines.latest("pk").document
    assert f'href="/production/reports/{report.pk}/"' in work and f'href="/production/returns/{back.pk}/"' in work
    assert "Material returns" in work and "Made by" in work and "Uploaded" not in work


def test_differences_show_once_nothing_more_is_made(shop: Shop, order: WorkOrder) -> None:
    assert "Usage variance" in tab(shop, order, "cost") and ">Difference<" in tab(shop, order, "cost")
    shop.do(services.uncomplete_orders, order_ids=[order.pk])
    running = tab(shop, order, "cost")
    assert "Usage variance" not in running and ">Difference<" not in running and "is still in process" in running
    assert ">Planned (whole order)<" in running and ">Actual<" in running


def test_an_order_with_all_its_material_does_not_ask_for_picking(shop: Shop) -> None:
    shop.stock_up()
    order, client = shop.order("4"), client_of(shop.boss)
    button = re.compile(r"<button[^>]*>(?:(?!</button>).)*Pick and issue", re.S)

    def pick() -> str:
        (found,) = button.findall(client.get(f"/production/orders/{order.pk}/").content.decode())
        return str(found)

    assert "btn-primary" in pick() and "disabled" not in pick()
    shop.pick(order)
    assert "btn-primary" not in pick() and "disabled" in pick()
