"""Times of operations as a published schedule sets them; the dispatch lists follow them."""

from collections.abc import Mapping
from datetime import datetime

from gongfang.production.models import WorkOrderOperation
from gongfang.production.services.setrows import update_rows


def plan_operations(moments: Mapping[int, tuple[datetime, datetime]]) -> list[WorkOrderOperation]:
    """Set planned start and end of operations that are not done. Call it inside a verb; two statements, whatever the number."""
    rows = list(
        WorkOrderOperation.objects.select_for_update(of=("self",))
        .filter(pk__in=list(moments))
        .exclude(state="done")
        .order_by("document_id", "operation_no")
    )
    for row in rows:
        row.planned_start, row.planned_end = moments[row.pk]
    update_rows(rows, ["planned_start", "planned_end"])
    return rows
