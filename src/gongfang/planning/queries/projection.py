"""An item's plan over time: what comes, what goes, what is left."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from gongfang.planning.models import PlanItem, PlannedOrder, PlanRun, PlanSource
from gongfang.planning.queries.reader import Reader


@dataclass(slots=True)
class ProjectionRow:
    """One event of an item: positive quantities come, negative go; stock: what is left after it."""

    on: date
    what: str
    name: str
    partner: str
    quantity: Decimal
    stock: Decimal
    doc_type: str = ""
    document_id: int = 0
    order_id: int = 0


def projected_stock(run: PlanRun, item_id: int, plant_id: int | None = None) -> list[ProjectionRow]:
    """Every event of an item (in a plant) in order, receipts before needs of a day, with the projected stock. Four statements."""
    reader = Reader(run.pk)
    reader.load([(item_id, plant_id or 0)])
    plan = reader.items[item_id, plant_id or 0]
    rows = [
        ProjectionRow(max(source.on, run.today), source.side, source.number, source.partner,
                      source.quantity if source.side == PlanSource.Side.SUPPLY else -source.quantity, Decimal(0),
                      source.doc_type, source.document_id)
        for source in PlanSource.objects.filter(run=run, item_id=item_id, plant=plant_id)
    ]  # fmt: skip
    rows += [
        ProjectionRow(order.due_on, "order", str(order), "", order.good_quantity, Decimal(0), order_id=order.pk)
        for order in PlannedOrder.objects.filter(run=run, item_id=item_id, plant=plant_id)
    ]
    reader.load_orders(need.order for need in plan.requirements)
    for need in plan.requirements:
        parent = reader.orders.get(need.order)
        name = f"{parent} {parent.item.code}" if parent else ""
        if parent is not None and parent.source_plant_id:
            name = f"{parent} → {parent.plant}"
        rows.append(
            ProjectionRow(
                need.on, "requirement", name, "", -need.quantity, Decimal(0), order_id=parent.pk if parent else 0
            )
        )
    rows.sort(key=lambda row: (row.on, row.quantity < 0, row.name))
    return with_stock(rows, plan.on_hand)


def on_hand_of(run: PlanRun, item_id: int, plant_id: int | None = None) -> Decimal:
    """The stock that a run counted on; one statement."""
    rows = PlanItem.objects.filter(run=run, item_id=item_id, plant=plant_id)
    return next(iter(rows.values_list("on_hand", flat=True)), Decimal(0))


def with_stock(rows: list[ProjectionRow], stock: Decimal) -> list[ProjectionRow]:
    """Fill in what is left after each event, beginning with the stock on hand."""
    for row in rows:
        stock += row.quantity
        row.stock = stock
    return rows
