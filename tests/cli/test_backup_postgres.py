"""The same backup on PostgreSQL: by COPY, into a fresh database, swapped by renaming."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.cli.conftest import PASSWORD, gongfang

pytestmark = [pytest.mark.postgres, pytest.mark.slow]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a new, migrated database; it and what a restore makes beside it are dropped at the end."""
    server = os.environ["GONGFANG_TEST_DATABASE_URL"]
    name = f"gf_backup_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[arg-type]
        address = server.rsplit("/", 1)[0] + "/" + name
        done = gongfang(tmp_path_factory.mktemp("pg"), "migrate", GONGFANG_DATABASE_URL=address)
        assert done.returncode == 0, done.stderr
        yield address
        made = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [name + "%"]).fetchall()
        for (one,) in made:
            connection.execute(f'DROP DATABASE "{one}" WITH (FORCE)')  # type: ignore[arg-type]


def usernames(database: str) -> list[str]:
    with psycopg.connect(database) as connection:
        return [row[0] for row in connection.execute("SELECT username FROM platform_user ORDER BY id")]


def test_a_backup_comes_back_with_its_sequences(database: str, tmp_path: Path) -> None:
    where = {"GONGFANG_DATABASE_URL": database}
    assert gongfang(tmp_path, "user", "add", "boss", stdin=PASSWORD, **where).returncode == 0
    archive = tmp_path / "b.zip"
    done = gongfang(tmp_path, "backup", str(archive), **where)
    assert done.returncode == 0, done.stderr
    assert gongfang(tmp_path, "user", "add", "later", stdin=PASSWORD, **where).returncode == 0
    done = gongfang(tmp_path, "restore", "--yes", str(archive), **where)
    assert done.returncode == 0, done.stderr
    assert usernames(database) == ["boss"]
    done = gongfang(tmp_path, "user", "add", "next", stdin=PASSWORD, **where)
    assert done.returncode == 0, done.stderr
    assert usernames(database) == ["boss", "next"]


def test_a_restore_is_refused_while_somebody_is_connected(database: str, tmp_path: Path) -> None:
    where = {"GONGFANG_DATABASE_URL": database}
    assert gongfang(tmp_path, "backup", str(tmp_path / "b.zip"), **where).returncode == 0
    with psycopg.connect(database) as other:
        other.execute("SELECT 1")
        done = gongfang(tmp_path, "restore", "--yes", str(tmp_path / "b.zip"), **where)
    assert done.returncode == 1 and "stop the server" in done.stderr
    with psycopg.connect(database) as connection:
        row = connection.execute("SELECT count(*) FROM pg_database WHERE datname LIKE '%%_restore_%%'").fetchone()
        assert row == (0,)
