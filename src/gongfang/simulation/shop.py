"""The planner's and the shop's day: plan, approve, release, pick, report, inspect, receive, close, settle."""

from collections import defaultdict
from datetime import timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from gongfang.costing import services as costing
from gongfang.kernel.money import to_micro
from gongfang.planning import queries as planning_queries
from gongfang.planning import services as planning
from gongfang.platform.documents.registry import document_model
from gongfang.production import queries as production_queries
from gongfang.production import services as production
from gongfang.production.services import ReportInput
from gongfang.quality import queries as quality_queries
from gongfang.quality import services as quality
from gongfang.simulation.cast import Factory, asked_of

PLAN_AHEAD_DAYS = 14
PLANNING_DAYS = (1, 3, 5, 6)  # Saturday: make-up working days
MINUTES_A_SHIFT = Decimal(480)
SCRAP_SHARE = 0.03
PAUSE_SHARE = 0.01
RELEASE_AHEAD_DAYS = 4
RELEASED_A_DAY = 40
LEFT_FOR_TOMORROW = 0.15  # of the final inspections


def plan(factory: Factory) -> None:
    """Three mornings a week the planner runs MRP and releases what has to start soon."""
    if factory.clock.today.isoweekday() not in PLANNING_DAYS and "plans" in factory.tally:
        return
    run = planning.plan_now(actor=factory.cast.one("planner"), today=factory.clock.today)
    wanted = planning_queries.to_release(run, factory.clock.today + timedelta(days=PLAN_AHEAD_DAYS))
    factory.count("plans")
    if wanted:
        released = factory.do(planning.release_suggestions, "planner", order_ids=wanted)
        factory.count("suggestions_released", len(released or []))


def orders(**conditions: Any) -> Any:
    """Work orders in some state, most urgent first."""
    rows = document_model("production.work_order")._default_manager.filter(**conditions)
    return rows.order_by("priority", "due", "pk")


def ids(rows: Any) -> list[int]:
    return list(rows.values_list("pk", flat=True))


def approve_orders(factory: Factory) -> None:
    """Drafts are submitted, then each step of the flow decides what asks it."""
    factory.do_all(production.submit_order, "planner", ids(orders(approval="draft")))
    for role in ("planner", "keeper", "supervisor"):
        factory.do_all(production.approve_order, role, asked_of(factory.cast.one(role), "production.work_order"))


def release_orders(factory: Factory) -> None:
    """What starts within some days and has its material is released and picked, most urgent first."""
    until = factory.clock.today + timedelta(days=RELEASE_AHEAD_DAYS)
    wanted = ids(orders(approval="approved", stage="planned", start__lte=until))[:RELEASED_A_DAY]
    if not wanted:
        return
    order_of = {row.pk: row.document_id for row in _materials(wanted)}
    short = {order_of[pick.material_id] for pick in production.propose_picks(wanted, factory.clock.today) if pick.short}
    kits = [pk for pk in wanted if pk not in short]
    if not kits or factory.do(production.release_orders, "planner", order_ids=kits) is None:
        return
    factory.count("released", len(kits))
    factory.do_all(production.pick_orders, "keeper", kits, named="order_ids")


def _materials(order_ids: list[int]) -> Any:
    model = document_model("production.work_order")._meta.get_field("materials").related_model
    return model._default_manager.filter(document__in=order_ids).only("pk", "document_id")


def work(factory: Factory) -> None:
    """A shift of operators works through the dispatch list as far as the minutes of each work centre go.

    What an operation has done goes on in the next shift, so an order takes some days through the shop.
    """
    left: dict[int, Decimal] = {}
    reports: dict[int, list[ReportInput]] = defaultdict(list)
    operators = len(factory.cast.people["operator"])
    _release(factory, "process")  # what came back from outside
    operations = [step for step in production_queries.dispatch_list() if not step.is_subcontracted]
    arrived = production_queries.arrived_quantities(operations)
    operations_by_id = {one.pk: one for one in operations}
    for operation in sorted(
        operations, key=lambda one: (one.document.priority, one.document.due, one.document_id, one.operation_no)
    ):
        centre = operation.work_centre
        minutes = left.setdefault(centre.pk, MINUTES_A_SHIFT * max(centre.machines, 1))
        pieces = min(arrived[operation.pk], _affordable(operation, minutes))
        if operation.document.stage == "paused" or pieces <= 0:
            continue
        scrap = Decimal(1) if pieces > 5 and factory.luck.chance(SCRAP_SHARE) else Decimal(0)
        good = pieces - scrap
        spent = to_micro(_minutes(operation, pieces) * Decimal(factory.luck.number(92, 115)) / 100)
        left[centre.pk] = minutes - spent
        fault = "scrap_material" if factory.luck.chance(0.5) else "scrap_worker"
        reports[operation.work_centre_id % operators].append(
            ReportInput(
                operation.pk, good, **({fault: scrap} if scrap else {}), minutes=spent, cause="气孔" if scrap else ""
            )
        )
    _pass_first_pieces(factory, [operations_by_id[line.operation_id] for lines in reports.values() for line in lines])
    for turn, lines in sorted(reports.items()):
        _report(factory, turn, lines)
    _release(factory, "process")


