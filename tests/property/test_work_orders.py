"""Any sequence of shop-floor verbs keeps every figure: WIP = put in − taken out − variance, documents = orders = ledger."""

from collections.abc import Callable
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongfang.costing import services as costing
from gongfang.costing.verify import CHECKS as COSTING
from gongfang.kernel.errors import DomainError
from gongfang.ledger.verify import CHECKS as LEDGER
from gongfang.production import queries, services
from gongfang.production.models import (
    Issue,
    LotUse,
    MaterialReturn,
    OutputReceipt,
    Report,
    SubcontractOrder,
    SubcontractReceipt,
    SubcontractTransfer,
    WorkOrder,
)
from gongfang.production.verify import CHECKS as PRODUCTION
from tests.production.shop import Shop

Act = Callable[[Shop, WorkOrder, int, int], Any]


def latest(model: Any, pick: int) -> Any:
    rows = list(model.objects.filter(approval="approved").order_by("-pk")[:4])
    return rows[pick % len(rows)].pk if rows else 0


def give_back(shop: Shop, order: WorkOrder, a: int, b: int) -> Any:
    material = order.materials.order_by("line_no")[a % 3]
    line = material.issuelines.order_by("-pk").first()
    lot_id = line.lot_id if line else None
    return shop.do(
        services.return_materials, lines=[services.ReturnInput(material.pk, D(b), lot_id=lot_id, is_good=bool(a % 2))]
    )


def supplement(shop: Shop, order: WorkOrder, a: int, b: int) -> Any:
    material = order.materials.order_by("line_no")[a % 2]
    return shop.do(services.supplement_materials, lines=[services.IssueInput(material.pk, D(b) / 4)], reason="lost")


def give_outside(shop: Shop, order: WorkOrder, a: int, b: int) -> Any:
    """Have some pieces of the assembly done by the subcontractor."""
    document = shop.do(
        services.create_subcontract_order, order_id=order.pk, operation_no=20, partner_id=shop.supplier.pk, quantity=D(b), price=D(2),
    )  # fmt: skip
    return shop.do(services.SUBCONTRACT.approve, document_id=document.pk)


def outside(order: WorkOrder) -> int:
    row = SubcontractOrder.objects.filter(order=order, approval="approved").order_by("-pk").first()
    return row.pk if row else 0


def take_apart(shop: Shop, order: WorkOrder, a: int, b: int) -> Any:
    """Put received pumps through a disassembly order, as far as it goes."""
    apart = shop.do(services.create_disassembly, item_id=order.item_id, quantity=D(1))
    shop.approve(apart)
    shop.do(services.release_orders, order_ids=[apart.pk])
    shop.pick(apart)
    lines = [
        services.ReceiptInput(apart.pk, output.quantity, output_id=output.pk)
        for output in apart.outputs.select_related("item")
    ]
    shop.do(services.receive_output, lines=lines)
    shop.do(services.complete_orders, order_ids=[apart.pk])
    shop.close(apart)
    return shop.do(costing.settle_orders, order_ids=[apart.pk])


def genealogy_is_sound() -> bool:
    """No lot is inside itself, and what a lot went into is exactly what it is inside of."""
    lots = set(LotUse.objects.filter(quantity__gt=0).values_list("lot_id", flat=True))
    made = {lot: queries.lots_made_of([lot]) for lot in lots}
    inside = {lot: queries.lots_inside([lot]) for lot in lots}
    return all(lot not in made[lot] for lot in lots) and all(
        (b in made[a]) == (a in inside[b]) for a in lots for b in lots
    )


