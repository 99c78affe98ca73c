"""A whole and consistent copy of a PostgreSQL database by COPY, one file per table, and a database made from one.

Needs no client programs of PostgreSQL. The schema comes from the migrations: a copy is loaded into a fresh database that
was migrated to the very step the copy was made at.
"""

from pathlib import Path

import psycopg
from psycopg import sql

SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
TABLES = """SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'django_migrations'
  AND NOT EXISTS (SELECT 1 FROM pg_inherits WHERE inhrelid = (quote_ident(tablename))::regclass) ORDER BY tablename"""
COLUMNS = """SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s
  AND is_generated = 'NEVER' ORDER BY ordinal_position"""
SEQUENCES = """SELECT c.table_name, c.column_name FROM information_schema.columns c WHERE c.table_schema = 'public'
  AND (c.is_identity = 'YES' OR c.column_default LIKE 'nextval(%%')"""


def tables(connection: psycopg.Connection) -> list[str]:
    """Own tables; a partition is reached through the table it belongs to."""
    return [row[0] for row in connection.execute(TABLES)]


def columns(connection: psycopg.Connection, table: str) -> list[str]:
    return [row[0] for row in connection.execute(COLUMNS, [table])]


def copy(url: str, folder: Path) -> None:
    """Write each table's rows as of one moment to `<folder>/<table>.copy` (header row with the column names)."""
    folder.mkdir(parents=True)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(SNAPSHOT)
        for table in tables(connection):
            names = sql.SQL(", ").join(map(sql.Identifier, columns(connection, table)))
            query = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT (FORMAT csv, HEADER true)").format(
                names, sql.Identifier(table)
            )
            with connection.cursor().copy(query) as rows, (folder / f"{table}.copy").open("wb") as stream:
                for chunk in rows:
                    stream.write(chunk)
        connection.execute("COMMIT")


def load(url: str, folder: Path) -> None:
    """Fill a migrated database from a copy, replacing what the migrations had put there. One transaction."""
    with psycopg.connect(url) as connection:
        present = set(tables(connection))
        wanted = {path.stem: path for path in folder.glob("*.copy")}
        assert present == wanted.keys(), f"tables differ: {sorted(present ^ wanted.keys())}"
        for table in present:
            connection.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(table)))
        names = sql.SQL(", ").join(map(sql.Identifier, sorted(present)))
        connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(names))
        connection.execute("SET CONSTRAINTS ALL DEFERRED")
        for table, path in sorted(wanted.items()):
            fill(connection, table, path)
        connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in present:
            connection.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(sql.Identifier(table)))
        for table, column in connection.execute(SEQUENCES).fetchall():
            highest = sql.SQL("SELECT max({}) FROM {}").format(sql.Identifier(column), sql.Identifier(table))
            connection.execute(
                sql.SQL("SELECT setval(pg_get_serial_sequence(%s, %s), coalesce(({}), 0) + 1, false)").format(highest),
                [f'"{table}"', column],
            )


def fill(connection: psycopg.Connection, table: str, path: Path) -> None:
    with path.open("rb") as stream:
        header = stream.readline().decode().strip()
        names = sql.SQL(", ").join(sql.Identifier(name.strip('"')) for name in header.split(","))
        query = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(sql.Identifier(table), names)
        with connection.cursor().copy(query) as rows:
            while chunk := stream.read(1 << 20):
                rows.write(chunk)


def create_database(url: str, name: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(sql.Identifier(name))
        )


def drop_database(url: str, name: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


def others_connected(url: str, name: str) -> int:
    """How many sessions are on a database; they must end before it can be renamed."""
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = %s", [name]).fetchone()
        return int(row[0]) if row else 0


def put_in_place(url: str, restored: str, database: str, kept: str) -> None:
    """Rename the present database to `kept` and the restored one to its name, both or neither."""
    with psycopg.connect(url) as connection:
        for old, new in ((database, kept), (restored, database)):
            connection.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(old), sql.Identifier(new))
            )
