"""Work done outside, by its figures: pieces, material, fee, losses, reckoning, invoice, and the way back."""

import json
import re
import uuid
from decimal import Decimal as D
from typing import Any

import pytest
from django.test import Client

from gongfang.costing import services as costing
from gongfang.finance import services as finance
from gongfang.kernel.errors import DomainError
from gongfang.ledger.models import Balance, Lot
from gongfang.ledger.verify import CHECKS as LEDGER
from gongfang.masterdata.models import Bom, Routing, RoutingOperation
from gongfang.platform.identity import services as identity
from gongfang.production import queries, services
from gongfang.production.models import SubcontractOrder, SubcontractReceipt, SubcontractTransfer, WorkOrder
from gongfang.production.verify import CHECKS
from tests.production.shop import Shop


def faults() -> list[str]:
    return [str(fault) for check in (*CHECKS, *LEDGER) if "audit" not in check.name for fault in check.run()]


@pytest.fixture
def plated(shop: Shop) -> Shop:
    """A valve of a casting (100.00), turned here (6.50 each), plated outside for 3.00 with half a litre of paint (8.00), assembled here.

    A lot of 10 should cost 1,000 + 40 material, 65 turning (60 min), 30 outside, 55 assembly (60 min): 1,190.00.
    """
    shop.item("paint", "raw", "8")
    shop.item("valve", "finished", "0", source="make", tracking="lot", default_warehouse=shop.finished)
    shop.bom("valve", casting="1", paint=("0.5", "push", 20))
    routing = Routing.objects.create(item=shop.items["valve"])
    step: dict[str, Any] = {"routing": routing, "crew": 1}
    RoutingOperation.objects.create(
        **step, operation_no=10, name="turn", work_centre=shop.turning, run_minutes=D("4.333333")
    )
    RoutingOperation.objects.create(
        **step, operation_no=20, name="plate", work_centre=shop.assembly, is_subcontracted=True, subcontractor=shop.supplier,
        subcontract_price=D(3),
    )  # fmt: skip
    RoutingOperation.objects.create(
        **step, operation_no=30, name="assemble", work_centre=shop.assembly, run_minutes=D(6)
    )
    shop.stock_up(30)
    shop.stock("paint", "100", "800.00")
    return shop


def turned(shop: Shop, quantity: str = "10") -> WorkOrder:
    order = shop.order(quantity, "valve")
    shop.issue(order, "casting", quantity)
    shop.report(order, 10, quantity, minutes="60")
    return order


def outside(shop: Shop, order: WorkOrder, **values: Any) -> SubcontractOrder:
    values = {"operation_no": 20, **values}
    document = shop.do(services.create_subcontract_order, order_id=order.pk, **values)
    shop.do(services.SUBCONTRACT.submit, document_id=document.pk)
    if SubcontractOrder.objects.get(pk=document.pk).approval != "approved":
        shop.do(services.SUBCONTRACT.approve, document_id=document.pk)
    return SubcontractOrder.objects.get(pk=document.pk)


def test_an_operation_outside_with_loss(plated: Shop) -> None:
    shop = plated
    order = turned(shop)
    assert order.unit_cost == D("119")
    ww = outside(shop, order)
    assert (ww.quantity, ww.price) == (10, 3)
    shop.do(services.send_subcontract, subcontract_id=ww.pk)
    assert queries.outside_quantities([order.pk]) == {order.pk: D(10)}
    assert shop.books()["1408"] == D("40.00") and shop.on_hand("paint") == 95
    assert [
        d for d in queries.open_demand([shop.items["paint"].pk])
    ] == []  # what is at the subcontractor's is not needed again
    # eight good, one spoilt; the spoilt casting is charged with 5.00; paint as it should be: 4.5
    ws = shop.do(services.receive_subcontract, subcontract_id=ww.pk, good=D(8), scrap=D(1), deduction=D(5))
    assert (ws.fee, ws.net) == (D("24.00"), D("19.00"))
    books = shop.books()
    assert books["1408"] == D("4.00") and books["220202"] == D("-19.00") and books["40010104"] == D("19.00")
    assert shop.operation(order, 20).good_quantity == 8 and shop.fresh(order).scrap_quantity == 1
    # the last piece comes back as it went, and so does the paint
    shop.do(services.complete_orders, order_ids=[order.pk])
    with pytest.raises(DomainError) as refusal:
        shop.close(order)
    assert set(refusal.value.codes) == {"still_outside", "material_outside"}
    shop.do(services.uncomplete_orders, order_ids=[order.pk])
    shop.do(services.return_subcontract, subcontract_id=ww.pk, pieces=D(1), everything=True)
    assert (
        queries.outside_quantities([order.pk]) == {}
        and "1408" not in shop.books()
        and shop.on_hand("paint") == D("95.5")
    )
    shop.report(order, 30, "8", minutes="48")
    shop.receive(order, "8")
    shop.do(services.complete_orders, order_ids=[order.pk])
    shop.close(order)
    (document,) = shop.do(costing.settle_orders, order_ids=[order.pk])
    kinds = {(row.element, row.kind): row.amount for row in document.lines.all()}
    # nine pieces at 3.00 should have cost 27.00, eight are received (24.00), 19.00 was paid
    assert kinds[("subcontract", "price")] == D("-8.00") and kinds[("subcontract", "yield")] == D("3.00")
    assert shop.wip(order) == {} and faults() == []


