"""Two plants: 一厂 makes pumps of castings, shafts and bolts; 二厂 sells them too and gets them, or parts, by transfer. Figures by hand.

A pump takes 1 casting, 2 shafts, 4 bolts; 5 working days. Parts are bought in 3 working days. The way is 2 working days.
"""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from gongfang.inventory import services as inventory
from gongfang.inventory.models import Transfer
from gongfang.kernel.errors import DomainError
from gongfang.masterdata import services as masterdata
from gongfang.masterdata.models import Item, ItemPlant, Plant, SupplierPrice, Warehouse
from gongfang.masterdata.queries import working_calendar
from gongfang.planning import services
from gongfang.planning.models import FirmOrder, PlanException, PlannedOrder, PlanRun
from gongfang.planning.queries import demands_above, projected_stock, supplies_below
from gongfang.planning.queries.explanation import explanation
from gongfang.planning.queries.kits import floor, kits
from gongfang.planning.queries.masters import schedule_of
from gongfang.planning.queries.promises import answer_of
from gongfang.platform.exchange import services as exchange
from gongfang.platform.verification import run_all
from gongfang.production.models import WorkOrder, WorkOrderMaterial
from gongfang.purchasing import services as purchasing
from gongfang.purchasing.models import PurchaseOrder, Requisition
from gongfang.sales import services as sales
from gongfang.ui.sentences import sentence
from tests.platform.test_exchange import workbook
from tests.production.shop import Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(db) -> Shop:
    shop = Shop()
    shop.customer = type(shop.supplier).objects.create(code="C1", name="客户一", pinyin="khy", is_customer=True)
    for code in ("casting", "shaft", "bolt"):
        SupplierPrice.objects.create(supplier=shop.supplier, item=shop.items[code], price=D(9), tax_included=False)
        Item.objects.filter(code=code).update(default_supplier=shop.supplier, lead_time_days=3)
    Item.objects.filter(code="pump").update(lead_time_days=5, sales_price=D(400))
    shop.second = Plant.objects.create(code="P2", name="二厂")
    shop.depot = Warehouse.objects.create(code="W3", name="二厂成品库", plant=shop.second, kind="finished")
    return shop


def comes(shop: Shop, code: str, plant: Plant, **values) -> ItemPlant:
    return ItemPlant.objects.create(item=shop.items[code], plant=plant, **values)


def by_transfer(shop: Shop, code: str = "pump", **values) -> ItemPlant:
    """二厂 gets an item from 一厂 in two working days."""
    return comes(shop, code, shop.second, source="transfer", source_plant=shop.plant, lead_time_days=2, **values)


def sold(shop: Shop, quantity: str, days: int = 28, warehouse: Warehouse | None = None):
    on = shop.today + timedelta(days=days)
    order = shop.do(
        sales.create_order, customer_id=shop.customer.pk, promised_date=on, warehouse_id=(warehouse or shop.depot).pk,
        lines=[sales.OrderLine(shop.items["pump"].pk, D(quantity), D(400), promised_date=on)],
    )  # fmt: skip
    return shop.do(sales.approve_order, document_id=order.pk)


def plan(shop: Shop) -> PlanRun:
    return services.plan_now(actor=shop.boss, today=shop.today)


def rows(run: PlanRun, **values) -> list[PlannedOrder]:
    found = PlannedOrder.objects.filter(run=run, state="suggested", **values)
    return list(
        found.select_related("item__unit", "run", "plant", "source_plant", "supplier").order_by(
            "item__code", "plant", "due_on"
        )
    )


def seen(run: PlanRun) -> list[tuple[str, str, str, D]]:
    return [(row.item.code, row.plant.name, row.kind, row.quantity) for row in rows(run)]


def back(day: date, days: int) -> date:
    return working_calendar().add_working_days(day, -days)


def test_one_plant_has_no_plants_in_its_plan_and_asks_no_more(shop):
    sold(shop, "10", warehouse=shop.finished)
    with CaptureQueriesContext(connection) as several:
        plan(shop)
    Warehouse.objects.filter(pk=shop.depot.pk).delete()
    shop.second.delete()
    with CaptureQueriesContext(connection) as one:
        run = plan(shop)
    assert {row.plant_id for row in rows(run)} == {None}
    assert len(several) == len(one) + 3  # warehouses, rows by plant, open transfers


