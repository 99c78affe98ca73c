"""Make work orders: BOM and routing copied and frozen, cost reckoned, many at once with a constant number of statements."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from gongfang.engines.wip import ELEMENTS
from gongfang.kernel.errors import Problem, refuse_if
from gongfang.kernel.money import ZERO, to_cents, to_micro
from gongfang.masterdata import queries as masterdata
from gongfang.platform.documents.links import Link, link
from gongfang.platform.documents.numbering import next_numbers
from gongfang.platform.documents.registry import document_types
from gongfang.platform.identity.models import User
from gongfang.platform.setwise import insert_rows, update_rows
from gongfang.production.models import WorkOrder, WorkOrderMaterial, WorkOrderOperation, WorkOrderOutput
from gongfang.production.rules import rounded_up
from gongfang.production.services.prices import prices_of
from gongfang.production.services.versions import boms_of, routings_of, starting, substitutes_of

MINUTES = Decimal(60)


@dataclass(frozen=True, slots=True)
class NewMaterial:
    """A component named by hand instead of by the BOM. quantity: for the whole order."""

    item_id: int
    quantity: Decimal
    issue_method: str = "push"
    operation_no: int | None = None
    warehouse_id: int | None = None


@dataclass(frozen=True, slots=True)
class NewOperation:
    """An operation named by hand instead of by the routing (rework). like: an operation whose other figures it takes (crew, piece rate,
    skill, inspection, instruction …), of an order or a routing."""

    name: str
    work_centre_id: int
    run_minutes: Decimal = ZERO
    setup_minutes: Decimal = ZERO
    operation_no: int = 0
    like: Any = None


LIKE = (
    "queue_minutes", "move_minutes", "crew", "piece_rate", "inspection", "is_subcontracted", "subcontractor_id", "subcontract_price",
    "instruction", "overlap_quantity", "skill", "alternatives",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class NewOutput:
    """A further output named by hand (disassembly). cost_share: of the order's cost."""

    item_id: int
    quantity: Decimal
    cost_share: Decimal
    unit_cost: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class NewWorkOrder:
    """What to make. source_*: the document it is for, linked in the chain. materials: None copies the BOM.

    operations: None copies the routing. why: the needs analysis in words. bom_id, routing_id: this version (an alternative) instead of
    the one that holds when the order starts. outputs: what else comes out, beside the BOM's.
    """

    item_id: int
    quantity: Decimal
    start: date
    due: date
    priority: int = 5
    source_type: str = ""
    source_id: int = 0
    source_line: int = 0
    customer_id: int | None = None
    parent_id: int | None = None
    warehouse_id: int | None = None
    lot_code: str = ""
    kind: str = "normal"
    workshop: str = ""
    why: str = ""
    remark: str = ""
    materials: tuple[NewMaterial, ...] | None = None
    operations: tuple[NewOperation, ...] | None = None
    bom_id: int | None = None
    routing_id: int | None = None
    outputs: tuple[NewOutput, ...] = ()


def create_work_orders(actor: User, new: Sequence[NewWorkOrder]) -> list[WorkOrder]:
    """Draft orders with their components, operations and further outputs. Call it inside a verb.

    Constant statements (three more per level of phantoms). Raises DomainError naming every order that cannot be made.
    """
    if not new:
        return []
    items = masterdata.items_by_ids({one.item_id for one in new} | _named_items(new))
    refuse_if(_problems(new, items))
    today = timezone.localdate()
    numbers = next_numbers(WorkOrder, today, len(new))
    tolerances = masterdata.tolerances([items[one.item_id] for one in new])
    boms, routings = boms_of(new, today), routings_of(new, today)
    objects = _cost_objects({number: str(items[one.item_id]) for number, one in zip(numbers, new, strict=True)})
    orders = [
        _order(actor, one, number, today, items, tolerances, bom, routing, objects[number])
        for number, one, bom, routing in zip(numbers, new, boms, routings, strict=True)
    ]
    insert_rows(orders, key=["number"])
    pairs = list(zip(orders, new, strict=True))
    operations = _operations(pairs, routings)
    materials = _materials(pairs, items, today, boms)
    outputs = _outputs(pairs, boms)
    set_standards(orders, materials, operations, outputs)
    insert_rows(materials)
    insert_rows(operations)
    insert_rows(outputs)
    _link(pairs)
    return orders