def test_what_goes_outside_is_not_waited_for_in_the_store(plated: Shop) -> None:
    order = plated.order("10", "valve")
    waiting = services.waiting_for_material(WorkOrder.objects.all())
    assert list(waiting) == [order]
    plated.issue(order, "casting", "10")  # the paint is left, which is sent to the plater
    assert not waiting.all().exists()


def test_the_fee_is_invoiced_once(plated: Shop) -> None:
    shop = plated
    ww = outside(shop, turned(shop))
    shop.do(services.send_subcontract, subcontract_id=ww.pk)
    first = shop.do(services.receive_subcontract, subcontract_id=ww.pk, good=D(4))
    second = shop.do(services.receive_subcontract, subcontract_id=ww.pk, good=D(6))
    invoice = shop.do(
        finance.invoice_fees,
        receipt_ids=[first.pk, second.pk],
        invoice_no="01234567890123456789",
        net_amount=D("31.00"),
    )
    assert (invoice.net_amount, invoice.lines.count()) == (D("31.00"), 2)
    assert finance.differences_of(invoice) == []
    shop.do(finance.PURCHASE_INVOICE_LIFECYCLE.approve, document_id=invoice.pk)
    books = shop.books()
    assert "220202" not in books and books["540106"] == D("1.00") and books["220201"] == -invoice.total_amount
    with pytest.raises(DomainError) as refusal:
        shop.do(services.undo_subcontract_receipt, document_id=first.pk)
    assert refusal.value.code == "is_invoiced"
    with pytest.raises(DomainError) as refusal:
        shop.do(finance.invoice_fees, receipt_ids=[first.pk], invoice_no="01234567890123456780")
    assert refusal.value.code == "nothing_to_invoice"
    shop.do(finance.PURCHASE_INVOICE_LIFECYCLE.unapprove, document_id=invoice.pk)
    assert shop.books()["220202"] == D("-30.00") and faults() == []


def test_everything_can_be_taken_back(plated: Shop) -> None:
    shop = plated
    order = turned(shop)
    before = (shop.books(), shop.on_hand("paint"))
    ww = outside(shop, order)
    sent = shop.do(services.send_subcontract, subcontract_id=ww.pk)
    received = shop.do(services.receive_subcontract, subcontract_id=ww.pk, good=D(10))
    with pytest.raises(DomainError) as refusal:
        shop.do(services.undo_subcontract_transfer, document_id=sent.pk)
    assert set(refusal.value.codes) & {"used_since", "received_since", "short_stock"}
    with pytest.raises(DomainError) as refusal:
        shop.report(order, 20, "1")
    assert "received_outside" in refusal.value.codes
    # taking the report back takes the receipt back with it
    shop.do(services.undo_report, document_id=received.report_id)
    received.refresh_from_db()
    assert received.approval == "void" and shop.books()["1408"] == D("40.00")
    shop.do(services.undo_subcontract_transfer, document_id=sent.pk)
    assert (shop.books(), shop.on_hand("paint")) == before and faults() == []


