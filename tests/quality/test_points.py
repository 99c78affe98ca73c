"""Inspection points on the floor: the first piece, operations that hold their pieces, and what becomes of those that fail."""

import json
import uuid
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gongfang.kernel.errors import DomainError
from gongfang.ledger import queries as ledger
from gongfang.ledger.models import Lot
from gongfang.ledger.services import Move, post
from gongfang.maintenance import services as maintenance
from gongfang.maintenance.models import Count, Equipment
from gongfang.platform.verification import run_all
from gongfang.production import services
from gongfang.production.models import Report, WorkOrder, WorkOrderOperation
from gongfang.production.queries import arrived_quantities, rework_cost
from gongfang.quality import queries
from gongfang.quality import services as quality
from gongfang.quality.models import Inspection, Nonconformance
from tests.production.shop import Shop


@pytest.fixture
def shop(db: None) -> Iterator[Shop]:
    shop = Shop()
    yield shop
    assert [str(fault) for fault in run_all()] == []


def refused(act: Any) -> str:
    with pytest.raises(DomainError) as refusal:
        act()
    return refusal.value.code


def begun(shop: Shop, **points: str) -> WorkOrder:
    """A released pump order of 10 with inspection points at its operations: op10="process"."""
    shop.stock_up()
    order = shop.order()
    for name, kind in points.items():
        WorkOrderOperation.objects.filter(document=order, operation_no=int(name[2:])).update(inspection=kind)
    shop.pick(order)
    return order


def decide(shop: Shop, inspection: Inspection, accepted: str, rejected: str = "0", concession: str = "0") -> None:
    shop.do(
        quality.decide_inspection, inspection_id=inspection.pk, accepted_quantity=D(accepted), rejected_quantity=D(rejected),
        concession_quantity=D(concession),
    )  # fmt: skip


def test_the_first_piece_comes_before_the_rest(shop: Shop) -> None:
    order = begun(shop, op10="first")
    operation = shop.operation(order, 10)
    assert refused(lambda: shop.report(order, 10, "2")) == "first_piece"
    shop.do(services.begin_operation, operation_id=operation.pk)
    first = Inspection.objects.get(kind="first")
    assert (first.quantity, first.operation_ref, first.source_number) == (D(1), operation.pk, order.number)
    shop.report(order, 10, "1")
    assert refused(lambda: shop.report(order, 10, "1")) == "first_piece"
    for state in ("submitted", "draft"):  # handed in for approval, it still waits
        Inspection.objects.filter(pk=first.pk).update(approval=state)
        assert refused(lambda: shop.do(services.request_first_piece, operation_id=operation.pk)) == "first_piece_asked"
    decide(shop, first, "0", "1")
    assert refused(lambda: shop.report(order, 10, "1")) == "first_piece"
    shop.do(services.request_first_piece, operation_id=operation.pk)
    shop.do(quality.pass_inspection, inspection_id=queries.waiting("first").get().pk)
    shop.report(order, 10, "9")
    assert shop.operation(order, 10).good_quantity == D(10)
    other = shop.operation(order, 20)
    assert refused(lambda: shop.do(services.request_first_piece, operation_id=other.pk)) == "no_first_piece"
    assert refused(lambda: shop.do(services.request_first_piece, operation_id=10**9)) == "missing"


def test_an_operation_holds_its_pieces_until_they_are_released(shop: Shop) -> None:
    order = begun(shop, op10="process")
    report = shop.report(order, 10, "6")
    assert refused(lambda: shop.report(order, 20, "1")) == "out_of_sequence"
    assert arrived_quantities([shop.operation(order, 20)])[shop.operation(order, 20).pk] == 0
    inspection = queries.waiting("process").get()
    decide(shop, inspection, "3", "2", "1")
    assert shop.operation(order, 10).released_quantity == D(4)
    shop.report(order, 20, "4")
    assert refused(lambda: shop.report(order, 20, "1")) == "out_of_sequence"
    nonconformance = Nonconformance.objects.get()
    assert (nonconformance.quantity, nonconformance.operation_ref, nonconformance.source_number) == (
        D(2),
        inspection.operation_ref,
        order.number,
    )
    assert refused(lambda: shop.do(quality.unapprove_inspection, document_id=inspection.pk)) == "later_report"
    assert refused(lambda: shop.do(services.undo_report, document_id=report.pk)) == "later_report"
    assert refused(lambda: shop.close(order)) != ""


def failed(shop: Shop, order: WorkOrder, quantity: int = 2) -> Nonconformance:
    shop.report(order, 10, "10")
    decide(shop, queries.waiting("process").get(), str(10 - quantity), str(quantity))
    return Nonconformance.objects.get()


