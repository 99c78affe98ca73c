"""Sheets and workbooks kept in the data folder while a task works on them, under names of our own."""

import time
import uuid
from pathlib import Path

from django.conf import settings

from gongfang.kernel.errors import DomainError, Problem
from gongfang.platform.exchange.guarding import guard

KEPT_SECONDS = 86_400


def folder() -> Path:
    path = Path(settings.DATA_DIR) / "imports"
    path.mkdir(parents=True, exist_ok=True)
    return path


def keep(content: bytes) -> str:
    """Keep a workbook and return its name. Refuses what cannot be read at all; what was left behind for a day is removed."""
    guard(content)
    for left in folder().glob("*.bin"):
        if left.stat().st_mtime < time.time() - KEPT_SECONDS:
            left.unlink(missing_ok=True)
    name = f"{uuid.uuid4().hex}.bin"
    (folder() / name).write_bytes(content)
    return name


def kept(name: str) -> bytes:
    """What was kept under a name. Raises DomainError where it is gone."""
    try:
        return (folder() / Path(name).name).read_bytes()
    except OSError as error:
        raise DomainError(Problem("file_needed", "Choose a workbook first.", where="file")) from error


def forget(name: str) -> None:
    (folder() / Path(name).name).unlink(missing_ok=True)
