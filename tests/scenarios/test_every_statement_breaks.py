"""Every verb that posts, broken at each of its statements: nothing stays behind, and the next try works.

The stories are those of other tests, told once more with faults. A new caller of the posting door that no story here reaches
fails the test of its package, and so does a verb from whose source the door is reached.
"""

import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection

from gongfang.finance import services as finance
from gongfang.inventory import services as inventory
from gongfang.inventory.services.scan_work import ScannedLine
from gongfang.ledger import services as ledger
from gongfang.ledger.models import Location, Period
from gongfang.masterdata.services import set_standard_costs
from gongfang.platform.identity.services import register_first_admin
from gongfang.production import services as making
from gongfang.production.models import WorkOrder
from gongfang.purchasing import services as purchasing
from gongfang.quality import services as quality
from gongfang.quality.models import Inspection
from gongfang.sales import services as sales
from tests.breaking import Breaking, door_sites, posting_verbs
from tests.costing import test_settlement as costing
from tests.finance import test_on_way as on_way
from tests.finance import test_payables as payables
from tests.inventory import test_documents as documents
from tests.inventory import test_moving as moving
from tests.ledger import test_adjustments as adjustments
from tests.ledger import test_general as general
from tests.ledger.conftest import Store
from tests.maintenance import test_orders as maintenance
from tests.maintenance.conftest import Workshop
from tests.platform import test_exchange_opening as opening
from tests.production import test_flow as flow
from tests.production import test_quick as quick
from tests.production import test_stories as production
from tests.production import test_subcontracting as subcontracting
from tests.production import test_supplements as supplements
from tests.production.shop import Shop
from tests.quality import test_incoming as incoming
from tests.quality import test_inspections as inspecting
from tests.scenarios import test_goods_of_others as others
from tests.scenarios import test_order_to_cash as cash
from tests.trading import Trade

Story = Callable[[], None]


def of(world: Callable[[], Any], story: Callable[..., None], *values: Any) -> Story:
    return lambda: story(world(), *values)


def kept(story: Callable[..., None], *values: Any) -> Story:
    """A story of a store and its keeper."""

    def tell() -> None:
        store = Store()
        story(store, lambda verb, **given: verb(actor=store.user, request_id=uuid.uuid4(), **given), *values)

    return tell


def plated() -> Shop:
    return subcontracting.plated.__wrapped__(Shop())  # type: ignore[no-any-return]


def selling() -> Shop:
    return cash.shop.__wrapped__(None)  # type: ignore[no-any-return]


def admin() -> Any:
    return register_first_admin(
        actor=None, request_id=uuid.uuid4(), username="admin", name="管理员", password="Gongfang-2026"
    )


def month_end(store: Store) -> None:
    store.item("ore", costing_method="month_average")
    first = (store.today.replace(day=1) - timedelta(days=1)).replace(day=1)
    store.receive("ore", "10", "100.00", on=first)
    store.ship("ore", "4", on=first + timedelta(days=2))
    store.receive("ore", "10", "200.00", on=first + timedelta(days=9))
    period = Period.objects.get(year=first.year, month=first.month)
    ledger.reckon_month_average(actor=store.user, request_id=uuid.uuid4(), period_id=period.pk)


def month_end_from_its_page(store: Store) -> None:
    store.item("ore", costing_method="month_average")
    store.receive("ore", "10", "100.00")
    store.ship("ore", "4")
    store.receive("ore", "10", "200.00")
    period = Period.objects.get(year=store.today.year, month=store.today.month)
    ledger.start_month_average(actor=store.user, request_id=uuid.uuid4(), period_id=period.pk)


def new_standard(store: Store) -> None:
    part = store.item("part", costing_method="standard", standard_cost=D(10))
    store.receive("part", "10", "100.00")
    set_standard_costs(actor=store.user, request_id=uuid.uuid4(), costs={part.pk: D(12)})