def proposed_operations(one: NewWorkOrder) -> list[WorkOrderOperation]:
    """The operations that an order of the routing would have, for schedules that ask what if: nothing is saved. Three statements.

    Ids are negative, the order's is -1, so that they stand beside those of real orders.
    """
    routings = routings_of([one], one.start)
    item = masterdata.items_by_ids([one.item_id]).get(one.item_id)
    order = WorkOrder(pk=-1, item=item, quantity=one.quantity, start=one.start, due=one.due, priority=one.priority)
    rows = _operations([(order, one)], routings)
    centres = masterdata.inside_centres({row.work_centre_id for row in rows})
    for number, row in enumerate(rows, start=1):
        row.pk = -number
        row.work_centre = centres.get(row.work_centre_id, row.work_centre)
    return rows


def proposed_materials(one: NewWorkOrder) -> list[WorkOrderMaterial]:
    """The components that such an order would take, from the plant of its warehouse: nothing is saved."""
    items, today = masterdata.items_by_ids([one.item_id]), timezone.localdate()
    item = items[one.item_id]
    order = WorkOrder(
        pk=-1, item=item, quantity=to_micro(one.quantity), start=one.start, due=one.due,
        warehouse_id=one.warehouse_id or item.default_warehouse_id,
    )  # fmt: skip
    return _materials([(order, one)], items, today, boms_of([one], today))


def _cost_objects(titles: Mapping[str, str]) -> dict[str, int]:
    """A cost object per new order: code → id; one statement."""
    model = WorkOrder._meta.get_field("cost_object").related_model
    rows = [model(kind=WorkOrder.doc_type, code=code, title=title[:200]) for code, title in titles.items()]
    insert_rows(rows, key=["code"])
    return {row.code: row.pk for row in rows}


def _named_items(new: Sequence[NewWorkOrder]) -> set[int]:
    return {material.item_id for one in new for material in one.materials or ()}


def _problems(new: Sequence[NewWorkOrder], items: Mapping[int, Any]) -> list[Problem]:
    found = []
    for index, one in enumerate(new):
        where = f"orders.{index}" if len(new) > 1 else ""
        item = items.get(one.item_id)
        if item is None:
            found.append(Problem("item_unknown", "There is no such item.", where=_at(where, "item")))
            continue
        if item.status in ("blocked", "retired"):
            found.append(Problem("item_blocked", "{item} is blocked.", where=_at(where, "item"), item=str(item)))
        if one.quantity <= 0:
            found.append(Problem("not_positive", "Enter a quantity above 0.", where=_at(where, "quantity")))
        if one.due < one.start:
            found.append(Problem("due_before_start", "The due date lies before the start.", where=_at(where, "due")))
        for position, material in enumerate(one.materials or ()):
            if material.quantity <= 0:
                found.append(
                    Problem("not_positive", "Enter a quantity above 0.", where=f"materials.{position}.quantity")
                )
            if material.item_id not in items:
                found.append(Problem("item_unknown", "There is no such item.", where=f"materials.{position}.item"))
            elif material.item_id == one.item_id and one.kind == "normal":
                found.append(
                    Problem("own_component", "{item} cannot go into itself.", where=f"materials.{position}.item", item=str(item))
                )  # fmt: skip
    return found


