"""Say how far a job is, and hear that it should stop, from within its one long transaction.

What is written in that transaction is not seen before its commit. PostgreSQL takes a second connection; SQLite has one writer,
so there the marks are small files in the data folder, where the server beside the worker reads them.
"""

import json
from pathlib import Path

from django.conf import settings
from django.db import connection


def _file(run_id: int, kind: str) -> Path:
    folder = Path(settings.DATA_DIR) / "tasks"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{run_id}.{kind}"


def mark(run_id: int, percent: int, message: str) -> bool:
    """Show progress at once; whether the job should stop."""
    if connection.vendor == "postgresql":
        return _mark_beside(run_id, percent, message) or _file(run_id, "cancel").exists()
    target = _file(run_id, "progress")
    fresh = target.with_suffix(".new")
    fresh.write_text(json.dumps([percent, message]), "utf-8")
    fresh.replace(target)
    return _file(run_id, "cancel").exists()


def _mark_beside(run_id: int, percent: int, message: str) -> bool:
    beside = connection.copy()
    try:
        with beside.cursor() as cursor:
            cursor.execute(
                "UPDATE platform_taskrun SET progress = %s, message = %s WHERE id = %s",
                [percent, message[:300], run_id],
            )
            cursor.execute("SELECT cancel_requested FROM platform_taskrun WHERE id = %s", [run_id])
            row = cursor.fetchone()
            return bool(row and row[0])
    finally:
        beside.close()


def seen(run_id: int) -> tuple[int, str] | None:
    """The progress that a job in its transaction has marked on this machine, or None."""
    try:
        percent, message = json.loads(_file(run_id, "progress").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return int(percent), str(message)


def ask_to_stop(run_id: int) -> None:
    """Leave word for a job in its transaction; needs no database."""
    _file(run_id, "cancel").touch()


def forget(run_id: int) -> None:
    """The job is over."""
    for kind in ("progress", "cancel"):
        _file(run_id, kind).unlink(missing_ok=True)