ACTS: dict[str, Act] = {
    "give outside": give_outside,
    "send outside": lambda s, o, a, b: s.do(services.send_subcontract, subcontract_id=outside(o)),
    "take in": lambda s, o, a, b: s.do(services.receive_subcontract, subcontract_id=outside(o), good=D(b), scrap=D(a % 2)),
    "back unworked": lambda s, o, a, b: s.do(services.return_subcontract, subcontract_id=outside(o), pieces=D(b)),
    "undo outside": lambda s, o, a, b: s.do(services.undo_subcontract_receipt, document_id=latest(SubcontractReceipt, a)),
    "undo sent": lambda s, o, a, b: s.do(services.undo_subcontract_transfer, document_id=latest(SubcontractTransfer, a)),
    "take apart": take_apart,
    "pick": lambda s, o, a, b: s.pick(o),
    "issue": lambda s, o, a, b: s.issue(o, ["casting", "shaft"][a % 2], str(b)),
    "supplement": supplement,
    "return": give_back,
    "turn": lambda s, o, a, b: s.report(o, 10, str(b), minutes=str(7 * a + b)),
    "turn at standard": lambda s, o, a, b: s.report(o, 10, str(b), scrap_material=str(a % 2)),
    "assemble": lambda s, o, a, b: s.report(o, 20, str(b), scrap_worker=str(a % 2), rework=str(a % 3)),
    "receive": lambda s, o, a, b: s.receive(o, str(b)),
    "receive thirds": lambda s, o, a, b: s.receive(o, "0.333333"),
    "undo issue": lambda s, o, a, b: s.do(services.undo_issue, document_id=latest(Issue, a)),
    "undo return": lambda s, o, a, b: s.do(services.undo_return, document_id=latest(MaterialReturn, a)),
    "undo report": lambda s, o, a, b: s.do(services.undo_report, document_id=latest(Report, a)),
    "undo receipt": lambda s, o, a, b: s.do(services.undo_receipt, document_id=latest(OutputReceipt, a)),
    "pause": lambda s, o, a, b: s.do(services.pause_orders, order_ids=[o.pk], reason="x"),
    "resume": lambda s, o, a, b: s.do(services.resume_orders, order_ids=[o.pk]),
    "complete": lambda s, o, a, b: s.do(services.complete_orders, order_ids=[o.pk]),
    "close": lambda s, o, a, b: s.close(o),
    "reopen": lambda s, o, a, b: s.do(services.reopen_orders, order_ids=[o.pk]),
    "settle": lambda s, o, a, b: s.do(costing.settle_orders, order_ids=[o.pk]),
    "unsettle": lambda s, o, a, b: s.do(costing.unsettle_orders, order_ids=[o.pk]),
    "change": lambda s, o, a, b: s.do(services.change_order, document_id=o.pk, quantity=D(b + 5), start=s.today, due=s.today, reason="x"),
    "rates": lambda s, o, a, b: type(s.turning).objects.update(labour_rate=D(30 + a)),
}  # fmt: skip
STEP = st.tuples(st.sampled_from(sorted(ACTS)), st.integers(0, 1), st.integers(0, 5), st.integers(1, 6))
CHECKS = [*PRODUCTION, *COSTING, *(check for check in LEDGER if "audit" not in check.name)]


def faults() -> list[str]:
    return [str(fault) for check in CHECKS for fault in check.run()]


def play(shop: Shop, steps: list[tuple[str, int, int, int]]) -> int:
    """Run steps on two orders; expected refusals are fine. Returns how many acted."""
    shop.stock_up(30)
    orders = [shop.order("6"), shop.order("7")]
    acted = 0
    for name, which, a, b in steps:
        order = orders[which]
        try:
            with transaction.atomic():
                ACTS[name](shop, order, a, b)
            acted += 1
        except DomainError:
            continue
        found = faults()
        assert not found, (name, which, a, b, found)
        assert sum(shop.wip(order).values(), D(0)) == shop.fresh(order).wip
    assert genealogy_is_sound()
    return acted


OUTSIDE = [
    ("pick", 0, 0, 1), ("turn", 0, 1, 6), ("give outside", 0, 0, 4), ("send outside", 0, 0, 1), ("take in", 0, 1, 2), ("back unworked", 0, 0, 1),
    ("undo outside", 0, 0, 1), ("take in", 0, 0, 3), ("receive", 0, 0, 2), ("undo sent", 0, 0, 1), ("undo report", 0, 0, 1),
    ("undo receipt", 0, 0, 1), ("undo outside", 0, 0, 1), ("send outside", 0, 0, 1), ("take in", 0, 1, 1), ("pick", 1, 0, 1), ("turn", 1, 0, 6),
    ("assemble", 1, 0, 4), ("receive", 1, 0, 3), ("take apart", 1, 0, 1), ("complete", 0, 0, 1), ("close", 0, 0, 1),
]  # fmt: skip


LONG = [
    ("pick", 0, 0, 1), ("turn", 0, 1, 6), ("assemble", 0, 0, 3), ("receive", 0, 0, 2), ("receive thirds", 0, 0, 1), ("return", 0, 1, 2),
    ("undo receipt", 0, 0, 1), ("assemble", 0, 1, 2), ("receive", 0, 0, 4), ("undo report", 0, 0, 1), ("supplement", 0, 1, 5),
    ("pick", 1, 0, 1), ("turn at standard", 1, 1, 6), ("assemble", 1, 1, 4), ("receive", 1, 0, 4), ("complete", 1, 0, 1), ("close", 1, 0, 1),
    ("settle", 1, 0, 1), ("unsettle", 1, 0, 1), ("reopen", 1, 0, 1), ("undo receipt", 1, 0, 1), ("complete", 0, 0, 1), ("close", 0, 0, 1),
    ("settle", 0, 0, 1),
]  # fmt: skip


@pytest.mark.django_db
def test_a_long_history_keeps_every_figure() -> None:
    assert play(Shop(), LONG) >= 20


@pytest.mark.django_db
def test_work_outside_keeps_every_figure() -> None:
    assert play(Shop(), OUTSIDE) >= 14


@pytest.mark.django_db
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(st.lists(STEP, min_size=5, max_size=18))
def test_any_history_keeps_every_figure(steps: list[tuple[str, int, int, int]]) -> None:
    with transaction.atomic():
        play(Shop(), [("pick", 0, 0, 1), ("turn", 0, 1, 6), ("pick", 1, 0, 1), ("turn", 1, 0, 5), *steps])
        transaction.set_rollback(True)
