"""The command line as a person runs it: another process, a data folder of its own."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
PASSWORD = "Werkstatt-7391"


def environment(data: Path) -> dict[str, str]:
    drop = ("GONGFANG_", "DJANGO_", "LC_", "PYTHONDONTWRITEBYTECODE")  # the last one doubles the time of each start
    kept = {name: value for name, value in os.environ.items() if not name.startswith(drop)}
    return {**kept, "GONGFANG_DATA": str(data), "LANG": "C.UTF-8", "PYTHONUTF8": "1"}


def gongfang(data: Path, *words: str, stdin: str = "", **extra: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "gongfang.cli.main", *words]
    return subprocess.run(
        command, env=environment(data) | extra, input=stdin, capture_output=True, text=True, check=False, timeout=600
    )


@pytest.fixture(scope="session")
def fresh_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated data folder with one administrator, made once; tests work on copies."""
    data = tmp_path_factory.mktemp("cli") / "data"
    data.mkdir()
    assert gongfang(data, "migrate").returncode == 0
    done = gongfang(data, "user", "add", "boss", "--name", "老板", stdin=PASSWORD)
    assert done.returncode == 0, done.stderr
    return data


@pytest.fixture
def data(fresh_data: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(fresh_data, tmp_path / "data"))


@pytest.fixture
def run(data: Path) -> Run:
    """Run `gongfang …` on this test's data folder."""

    def call(*words: str, stdin: str = "", **extra: str) -> subprocess.CompletedProcess[str]:
        return gongfang(data, *words, stdin=stdin, **extra)

    return call


def users(data: Path) -> list[str]:
    """Who is registered, read past the program (a process each would take a second)."""
    with closing(sqlite3.connect(data / "gongfang.sqlite3")) as connection:
        return [row[0] for row in connection.execute("SELECT username FROM platform_user ORDER BY id")]


def rename_boss(data: Path, name: str) -> None:
    """Change something that a restore must take back."""
    with closing(sqlite3.connect(data / "gongfang.sqlite3")) as connection, connection:
        connection.execute("UPDATE platform_user SET username = ?", [name])
