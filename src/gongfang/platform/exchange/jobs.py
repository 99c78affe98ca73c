"""Large workbooks are checked and loaded beside the pages, with progress and cancel."""

import uuid
from datetime import date
from typing import Any

from django.utils import translation

from gongfang.kernel.errors import N_
from gongfang.platform.exchange import services as exchange
from gongfang.platform.exchange.keeping import forget, keep, kept
from gongfang.platform.exchange.reporting import watched
from gongfang.platform.identity.models import User
from gongfang.platform.tasks.models import TaskRun
from gongfang.platform.tasks.services import Progress, job, start

JOB = "platform.import_workbook"
BEHIND_BYTES = 150_000  # about 3,000 rows: what takes longer than a page should


def start_import(
    *, actor: User, content: bytes, name: str, act: str, start_on: date | None, request_id: uuid.UUID
) -> TaskRun:
    """Keep the file under a name of our own and queue the work. act: "check" or "load". Refuses what cannot be read at all."""
    return start(
        JOB,
        actor=actor,
        file=keep(content),
        title_of=name[:200],
        act=act,
        start_on=start_on.isoformat() if start_on else "",
        request_id=str(request_id),
    )


@job(JOB, N_("Import workbook"))
def import_behind(
    progress: Progress, *, actor: User, file: str, title_of: str, act: str, start_on: str, request_id: str
) -> dict[str, Any]:
    """Check, and load where nothing is wrong. The result tells rows by sheet and the first faults in the person's language."""
    content = kept(file)
    start = date.fromisoformat(start_on) if start_on else None
    try:
        with progress.inside(), watched(progress.tell), translation.override(actor.language):
            checked = exchange.check_workbook(content, actor=actor, start=start)
            faults = exchange.fault_lines(checked.faults[: exchange.FAULTS_SHOWN])
            if not checked.faults and act == "load":
                exchange.import_workbook(actor=actor, request_id=uuid.UUID(request_id), content=content, start=start)
    finally:
        forget(file)
    return {
        "file": title_of, "counts": checked.counts, "count": len(checked.faults), "loaded": not checked.faults and act == "load",
        "faults": [[line.sheet, line.row, line.column, line.reason] for line in faults],
    }  # fmt: skip
