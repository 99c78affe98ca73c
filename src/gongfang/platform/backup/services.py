"""Back everything up into one archive, and restore from one once it is proved in a scratch place.

Both run without stopping the server on the reading side; a restore refuses while the present database is in use. What is
replaced is kept beside it under `before-restore-…`, never deleted.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from gongfang import __version__
from gongfang.kernel.errors import DomainError, Kind, Problem
from gongfang.platform.backup import archive, postgres, sqlite
from gongfang.platform.backup.archive import Manifest

FILES = "files"
ROWS = "database"

# (environment of a scratch place) → faults; (environment, last migration of each app, none: this version's) → migrated.
Prove = Callable[[dict[str, str]], list[str]]
Migrate = Callable[[dict[str, str], dict[str, str]], None]


@dataclass(frozen=True, slots=True)
class Restored:
    """What was brought back, and where the replaced data is kept."""

    manifest: Manifest
    kept: str


def applied_migrations() -> dict[str, str]:
    """The last applied migration of each app."""
    rows = MigrationRecorder(connection).migration_qs.order_by("id").values_list("app", "name")
    return {app: max(name for other, name in rows if other == app) for app, _ in rows}


def final_migrations() -> dict[str, str]:
    """The last migration of each app in this version."""
    return dict(MigrationLoader(None, ignore_no_migrations=True).graph.leaf_nodes())


def database_url(name: str | None = None) -> str:
    """The PostgreSQL database as an address, or another one of the same server."""
    values = connection.settings_dict
    login = quote(str(values["USER"] or ""), safe="")
    if values["PASSWORD"]:
        login += ":" + quote(str(values["PASSWORD"]), safe="")
    host, port = values["HOST"] or "", values["PORT"] or ""
    where = f"{login}@" if login else ""
    return f"postgresql://{where}{host}{f':{port}' if port else ''}/{name or values['NAME']}"


def back_up(target: Path) -> Manifest:
    """Write the database and the attached files, as of now, to one archive. Nobody has to stop working.

    A file attached while the copy runs may be in the archive without its row; never the other way round.
    """
    if target.exists():
        raise DomainError(Problem("exists", "{name} exists already; choose another name.", name=str(target)))
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as name:
        folder = Path(name)
        if connection.vendor == "postgresql":
            postgres.copy(database_url(), folder / ROWS)
        else:
            sqlite.copy(Path(connection.settings_dict["NAME"]), folder / sqlite.NAME)
        if Path(settings.MEDIA_ROOT).exists():
            shutil.copytree(settings.MEDIA_ROOT, folder / FILES)
        made_at = timezone.now().isoformat(timespec="seconds")
        return archive.pack(target, folder, Manifest(__version__, made_at, connection.vendor, applied_migrations()))


def restore(source: Path, migrate: Migrate, prove: Prove) -> Restored:
    """Replace the present data by an archive's, after it was unpacked, migrated and proved in a scratch place.

    Raises DomainError with every fault, and then nothing was replaced.
    """
    data = Path(settings.DATA_DIR)
    data.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=data) as name:
        scratch = Path(name)
        manifest = archive.unpack(source, scratch)
        if manifest.database != connection.vendor:
            raise DomainError(
                Problem(
                    "other_database",
                    "The backup is of {theirs}, this system runs on {ours}.",
                    theirs=manifest.database,
                    ours=connection.vendor,
                )
            )
        stamp = timezone.localtime().strftime("%Y%m%d-%H%M%S")
        kept = data / f"before-restore-{stamp}"
        if connection.vendor == "postgresql":
            where = restore_postgres(scratch, manifest, stamp, migrate, prove)
        else:
            where = restore_sqlite(scratch, manifest, kept, migrate, prove)
        swap_files(scratch / FILES, kept)
        return Restored(manifest, where)


def refuse_faults(faults: list[str]) -> None:
    if faults:
        raise DomainError(
            [Problem("backup_faulty", "The restored data does not hold: {fault}", fault=fault) for fault in faults[:50]]
        )


def restore_sqlite(scratch: Path, manifest: Manifest, kept: Path, migrate: Migrate, prove: Prove) -> str:
    present = Path(connection.settings_dict["NAME"])
    connection.close()
    sqlite.refuse_while_open(present)
    place = {**os.environ, "GONGFANG_DATA": str(scratch), "GONGFANG_DATABASE_URL": ""}
    migrate(place, {})
    refuse_faults(prove(place))
    sqlite.refuse_while_open(scratch / sqlite.NAME)
    sqlite.refuse_while_open(present)
    sqlite.put_in_place(scratch / sqlite.NAME, present, kept)
    return str(kept)


def restore_postgres(scratch: Path, manifest: Manifest, stamp: str, migrate: Migrate, prove: Prove) -> str:
    present = str(connection.settings_dict["NAME"])
    restored, kept = f"{present}_restore_{stamp.replace('-', '_')}", f"{present}_before_{stamp.replace('-', '_')}"
    connection.close()
    refuse_while_connected(present)
    with scratch_database(restored) as maintenance:
        place = {**os.environ, "GONGFANG_DATA": str(scratch), "GONGFANG_DATABASE_URL": database_url(restored)}
        migrate(place, {} if manifest.migrations == final_migrations() else manifest.migrations)
        postgres.load(database_url(restored), scratch / ROWS)
        migrate(place, {})
        refuse_faults(prove(place))
        refuse_while_connected(present)
        postgres.put_in_place(maintenance, restored, present, kept)
    return kept


def refuse_while_connected(database: str) -> None:
    """A database can be renamed only while nobody is connected to it."""
    if postgres.others_connected(database_url("postgres"), database):
        raise DomainError(
            Problem("in_use", "The database is in use: stop the server and its workers first."), Kind.CONFLICT
        )


@contextmanager
def scratch_database(name: str) -> Iterator[str]:
    """A database for trying; dropped unless it was renamed to its final place. Yields the maintenance address."""
    maintenance = database_url("postgres")
    postgres.create_database(maintenance, name)
    try:
        yield maintenance
    finally:
        postgres.drop_database(maintenance, name)


def swap_files(restored: Path, kept: Path) -> None:
    """Put the archive's attached files where the present ones are, which are kept."""
    present = Path(settings.MEDIA_ROOT)
    if present.exists():
        kept.mkdir(parents=True, exist_ok=True)
        os.replace(present, kept / FILES)
    if restored.exists():
        present.parent.mkdir(parents=True, exist_ok=True)
        os.replace(restored, present)
