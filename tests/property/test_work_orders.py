"""Any sequence of shop-floor verbs keeps every figure: WIP = put in − taken out − variance, documents = orders = ledger.

The workshop makes pumps with a frame of its own, a rotor as co-product and chips as by-product; shafts have a substitute, and an
engineering change waits to be applied. Orders that verbs make (splits, children, rework) join the game.
"""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongfang.costing import services as costing
from gongfang.costing.verify import CHECKS as COSTING
from gongfang.engines.wip import ELEMENTS
from gongfang.finance.verify import CHECKS as FINANCE
from gongfang.kernel import money
from gongfang.kernel.errors import DomainError
from gongfang.ledger.models import VoucherLine
from gongfang.ledger.verify import CHECKS as LEDGER
from gongfang.masterdata import services as masterdata
from gongfang.masterdata.models import Bom, BomOutput, BomSubstitute, EngineeringChange, Partner, Routing, Warehouse
from gongfang.platform.settings import services as company_settings
from gongfang.production import queries, services
from gongfang.production.models import (
    Issue,
    LotUse,
    MaterialReturn,
    OperationTime,
    OutputReceipt,
    OutputReceiptLine,
    Report,
    ReportPerson,
    SubcontractOrder,
    SubcontractReceipt,
    SubcontractTransfer,
    WorkOrder,
    WorkOrderOperation,
)
from gongfang.production.verify import CHECKS as PRODUCTION
from tests.conftest import on_postgres
from tests.production.shop import Shop

Act = Callable[[Shop, WorkOrder, int, int], Any]


def workshop() -> Shop:
    """The shop with all that a verb may ask for; orders of pumps come from their second structure."""
    shop = Shop()
    shop.item("steel", "raw", "35")
    shop.item("seal", "raw", "4")
    shop.item("frame", "semi", "5", source="make")
    shop.item("rotor", "finished", "20", source="make", default_warehouse=shop.finished)
    shop.item("chips", "raw", "1")
    shop.bom("frame", bolt="2")
    shop.routing("frame", (10, shop.turning, "0", "3", 1))
    bom = Bom.objects.get(item=shop.items["pump"])
    frame = bom.lines.order_by("line_no").last()
    frame.pk, frame.line_no, frame.component, frame.quantity = None, 4, shop.items["frame"], D(1)
    frame.issue_method, frame.operation_no = "push", None
    frame.save()
    BomSubstitute.objects.create(bom=bom, line_no=2, item=shop.items["steel"], rank=1, ratio=D("0.5"), use_up=True)
    BomOutput.objects.create(bom=bom, item=shop.items["rotor"], quantity=D(1), kind="co", cost_share=D("0.2"))
    BomOutput.objects.create(bom=bom, item=shop.items["chips"], quantity=D("0.5"))
    Warehouse.objects.create(code="W9", name="线边仓", plant=shop.plant, kind="line")
    line = masterdata.ChangeInput(bom.pk, "replace", shop.items["shaft"].pk, shop.items["seal"].pk, D(1))
    routing = Routing.objects.get(item=shop.items["pump"])
    steps = [
        masterdata.OperationInput(routing.pk, 15, "add", "deburr", shop.assembly.pk, D(4), D("1.5"), 1),
        masterdata.OperationInput(routing.pk, 20, work_centre_id=shop.turning.pk, run_minutes=D(7)),
    ]
    change = shop.do(
        masterdata.create_change,
        title="x",
        reason="x",
        lines=[line],
        operations=steps,
        effective_on=shop.today + timedelta(days=9),
    )
    shop.do(masterdata.CHANGES.submit, document_id=change.pk)
    shop.do(masterdata.CHANGES.approve, document_id=change.pk)
    shop.stock_up(30)
    shop.stock("steel", "8", "280.00")
    shop.stock("seal", "20", "80.00")
    shop.stock("frame", "15", "75.00")
    Partner.objects.create(code="S2", name="外协二厂", pinyin="wxec", is_supplier=True, is_subcontractor=True)
    shop.order("6")
    shop.order("7")
    return shop


def latest(model: Any, pick: int) -> Any:
    rows = list(model.objects.filter(approval="approved").order_by("-pk")[:4])
    return rows[pick % len(rows)].pk if rows else 0


