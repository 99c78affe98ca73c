"""Work that others do: pieces and material go out in the afternoon and come back, worked, some days later."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from gongfang.platform.documents.registry import document_model
from gongfang.production import queries as production_queries
from gongfang.production import services as production
from gongfang.simulation.cast import Factory

DAYS_OUT = (2, 4)
SPOILT_SHARE = 0.03


def send_out(factory: Factory) -> None:
    """What has arrived at an outside operation is ordered from its subcontractor and sent; what was short goes a day later."""
    orders = document_model("production.subcontract_order")._default_manager
    waiting = [step for step in production_queries.dispatch_list() if step.is_subcontracted]
    arrived = production_queries.arrived_quantities(waiting)
    ordered = set(orders.filter(operation__in=waiting).values_list("operation_id", flat=True))
    for step in waiting:
        lot = step.document.quantity - step.document.scrap_quantity
        if step.pk in ordered or not Decimal(0) < lot <= arrived[step.pk]:
            continue
        due = factory.clock.today + timedelta(days=factory.luck.number(*DAYS_OUT))
        order = factory.do(
            production.create_subcontract_order, "buyer", order_id=step.document_id, operation_id=step.pk, quantity=lot, due=due
        )  # fmt: skip
        if order is not None:
            factory.do(production.SUBCONTRACT.approve, "supervisor", document_id=order.pk)
    for pk in list(orders.filter(approval="approved", execution="open").order_by("pk").values_list("pk", flat=True)):
        if factory.do(production.send_subcontract, "keeper", subcontract_id=pk) is not None:
            factory.count("sent_out")


def take_back(factory: Factory) -> None:
    """Subcontractors bring what is due; now and then a piece is spoilt."""
    orders = document_model("production.subcontract_order")._default_manager
    due = orders.filter(approval="approved", execution="partial", due__lte=factory.clock.today).order_by("pk")
    for order in due:
        out: Any = order.claimed_quantity - order.worked_quantity
        scrap = Decimal(1) if out > 5 and factory.luck.chance(SPOILT_SHARE) else Decimal(0)
        received = factory.do(
            production.receive_subcontract, "keeper", subcontract_id=order.pk, good=out - scrap, scrap=scrap,
            cause="漆膜起泡" if scrap else "",
        )  # fmt: skip
        factory.count("taken_back", int(received is not None))
