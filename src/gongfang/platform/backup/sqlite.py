"""A whole and consistent copy of the SQLite database while others go on working, and putting one in its place."""

import contextlib
import os
import sqlite3
from pathlib import Path

from gongfang.kernel.errors import DomainError, Kind, Problem

NAME = "gongfang.sqlite3"


def copy(database: Path, target: Path) -> None:
    """Copy by SQLite's online backup: the state of one moment, without stopping writers. The copy is checked."""
    source = sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)
    with contextlib.closing(source), contextlib.closing(sqlite3.connect(target)) as destination:
        source.backup(destination)
        destination.execute("PRAGMA journal_mode=DELETE")
        faults = [row[0] for row in destination.execute("PRAGMA integrity_check") if row[0] != "ok"]
    if faults:
        raise DomainError(
            Problem("database_damaged", "The database file is damaged: {faults}", faults="; ".join(faults[:5]))
        )


def refuse_while_open(database: Path) -> None:
    """Refuse while any other process has the database open (leaving WAL mode needs it alone)."""
    if not database.exists():
        return
    with contextlib.closing(sqlite3.connect(database, timeout=1)) as connection:
        try:
            connection.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError as error:
            raise DomainError(
                Problem("in_use", "The database is in use: stop the server and its workers first."), Kind.CONFLICT
            ) from error


def put_in_place(restored: Path, database: Path, kept: Path) -> None:
    """Move the present database into `kept` and the restored one to its place."""
    kept.mkdir(parents=True, exist_ok=True)
    for suffix in ("-wal", "-shm", ""):
        path = database.with_name(database.name + suffix)
        if path.exists():
            os.replace(path, kept / path.name)
    os.replace(restored, database)
