"""Times of operations as a published schedule sets them; the dispatch lists follow them."""

from collections.abc import Mapping
from datetime import datetime

from gongfang.platform.setwise import update_rows
from gongfang.production.models import WorkOrderOperation


def change_centre(row: WorkOrderOperation, work_centre_id: int) -> None:
    """Have an operation done by one of its alternatives; where it was becomes an alternative itself. Not saved."""
    row.alternatives = [pk for pk in (row.work_centre_id, *row.alternatives) if pk != work_centre_id]
    row.work_centre_id = work_centre_id


def plan_operations(
    moments: Mapping[int, tuple[datetime, datetime]], centres: Mapping[int, int] | None = None
) -> list[WorkOrderOperation]:
    """Set planned start and end of operations that are not done, and of those not begun the work centre where it is one of the
    operation's alternatives. Call it inside a verb; two statements, whatever the number."""
    rows = list(
        WorkOrderOperation.objects.select_for_update(of=("self",))
        .filter(pk__in=list(moments))
        .exclude(state="done")
        .order_by("document_id", "operation_no")
    )
    for row in rows:
        row.planned_start, row.planned_end = moments[row.pk]
        centre = (centres or {}).get(row.pk, row.work_centre_id)
        if row.state == "open" and centre in row.alternatives:
            change_centre(row, centre)
    update_rows(rows, ["planned_start", "planned_end", "work_centre", "alternatives"])
    return rows
