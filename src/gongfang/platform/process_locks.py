"""Locks that die with their process: whoever holds one is alive.

PostgreSQL: a session advisory lock, given back by the server when the connection is gone. SQLite, where every process is on this
machine: a lock of the operating system on a file beside the database, given back when the process ends, however it ends.
"""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from django.db import connection

if os.name == "nt":
    import msvcrt
else:
    import fcntl


@contextlib.contextmanager
def held(name: str) -> Iterator[bool]:
    """Hold the lock while the block runs; False where somebody else holds it. Not reentrant."""
    if connection.vendor == "postgresql":
        taken = _advisory("pg_try_advisory_lock", name)
        try:
            yield taken
        finally:
            if taken and connection.connection is not None and not connection.needs_rollback:
                _advisory("pg_advisory_unlock", name)
        return
    path = _path(name)
    with path.open("a+b") as file:
        taken = _lock(file)
        try:
            yield taken
        finally:
            if taken and os.name != "nt":
                path.unlink(missing_ok=True)


def is_held(name: str) -> bool:
    """Whether a living process holds the lock. Takes nothing itself, so nobody waits for the end of this transaction."""
    if connection.vendor == "postgresql":
        key = _key(name)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted"
                " AND classid::bigint = %s AND objid::bigint = %s"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))",
                [(key >> 32) & 0xFFFFFFFF, key & 0xFFFFFFFF],
            )
            return bool(cursor.fetchone()[0])
    path = _path(name)
    if not path.exists():
        return False
    with path.open("a+b") as file:
        return not _lock(file)


def _key(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)


def _advisory(function: str, name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [_key(name)])
        return bool(cursor.fetchone()[0])


def _path(name: str) -> Path:
    database = str(connection.settings_dict["NAME"])
    if "memory" in database:  # seen by this process alone
        return Path(tempfile.gettempdir()) / f"gongfang-{os.getpid()}-{name}.lock"
    return Path(database).with_name(f"{name}.lock")


def _lock(file: IO[bytes]) -> bool:
    try:
        if os.name == "nt":
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