def _pass_first_pieces(factory: Factory, operations: list[Any]) -> None:
    """What is begun today and needs a first-piece inspection gets it before the rest is made."""
    for operation in operations:
        if operation.inspection == "first" and not operation.first_passed:
            factory.do(production.begin_operation, "operator", operation_id=operation.pk)
    _release(factory, "first")


def _release(factory: Factory, kind: str) -> None:
    """The inspector passes what waits on the floor."""
    passed = _pass(factory, [inspection.pk for inspection in quality_queries.waiting(kind)])
    if passed:
        factory.count(f"{kind}_inspections", passed)


def _pass(factory: Factory, inspection_ids: list[int]) -> int:
    return len(factory.do_all(quality.pass_inspections, "inspector", inspection_ids, named="inspection_ids"))


def _report(factory: Factory, turn: int, lines: list[ReportInput]) -> None:
    """One report of everything, in the order of the operations; when it is refused as a whole, line by line."""
    if factory.do(production.report_work, "operator", turn=turn, lines=lines) is not None:
        factory.count("reports", len(lines))
        return
    for line in lines:
        if factory.do(production.report_work, "operator", turn=turn, lines=[line]) is not None:
            factory.count("reports")


def _minutes(operation: Any, pieces: Decimal) -> Decimal:
    setup = operation.setup_minutes if not operation.worked_quantity else Decimal(0)
    return setup + operation.run_minutes * pieces


def _affordable(operation: Any, minutes: Decimal) -> Decimal:
    """Whole pieces that the remaining minutes allow; a begun shift always makes at least one."""
    if minutes <= 0:
        return Decimal(0)
    setup = operation.setup_minutes if not operation.worked_quantity else Decimal(0)
    if operation.run_minutes <= 0:
        return Decimal(10) ** 9
    return max(((minutes - setup) / operation.run_minutes).to_integral_value(ROUND_FLOOR), Decimal(1))


def disturb(factory: Factory) -> None:
    """A machine stops now and then; what was stopped goes on the day after."""
    paused = ids(orders(stage="paused"))
    if paused:
        factory.do(production.resume_orders, "supervisor", order_ids=paused)
    for pk in ids(orders(stage="started")):
        if factory.luck.chance(PAUSE_SHARE):
            reason = factory.luck.choice(["主轴异响", "换刀", "停电", "等待首检"])
            factory.do(production.pause_orders, "supervisor", order_ids=[pk], reason=reason)
            factory.count("machine_stops")


def finish(factory: Factory) -> None:
    """What is through its last operation is inspected where needed, received, completed, closed and settled."""
    _pass(factory, [one.pk for one in quality_queries.waiting("final") if not factory.luck.chance(LEFT_FOR_TOMORROW)])
    live = list(orders(stage="started"))
    ready = production_queries.ready_quantities([order.pk for order in live])
    wanted = [order.pk for order in live if ready.get(order.pk, Decimal(0)) > order.received_quantity]
    factory.count("received", len(factory.do_all(production.receive_orders, "keeper", wanted, named="order_ids")))
    _complete(factory, [order.pk for order in live])
    factory.do_all(production.close_orders, "supervisor", ids(orders(stage="completed")), named="order_ids")
    closed = ids(orders(stage="closed"))
    if closed:
        factory.count("finished", len(factory.do(costing.settle_orders, "cost_accountant", order_ids=closed) or []))


def _complete(factory: Factory, order_ids: list[int]) -> None:
    """Orders whose pieces are all through, the scrapped ones included, are completed short."""
    through = []
    for order in orders(pk__in=order_ids, stage="started").prefetch_related("operations"):
        operations = list(order.operations.all())
        scrap = sum((one.scrap_quantity for one in operations), Decimal(0))
        if operations and order.received_quantity and order.received_quantity + scrap >= order.quantity:
            through.append(order.pk)
    factory.do_all(production.complete_orders, "supervisor", through, named="order_ids")
