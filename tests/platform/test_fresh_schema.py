"""An empty database gets by the short way exactly what replaying every migration would have made; replayed quickly, the same."""

import os
import re
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

pytestmark = pytest.mark.slow

COMMAND = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "gongfang.config.settings.local"
import django
django.setup()
from django.core.management import call_command
from django.core.management.commands.migrate import Command
from gongfang.platform import replaying
from gongfang.platform.management.commands import migrate as ours
{}
"""
STOCK = COMMAND.format('call_command(Command(), "ledger", verbosity=0, interactive=False)')  # with all it depends on
NEAR = COMMAND.format('call_command(ours.Command(), "ledger", verbosity=0, interactive=False)')
STEPS = COMMAND.format("with replaying.quickly(): call_command(Command(), verbosity=0, interactive=False)")
SHORT = COMMAND.format("call_command(ours.Command(), verbosity=0, interactive=False)")
WAYS = {"short": SHORT, "steps": STEPS}


def migrate(code: str, data: Path, url: str = "") -> None:
    data.mkdir()
    environment = {**os.environ, "GONGFANG_DATA": str(data), "GONGFANG_DATABASE_URL": url}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def parts(statement: str) -> list[str]:
    """The columns and constraints of a CREATE TABLE, without order: later migrations add columns at the end."""
    inner = statement[statement.index("(") + 1 : statement.rindex(")")]
    found, depth, start = [], 0, 0
    for place, char in enumerate(inner):
        depth += {"(": 1, ")": -1}.get(char, 0)
        if char == "," and depth == 0:
            found.append(inner[start:place].strip())
            start = place + 1
    return sorted([*found, inner[start:].strip()])


def sqlite_schema(path: Path) -> dict[tuple[str, str], list[str]]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {(kind, name): parts(sql) if kind == "table" else [sql] for kind, name, sql in rows}


def rows_of(path: Path, table: str, columns: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return sorted(connection.execute(f"SELECT {columns} FROM {table}").fetchall(), key=repr)


def test_both_ways_make_the_same_sqlite_database(tmp_path: Path) -> None:
    made = {}
    for way, code in WAYS.items():
        migrate(code, tmp_path / way)
        made[way] = tmp_path / way / "gongfang.sqlite3"
    short, steps = sqlite_schema(made["short"]), sqlite_schema(made["steps"])
    assert short.keys() == steps.keys()
    assert {name: body for name, body in short.items() if steps[name] != body} == {}
    for table, columns in {
        "django_migrations": "app, name",
        "django_content_type": "app_label, model",
        "auth_permission": "codename, name",
    }.items():
        assert rows_of(made["short"], table, columns) == rows_of(made["steps"], table, columns)
    own = [name for kind, name in short if kind == "table" and not re.match(r"django_|auth_|sqlite_", name)]
    counts = [{name: len(rows_of(path, name, "1")) for name in own} for path in made.values()]
    assert counts[0] == counts[1]


def test_rendering_what_is_near_makes_the_tables_that_django_makes(tmp_path: Path) -> None:
    """To the last comma and in the same order of columns; of every kind of step, up to the ledger's migrations."""
    made = []
    for way, code in (("stock", STOCK), ("near", NEAR)):
        migrate(code, tmp_path / way)
        with closing(sqlite3.connect(tmp_path / way / "gongfang.sqlite3")) as connection:
            made.append(connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name").fetchall())
    assert len(made[0]) > 200
    assert made[0] == made[1]


POSTGRES_SCHEMA = """
SELECT 'column', table_name, column_name, data_type || is_nullable || coalesce(column_default, '') || is_identity
  FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'constraint', conrelid::regclass::text, regexp_replace(conname, '_[0-9a-f]{8}(?=_|$)', ''), pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'index', tablename, '', regexp_replace(indexdef, 'INDEX \\S+ ON', 'INDEX ON') FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
"""


@pytest.fixture
def databases() -> Iterator[dict[str, str]]:
    server, prefix = os.environ["GONGFANG_TEST_DATABASE_URL"], f"gf_schema_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(server, autocommit=True) as connection:
        for way in WAYS:
            connection.execute(f'CREATE DATABASE "{prefix}_{way}"')  # type: ignore[arg-type]
        yield {way: f"{server.rsplit('/', 1)[0]}/{prefix}_{way}" for way in WAYS}
        for way in WAYS:
            connection.execute(f'DROP DATABASE "{prefix}_{way}" WITH (FORCE)')  # type: ignore[arg-type]


@pytest.mark.postgres
def test_both_ways_make_the_same_postgresql_database(tmp_path: Path, databases: dict[str, str]) -> None:
    found = {}
    for way, code in WAYS.items():
        migrate(code, tmp_path / way, databases[way])
        with psycopg.connect(databases[way]) as connection:
            found[way] = sorted(connection.execute(POSTGRES_SCHEMA).fetchall())
    # The key of Django's own link table, which nothing uses, is 32 bits wide by the model, 64 by its migration.
    odd = ("column", "auth_group_permissions", "id")
    assert [row for row in found["short"] if row not in set(found["steps"]) and row[:3] != odd] == []
    assert len(found["short"]) == len(found["steps"])