def bought_and_taken_back(trade: Trade) -> None:
    receipt = trade.receive(trade.order(shaft=10))
    back = trade.do(purchasing.return_receipt, receipt_id=receipt.pk, reason="磕碰")
    trade.do(purchasing.approve_return, document_id=back.pk)
    trade.do(purchasing.unapprove_return, document_id=back.pk)
    trade.do(purchasing.RETURN.void, document_id=back.pk)
    trade.do(purchasing.unapprove_receipt, document_id=receipt.pk)


def received_from_a_draft(trade: Trade) -> None:
    order = trade.order(shaft=10)
    draft = trade.do(purchasing.create_receipt, supplier_id=order.supplier_id, lines=trade.goods(order, shaft=10))
    trade.do(purchasing.approve_receipt, document_id=draft.pk)


def shipped_from_a_draft(trade: Trade) -> None:
    trade.stock("pump", 3, "1000")
    order = trade.sell(pump=3)
    draft = trade.do(sales.create_shipment, customer_id=order.customer_id, lines=trade.shipped(order, pump=3))
    trade.do(sales.approve_shipment, document_id=draft.pk)


def estimated_once_more(trade: Trade) -> None:
    """A run that was taken back is approved again."""
    payables.choose(trade, "month_start")
    first = trade.today.replace(day=1)
    order = trade.order(shaft=100)
    trade.do(purchasing.receive_order, order_id=order.pk, business_date=first - timedelta(days=3))
    run = trade.do(finance.reverse_estimates, on=first)
    trade.do(finance.ESTIMATE_RUN_LIFECYCLE.unapprove, document_id=run.pk)
    trade.do(finance.ESTIMATE_RUN_LIFECYCLE.approve, document_id=run.pk)


def more_material_and_two_orders_at_once(shop: Shop) -> None:
    shop.stock_up()
    orders = [shop.order("2"), shop.order("3")]
    shop.pick(*orders)
    WorkOrder.objects.update(over_issue=D("0.5"))
    line = making.IssueInput(shop.material(orders[0], "bolt").pk, D(1))
    shop.do(making.supplement_materials, reason="断了一根", lines=[line])
    for order in orders:
        for number in (10, 20):
            shop.report(order, number, str(order.quantity))
    shop.do(making.receive_orders, order_ids=[order.pk for order in orders])


def more_than_tolerated() -> None:
    shop = Shop()
    supplements.test_a_keeper_waits_for_the_supervisor(shop, supplements.order.__wrapped__(shop))  # type: ignore[attr-defined]


def back_from_outside_and_undone(shop: Shop) -> None:
    order = subcontracting.turned(shop)
    document = subcontracting.outside(shop, order)
    shop.do(making.send_subcontract, subcontract_id=document.pk)
    receipt = shop.do(making.receive_subcontract, subcontract_id=document.pk, good=D(9))
    shop.do(making.undo_subcontract_receipt, document_id=receipt.pk)
    shop.do(
        making.reckon_loss, subcontract_id=document.pk, item_id=shop.items["paint"].pk, quantity=D("0.5"), deduction=D(10), reason="洒了"
    )  # fmt: skip
    shop.do(making.return_subcontract, subcontract_id=document.pk, pieces=D(10), everything=True)


def sold_and_taken_back(trade: Trade) -> None:
    trade.stock("pump", 3, "1000")
    shipment = trade.ship(trade.sell(pump=3))
    back = trade.do(sales.return_shipment, shipment_id=shipment.pk, reason="漏水", place="store")
    trade.do(sales.approve_return, document_id=back.pk)
    trade.do(sales.unapprove_return, document_id=back.pk)
    trade.do(sales.RETURN.void, document_id=back.pk)
    trade.do(sales.unapprove_shipment, document_id=shipment.pk)


def judged_and_taken_back(trade: Trade) -> None:
    incoming.lot(trade)
    waiting = Inspection.objects.get()
    trade.do(quality.pass_inspection, inspection_id=waiting.pk)
    trade.do(quality.unapprove_inspection, document_id=waiting.pk)
    trade.do(quality.pass_inspections, inspection_ids=[waiting.pk])
    trade.do(purchasing.unapprove_receipt, document_id=waiting.source_id)


