"""An item's plan over time: what comes, what goes, what is left."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from gongfang.ledger import queries as ledger
from gongfang.planning.models import PlannedOrder, PlanRequirement, PlanRun, PlanSource


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


def projected_stock(run: PlanRun, item_id: int) -> list[ProjectionRow]:
    """Every event of an item in order, receipts before needs of a day, with the projected stock. Four statements."""
    rows = [
        ProjectionRow(max(source.on, run.today), source.side, source.number, source.partner,
                      source.quantity if source.side == PlanSource.Side.SUPPLY else -source.quantity, Decimal(0),
                      source.doc_type, source.document_id)
        for source in PlanSource.objects.filter(run=run, item_id=item_id)
    ]  # fmt: skip
    rows += [
        ProjectionRow(order.due_on, "order", str(order), "", order.good_quantity, Decimal(0), order_id=order.pk)
        for order in PlannedOrder.objects.filter(run=run, item_id=item_id)
    ]
    needs = list(PlanRequirement.objects.filter(run=run, item_id=item_id))
    parents = {
        order.seq: order
        for order in PlannedOrder.objects.select_related("item").filter(
            run=run, seq__in={need.order_seq for need in needs}
        )
    }
    for need in needs:
        parent = parents.get(need.order_seq)
        name = f"{parent} {parent.item.code}" if parent else ""
        rows.append(
            ProjectionRow(
                need.on, "requirement", name, "", -need.quantity, Decimal(0), order_id=parent.pk if parent else 0
            )
        )
    rows.sort(key=lambda row: (row.on, row.quantity < 0, row.name))
    stock = ledger.plannable_stock([item_id]).get(item_id, Decimal(0))
    for row in rows:
        stock += row.quantity
        row.stock = stock
    return rows
