"""What becomes of released suggestions: all four kinds at once, subcontract orders with and without components, many bought as one requisition."""

import uuid
from collections import Counter
from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from gongfang.inventory.models import Transfer
from gongfang.kernel.errors import DomainError
from gongfang.masterdata.models import Item, SupplierPrice
from gongfang.planning import services
from gongfang.planning.models import PlannedOrder
from gongfang.platform.verification import run_all
from gongfang.production.models import SubcontractOrder, WorkOrder
from gongfang.purchasing.models import PurchaseOrder, Requisition
from gongfang.sales import services as sales
from tests.planning.test_plants import by_transfer, plan, rows, seen, shop, sold  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db


def outside(shop, code: str, **parts):  # noqa: F811
    """An item that the subcontractor makes, of parts that we send, or of their own."""
    shop.item(code, "semi", "0", source="subcontract", lead_time_days=4, default_supplier=shop.supplier)
    SupplierPrice.objects.create(supplier=shop.supplier, item=shop.items[code], price=D(12), tax_included=False)
    if parts:
        shop.bom(code, **parts)
        shop.routing(code, (10, shop.turning, "0", "3", 1))


def asked(shop, code: str, quantity: str):  # noqa: F811
    on = shop.today + timedelta(days=28)
    order = shop.do(
        sales.create_order, customer_id=shop.customer.pk, promised_date=on, warehouse_id=shop.finished.pk,
        lines=[sales.OrderLine(shop.items[code].pk, D(quantity), D(50), promised_date=on)],
    )  # fmt: skip
    shop.do(sales.approve_order, document_id=order.pk)


def test_all_four_kinds_are_released_at_once(shop):  # noqa: F811
    """二厂 sells 6 pumps that 一厂 makes and sends; 10 coated shafts are made outside of ours, 5 caps wholly by the subcontractor."""
    by_transfer(shop)
    outside(shop, "coated", shaft="1")
    outside(shop, "cap")
    sold(shop, "6")
    asked(shop, "coated", "10")
    asked(shop, "cap", "5")
    run = plan(shop)
    found = rows(run)
    assert {row.kind for row in found} == {"make", "buy", "subcontract", "transfer"}
    shop.do(services.release_suggestions, order_ids=[row.pk for row in found])
    assert set(WorkOrder.objects.values_list("item__code", "quantity")) == {("pump", D(6)), ("coated", D(10))}
    coated = SubcontractOrder.objects.get()
    assert (coated.partner, coated.quantity, coated.is_whole) == (shop.supplier, 10, True)
    assert [(row.item.code, row.quantity) for row in coated.materials.all()] == [("shaft", 10)]
    bought: Counter[str] = Counter()
    for order in PurchaseOrder.objects.all():
        bought.update(
            {code: int(quantity) for code, quantity in order.lines.values_list("item__code").annotate(Sum("quantity"))}
        )
    assert bought == {"casting": 6, "shaft": 22, "bolt": 24, "cap": 5}
    assert [line.quantity for line in Transfer.objects.get().lines.all()] == [6]
    released = {row.item.code + row.kind: row for row in PlannedOrder.objects.filter(run=run).select_related("item")}
    assert released["coatedsubcontract"].document_number == coated.number
    assert {row.state for row in released.values()} == {"released"}
    assert seen(plan(shop)) == []
    assert run_all() == []


def test_what_is_made_outside_needs_a_subcontractor_or_nothing_is_released(shop):  # noqa: F811
    outside(shop, "coated", shaft="1")
    asked(shop, "coated", "10")
    found = rows(plan(shop))
    PlannedOrder.objects.filter(kind="subcontract").update(supplier=None)
    Item.objects.filter(code="coated").update(default_supplier=None)
    with pytest.raises(DomainError, match="nobody is named who makes it"):
        shop.do(services.release_suggestions, order_ids=[row.pk for row in found])
    assert not WorkOrder.objects.exists() and not PurchaseOrder.objects.exists()
    assert set(PlannedOrder.objects.values_list("state", flat=True)) == {"suggested"}


def test_statements_do_not_grow_with_what_is_made_outside_and_transferred(shop):  # noqa: F811
    by_transfer(shop)
    for number in range(5):
        outside(shop, f"coated{number}", shaft="1")

    def statements(items: int) -> int:
        for number in range(items):
            asked(shop, f"coated{number}", "10")
            sold(shop, "6", days=28 + 7 * number)
        found = [row.pk for row in rows(plan(shop)) if row.kind in ("subcontract", "transfer")]
        assert len(found) == 2 * items
        with CaptureQueriesContext(connection) as caught:
            shop.do(services.release_suggestions, order_ids=found)
        return len(caught)

    statements(1)  # places are made once
    few = statements(1)
    assert statements(5) == few


def test_many_items_are_released_as_one_requisition_from_the_list(shop, client):  # noqa: F811
    sold(shop, "6", warehouse=shop.finished)
    bought = [row for row in rows(plan(shop)) if row.kind == "buy"]
    client.force_login(shop.boss)
    url = "/planning/suggestions/batch/planning.release"
    ticked = {"pk": [row.pk for row in bought]}
    assert 'name="buy_as"' in client.get(url, ticked).content.decode()
    answer = client.post(url, {**ticked, "buy_as": "requisition", "request_id": str(uuid.uuid4())})
    assert answer.status_code in (200, 204), answer.content.decode()
    assert sorted(Requisition.objects.get().lines.values_list("item__code", flat=True)) == ["bolt", "casting", "shaft"]
    assert not PurchaseOrder.objects.exists()