@pytest.mark.parametrize(
    ("disposition", "good", "scrap", "rework", "released", "loss"),
    [("concession", 10, 0, 0, 10, False), ("scrap", 8, 2, 0, 8, True), ("rework", 8, 0, 2, 8, False), ("sort", 10, 0, 0, 8, False)],
)  # fmt: skip
def test_pieces_of_an_order_that_failed(
    shop: Shop, disposition: str, good: int, scrap: int, rework: int, released: int, loss: bool
) -> None:
    order = begun(shop, op10="process")
    report = failed(shop, order)
    before = (shop.wip(order), shop.books())

    def figures() -> tuple[Any, ...]:
        row = shop.operation(order, 10)
        return row.good_quantity, row.scrap_quantity, row.rework_quantity, row.released_quantity

    shop.do(quality.change_nonconformance, nonconformance_id=report.pk, disposition=disposition)
    shop.do(quality.approve_nonconformance, document_id=report.pk)
    report.refresh_from_db()
    assert figures() == (D(good), D(scrap), D(rework), D(released)) and (report.loss_amount > 0) is loss
    assert (shop.wip(order), shop.books()) == before, "pieces fail, cost stays in the order"
    assert queries.waiting("process").count() == (1 if disposition == "sort" else 0)
    if disposition == "rework":
        shop.report(order, 10, "2")
        shop.do(quality.pass_inspection, inspection_id=queries.waiting("process").get().pk)
        assert shop.operation(order, 10).released_quantity == D(10)
        return
    shop.do(quality.unapprove_nonconformance, document_id=report.pk)
    assert figures() == (D(10), D(0), D(0), D(8))
    assert Report.objects.filter(approval="approved").count() == 1


def test_pieces_of_an_order_do_not_go_to_a_supplier(shop: Shop) -> None:
    report = failed(shop, begun(shop, op10="process"))
    shop.do(quality.change_nonconformance, nonconformance_id=report.pk, disposition="return")
    assert refused(lambda: shop.do(quality.approve_nonconformance, document_id=report.pk)) == "not_bought"


def test_undoing_a_report_takes_its_inspection_along(shop: Shop) -> None:
    order = begun(shop, op10="process")
    report = shop.report(order, 10, "10")
    shop.do(quality.pass_inspection, inspection_id=queries.waiting("process").get().pk)
    shop.do(services.undo_report, document_id=report.pk)
    assert (Inspection.objects.get().approval, shop.operation(order, 10).released_quantity) == ("void", D(0))


def test_blocked_stock_is_reworked_by_an_order(shop: Shop) -> None:
    order = begun(shop)
    shop.report(order, 10, "10")
    shop.report(order, 20, "10")
    shop.receive(order, "10")
    pump, store = shop.items["pump"], ledger.store_of(shop.finished)
    hold, lot = ledger.blocked_of(shop.finished), Lot.objects.get(item=pump)
    with transaction.atomic():
        post(
            actor=shop.boss, reason="test", source=None, on=shop.today, moves=[Move(pump.pk, D(3), store, hold, lot.pk)]
        )
    report = shop.do(
        quality.create_nonconformance,
        item_id=pump.pk,
        quantity=D(3),
        defect="漆面划伤",
        location_id=hold.pk,
        lot_id=lot.pk,
        disposition="rework",
    )
    books = shop.books()
    shop.do(quality.approve_nonconformance, document_id=report.pk)
    report.refresh_from_db()
    rework = WorkOrder.objects.get(number=report.rework_number)
    assert (rework.kind, rework.stage, rework.quantity, shop.on_hand("pump")) == ("rework", "started", D(3), D(7))
    assert shop.wip(rework) == {"material": rework.actual_material} and rework.actual_material > 0
    shop.do(quality.unapprove_nonconformance, document_id=report.pk)
    assert (shop.books(), WorkOrder.objects.get(pk=rework.pk).stage) == (books, "cancelled")
    shop.do(quality.approve_nonconformance, document_id=report.pk)
    rework = WorkOrder.objects.get(number=Nonconformance.objects.get(pk=report.pk).rework_number)
    today, tomorrow = shop.today, shop.today + timedelta(days=1)
    assert rework_cost(today, today) == (0, D(0)), "nobody has worked on it; the pieces' own value is no cost of rework"
    shop.report(rework, rework.operations.get().operation_no, "3", minutes="30")
    spent = D("27.50")  # half an hour of assembly: 22.50 labour, 5.00 overhead
    assert (rework_cost(today, today), rework_cost(tomorrow, tomorrow)) == ((1, spent), (0, D(0)))
    client = Client()
    client.force_login(shop.boss)
    rows = {row["url"]: (row["count"], row["money"]) for row in client.get("/quality/costs/").context["rows"]}
    assert rows["/production/orders/?kind=rework"] == (1, spent)
    assert refused(lambda: shop.do(quality.unapprove_nonconformance, document_id=report.pk)) == "rework_begun"
    shop.receive(rework, "3")
    assert shop.on_hand("pump") == D(10)


