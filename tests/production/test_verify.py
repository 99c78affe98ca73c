"""Verification finds nothing wrong in sound data, and names the row of each kind of fault."""

from decimal import Decimal as D
from typing import Any

import pytest

from gongfang.costing import services as costing
from gongfang.costing.verify import CHECKS as COSTING
from gongfang.production import services
from gongfang.production.models import LotUse, WorkOrder, WorkOrderMaterial, WorkOrderOperation
from gongfang.production.verify import CHECKS
from tests.production.shop import Shop


def faults() -> dict[str, list[str]]:
    found = {check.name: [fault.row for fault in check.run()] for check in [*CHECKS, *COSTING]}
    return {name: rows for name, rows in found.items() if rows}


@pytest.fixture
def order(shop: Shop) -> WorkOrder:
    shop.stock_up()
    order = shop.order("10")
    shop.pick(order)
    shop.report(order, 10, "10", minutes="77")
    second = shop.report(order, 20, "4")
    shop.do(services.undo_report, document_id=second.pk)
    shop.report(order, 20, "9", scrap_material="1")
    shop.receive(order, "4")
    shop.receive(order, "5")
    return shop.fresh(order)


def test_sound_data_has_no_fault(shop: Shop, order: WorkOrder) -> None:
    assert faults() == {}
    shop.close(order)
    shop.do(costing.settle_orders, order_ids=[order.pk])
    assert faults() == {}
    shop.do(costing.unsettle_orders, order_ids=[order.pk])
    assert faults() == {}


@pytest.mark.parametrize(
    ("model", "change", "check"),
    [
        (WorkOrder, {"actual_labour": D("1.00")}, "production.wip"),
        (WorkOrder, {"actual_labour": D("1.00")}, "production.wip_elements"),
        (WorkOrder, {"standard_labour": D("100.00")}, "production.output_elements"),
        (WorkOrder, {"received_quantity": D(8)}, "production.output"),
        (WorkOrder, {"stage": "settled"}, "production.settled"),
        (WorkOrder, {"stage": "settled"}, "costing.orders"),
        (WorkOrder, {"quantity": D("8.5")}, "production.tolerance"),
        (WorkOrderMaterial, {"returned_quantity": D(1)}, "production.materials"),
        (WorkOrderOperation, {"scrap_worker": D(2)}, "production.operations"),
        (WorkOrderOperation, {"scrap_worker": D(2)}, "production.costs"),
        (LotUse, {"quantity": D(2)}, "production.lots"),
    ],
)
def test_a_changed_row_is_named(order: WorkOrder, model: Any, change: dict[str, Any], check: str) -> None:
    row = model.objects.order_by("pk").first()
    model.objects.filter(pk=row.pk).update(**change)
    assert len(faults()[check]) >= 1
    assert any(str(row.pk) in named or order.number in named for named in faults()[check])


def test_what_stands_in_the_wrong_element_is_named(order: WorkOrder) -> None:
    """The sum is right, so only the checks of elements see it: a yuan of labour that the order calls machine time."""
    WorkOrder.objects.filter(pk=order.pk).update(
        actual_labour=order.actual_labour - 1, actual_machine=order.actual_machine + 1
    )
    found = faults()
    assert "production.wip" not in found and len(found["production.wip_elements"]) == 2
    assert len(found["production.output_elements"]) == 2


def test_a_lot_cannot_go_into_itself(shop: Shop, order: WorkOrder) -> None:
    first, second = LotUse.objects.order_by("pk").values_list("lot_id", flat=True)[:2]
    other = shop.order("1")
    LotUse.objects.create(order=other, lot_id=second, role="consumed", quantity=1)
    LotUse.objects.create(order=other, lot_id=first, role="produced", quantity=1)
    assert len(faults()["production.genealogy"]) == 2