def _at(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _order(
    actor: User, one: NewWorkOrder, number: str, today: date, items: Mapping[int, Any], tolerances: Mapping[int, Any],
    bom: Any, routing: Any, cost_object_id: int,
) -> WorkOrder:  # fmt: skip
    item = items[one.item_id]
    return WorkOrder(
        number=number, business_date=today, created_by=actor, item=item, quantity=to_micro(one.quantity),
        start=one.start, due=one.due, priority=one.priority, source_type=one.source_type, source_id=one.source_id,
        source_line=one.source_line, customer_id=one.customer_id, parent_id=one.parent_id, kind=one.kind,
        workshop=one.workshop, warehouse_id=one.warehouse_id or item.default_warehouse_id, lot_code=one.lot_code,
        why=one.why[:1000], remark=one.remark[:500], cost_object_id=cost_object_id,
        bom_id=bom.pk if bom else None, routing_id=routing.pk if routing else None,
        over_issue=tolerances[item.pk].over_issue, over_report=tolerances[item.pk].over_report,
    )  # fmt: skip


Pairs = Sequence[tuple[WorkOrder, NewWorkOrder]]


def _materials(pairs: Pairs, items: Mapping[int, Any], today: date, boms: Sequence[Any]) -> list[WorkOrderMaterial]:
    """Components of all orders: fixed is what no piece at all would take, per_piece the rest."""
    by_bom = [
        (order, bom) for (order, one), bom in zip(pairs, boms, strict=True) if one.materials is None and bom is not None
    ]
    asked = [(order.item, order.quantity) for order, _ in by_bom] + [(order.item, ZERO) for order, _ in by_bom]
    days = [starting(order, today) for order, _ in by_bom]
    chosen = [bom for _, bom in by_bom]
    lists = masterdata.issue_lists(asked, [*days, *days], [*chosen, *chosen]) if asked else []
    rows: list[WorkOrderMaterial] = []
    for (order, _), lines, fixed_lines in zip(by_bom, lists[: len(by_bom)], lists[len(by_bom) :], strict=True):
        for line_no, ((line, quantity), (_, fixed)) in enumerate(zip(lines, fixed_lines, strict=True), start=1):
            component = line.component
            rows.append(
                WorkOrderMaterial(
                    document=order, line_no=line_no, item=component, fixed=fixed,
                    per_piece=to_micro((quantity - fixed) / order.quantity), scrap=line.scrap,
                    quantity=rounded_up(quantity, component.unit.precision), issue_method=line.issue_method,
                    operation_no=line.operation_no, offset_days=line.offset_days, warehouse_id=component.default_warehouse_id,
                    remark=line.remark,
                    allowed_substitutes=substitutes_of(line, order.start),
                )
            )  # fmt: skip
    for order, one in pairs:
        for line_no, material in enumerate(one.materials or (), start=1):
            item = items[material.item_id]
            rows.append(
                WorkOrderMaterial(
                    document=order, line_no=line_no, item=item, per_piece=to_micro(material.quantity / order.quantity),
                    quantity=to_micro(material.quantity), issue_method=material.issue_method,
                    operation_no=material.operation_no, warehouse_id=material.warehouse_id or item.default_warehouse_id,
                )
            )  # fmt: skip
    _from_its_own_plant(rows)
    prices = prices_of({row.item_id: row.item for row in rows}.values())
    for row in rows:
        row.standard_price = prices[row.item_id]
    return rows


def _from_its_own_plant(rows: Sequence[WorkOrderMaterial]) -> None:
    """Components come from the plant that makes the order, whatever warehouse they usually have; a statement where there is one plant."""
    plant_of = masterdata.warehouse_plants()
    if len(set(plant_of.values())) < 2:
        return
    elsewhere = {
        n: (row.item_id, plant_of[row.document.warehouse_id])
        for n, row in enumerate(rows)
        if row.document.warehouse_id and plant_of.get(row.warehouse_id or 0) != plant_of[row.document.warehouse_id]
    }
    stores = masterdata.stores_in_plants(set(elsewhere.values())) if elsewhere else {}
    for n, pair in elsewhere.items():
        rows[n].warehouse_id = stores.get(pair, rows[n].document.warehouse_id)


def _operations(pairs: Pairs, routings: Sequence[Any]) -> list[WorkOrderOperation]:
    rows = []
    for (order, one), routing in zip(pairs, routings, strict=True):
        if one.operations is not None:
            for position, given in enumerate(one.operations, start=1):
                step = WorkOrderOperation(
                    document=order, operation_no=given.operation_no or 10 * position, name=given.name,
                    setup_minutes=given.setup_minutes, run_minutes=given.run_minutes, work_centre_id=given.work_centre_id,
                )  # fmt: skip
                taken = (
                    {name: getattr(given.like, name) for name in LIKE if hasattr(given.like, name)}
                    if given.like
                    else {}
                )
                for name, value in (rates_of(step.work_centre) | taken).items():
                    setattr(step, name, value)
                rows.append(step)
        elif routing is not None:
            by_number: dict[int, list[int]] = defaultdict(list)
            for other in routing.alternatives.all():
                by_number[other.operation_no].append(other.work_centre_id)
            rows += [
                WorkOrderOperation(
                    document=order, operation_no=step.operation_no, name=step.name, setup_minutes=step.setup_minutes,
                    run_minutes=step.run_minutes, queue_minutes=step.queue_minutes, move_minutes=step.move_minutes,
                    crew=step.crew, piece_rate=step.piece_rate, inspection=step.inspection,
                    is_subcontracted=step.is_subcontracted, subcontractor_id=step.subcontractor_id,
                    subcontract_price=step.subcontract_price, predecessors=step.predecessors, instruction=step.instruction,
                    overlap_quantity=step.overlap_quantity, skill=step.skill, alternatives=by_number.get(step.operation_no, []),
                    **rates_of(step.work_centre),
                )
                for step in routing.operations.all()
            ]  # fmt: skip
    return rows


def rates_of(centre: Any) -> dict[str, Any]:
    """A work centre as an operation names it, with its rates as they are now."""
    return {
        "work_centre_id": centre.pk, "labour_rate": centre.labour_rate, "machine_rate": centre.machine_rate,
        "overhead_rate": centre.overhead_rate,
    }  # fmt: skip


def _outputs(pairs: Pairs, boms: Sequence[Any]) -> list[WorkOrderOutput]:
    rows = []
    for (order, one), bom in zip(pairs, boms, strict=True):
        rows += [
            WorkOrderOutput(
                document=order, item_id=given.item_id, kind="co", cost_share=given.cost_share, quantity=to_micro(given.quantity),
                unit_cost=given.unit_cost,
            )
            for given in one.outputs
        ]  # fmt: skip
        for output in bom.outputs.all() if bom else ():
            rows.append(
                WorkOrderOutput(
                    document=order, item=output.item, kind=output.kind, cost_share=output.cost_share,
                    quantity=to_micro(output.quantity * order.quantity / bom.base_quantity),
                    unit_cost=output.item.standard_cost,
                )
            )  # fmt: skip
    return rows


def set_standards(
    orders: Sequence[WorkOrder], materials: Sequence[WorkOrderMaterial], operations: Sequence[WorkOrderOperation],
    outputs: Sequence[WorkOrderOutput] = (),
) -> None:  # fmt: skip
    """Reckon what each order should cost, and the unit cost its output is received at; one statement, two with saved outputs.

    The unit cost is the item's standard cost where it has one, else the order's own standard less what by-products
    bring; co-products take their share of it.
    """
    costs: dict[int, dict[str, Decimal]] = defaultdict(lambda: dict.fromkeys(ELEMENTS, ZERO))
    for row in materials:
        if row.issue_method != "bulk":
            costs[row.document_id]["material"] += (
                row.fixed + row.per_piece * row.document.quantity
            ) * row.standard_price
    for step in operations:
        quantity = step.document.quantity
        hours = (step.setup_minutes + step.run_minutes * quantity) / MINUTES
        cost = costs[step.document_id]
        if step.is_subcontracted:
            cost["subcontract"] += step.subcontract_price * quantity
            continue
        cost["labour"] += hours * step.crew * step.labour_rate
        cost["machine"] += hours * step.machine_rate
        cost["overhead"] += hours * step.overhead_rate
    further: dict[int, Decimal] = defaultdict(Decimal)
    for output in outputs:
        total = sum(costs[output.document_id].values(), ZERO)
        if output.kind == "co" and output.cost_share and output.document.kind != "disassembly":
            output.unit_cost = to_micro(total * output.cost_share / output.quantity)
        further[output.document_id] += output.unit_cost * output.quantity
    for order in orders:
        for element in ELEMENTS:
            setattr(order, f"standard_{element}", to_cents(costs[order.pk][element]))
        own = max(order.standard_total - to_cents(further[order.pk]), ZERO)
        order.unit_cost = order.item.standard_cost or to_micro(own / order.quantity)
    update_rows(orders, ["unit_cost", *(f"standard_{element}" for element in ELEMENTS)])
    update_rows([output for output in outputs if output.pk], ["unit_cost"])


def restandard(orders: Sequence[WorkOrder]) -> None:
    """Reckon the standards of orders anew whose lines were changed, where nothing was taken out at the present ones."""
    come = WorkOrder.objects.filter(pk__in=[order.pk for order in orders], outputs__received_quantity__gt=0)
    taken_out = set(come.values_list("pk", flat=True))
    untouched = [order for order in orders if not order.received_quantity and order.pk not in taken_out]
    if not untouched:
        return
    by_id = {order.pk: order for order in untouched}
    rows = [
        list(getattr(WorkOrder, name).rel.related_model._default_manager.filter(document__in=by_id))
        for name in ("materials", "operations", "outputs")
    ]
    for row in (*rows[0], *rows[1], *rows[2]):
        row.document = by_id[row.document_id]
    set_standards(untouched, rows[0], rows[1], rows[2])


def _link(pairs: Pairs) -> None:
    """Put the orders into the chain of the documents they are for; one statement per kind of source."""
    types = document_types()
    by_type: dict[str, set[int]] = defaultdict(set)
    for _, one in pairs:
        if one.source_id and one.source_type in types:
            by_type[one.source_type].add(one.source_id)
    sources = {
        (doc_type, row.pk): row for doc_type, ids in by_type.items() for row in types[doc_type]._default_manager.filter(pk__in=ids)
    }  # fmt: skip
    wanted = {one.parent_id for _, one in pairs if one.parent_id}
    parents = {order.pk: order for order in WorkOrder.objects.filter(pk__in=wanted)} if wanted else {}
    links = [
        Link(sources[one.source_type, one.source_id], order, one.source_line, 0, order.quantity)
        for order, one in pairs
        if (one.source_type, one.source_id) in sources
    ]
    links += [
        Link(parents[one.parent_id], order, 0, 0, order.quantity) for order, one in pairs if one.parent_id in parents
    ]
    if links:
        link(links)