def test_what_the_second_plant_sells_is_made_in_the_first_and_sent(shop):
    by_transfer(shop)
    shop.stock("pump", "4", "800.00", lot="L1")  # 4 in 一厂
    shop.stock("pump", "3", "600.00", lot="L1", warehouse=shop.depot)  # 3 in 二厂
    order = sold(shop, "10")
    run = plan(shop)
    assert seen(run) == [
        ("bolt", "一厂", "buy", 12), ("casting", "一厂", "buy", 3), ("pump", "一厂", "make", 3), ("pump", "二厂", "transfer", 7),
        ("shaft", "一厂", "buy", 6),
    ]  # fmt: skip
    made, sent = rows(run, item__code="pump")
    assert (sent.source_plant, sent.supplier_id) == (shop.plant, None)
    assert sent.due_on == order.promised_date and sent.release_on == back(sent.due_on, 2)
    assert made.due_on == sent.release_on and made.release_on == back(made.due_on, 5)
    assert run_all() == []


def test_pegging_reasons_and_stock_over_time_cross_the_plants(shop):
    by_transfer(shop, safety_stock=D(2))
    order = sold(shop, "10")
    run = plan(shop)
    made = rows(run, item__code="pump", plant=shop.plant)
    (casting,) = rows(run, item__code="casting", quantity=10)
    above = demands_above(run, [casting.seq])
    assert [(row.kind or row.what, row.plant) for row in above] == [
        ("make", "一厂"),
        ("transfer", "二厂"),
        ("demand", "二厂"),
    ]
    assert above[-1].name == order.number
    sent = next(row for row in rows(run, kind="transfer") if row.quantity == 10)
    below = supplies_below(run, [sent.seq])
    assert [(row.kind, row.plant) for row in below if row.item_code == "pump"] == [("make", "一厂")]
    assert {(row.item_code, row.quantity) for row in below[1:]} == {("casting", 10), ("shaft", 20), ("bolt", 40)}
    with translation.override("en"):
        why = " ".join(sentence(one) for one in explanation(sent))
        assert "too little in 二厂" in why and "transferred from 一厂: the way takes 2 working days" in why
        assert "2 pcs" not in why and "Safety stock: 2 个." in why
        why = " ".join(sentence(one) for one in explanation(next(row for row in made if row.quantity == 10)))
        assert "10 个 of it are transferred to 二厂" in why and f"needed for: {order.number}" in why
    first, second = (
        projected_stock(run, sent.item_id, shop.plant.pk),
        projected_stock(run, sent.item_id, shop.second.pk),
    )
    assert min(row.stock for row in first) == 0 and second[-1].stock == 2
    assert {row.name for row in first if row.quantity == -10} == {f"{sent} → 二厂"}


def test_a_released_transfer_is_counted_on_both_sides_until_it_has_arrived(shop):
    by_transfer(shop)
    shop.stock("pump", "10", "2000.00", lot="L1")
    order = sold(shop, "6")
    (sent,) = rows(plan(shop))
    shop.do(services.release_suggestions, order_ids=[sent.pk])
    transfer = Transfer.objects.get()
    assert (transfer.source.warehouse, transfer.target.warehouse, transfer.in_two_steps) == (
        shop.finished,
        shop.depot,
        True,
    )
    assert (transfer.ship_on, transfer.due_on, transfer.approval) == (sent.release_on, sent.due_on, "draft")
    assert [row.quantity for row in transfer.lines.all()] == [6]

    def stocks() -> tuple[list[D], list[D]]:
        run = plan(shop)
        assert seen(run) == []
        return tuple(
            [row.quantity for row in projected_stock(run, sent.item_id, plant.pk)]
            for plant in (shop.plant, shop.second)
        )

    assert stocks() == ([-6], [6, -6])  # still to be sent; awaited
    shop.do(inventory.approve_transfer, document_id=transfer.pk)
    assert stocks() == ([], [6, -6])  # on its way
    late = back(order.promised_date, -3)
    shop.do(inventory.reschedule_transfer, document_id=transfer.pk, due_on=late)
    one = PlanException.objects.get(run=plan(shop), kind="expedite")
    assert (one.document, one.plant, one.moved_from) == (transfer.number, shop.second, late)
    shop.do(services.follow_exceptions, exception_ids=[one.pk])
    transfer.refresh_from_db()
    assert (transfer.due_on, transfer.ship_on) == (order.promised_date, sent.release_on)
    shop.do(inventory.receive_transfer, document_id=transfer.pk)
    assert stocks() == ([], [-6])  # there
    assert run_all() == []