def give_back(shop: Shop, order: WorkOrder, a: int, b: int) -> Any:
    materials = list(order.materials.order_by("line_no"))
    material = materials[a % len(materials)]
    line = material.issuelines.order_by("-pk").first()
    lot_id = line.lot_id if line else None
    return shop.do(
        services.return_materials, lines=[services.ReturnInput(material.pk, D(b), lot_id=lot_id, is_good=bool(a % 2))]
    )


def supplement(shop: Shop, order: WorkOrder, a: int, b: int) -> Any:
    materials = list(order.materials.order_by("line_no"))
    material = materials[a % len(materials)]
    return shop.do(services.supplement_materials, lines=[services.IssueInput(material.pk, D(b) / 4)], reason="lost")


def give_outside(shop: Shop, order: WorkOrder, a: int, b: int) -> Any:
    """Have some pieces of the assembly done by a subcontractor: every other time by the second one; what came back unworked too."""
    partner = Partner.objects.get(code="S2") if a % 2 else shop.supplier
    document = shop.do(
        services.create_subcontract_order, order_id=order.pk, operation_no=20, partner_id=partner.pk, quantity=D(b), price=D(2 + a % 2),
    )  # fmt: skip
    return shop.do(services.SUBCONTRACT.approve, document_id=document.pk)


def outside(order: WorkOrder, nth: int = 0) -> int:
    """One of the order's subcontract orders, the latest first."""
    rows = list(SubcontractOrder.objects.filter(order=order, approval="approved").order_by("-pk")[:3])
    return rows[nth % len(rows)].pk if rows else 0


def assemble_back(shop: Shop, order: WorkOrder, a: int, b: int) -> Any:
    """People here assemble what came back unworked; the latest such step may be any order's."""
    back = queries.came_back(WorkOrderOperation.objects.all())
    pk = sorted(back)[a % len(back)]
    return shop.do(services.report_operation, operation_id=pk, good=D(b), scrap_worker=D(a % 2), minutes=D(7 * b))


def void_outside(shop: Shop, order: WorkOrder, a: int, b: int) -> Any:
    shop.do(services.SUBCONTRACT.unapprove, document_id=outside(order, a))
    return shop.do(
        services.SUBCONTRACT.void,
        document_id=SubcontractOrder.objects.filter(order=order, approval="draft").latest("pk").pk,
    )


def outside_is_sound() -> bool:
    """Pieces are at a subcontractor's, through or here, never twice; who worked outside is owed, who worked here is not; and nobody here
    stands in a line of outside work."""
    steps = list(WorkOrderOperation.objects.filter(is_subcontracted=True))
    for step in steps:
        one = queries.outside_of([step])[step.pk]
        there = one.planned if one.there is None else one.there
        if step.document.stage not in ("cancelled",) and one.there is not None and one.away + one.worked > there:
            return False
        if any(
            row.claimed > row.quantity or row.sent < 0 or (one.there is not None and row.sent < row.worked)
            for row in one.given
        ):
            return False
        here = step.report_lines.filter(subcontractor=None, document__approval="approved")
        if sum((row.good + row.scrap_material + row.scrap_worker for row in here), D(0)) != one.without_order:
            return False
    return not ReportPerson.objects.exclude(line__subcontractor=None).exists()


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


def give_all_outside(shop: Shop, order: WorkOrder, a: int, b: int) -> Any:
    """Have the whole order, or what is left of it, made by the subcontractor of our material."""
    document = shop.do(
        services.create_subcontract_order, order_id=order.pk, partner_id=shop.supplier.pk, quantity=D(b), price=D(9)
    )
    shop.do(services.SUBCONTRACT.approve, document_id=document.pk)
    return shop.do(services.send_subcontract, subcontract_id=document.pk)


def lose_outside(shop: Shop, order: WorkOrder, a: int, b: int) -> Any:
    material = list(order.materials.order_by("line_no"))[a % 2]
    return shop.do(
        services.reckon_loss, subcontract_id=outside(order), item_id=material.item_id, quantity=D(b) / 2, reason="lost",
        deduction=D(a % 2),
    )  # fmt: skip


def begin_order(shop: Shop, order: WorkOrder, a: int, b: int) -> Any:
    """Another order of pumps; every other one stays planned."""
    return shop.order(str(b), release=bool(a % 2))


def release(shop: Shop, order: WorkOrder, a: int, b: int) -> Any:
    """The latest order that is not on the floor yet."""
    fresh = WorkOrder.objects.filter(stage="planned").exclude(approval="void").order_by("-pk")[0]
    if fresh.approval != "approved":
        shop.approve(fresh)
    return shop.do(services.release_orders, order_ids=[fresh.pk])


