"""Demo people work the pump factory through the same verbs as real ones; the books hold, and the same seed gives the same days."""

from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import transaction

from gongfang.inventory.models import StockCount
from gongfang.kernel.errors import DomainError
from gongfang.ledger.models import Voucher
from gongfang.platform.exchange import services as exchange
from gongfang.platform.identity import services as identity
from gongfang.platform.verification import run_all
from gongfang.production.models import WorkOrder
from gongfang.simulation.runner import simulate

WORKBOOK = Path(__file__).resolve().parents[2] / "examples" / "pump-factory.xlsx"
START = date(2026, 9, 1)  # a Tuesday


def import_factory() -> None:
    admin = identity.register_first_admin(
        actor=None, request_id=uuid4(), username="root", name="管理员", password="Gongfang-2026"
    )
    exchange.import_workbook(actor=admin, request_id=uuid4(), content=WORKBOOK.read_bytes(), start=START)


def state() -> tuple[object, ...]:
    """What must be the same again: every voucher's amount and every work order's stage, in order."""
    return (
        list(Voucher.objects.order_by("period", "number").values_list("number", "on", "amount")),
        list(WorkOrder.objects.order_by("number").values_list("number", "item__code", "stage", "received_quantity")),
    )


@pytest.mark.slow
@pytest.mark.django_db
def test_a_week_of_the_factory_leaves_the_books_clean():
    import_factory()
    assert run_all() == []
    report = simulate(days=7, seed=1, start=START)
    assert {
        "sales_orders",
        "arrivals",
        "released",
        "reports",
        "finished",
        "shipments",
        "sales_invoices",
    } <= report.done.keys()
    assert WorkOrder.objects.filter(stage="settled").count() == report.done["finished"] > 10
    (count,) = StockCount.objects.filter(approval="approved")
    assert count.right_count >= count.line_count // 2, "the keeper finds nearly what the books say"
    assert run_all() == []


@pytest.mark.slow
@pytest.mark.django_db
def test_the_same_seed_gives_the_same_days():
    import_factory()
    found = []
    for seed in (5, 5, 6):
        point = transaction.savepoint()
        simulate(days=2, seed=seed, start=START)
        found.append(state())
        transaction.savepoint_rollback(point)
    assert found[0] == found[1]
    assert found[0] != found[2]


@pytest.mark.django_db
def test_without_people_nobody_can_work():
    with pytest.raises(DomainError) as refusal:
        simulate(days=1, seed=1, start=START)
    assert refusal.value.code == "no_people"


@pytest.mark.django_db
@pytest.mark.parametrize("days", [0, -1, 3651])
def test_a_span_without_sense_is_refused(days):
    with pytest.raises(DomainError) as refusal:
        simulate(days=days, seed=1)
    assert refusal.value.code == "bad_days"