def test_a_whole_order_outside_takes_its_lots_and_goes_into_stock(shop: Shop) -> None:
    shop.stock_up(20)
    order = shop.order("10", release=False)
    ww = outside(shop, order, operation_no=None, partner_id=shop.supplier.pk, price=D(20))
    shop.approve(order)
    shop.do(services.release_orders, order_ids=[order.pk])
    shop.do(services.send_subcontract, subcontract_id=ww.pk)
    assert shop.books()["1408"] == D("1620.00")  # ten sets of 100 + 60 + 2
    place = Balance.objects.filter(location__partner=shop.supplier, item=shop.items["casting"]).get()
    assert (place.quantity, place.lot.code) == (10, "C1")
    # ten pumps came, but eleven castings were used; one was lost there and is charged
    with pytest.raises(DomainError) as refusal:
        shop.do(
            services.receive_subcontract, subcontract_id=ww.pk, good=D(10),
            lines=[services.UsedInput(shop.items["casting"].pk, D(11))],
        )  # fmt: skip
    assert refusal.value.codes == ["not_sent"]
    ws = shop.do(services.receive_subcontract, subcontract_id=ww.pk, good=D(9), lot_code="P-1")
    assert ws.output is not None and shop.on_hand("pump") == 9 and shop.fresh(order).actual_subcontract == 180
    loss = shop.do(
        services.reckon_loss,
        subcontract_id=ww.pk,
        item_id=shop.items["casting"].pk,
        quantity=D(1),
        deduction=D(100),
        reason="dropped",
    )
    assert loss.net == D("-100.00") and shop.fresh(order).actual_subcontract == 80
    shop.do(services.return_subcontract, subcontract_id=ww.pk, everything=True)
    assert "1408" not in shop.books() and shop.on_hand("shaft") == 22
    line = ws.output.lines.get()
    casting = ws.issue.lines.get(item=shop.items["casting"]).lot_id
    assert line.lot_id in queries.lots_made_of([casting]) and faults() == []
    shop.do(services.complete_orders, order_ids=[order.pk])
    shop.close(order)
    shop.do(costing.settle_orders, order_ids=[order.pk])
    assert shop.wip(order) == {} and faults() == []


REFUSED: dict[str, tuple[Any, str]] = {
    "more pieces than wait": (lambda s, w: s.do(services.send_subcontract, subcontract_id=w.pk, pieces=D(11)), "not_arrived"),
    "an item that is no component": (
        lambda s, w: s.do(services.send_subcontract, subcontract_id=w.pk, lines=[services.SendInput(s.items["bolt"].pk, D(1))]), "not_a_component",
    ),
    "back before it went": (lambda s, w: s.do(services.receive_subcontract, subcontract_id=w.pk, good=D(1)), "not_outside"),
    "nothing received": (lambda s, w: s.do(services.receive_subcontract, subcontract_id=w.pk), "nothing_reported"),
    "material not there": (
        lambda s, w: s.do(services.return_subcontract, subcontract_id=w.pk, lines=[services.SendInput(s.items["paint"].pk, D(1))]), "over_return",
    ),
    "given out twice": (
        lambda s, w: s.do(services.create_subcontract_order, order_id=w.order_id, operation_no=20), "subcontract_range",
    ),
    "no such operation": (
        lambda s, w: s.do(services.create_subcontract_order, order_id=w.order_id, operation_no=99), "operation_unknown",
    ),
    "already turned here": (
        lambda s, w: s.do(services.create_subcontract_order, order_id=w.order_id, operation_no=10, partner_id=s.supplier.pk), "already_begun",
    ),
    "a loss without a reason": (
        lambda s, w: s.do(services.reckon_loss, subcontract_id=w.pk, item_id=s.items["paint"].pk, quantity=D(1), reason=" "), "reason_needed",
    ),
}  # fmt: skip


def test_refused_with_nothing_changed(plated: Shop) -> None:
    ww = outside(plated, turned(plated))
    before = plated.books()
    for name, (act, code) in REFUSED.items():
        with pytest.raises(DomainError) as refusal:
            act(plated, ww)
        assert refusal.value.code == code, name
        assert all(str(problem) for problem in refusal.value.problems)
    assert plated.books() == before and faults() == []