def merge(shop: Shop, order: WorkOrder, a: int, b: int) -> Any:
    planned = WorkOrder.objects.filter(stage="planned", item=order.item_id).exclude(approval="void").order_by("pk")
    return shop.do(services.merge_orders, order_ids=list(planned.values_list("pk", flat=True)[: 2 + a % 2]))


def split(shop: Shop, order: WorkOrder, a: int, b: int) -> Any:
    """The latest order that still goes on, begun or not; or this one."""
    going = WorkOrder.objects.filter(stage__in=["planned", "released", "started", "paused"]).exclude(approval="void")
    whole = order if a > 3 else going.order_by("-pk")[0]
    return shop.do(services.split_order, document_id=whole.pk, quantity=D(b) / (1 + a % 2))


def rework(shop: Shop, order: WorkOrder, a: int, b: int) -> Any:
    """Take some received pieces through another turning; the same lot goes in and comes out."""
    made = shop.do(
        services.create_rework, document_id=order.pk, quantity=D(b) / 2, reason="burr", operation="deburr",
        work_centre_id=shop.turning.pk, minutes=D(3),
    )  # fmt: skip
    shop.approve(made)
    shop.do(services.release_orders, order_ids=[made.pk])
    shop.pick(made)
    if a % 2:
        shop.report(made, 10, str(D(b) / 2))
        shop.receive(made, str(D(b) / 2))
    return made


def substitute(shop: Shop, order: WorkOrder, a: int, b: int) -> Any:
    material = shop.material(order, "shaft")
    return shop.do(
        services.substitute_material, material_id=material.pk, item_id=shop.items["steel"].pk, quantity=D(b), replaces=D(b) / 2
    )  # fmt: skip


def ask_for_change(shop: Shop, order: WorkOrder, a: int, b: int) -> Any:
    asked = shop.do(services.request_change, order_id=order.pk, reason="x", quantity=D(b + 4))
    shop.do(services.CHANGE.submit, document_id=asked.pk)
    return shop.do(services.CHANGE.approve, document_id=asked.pk)


def clock(shop: Shop, order: WorkOrder, a: int, b: int) -> Any:
    """Work by the clock: begin and stop, so much ago; the report that follows counts it. Every other time it still runs."""
    shop.do(company_settings.change_setting, key="production.time_source", value="clock")
    operation = shop.operation(order, 10 + 10 * (a % 2))
    shop.do(services.begin_operation, operation_id=operation.pk)
    running = OperationTime.objects.filter(operation=operation, ended_at=None).latest("pk")
    OperationTime.objects.filter(pk=running.pk).update(began_at=running.began_at - timedelta(minutes=7 * b, seconds=a))
    if b % 2:
        shop.do(services.stop_operation, operation_id=operation.pk)


def receive_beside(shop: Shop, order: WorkOrder, a: int, b: int) -> Any:
    output = list(order.outputs.order_by("pk"))[a % 2]
    return shop.receive(order, str(D(b) / 2), output_id=output.pk)


def genealogy_is_sound() -> bool:
    """No lot is inside another one that is inside it, and what a lot went into is exactly what it is inside of."""
    lots = set(LotUse.objects.filter(quantity__gt=0).values_list("lot_id", flat=True))
    made = {lot: queries.lots_made_of([lot]) for lot in lots}
    inside = {lot: queries.lots_inside([lot]) for lot in lots}
    return not any(b in made[a] and a in made[b] for a in lots for b in lots if a != b) and all(
        (b in made[a]) == (a in inside[b]) for a in lots for b in lots
    )


