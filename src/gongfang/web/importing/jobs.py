"""Long sheets are tried and loaded beside the pages, with progress and cancel, as workbooks are."""

import uuid
from dataclasses import asdict
from typing import Any

from django.utils import translation

from gongfang.kernel.errors import N_
from gongfang.platform.exchange.keeping import forget, keep, kept
from gongfang.platform.identity.models import User
from gongfang.platform.tasks.models import TaskRun
from gongfang.platform.tasks.services import Progress, job, start
from gongfang.platform.verbs import authorize
from gongfang.ui.registry import screen
from gongfang.web.importing.loading import Sheet

JOB = "web.import_sheet"
AT_ONCE_BYTES, AT_ONCE = 500_000, 200  # what is larger, or has more documents, takes longer than a page should
FAULTS_SHOWN = 300


def start_import(user: User, key: str, content: bytes, request_id: uuid.UUID, *, for_good: bool) -> TaskRun:
    """Keep the sheet and queue the work."""
    return start(
        JOB,
        actor=user,
        key=key,
        file=keep(content),
        act="load" if for_good else "check",
        request_id=str(request_id),
        language=translation.get_language() or user.language,
    )


@job(JOB, N_("Import from Excel"))
def import_behind(
    progress: Progress, *, actor: User, key: str, file: str, act: str, request_id: str, language: str
) -> dict[str, Any]:
    """Try a sheet, or load it. A sheet that was tried and is clean is kept, to be loaded without sending it again."""
    declared = screen(key)
    clean = False
    try:
        authorize(actor, declared.create_verb)
        with progress.inside(), translation.override(language):
            sheet = Sheet(actor, declared, kept(file))
            found = sheet.attempt(uuid.UUID(request_id), for_good=act == "load", tell=progress.tell)
        clean = not found.faults and act != "load"
    finally:
        if not clean:
            forget(file)
    return {
        "created": found.created, "changed": found.changed, "count": len(found.faults), "ignored": found.ignored,
        "faults": [asdict(fault) for fault in found.faults[:FAULTS_SHOWN]], "loaded": act == "load" and not found.faults,
    }  # fmt: skip