def issued_and_taken_back(store: Store, do: Any) -> None:
    store.receive("shaft", "4", "13.33")
    line = inventory.StockLineInput(store.items["shaft"].pk, D(1))
    issue = do(inventory.create_other_issue, warehouse=store.warehouses["W1"].pk, lines=[line])
    do(inventory.approve_other_issue, document_id=issue.pk)
    do(inventory.unapprove_other_issue, document_id=issue.pk)


def transferred_undone(store: Store, do: Any) -> None:
    """At once and back; in two steps, scanned in at the other side or lost on the way."""
    store.receive("shaft", "6", "60.00")
    lines = [inventory.StockLineInput(store.items["shaft"].pk, D(2))]
    ends = {"source": store.at("W1").pk, "target": store.at("W2").pk}
    done = do(inventory.quick_transfer, **ends, lines=lines)
    do(inventory.unapprove_transfer, document_id=done.pk)
    sent = [do(inventory.create_transfer, **ends, lines=lines, in_two_steps=True) for _ in range(2)]
    for one in sent:
        do(inventory.approve_transfer, document_id=one.pk)
    do(inventory.finish_scan, kind="transit", key=sent[0].pk, lines=[ScannedLine(sent[0].lines.get().pk, D(2))])
    do(inventory.settle_transit, document_id=sent[1].pk, how="lost", reason="掉了")


def converted_and_taken_back(store: Store, do: Any) -> None:
    store.receive("shaft", "4", "13.33")
    made = do(
        inventory.create_conversion, warehouse=store.warehouses["W1"].pk, kind="convert",
        lines=[inventory.StockLineInput(store.items["shaft"].pk, D(1))], outputs=[inventory.OutputInput(store.items["wheel"].pk, D(1))],
    )  # fmt: skip
    do(inventory.approve_conversion, document_id=made.pk)
    do(inventory.unapprove_conversion, document_id=made.pk)


def kept_for_others_and_given_back(trade: Trade) -> None:
    note = others.take_in(trade, "S1", ("shaft", 3, ""))
    trade.do(inventory.CUSTODIES.unapprove, document_id=note.pk)


def received_and_taken_back(store: Store, do: Any) -> None:
    lines = [inventory.ReceiptLineInput(store.items["shaft"].pk, D(3), unit_cost=D("3.33"))]
    receipt = do(inventory.create_other_receipt, warehouse=store.warehouses["W1"].pk, lines=lines)
    do(inventory.approve_other_receipt, document_id=receipt.pk)
    do(inventory.unapprove_other_receipt, document_id=receipt.pk)


def kept_for_their_owner(trade: Trade) -> None:
    """A box of consigned goods is taken in and given back; then the first is undone."""
    goods = [inventory.CustodyLineInput(trade.items["shaft"].pk, D(2))]
    note = trade.do(
        inventory.create_custody, warehouse=trade.warehouses["W1"].pk, partner=trade.partners["S1"].pk, lines=goods
    )
    trade.do(inventory.CUSTODIES.approve, document_id=note.pk)
    box = trade.do(
        inventory.pack,
        location=Location.objects.get(ownership="consigned").pk,
        lines=[inventory.PackedInput(trade.items["shaft"].pk, D(2))],
    )
    trade.do(inventory.CUSTODIES.unapprove, document_id=note.pk)
    assert not box.lines.exists()


