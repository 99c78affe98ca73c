"""What production does when the ledgers below change what its material cost."""

from collections import defaultdict
from collections.abc import Collection

from gongfang.ledger.events import ValuesRecosted
from gongfang.platform.setwise import INT, select, update
from gongfang.production.models import Issue, IssueLine, WorkOrder, WorkOrderMaterial


def recost_issues(event: ValuesRecosted) -> None:
    """Issued material is worth more: its lines, components and orders carry it too; at most four statements."""
    amounts: dict[tuple[int, int], int] = defaultdict(int)
    for move in event.moves:
        if move.into_process and move.source_type == Issue.doc_type:
            amounts[move.source_id, move.source_line] += int(move.amount.scaleb(2))
    given = [(document, line, amount) for (document, line), amount in sorted(amounts.items()) if amount]
    if not given:
        return
    rows = select(
        "SELECT l.id, l.material_id, l.order_id, given.amount FROM given JOIN production_issueline l"
        " ON l.document_id = given.document AND l.line_no = given.line ORDER BY l.id",
        [("document", INT), ("line", INT), ("amount", INT)],
        given,
    )
    sums: dict[type, dict[int, int]] = {
        WorkOrder: defaultdict(int),
        WorkOrderMaterial: defaultdict(int),
        IssueLine: defaultdict(int),
    }
    for line, material, order, amount in rows:
        for model, pk in ((IssueLine, line), (WorkOrderMaterial, material), (WorkOrder, order)):
            sums[model][pk] += amount
    for model, column in ((WorkOrder, "actual_material"), (WorkOrderMaterial, "value"), (IssueLine, "value")):
        table = model._meta.db_table
        changes = [(pk, amount) for pk, amount in sorted(sums[model].items()) if amount]
        update(table, [("id", INT), ("more", INT)], changes, f'{column} = {table}.{column} + given."more"')


def finished_cost_objects(cost_object_ids: Collection[int]) -> set[int]:
    """Answers the ledger: cost objects of orders that are settled take no more cost."""
    rows = WorkOrder.objects.filter(cost_object__in=list(cost_object_ids), stage="settled")
    return set(rows.values_list("cost_object_id", flat=True))