def logged_in(shop: Shop) -> Client:
    client = Client()
    client.force_login(shop.boss, backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["gongfang_language"] = "en"
    return client


def test_what_was_really_used_is_entered_on_the_form(plated: Shop) -> None:
    """Half a litre each should do for four; three were used: it asks, then the loss stands on the receipt. Cause and lot come along."""
    shop = plated
    order = turned(shop)
    ww = outside(shop, order)
    shop.do(services.send_subcontract, subcontract_id=ww.pk)
    client = logged_in(shop)
    assert (
        f'href="/production/subcontract-receipts/new?subcontract={ww.pk}"'
        in client.get(f"/production/subcontracts/{ww.pk}/").content.decode()
    )
    address = f"/production/subcontract-receipts/new?subcontract={ww.pk}"
    page = client.get(address).content.decode()
    assert ww.number in page and re.search(r'name="fee"[^>]*value=""', page), "a fee of 0 would be booked"
    line = {"item": str(shop.items["paint"].pk), "quantity": "3"}
    form = {
        "subcontract": str(ww.pk),
        "good": "4",
        "scrap": "1",
        "cause": "blisters",
        "lines": json.dumps([line]),
        "request_id": str(uuid.uuid4()),
    }
    asked = client.post(address, form)
    assert asked.status_code == 409 or "over_loss" in asked.content.decode(), asked.status_code
    assert not SubcontractReceipt.objects.exists()
    assert client.post(address, {**form, "confirm": "over_loss"}).status_code == 302
    receipt = SubcontractReceipt.objects.get()
    (use,) = receipt.lines.all()
    assert (use.item.code, use.quantity, use.standard, use.loss) == ("paint", D(3), D("2.5"), D("0.5"))
    assert receipt.report.lines.get().cause == "blisters" and shop.material(order, "paint").done_quantity == 3
    page = client.get(f"/production/subcontract-receipts/{receipt.pk}/").content.decode()
    assert "paint" in page and "0.5" in page and faults() == []
    # nothing at all was used on the next one: the bill of materials does not step in
    headers = {"Authorization": f"Bearer {identity.create_token(actor=shop.boss, name='t')[1]}"}
    body = {"subcontract": ww.pk, "good": "1", "lines": [{"item": shop.items["paint"].pk, "quantity": "0"}]}
    answer = client.post(
        "/api/v1/production/subcontract-receipts/", json.dumps(body), "application/json", headers=headers
    )
    assert answer.status_code == 200 and shop.material(order, "paint").done_quantity == 3, answer.content


def test_part_of_the_material_comes_back(plated: Shop) -> None:
    """Five litres are there; two come back by the form, which begins with all of it, one more over REST; six do not."""
    shop = plated
    order = turned(shop)
    ww = outside(shop, order)
    shop.do(services.send_subcontract, subcontract_id=ww.pk)
    client = logged_in(shop)
    address = f"/production/subcontract-returns/new?subcontract={ww.pk}"
    page = client.get(address).content.decode()
    assert ww.number in page and '"quantity": "5"' in page.replace("&quot;", '"')
    line = {"item": str(shop.items["paint"].pk), "quantity": "6"}
    form = {"subcontract": str(ww.pk), "pieces": "3", "lines": json.dumps([line]), "request_id": str(uuid.uuid4())}
    assert client.post(address, form).status_code == 422 and shop.on_hand("paint") == 95
    line["quantity"] = "2"
    assert client.post(address, {**form, "lines": json.dumps([line])}).status_code == 302
    assert shop.on_hand("paint") == 97 and queries.outside_quantities([order.pk]) == {order.pk: D(7)}
    headers = {"Authorization": f"Bearer {identity.create_token(actor=shop.boss, name='t')[1]}"}
    body = {"subcontract": ww.pk, "lines": [{"item": shop.items["paint"].pk, "quantity": "1"}]}
    answer = client.post(
        "/api/v1/production/subcontract-returns/", json.dumps(body), "application/json", headers=headers
    )
    assert answer.status_code == 200 and shop.on_hand("paint") == 98, answer.content
    body["lines"] = [{"item": shop.items["paint"].pk, "quantity": "1.5"}] * 2
    answer = client.post(
        "/api/v1/production/subcontract-returns/", json.dumps(body), "application/json", headers=headers
    )
    assert answer.status_code == 422 and shop.on_hand("paint") == 98, "two lines of one component are taken together"
    assert SubcontractTransfer.objects.filter(kind="return").count() == 2 and faults() == []


def test_lots_that_were_really_used_are_named(plated: Shop) -> None:
    """Two lots are with the subcontractor; the younger one was used, the older one comes back."""
    shop = plated
    shop.items["paint"].tracking = "lot"
    shop.item("dye", "raw", "8", tracking="lot")
    Bom.objects.get(item=shop.items["valve"]).lines.filter(component=shop.items["paint"]).update(
        component=shop.items["dye"]
    )
    shop.stock("dye", "3", "24.00", lot="D1")
    shop.stock("dye", "3", "24.00", lot="D2")
    order = turned(shop, "6")
    ww = outside(shop, order)
    lots = {lot.code: lot.pk for lot in Lot.objects.filter(item=shop.items["dye"])}
    sent = [services.SendInput(shop.items["dye"].pk, D(2), lots[code], shop.raw.pk) for code in ("D1", "D2")]
    shop.do(services.send_subcontract, subcontract_id=ww.pk, pieces=D(6), lines=sent)
    used = [services.UsedInput(shop.items["dye"].pk, D(2), lots["D2"])]
    shop.do(services.receive_subcontract, subcontract_id=ww.pk, good=D(4), lines=used)
    with pytest.raises(DomainError) as refusal:
        shop.do(
            services.receive_subcontract,
            subcontract_id=ww.pk,
            good=D(2),
            lines=[services.UsedInput(shop.items["dye"].pk, D(1), lots["D2"])],
        )
    assert refusal.value.code == "lot_not_outside"
    shop.do(
        services.return_subcontract,
        subcontract_id=ww.pk,
        lines=[services.SendInput(shop.items["dye"].pk, D(2), lots["D1"])],
    )
    assert shop.on_hand("dye") == 4 and faults() == []