def test_rework_is_done_by_the_steps_that_quality_chose(shop: Shop) -> None:
    """Assembly of the item's routing once more (as there: two people), polishing before it; unknown ones are refused with their line."""
    order = begun(shop)
    shop.report(order, 10, "10")
    shop.report(order, 20, "10")
    shop.receive(order, "10")
    pump, hold = shop.items["pump"], ledger.blocked_of(shop.finished)
    lot = Lot.objects.get(item=pump)
    with transaction.atomic():
        moves = [Move(pump.pk, D(3), ledger.store_of(shop.finished), hold, lot.pk)]
        post(actor=shop.boss, reason="test", source=None, on=shop.today, moves=moves)
    given = {
        "item_id": pump.pk,
        "quantity": D(3),
        "defect": "划伤",
        "location_id": hold.pk,
        "lot_id": lot.pk,
        "disposition": "rework",
    }
    step = quality.ReworkInput
    for wrong, code in (
        (step(), "step_incomplete"),
        (step(name="x"), "step_incomplete"),
        (step(20, minutes=D(-1)), "negative_time"),
    ):
        assert (
            refused(lambda wrong=wrong: shop.do(quality.create_nonconformance, rework_steps=[wrong], **given)) == code
        )
    report = shop.do(quality.create_nonconformance, rework_steps=[step(30)], **given)
    assert refused(lambda: shop.do(quality.approve_nonconformance, document_id=report.pk)) == "operation_unknown"
    client = Client()
    client.force_login(shop.boss)
    row = report.rework_steps.get()
    form = {"version": report.version, "request_id": str(uuid.uuid4()), "disposition": "rework", "grade": "minor", "defect": "划伤", "lot": lot.pk, "location": hold.pk,
            "rework_steps": json.dumps([{"id": row.pk, "operation_no": "", "name": "抛光", "work_centre": shop.turning.pk, "minutes": "2"}, {"operation_no": "20"}])}  # fmt: skip
    answer = client.post(f"/quality/nonconformances/{report.pk}/edit", form)
    assert answer.status_code == 302
    shop.do(quality.approve_nonconformance, document_id=report.pk)
    rework = WorkOrder.objects.get(kind="rework")
    steps = rework.operations.values_list("operation_no", "name", "work_centre__code", "run_minutes", "crew")
    assert list(steps) == [(10, "抛光", "LATHE", D(2), 1), (20, "op20", "ASSY", D(12), 2)]
    shop.do(quality.unapprove_nonconformance, document_id=report.pk)
    assert (
        not WorkOrder.objects.filter(kind="rework").exclude(stage="cancelled").exists()
        and report.rework_steps.count() == 2
    )


def test_deciding_and_disposing_names_the_operations_to_do_again(shop: Shop) -> None:
    """Two of ten fail the final inspection: the dialog says operations 10 and 20 again, or a routing of its own."""
    shop.items["pump"].inspect_final = True
    shop.items["pump"].save()
    order = begun(shop)
    shop.report(order, 10, "10")
    shop.report(order, 20, "10")
    one = queries.waiting("final").get()
    client = Client()
    client.force_login(shop.boss)
    address = f"/quality/inspections/{one.pk}/verb/dispose_inspection"
    form = {
        "accepted_quantity": "8",
        "rejected_quantity": "2",
        "disposition": "rework",
        "defect": "x",
        "rework_operations": "十",
        "request_id": str(uuid.uuid4()),
    }
    assert client.post(address, form).status_code == 422
    answer = client.post(address, form | {"rework_operations": "10, 20", "request_id": str(uuid.uuid4())})
    assert answer.status_code in (200, 204, 302)
    steps = Nonconformance.objects.get().rework_steps.values_list("operation_no", flat=True)
    assert list(steps) == [10, 20]


def test_a_worn_mould_stops_the_operation(shop: Shop) -> None:
    order = begun(shop)
    operation = shop.operation(order, 10)
    mould = shop.do(
        maintenance.create_equipment, code="M1", name="模具", kind="mould", life_strokes=D(4), cavities=2, work_centre=operation.work_centre_id,
        uses=[{"item": shop.items["pump"].pk, "operation_no": 10}],
    )  # fmt: skip
    report = shop.report(order, 10, "6")
    assert Equipment.objects.get(pk=mould.pk).strokes == D(3)
    shop.report(order, 10, "3")
    assert Equipment.objects.get(pk=mould.pk).strokes == D(5), "what has happened is counted"
    assert refused(lambda: shop.report(order, 10, "1")) == "tool_worn"
    assert refused(lambda: shop.do(services.begin_operation, operation_id=operation.pk)) == "tool_worn"
    shop.do(services.undo_report, document_id=report.pk)
    assert (Equipment.objects.get(pk=mould.pk).strokes, Count.objects.count()) == (D(2), 3)
    shop.report(order, 10, "1")
    shop.do(maintenance.mount_tool, equipment_id=mould.pk, work_centre_id=None)
    shop.report(order, 10, "1")
    assert Equipment.objects.get(pk=mould.pk).strokes == D(3), "laid aside, it counts no more"


def test_points_cost_a_report_few_statements(shop: Shop) -> None:
    order = begun(shop, op10="process")
    counts = []
    for pieces in ("1", "1", "5"):  # the first makes what is made on first use
        with CaptureQueriesContext(connection) as statements:
            shop.report(order, 10, pieces)
        counts.append(len(statements))
    assert counts[1] == counts[2]