def test_a_transfer_nobody_needs_any_more_is_left_out(shop):
    by_transfer(shop)
    shop.stock("pump", "10", "2000.00", lot="L1")
    order = sold(shop, "6")
    (sent,) = rows(plan(shop))
    shop.do(services.release_suggestions, order_ids=[sent.pk])
    shop.do(sales.close_order, document_id=order.pk)
    one = PlanException.objects.get(run=plan(shop), kind="cancel", doc_type="inventory.transfer")
    shop.do(services.follow_exceptions, exception_ids=[one.pk])
    assert Transfer.objects.get().approval == "void"
    assert seen(plan(shop)) == []


def test_work_and_purchases_come_in_where_they_are_needed(shop):
    """二厂 makes its own pumps (2 days); castings come from 一厂, shafts from its own purchase."""
    parts = Warehouse.objects.create(code="W4", name="二厂原料库", plant=shop.second)
    comes(shop, "pump", shop.second, source="make", lead_time_days=2, warehouse=shop.depot)
    by_transfer(shop, "casting")
    sold(shop, "10")
    run = plan(shop)
    assert seen(run) == [
        ("bolt", "二厂", "buy", 40), ("casting", "一厂", "buy", 10), ("casting", "二厂", "transfer", 10), ("pump", "二厂", "make", 10),
        ("shaft", "二厂", "buy", 20),
    ]  # fmt: skip
    shop.do(services.release_suggestions, order_ids=[row.pk for row in rows(run)])
    assert WorkOrder.objects.get().warehouse == shop.depot
    assert set(WorkOrderMaterial.objects.values_list("warehouse__name", flat=True)) == {"二厂原料库"}
    bought = {
        tuple(sorted(order.lines.values_list("item__code", flat=True))): order.warehouse
        for order in PurchaseOrder.objects.all()
    }
    assert bought == {("bolt", "shaft"): parts, ("casting",): shop.raw}
    again = plan(shop)
    assert seen(again) == []
    assert not PlanException.objects.filter(run=again).exclude(kind="past_due_release").exists()


@pytest.mark.parametrize("way", ["order", "inquiry"])
def test_what_is_requested_for_a_plant_is_ordered_and_received_there(shop, way):
    """二厂 sells bolts from its depot, 一厂 from its raw store; one requisition asks for both."""
    on = shop.today + timedelta(days=28)
    for store, many in ((shop.depot, "7"), (shop.raw, "5")):
        order = shop.do(
            sales.create_order, customer_id=shop.customer.pk, promised_date=on, warehouse_id=store.pk,
            lines=[sales.OrderLine(shop.items["bolt"].pk, D(many), D(40), promised_date=on)],
        )  # fmt: skip
        shop.do(sales.approve_order, document_id=order.pk)
    bought = [row.pk for row in rows(plan(shop))]
    shop.do(services.release_suggestions, order_ids=bought, buy_as="requisition")
    assert seen(plan(shop)) == []
    asked = Requisition.objects.get()
    shop.do(purchasing.approve_requisition, document_id=asked.pk)
    if way == "order":
        orders = shop.do(purchasing.order_requisition, requisition_id=asked.pk)
    else:
        rfq = shop.do(purchasing.inquire, requisition_id=asked.pk)
        assert seen(plan(shop)) == []
        (offer,) = rfq.offers.all()
        given = [purchasing.OfferedPrice(offer.supplier_id, offer.item_id, D(9), awarded_quantity=D(12), id=offer.pk)]
        shop.do(purchasing.change_rfq, rfq_id=rfq.pk, offers=given)
        shop.do(purchasing.approve_rfq, document_id=rfq.pk)
        orders = shop.do(purchasing.order_rfq, rfq_id=rfq.pk)
    assert {(order.warehouse, line.quantity) for order in orders for line in order.lines.all()} == {
        (shop.depot, 7), (shop.raw, 5),
    }  # fmt: skip
    assert seen(plan(shop)) == []
    order = next(row for row in orders if row.warehouse == shop.depot)
    shop.do(purchasing.approve_order, document_id=order.pk)
    assert shop.do(purchasing.receive_order, order_id=order.pk).warehouse == shop.depot


