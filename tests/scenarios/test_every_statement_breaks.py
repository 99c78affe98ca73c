"""Every place in the program that posts, broken at each statement of its verb: nothing stays behind, and the next try works.

The stories are those of other tests, told once more with faults. A new caller of the posting door that no story here reaches
fails the test of its package.
"""

import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection

from gongfang.inventory import services as inventory
from gongfang.ledger import services as ledger
from gongfang.ledger.models import Period
from gongfang.masterdata.services import set_standard_costs
from gongfang.platform.identity.services import register_first_admin
from gongfang.purchasing import services as purchasing
from gongfang.quality import services as quality
from gongfang.quality.models import Inspection
from gongfang.sales import services as sales
from tests.breaking import Breaking, door_sites
from tests.costing import test_settlement as costing
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
from tests.production import test_stories as production
from tests.production import test_subcontracting as subcontracting
from tests.production.shop import Shop
from tests.quality import test_incoming as incoming
from tests.quality import test_inspections as inspecting
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


STORIES: dict[str, list[Story]] = {
    "ledger": [
        of(Store, adjustments.test_what_is_gone_takes_its_share_after_asking), of(Store, month_end),
        of(Store, general.test_closing_carries_profit_forward_and_shuts_the_month),
        of(Store, general.test_a_manual_voucher_is_posted_when_approved_and_red_when_taken_back),
        of(Store, new_standard), of(admin, opening.test_the_books_open),
    ],
    "inventory": [
        kept(moving.test_goods_are_in_transit_until_they_arrive), kept(moving.test_ten_yuan_over_three_pieces_leave_no_cent_behind),
        kept(documents.test_other_receipts_and_issues_book_by_purpose), kept(issued_and_taken_back),
        kept(documents.test_a_count_posts_only_differences_while_goods_move),
    ],
    "quality": [
        of(Trade, judged_and_taken_back), of(Trade, incoming.test_part_passes_part_goes_back_in_one_step, "draft", {"140301": "5000.00", "220202": "-5000.00"}, 0),
        of(Trade, inspecting.test_dispositions, "scrap", 94, 0, 0, 60),
    ],
    "maintenance": [of(Workshop, maintenance.test_spare_parts_come_from_bins_and_go_back_into_them)],
    "production": [
        of(Shop, production.test_three_receipts_over_a_month_end), of(Shop, flow.test_returned_material_takes_its_value_along),
        of(plated, subcontracting.test_everything_can_be_taken_back),
    ],
    "purchasing": [of(Trade, bought_and_taken_back)],
    "sales": [of(Trade, sold_and_taken_back)],
    "costing": [of(Shop, costing.test_taking_a_settlement_back_puts_the_cost_back)],
    "finance": [
        of(Trade, payables.test_the_difference_goes_to_the_goods_that_are_left_and_gone, 40, "618.00"),
        of(selling, cash.test_taking_everything_back_leaves_nothing), of(plated, subcontracting.test_the_fee_is_invoiced_once),
        of(Trade, payables.test_reversed_on_the_first_and_estimated_again_at_the_end),
    ],
}  # fmt: skip


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
    missing = breaking.wanted - breaking.sites
    assert not missing, f"no story posts from {sorted(missing)}"
    with capsys.disabled():
        print(f"\n    {package}: {breaking.broken} faults in {len(breaking.verbs)} verbs that post")


def test_every_package_that_posts_has_its_stories() -> None:
    assert {site[0].split(".")[1] for site in door_sites()} == STORIES.keys()
