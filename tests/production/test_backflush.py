"""Material that nobody issues by hand: with the receipt, by what is at the line, not twice where a subcontractor has it."""

from decimal import Decimal as D

import pytest

from gongfang.costing import services as costing
from gongfang.kernel.errors import DomainError
from gongfang.ledger.verify import CHECKS as LEDGER
from gongfang.masterdata.models import Bom, BomLine, Warehouse
from gongfang.platform.settings import services as settings
from gongfang.production import services
from gongfang.production.models import Issue, WorkOrder
from gongfang.production.verify import CHECKS
from tests.production.shop import Shop


def sound() -> bool:
    return not [str(fault) for check in (*CHECKS, *LEDGER) for fault in check.run()]


def boxed(shop: Shop) -> WorkOrder:
    """Pumps go into a box each at the store's door, with one label film for the order: both are issued at receipt."""
    for code, cost in (("box", "4"), ("film", "10")):
        shop.item(code, "raw", cost)
    bom = Bom.objects.get(item=shop.items["pump"])
    BomLine.objects.create(
        bom=bom, line_no=8, component=shop.items["box"], quantity=D(1), issue_method="receipt", operation_no=20
    )
    BomLine.objects.create(
        bom=bom, line_no=9, component=shop.items["film"], quantity=D(1), is_fixed=True, issue_method="receipt"
    )
    shop.stock_up()
    shop.stock("box", "100", "400.00")
    shop.stock("film", "10", "100.00")
    order = shop.order("10")
    shop.pick(order)
    shop.report(order, 10, "10")
    shop.report(order, 20, "10")
    return order


def test_the_receipt_takes_what_goes_with_it(shop: Shop) -> None:
    """4 then 6 of ten: 4 and 6 boxes, the film with the first; a receipt that is taken back gives its boxes back, to the cent."""
    order = boxed(shop)
    assert shop.on_hand("box") == 100 and not Issue.objects.filter(lines__item=shop.items["box"]).exists()
    before = shop.fresh(order).actual_material
    receipt = shop.receive(order, "4")
    assert (shop.on_hand("box"), shop.on_hand("film")) == (96, 9)
    assert shop.fresh(order).actual_material == before + D("26.00") and sound()
    with pytest.raises(DomainError) as refusal:
        shop.do(services.undo_issue, document_id=receipt.backflushes.get().pk)
    assert refusal.value.code == "backflushed"
    shop.do(services.undo_receipt, document_id=receipt.pk)
    assert (
        (shop.on_hand("box"), shop.on_hand("film")) == (100, 10)
        and shop.fresh(order).actual_material == before
        and sound()
    )
    shop.receive(order, "4")
    shop.receive(order, "6")
    assert (shop.material(order, "box").done_quantity, shop.material(order, "film").done_quantity) == (10, 1)
    shop.close(order, confirm=frozenset())
    (document,) = shop.do(costing.settle_orders, order_ids=[order.pk])
    assert document.lines.count() == 0 and shop.wip(order) == {} and sound()


def test_the_receipt_is_refused_where_its_material_is_missing(shop: Shop) -> None:
    order = boxed(shop)
    shop.do(
        services.supplement_materials, reason="given away", lines=[services.IssueInput(shop.material(order, "box").pk, D(97))]
    )  # fmt: skip
    with pytest.raises(DomainError) as refusal:
        shop.receive(order, "4")
    assert refusal.value.code == "short_material" and shop.fresh(order).received_quantity == 0


def test_an_order_without_operations_takes_all_at_receipt(shop: Shop) -> None:
    """Its bill of materials names operation 20 for the bolts; no operation will ever be reported."""
    shop.items["pump"].routings.all().delete()
    shop.stock_up()
    order = shop.order("10")
    shop.pick(order)
    shop.receive(order, "3")
    assert shop.material(order, "bolt").done_quantity == 12 and sound()


def test_all_that_is_at_the_line_is_used_in_equal_shares(shop: Shop) -> None:
    """Fifty bolts in boxes for ten pumps, reported two by two: ten each time, none short at the end."""
    line = Warehouse.objects.create(code="L1", name="线边", plant=shop.plant, kind="line")
    shop.stock_up()
    shop.do(settings.change_setting, key="production.backflush_basis", value="staged")
    order = shop.order("10")
    bolt = shop.material(order, "bolt")
    shop.do(services.stage_line, lines=[services.StageInput(bolt.pk, D(50))], warehouse_id=line.pk)
    shop.report(order, 10, "10")
    used = []
    for _ in range(5):
        shop.report(order, 20, "2")
        used.append(shop.material(order, "bolt").done_quantity)
    assert used == [10, 20, 30, 40, 50] and shop.on_hand("bolt", line) == 0 and sound()


def test_what_is_left_at_the_line_goes_back(shop: Shop) -> None:
    line = Warehouse.objects.create(code="L1", name="线边", plant=shop.plant, kind="line")
    shop.stock_up()
    order = shop.order("10")
    bolt = shop.material(order, "bolt")
    box = [services.StageInput(bolt.pk, D(50))]
    shop.do(services.stage_line, lines=box, warehouse_id=line.pk)
    shop.report(order, 10, "10")
    shop.report(order, 20, "10")
    assert shop.material(order, "bolt").staged_quantity == 10  # by the bill of materials forty are used
    for lines, code in (
        ([services.StageInput(bolt.pk, D(11))], "over_unstage"),
        ([services.StageInput(shop.material(order, "shaft").pk, D(1))], "not_at_line"),
    ):
        with pytest.raises(DomainError) as refusal:
            shop.do(services.unstage_line, lines=lines)
        assert refusal.value.code == code
    shop.do(services.unstage_line, order_ids=[order.pk])
    row = shop.material(order, "bolt")
    assert (row.staged_quantity, row.warehouse_id, shop.on_hand("bolt", line), shop.on_hand("bolt")) == (
        0,
        shop.raw.pk,
        0,
        360,
    )
    with pytest.raises(DomainError) as refusal:
        shop.do(services.unstage_line, order_ids=[order.pk])
    assert refusal.value.code == "nothing_at_line" and sound()


def test_what_a_subcontractor_has_is_not_backflushed_too(shop: Shop) -> None:
    """Assembly is done outside with its bolts: they are reckoned when the pumps come back, once."""
    shop.stock_up()
    order = shop.order("10")
    shop.pick(order)
    shop.report(order, 10, "10")
    outside = shop.do(
        services.create_subcontract_order, order_id=order.pk, operation_no=20, partner_id=shop.supplier.pk, price=D(2)
    )
    shop.do(services.SUBCONTRACT.approve, document_id=outside.pk)
    shop.do(services.send_subcontract, subcontract_id=outside.pk)
    assert shop.on_hand("bolt") == 360
    shop.do(services.receive_subcontract, subcontract_id=outside.pk, good=D(6))
    assert shop.material(order, "bolt").done_quantity == 24
    shop.do(services.receive_subcontract, subcontract_id=outside.pk, good=D(4))
    assert shop.material(order, "bolt").done_quantity == 40 and shop.on_hand("bolt") == 360 and sound()