def test_a_promise_is_asked_of_the_plant_that_sells(shop):
    """一厂 has 10 pumps, 二厂 gets them in two working days; what is on its way counts where it arrives, not where it leaves."""
    by_transfer(shop)
    shop.stock("pump", "10", "2000.00", lot="L1")
    pump = shop.items["pump"].pk
    here = {"warehouse_id": shop.finished.pk}
    there = {"warehouse_id": shop.depot.pk}
    assert sales.promise([(pump, D(10))], shop.today, **here)[0].on == shop.today
    (second,) = sales.promise([(pump, D(10))], shop.today, **there)
    assert (second.kind, second.free_now) == ("capable", 0)
    assert second.on == working_calendar().add_working_days(shop.today, 2)
    assert "二厂" in second.reason and "一厂" in second.reason
    sold(shop, "4", days=7, warehouse=shop.finished)
    assert sales.promise([(pump, D(10))], shop.today, **there)[0].on > second.on  # the other four are to be made
    sold(shop, "6", days=7)
    (sent,) = rows(plan(shop), kind="transfer")
    shop.do(services.release_suggestions, order_ids=[sent.pk])
    assert sales.promise([(pump, D(1))], shop.today, **here)[0].kind == "capable"
    assert sales.promise([(pump, D(1))], shop.today, **there)[0].on > sent.due_on
    answer = answer_of(pump, D(1), shop.today, shop.today, shop.second.pk)
    assert any("casting" in text and "一厂" in text for text in answer.reasons)


def test_the_master_schedule_is_kept_by_plant(shop):
    """二厂 sells 10 and has 3, so 7 are sent by 一厂, which makes them; over all plants the transfer is neither demand nor receipt."""
    by_transfer(shop)
    shop.stock("pump", "3", "600.00", lot="L1", warehouse=shop.depot)
    sold(shop, "10")
    run = plan(shop)
    fenced = shop.do(services.set_fences, item_id=shop.items["pump"].pk, demand_fence_days=0, planning_fence_days=0)

    def totals(plant: Plant | None) -> tuple[D, ...]:
        weeks, on_hand = schedule_of(fenced, run, shop.today, plant and plant.pk)
        names = ("orders", "sent", "receipts", "suggested")
        return (on_hand, *(sum(getattr(row, name) for row in weeks) for name in names), weeks[-1].projected)

    assert totals(shop.plant) == (0, 0, 7, 0, 7, 0)
    assert totals(shop.second) == (3, 10, 0, 0, 7, 0)
    assert totals(None) == (3, 10, 0, 0, 7, 0)
    (sent,) = rows(run, kind="transfer")
    shop.do(services.release_suggestions, order_ids=[sent.pk])
    assert totals(shop.plant) == (0, 0, 7, 0, 7, 0)
    assert totals(shop.second) == (3, 10, 0, 7, 0, 0)


def test_kits_are_checked_with_what_stands_in_the_plant(shop):
    order = shop.do(
        services.create_firm_order, item_id=shop.items["pump"].pk, quantity=D(2), plant_id=shop.second.pk, due_on=shop.today + timedelta(30),
    )  # fmt: skip
    shop.do(services.release_firm_orders, order_ids=[order.pk])
    shop.stock("casting", "9", "900.00", lot="C1")  # in 一厂
    shop.stock("shaft", "9", "270.00", warehouse=shop.depot)
    (kit,) = kits(floor(shop.today), shop.today, shop.boss)
    assert kit.plant == "二厂"
    assert [(item.code, quantity) for item, quantity in kit.missing] == [("casting", 2), ("bolt", 8)]