ACTS: dict[str, Act] = {
    "give all outside": give_all_outside,
    "lose outside": lose_outside,
    "new order": begin_order,
    "release": release,
    "unrelease": lambda s, o, a, b: s.do(services.unrelease_orders, order_ids=[o.pk]),
    "cancel": lambda s, o, a, b: s.do(services.cancel_orders, order_ids=[o.pk], reason="x"),
    "split": split,
    "merge": merge,
    "rework": rework,
    "substitute": substitute,
    "use substitutes": lambda s, o, a, b: s.do(services.use_substitutes, document_id=o.pk),
    "apply change": lambda s, o, a, b: s.do(services.apply_change, order_ids=[o.pk], change_id=EngineeringChange.objects.latest("pk").pk),
    "unapply change": lambda s, o, a, b: s.do(services.unapply_change, order_ids=[o.pk], change_id=EngineeringChange.objects.latest("pk").pk),
    "deburr": lambda s, o, a, b: s.report(o, 15, str(b), scrap_worker=str(a % 2)),
    "stage": lambda s, o, a, b: s.do(services.stage_line, order_ids=[o.pk], warehouse_id=Warehouse.objects.get(kind="line").pk),
    "allow over": lambda s, o, a, b: s.do(services.allow_over, document_id=o.pk, reason="x", over_report=D(a) / 10, over_issue=D(b) / 10),
    "children": lambda s, o, a, b: s.do(services.create_children, document_id=o.pk),
    "ask for change": ask_for_change,
    "clock": clock,
    "receive beside": receive_beside,
    "receive all": lambda s, o, a, b: s.do(services.receive_orders, order_ids=[o.pk]),
    "undo all of a report": lambda s, o, a, b: s.do(services.undo_report, document_id=latest(Report, a), cascade=True),
    "uncomplete": lambda s, o, a, b: s.do(services.uncomplete_orders, order_ids=[o.pk]),
    "give outside": give_outside,
    "send outside": lambda s, o, a, b: s.do(services.send_subcontract, subcontract_id=outside(o, a)),
    "send pieces outside": lambda s, o, a, b: s.do(services.send_subcontract, subcontract_id=outside(o, a), pieces=D(b)),
    "take in": lambda s, o, a, b: s.do(services.receive_subcontract, subcontract_id=outside(o, a // 2), good=D(b), scrap=D(a % 2)),
    "back unworked": lambda s, o, a, b: s.do(services.return_subcontract, subcontract_id=outside(o, a // 2), pieces=D(b), everything=bool(a % 2)),
    "assemble what is back": assemble_back,
    "void outside": void_outside,
    "order more or fewer": lambda s, o, a, b: s.do(services.resize_subcontract_order, subcontract_id=outside(o, a // 2), quantity=D(b), reason="x"),
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
STEP = st.tuples(st.sampled_from(sorted(ACTS)), st.integers(0, 3), st.integers(0, 5), st.integers(1, 6))
CHECKS = [*PRODUCTION, *COSTING, *FINANCE, *(check for check in LEDGER if "audit" not in check.name)]
Steps = list[tuple[str, int, int, int]]


def faults() -> list[str]:
    return [str(fault) for check in CHECKS for fault in check.run()]


def taken_out(order: WorkOrder) -> tuple[dict[str, D], dict[str, D]]:
    """Element → (taken out by live receipts, by live settlements), from the vouchers alone."""
    found: tuple[dict[str, D], dict[str, D]] = ({}, {})
    lines = VoucherLine.objects.filter(cost_object=order.cost_object_id, account__code__startswith="4001")
    lines = lines.exclude(
        voucher__posting__reason="ledger.recost"
    )  # material that turned out dearer, named after what told so
    for source, element, debit, credit in lines.values_list(
        "voucher__posting__source_type", "element", "debit", "credit"
    ):
        for kind, sums in zip(("production.output_receipt", "costing.settlement"), found, strict=True):
            if source == kind:
                sums[element] = sums.get(element, D(0)) + credit - debit
    return found


def shares(order: WorkOrder) -> dict[str, D]:
    """Element → what output must have taken, reckoned here anew: all but by-products as the net standard, these off the material."""
    outputs = order.outputs.filter(kind="by")
    planned = sum((money.to_cents(row.unit_cost * row.quantity) for row in outputs), D(0))
    come = OutputReceiptLine.objects.filter(output__in=outputs, document__approval="approved").aggregate(Sum("value"))
    beside = come["value__sum"] or D(0)
    weights = [getattr(order, f"standard_{element}") for element in ELEMENTS]
    weights[0] = max(weights[0] - planned, D(0))
    found = dict(zip(ELEMENTS, money.split(order.received_value - beside, weights), strict=True))
    return {**found, "material": found["material"] + beside}


def wip_is_sound(shop: Shop) -> bool:
    """The ledger has of every order what the order says, put in less taken out less variance, in each element; nothing once it is
    settled. Output has taken its share of each element, to the cent where no receipt was taken back."""
    for order in WorkOrder.objects.all():
        wip = shop.wip(order)
        received, settled = taken_out(order)
        assert (
            sum(received.values(), D(0)) == order.received_value and sum(settled.values(), D(0)) == order.variance_value
        )
        for element in ELEMENTS:
            put_in = getattr(order, f"actual_{element}")
            out = received.get(element, D(0)), settled.get(element, D(0))
            assert put_in - out[0] - out[1] == wip.get(element, D(0)), (order, element)
        assert sum(wip.values(), D(0)) == order.wip and (not wip or order.stage != "settled"), order
        if order.kind == "disassembly":
            assert order.wip or not wip, (order, wip)
        elif order.unit_cost:
            undone = order.receipt_lines.filter(document__approval="void").values("document").distinct().count()
            off = {one: received.get(one, D(0)) - share for one, share in shares(order).items()}
            assert all(abs(amount) <= undone * D("0.04") for amount in off.values()), (order, off)
    return True


def play(shop: Shop, steps: Steps) -> dict[str, int]:
    """Run steps; refusals, and what an order does not have, are fine. Returns how often each verb acted."""
    acted: dict[str, int] = {}
    for name, which, a, b in steps:
        orders = list(WorkOrder.objects.order_by("pk"))
        try:
            with transaction.atomic():
                ACTS[name](shop, orders[which % len(orders)], a, b)
        except (DomainError, ObjectDoesNotExist, IndexError, ZeroDivisionError):
            continue
        acted[name] = acted.get(name, 0) + 1
        found = faults()
        assert not found, (name, which, a, b, found)
        assert wip_is_sound(shop), (name, which, a, b)
        assert genealogy_is_sound(), (name, which, a, b)
        assert outside_is_sound(), (name, which, a, b)
    return acted


OUTSIDE = [
    ("pick", 0, 0, 1), ("turn", 0, 1, 6), ("give outside", 0, 0, 4), ("send outside", 0, 0, 1), ("take in", 0, 1, 2), ("back unworked", 0, 0, 1),
    ("undo outside", 0, 0, 1), ("take in", 0, 0, 3), ("undo outside", 0, 0, 1), ("undo sent", 0, 0, 1), ("send outside", 0, 0, 1),
    ("take in", 0, 1, 1), ("pick", 1, 0, 1), ("turn", 1, 0, 6), ("assemble", 1, 0, 4), ("receive", 1, 0, 3), ("take apart", 1, 0, 1),
]  # fmt: skip
UNWORKED = [
    ("pick", 1, 0, 1), ("turn", 1, 0, 6), ("give outside", 1, 0, 5), ("send outside", 1, 0, 1), ("back unworked", 1, 1, 4), ("assemble what is back", 0, 0, 2),
    ("give outside", 1, 1, 2), ("void outside", 1, 0, 1), ("give outside", 1, 1, 1), ("send outside", 1, 0, 1), ("undo report", 0, 0, 1), ("assemble what is back", 0, 1, 1),
    ("take in", 1, 0, 1), ("undo outside", 1, 0, 1), ("take in", 1, 0, 1), ("back unworked", 1, 2, 1), ("undo sent", 0, 0, 1), ("take in", 1, 2, 1), ("send pieces outside", 1, 1, 1),
    ("order more or fewer", 1, 2, 6),
]  # fmt: skip


LONG = [
    ("change", 0, 0, 3), ("issue", 0, 0, 2), ("undo issue", 0, 0, 1), ("pick", 0, 0, 1), ("rates", 0, 2, 1), ("turn", 0, 1, 6),
    ("assemble", 0, 0, 3), ("receive", 0, 0, 2), ("receive thirds", 0, 0, 1), ("return", 0, 1, 2), ("undo return", 0, 0, 1), ("pause", 0, 0, 1),
    ("resume", 0, 0, 1), ("undo receipt", 0, 0, 1), ("assemble", 0, 0, 2), ("undo report", 0, 0, 1), ("supplement", 0, 1, 5),
    ("pick", 1, 0, 1), ("turn at standard", 1, 1, 6), ("assemble", 1, 1, 4), ("receive", 1, 0, 4), ("complete", 1, 0, 1), ("close", 1, 0, 1),
    ("settle", 1, 0, 1), ("unsettle", 1, 0, 1), ("reopen", 1, 0, 1), ("undo receipt", 1, 0, 1), ("complete", 0, 0, 1), ("close", 0, 0, 1),
    ("settle", 0, 0, 1),
]  # fmt: skip
MADE = [
    ("stage", 0, 0, 1), ("substitute", 0, 0, 2), ("use substitutes", 0, 0, 1), ("pick", 0, 0, 1), ("clock", 0, 0, 3), ("turn", 0, 1, 6),
    ("undo all of a report", 0, 0, 1), ("turn", 0, 1, 6), ("clock", 0, 1, 2), ("assemble", 0, 0, 4), ("receive beside", 0, 0, 4), ("receive beside", 0, 1, 3), ("receive", 0, 0, 3),
    ("rework", 0, 1, 2), ("rework", 0, 0, 1), ("children", 1, 0, 1), ("release", 0, 0, 1), ("apply change", 1, 0, 1), ("allow over", 1, 5, 5),
    ("ask for change", 1, 0, 5), ("new order", 0, 0, 6), ("new order", 0, 0, 4), ("merge", 0, 0, 1), ("release", 0, 0, 1), ("split", 0, 0, 3),
    ("unrelease", 7, 0, 1), ("cancel", 7, 0, 1), ("split", 1, 5, 2), ("give all outside", 1, 0, 4), ("take in", 1, 0, 2), ("lose outside", 1, 0, 1),
    ("receive all", 0, 0, 1), ("complete", 0, 0, 1), ("uncomplete", 0, 0, 1), ("complete", 0, 0, 1),
    ("close", 0, 0, 1), ("settle", 0, 0, 1), ("unsettle", 0, 0, 1), ("settle", 0, 0, 1),
]  # fmt: skip
CHANGED = [
    ("apply change", 0, 0, 1), ("unapply change", 0, 0, 1), ("pick", 1, 0, 1), ("turn", 1, 0, 5), ("apply change", 1, 0, 1),
    ("apply change", 0, 0, 1), ("issue", 0, 0, 6), ("turn", 0, 1, 6), ("deburr", 0, 1, 4), ("assemble", 0, 0, 4), ("deburr", 1, 0, 5),
    ("assemble", 1, 0, 5), ("receive", 0, 0, 4), ("receive all", 1, 0, 1), ("complete", 0, 0, 1), ("close", 0, 0, 1), ("settle", 0, 0, 1),
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(
    "history", [LONG, OUTSIDE, UNWORKED, MADE, CHANGED], ids=["long", "outside", "unworked", "made", "changed"]
)
def test_a_history_keeps_every_figure(history: Steps) -> None:
    """Each of these verbs acts at least once: a history that is refused throughout would prove nothing."""
    acted = play(workshop(), history)
    assert {name for name, *_ in history} == acted.keys(), {name for name, *_ in history} - acted.keys()


@pytest.mark.django_db
def test_every_verb_of_the_floor_is_in_the_histories() -> None:
    assert {name for name, *_ in (*LONG, *OUTSIDE, *UNWORKED, *MADE, *CHANGED)} == ACTS.keys()


BEGUN = [("pick", 0, 0, 1), ("turn", 0, 1, 6), ("pick", 1, 0, 1), ("turn", 1, 0, 5)]
RECEIVED = [
    *BEGUN,
    ("assemble", 0, 0, 4),
    ("receive", 0, 0, 3),
    ("receive beside", 0, 0, 4),
    ("assemble", 1, 0, 5),
    ("receive all", 1, 0, 1),
]
BEGINNINGS = [
    BEGUN, RECEIVED,
    [*RECEIVED, ("complete", 1, 0, 1), ("close", 1, 0, 1), ("settle", 1, 0, 1)],
    [("new order", 0, 0, 5), ("new order", 0, 0, 3), ("new order", 0, 1, 4), *BEGUN],
    [("give all outside", 0, 0, 4), ("pick", 1, 0, 1), ("turn", 1, 1, 5), ("give outside", 1, 0, 4), ("send outside", 1, 0, 1)],
    [("pick", 0, 0, 1), ("turn", 0, 0, 6), ("give outside", 0, 0, 6), ("send outside", 0, 0, 1), ("back unworked", 0, 1, 3)],
    [*RECEIVED, ("rework", 0, 0, 2), ("children", 1, 0, 1), ("release", 0, 0, 1)],
    [("apply change", 0, 0, 1), *BEGUN, ("deburr", 0, 0, 5), ("apply change", 1, 0, 1)],
]  # fmt: skip


@pytest.mark.django_db
@settings(
    max_examples=12 if on_postgres() else 40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
@given(st.sampled_from(BEGINNINGS), st.lists(STEP, min_size=5, max_size=25))
def test_any_history_keeps_every_figure(beginning: Steps, steps: Steps) -> None:
    """40 histories on SQLite, 12 on PostgreSQL: there each verb acts in the told ones above."""
    with transaction.atomic():
        play(workshop(), [*beginning, *steps])
        transaction.set_rollback(True)
