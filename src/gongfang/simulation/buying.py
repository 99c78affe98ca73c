"""The buyer's, the gate's and the inspector's day: orders are approved, suppliers deliver, sooner or later, mostly good."""

from collections import defaultdict
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from gongfang.platform.documents.registry import document_model
from gongfang.purchasing import queries as purchasing_queries
from gongfang.purchasing import services as purchasing
from gongfang.quality import queries as quality_queries
from gongfang.quality import services as quality
from gongfang.simulation.cast import Factory, asked_of

LATE_SHARE = 0.2
REJECTED_SHARE = 0.04


def approve_orders(factory: Factory) -> None:
    """The buyer sends what planning wants; large ones go to the owner."""
    drafts = document_model("purchasing.order")._default_manager.filter(approval="draft").order_by("pk")
    factory.do_all(purchasing.approve_order, "buyer", list(drafts.values_list("pk", flat=True)))
    factory.do_all(purchasing.submit_order, "buyer", list(drafts.values_list("pk", flat=True)))
    for role in ("buyer", "owner"):
        factory.do_all(purchasing.approve_order, role, asked_of(factory.cast.one(role), "purchasing.order"))


def deliver(factory: Factory) -> None:
    """Suppliers bring what is due: most on the day, some some days late. An order comes as a whole."""
    model = document_model("purchasing.order")
    due: dict[int, Any] = defaultdict(lambda: None)
    for line in purchasing_queries.open_supply():
        due[line.document_id] = max(line.on, due[line.document_id] or line.on)
    approved = set(model._default_manager.filter(pk__in=due, approval="approved").values_list("pk", flat=True))
    for order_id in sorted(approved):
        late = factory.luck.number(1, 6) if factory.luck.chance(LATE_SHARE) else 0
        if due[order_id] + timedelta(days=late) > factory.clock.today:
            continue
        arrival = factory.do(purchasing.push_arrival, "keeper", order_ids=[order_id])
        if arrival is not None and factory.do(purchasing.approve_arrival, "keeper", document_id=arrival.pk) is not None:
            factory.count("arrivals")


def inspect(factory: Factory) -> None:
    """Most of it is good; of some a part is rejected, and goes back."""
    good = []
    for inspection in quality_queries.waiting("incoming"):
        factory.count("inspections")
        if not (factory.luck.chance(REJECTED_SHARE) and inspection.quantity > 1):
            good.append(inspection.pk)
            continue
        share = inspection.quantity * factory.luck.number(5, 30) / 100
        rejected = share.quantize(Decimal(1), ROUND_HALF_UP) or Decimal(1)
        decided = factory.do(
            quality.decide_inspection, "inspector", inspection_id=inspection.pk,
            accepted_quantity=inspection.quantity - rejected, rejected_quantity=rejected,
        )  # fmt: skip
        factory.count("rejections", int(decided is not None))
    factory.do_all(quality.pass_inspections, "inspector", good, named="inspection_ids")


def send_back(factory: Factory) -> None:
    """Returns that rejection prepared are sent."""
    model = document_model("purchasing.return")
    for pk in model._default_manager.filter(approval="draft").order_by("pk").values_list("pk", flat=True):
        factory.do(purchasing.approve_return, "keeper", document_id=pk)
        factory.count("returns")