def test_a_firm_transfer_needs_what_it_moves(shop):
    by_transfer(shop)
    sold(shop, "10")
    (sent,) = rows(plan(shop), kind="transfer")
    (firm,) = shop.do(services.firm_suggestions, order_ids=[sent.pk])
    assert (firm.plant, firm.source_plant) == (shop.second, shop.plant)
    again = plan(shop)
    assert [row[:3] for row in seen(again) if row[0] == "pump"] == [("pump", "一厂", "make")]
    shop.do(services.release_firm_orders, order_ids=[firm.pk])
    assert FirmOrder.objects.get().doc_type == "inventory.transfer"


def test_an_item_that_is_transferred_comes_from_the_plant_of_its_warehouse(shop):
    Item.objects.filter(code="pump").update(source="transfer", default_supplier=shop.supplier)
    sold(shop, "10")
    assert seen(plan(shop)) == [("pump", "一厂", "buy", 10), ("pump", "二厂", "transfer", 10)]


def test_lot_rule_and_supplier_of_a_plant(shop):
    other = type(shop.supplier).objects.create(code="S2", name="供应商二", pinyin="gyse", is_supplier=True)
    comes(
        shop,
        "pump",
        shop.second,
        source="buy",
        supplier=other,
        lot_rule="minimum_multiple",
        lot_minimum=D(8),
        lot_multiple=D(6),
    )
    sold(shop, "10")
    (row,) = rows(plan(shop))
    assert (row.kind, row.plant, row.supplier, row.quantity) == ("buy", shop.second, other, 12)


def test_co_products_come_out_where_they_are_made(shop):
    from gongfang.masterdata.models import BomOutput

    shop.item("cover", "finished", "0", source="make", lead_time_days=5, default_warehouse=shop.finished)
    BomOutput.objects.create(bom=shop.items["pump"].boms.get(), item=shop.items["cover"], quantity=D("0.5"), kind="co")
    by_transfer(shop)
    by_transfer(shop, "cover")
    on = shop.today + timedelta(days=28)
    order = shop.do(
        sales.create_order, customer_id=shop.customer.pk, promised_date=on, warehouse_id=shop.depot.pk,
        lines=[sales.OrderLine(shop.items["cover"].pk, D(4), D(100), promised_date=on)],
    )  # fmt: skip
    shop.do(sales.approve_order, document_id=order.pk)
    found = [row for row in seen(plan(shop)) if row[0] in ("pump", "cover")]
    assert found == [("cover", "二厂", "transfer", 4), ("pump", "一厂", "make", 8)]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"source": "transfer"}, "source_plant_needed"),
        ({"source": "transfer", "source_plant": "own"}, "own_plant"),
        ({"source": "make", "source_plant": "first"}, "not_transferred"),
        ({"source": "transfer", "source_plant": "first", "lot_rule": "fixed"}, "lot_quantity_needed"),
        ({"warehouse": True}, "other_plant"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_and_nothing_is_kept(shop, wrong, code):
    values = {"plant": shop.second.pk, **wrong}
    if "source_plant" in wrong:
        values["source_plant"] = (shop.second if wrong["source_plant"] == "own" else shop.plant).pk
    if "warehouse" in wrong:
        values["warehouse"] = shop.raw.pk
    with pytest.raises(DomainError) as refusal:
        shop.do(masterdata.change_item, item_id=shop.items["pump"].pk, plants=[values])
    assert code in {problem.code for problem in refusal.value.problems}
    assert not ItemPlant.objects.exists()


def test_transfers_in_a_circle_are_refused(shop):
    way = {"source": "transfer", "lead_time_days": 1}
    pair = [
        {"plant": shop.plant.pk, "source_plant": shop.second.pk, **way},
        {"plant": shop.second.pk, "source_plant": shop.plant.pk, **way},
    ]
    with pytest.raises(DomainError, match="circle"):
        shop.do(masterdata.change_item, item_id=shop.items["pump"].pk, plants=pair)
    shop.do(masterdata.change_item, item_id=shop.items["pump"].pk, plants=pair[1:])
    assert ItemPlant.objects.get().source_plant == shop.plant


def test_statements_do_not_grow_with_plants_rows(shop):
    def statements() -> int:
        with CaptureQueriesContext(connection) as caught:
            run = plan(shop)
        with CaptureQueriesContext(connection) as released:
            shop.do(services.release_suggestions, order_ids=[row.pk for row in rows(run, kind="transfer")])
        return len(caught) + len(released)

    by_transfer(shop)
    sold(shop, "10")
    few = statements()
    for code in ("casting", "shaft", "bolt"):
        by_transfer(shop, code, safety_stock=D(5))
    for n in range(5):
        sold(shop, "10", 30 + n)
    assert statements() <= few


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (["pump", "P2", "调拨", "", "", "W3"], "source_plant", "source_plant_needed"),
        (["pump", "P2", "调拨", "P2", "", "W3"], "source_plant", "own_plant"),
        (["pump", "P2", "调拨", "P1", "fixed", "W3"], "lot_quantity", "lot_quantity_needed"),
        (["pump", "P2", "自制", "", "", "W1"], "warehouse", "other_plant"),
        (["bolt", "P1", "调拨", "P2", "", "W1"], "source_plant", "transfer_circle"),
    ],
)  # fmt: skip
def test_a_workbook_is_told_what_does_not_fit(shop, row, column, code):
    by_transfer(shop, "bolt")  # the circle is closed with what is there already
    head = ["item", "plant", "source", "source_plant", "lot_rule", "warehouse"]
    with translation.override("zh-hans"):
        found = exchange.check_workbook(workbook({"item_plants": [head, row]})).faults
    assert [(one.sheet, one.row, one.column, one.problem.code) for one in found] == [("item_plants", 2, column, code)]