STORIES: dict[str, list[Story]] = {
    "ledger": [
        of(Store, adjustments.test_what_is_gone_takes_its_share_after_asking), of(Store, month_end), of(Store, month_end_from_its_page),
        of(Store, general.test_closing_carries_profit_forward_and_shuts_the_month),
        of(Store, general.test_a_manual_voucher_is_posted_when_approved_and_red_when_taken_back),
        of(Store, new_standard), of(admin, opening.test_the_books_open),
    ],
    "inventory": [
        kept(moving.test_goods_are_in_transit_until_they_arrive), kept(moving.test_ten_yuan_over_three_pieces_leave_no_cent_behind),
        kept(documents.test_other_receipts_and_issues_book_by_purpose), kept(issued_and_taken_back),
        kept(documents.test_a_count_posts_only_differences_while_goods_move), kept(received_and_taken_back), kept(transferred_undone),
        kept(converted_and_taken_back), of(Trade, kept_for_others_and_given_back),
        kept(moving.test_frozen_goods_cannot_be_shipped_and_come_back), kept(moving.test_goods_go_where_the_rules_say),
        kept(moving.test_a_package_is_moved_by_its_code),
        of(Trade, kept_for_their_owner),
    ],
    "quality": [
        of(Trade, judged_and_taken_back), of(Trade, incoming.test_part_passes_part_goes_back_in_one_step, "draft", {"140301": "5000.00", "220202": "-5000.00"}, 0),
        of(Trade, inspecting.test_dispositions, "scrap", 94, 0, 0, 60),
    ],
    "maintenance": [
        of(Workshop, maintenance.test_spare_parts_come_from_bins_and_go_back_into_them),
        of(Workshop, maintenance.test_counter_messages_make_the_order_and_its_parts_are_issued_with_one_click),
    ],
    "production": [
        of(Shop, production.test_three_receipts_over_a_month_end), of(Shop, flow.test_returned_material_takes_its_value_along),
        of(plated, subcontracting.test_everything_can_be_taken_back), of(Shop, flow.test_undoing_all_of_it_leaves_nothing),
        quick.test_from_an_empty_company_to_a_closed_order, of(Shop, more_material_and_two_orders_at_once), more_than_tolerated,
        of(Shop, others.test_a_customers_material_is_worked_in_without_cost),
        of(plated, back_from_outside_and_undone),
    ],
    "purchasing": [of(Trade, bought_and_taken_back), of(Trade, received_from_a_draft), of(Trade, others.test_consigned_goods_reach_the_books_only_when_taken_over)],
    "sales": [of(Trade, sold_and_taken_back), of(Trade, shipped_from_a_draft)],
    "costing": [of(Shop, costing.test_taking_a_settlement_back_puts_the_cost_back)],
    "finance": [
        of(Trade, on_way.test_the_invoice_is_taken_back_after_the_goods_came),
        of(Trade, payables.test_the_difference_goes_to_the_goods_that_are_left_and_gone, 40, "618.00"),
        of(selling, cash.test_taking_everything_back_leaves_nothing), of(plated, subcontracting.test_the_fee_is_invoiced_once),
        of(Trade, payables.test_reversed_on_the_first_and_estimated_again_at_the_end), of(Trade, estimated_once_more),
        of(Trade, on_way.test_an_invoice_dated_before_its_goods_is_on_the_way_until_they_came), of(Trade, on_way.test_leftovers_are_matched_by_hand),
    ],
}  # fmt: skip


THROUGH_PORTS = {"inventory": {"inventory.finish_scan"}}
"""Verbs that post by what others answer them, which their source does not show."""


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("package", STORIES)
def test_a_fault_at_every_statement(
    package: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("the whole database is compared byte by byte, which SQLite can")
    with Breaking(monkeypatch, package) as breaking:
        for tell in STORIES[package]:
            breaking.tell(tell)
    print("UNTOLD", package, sorted((posting_verbs(package) | THROUGH_PORTS.get(package, set())) - breaking.verbs))
    missing = breaking.wanted - breaking.sites
    assert not missing, f"no story posts from {sorted(missing)}"
    untold = (posting_verbs(package) | THROUGH_PORTS.get(package, set())) - breaking.verbs
    assert not untold, f"no story breaks {sorted(untold)}"
    with capsys.disabled():
        print(f"\n    {package}: {breaking.broken} faults in {len(breaking.verbs)} verbs that post")


def test_every_package_that_posts_has_its_stories() -> None:
    assert {site[0].split(".")[1] for site in door_sites()} == STORIES.keys()