def test_the_workbench_shows_the_plants_and_can_be_narrowed_to_one(shop, client):
    by_transfer(shop)
    sold(shop, "10")
    shop.item("spare", "raw", "1", lead_time_days=1)
    shop.stock("spare", "4", "4.00")
    plan(shop)
    client.force_login(shop.boss)
    page = client.get("/planning/workbench/", {"item": shop.items["pump"].pk, "at": shop.second.pk})
    assert [one["order"].kind for one in page.context["orders"]] == ["transfer"]
    assert (page.context["at"], page.context["figures"].lead_time_days) == (shop.second, 2)
    one = client.get("/planning/workbench/", {"plant": shop.second.pk})
    assert {row["item__code"] for row in one.context["items"]} == {"pump"}
    assert "二厂" in one.content.decode()
    spare = client.get("/planning/workbench/", {"item": shop.items["spare"].pk}).context  # no suggestion: its own plant
    assert (spare["at"], spare["on_hand"], spare["orders"]) == (shop.plant, 4, [])
    (sent,) = rows(PlanRun.objects.get(is_current=True), kind="transfer")
    why = client.get("/planning/workbench/why", {"order": sent.pk}).content.decode()
    assert why.count("一厂") >= 1 and sent.number in why
    assert client.get("/planning/suggestions/").status_code == client.get("/planning/kits/").status_code == 200


def test_pages_speak_of_plants_only_where_there_are_several(shop, client):
    client.force_login(shop.boss)
    item = f"/masterdata/items/{shop.items['pump'].pk}/"

    def shown() -> tuple[list[bool], int]:
        found, statements = [], 0
        for noun in ("suggestions", "exceptions", "firm-orders"):
            with CaptureQueriesContext(connection) as caught:
                page = client.get(f"/planning/{noun}/")
            found.append('value="plant__name"' in page.content.decode())  # among the columns to choose
            found.append("plant" in {one["path"] for one in page.context["filters"]})
            statements += len(caught)
        found.append("plants" in {one.grid.relation for one in client.get(item).context["grids"]})
        found.append("plants" in {grid.relation for grid, _fields in client.get(f"{item}edit").context["form"].grids})
        header = client.get("/planning/firm-orders/new").context["form"].header
        return [*found, "plant" in {one.name for one in header.fields}], statements

    with_plants, several = shown()
    Warehouse.objects.filter(pk=shop.depot.pk).delete()
    shop.second.delete()
    without, one = shown()
    assert set(with_plants) == {True} and set(without) == {False}
    assert several == one
