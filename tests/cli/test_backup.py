"""A backup comes back whole; an unsound one is refused and changes nothing."""

import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Run, rename_boss, users


def rewritten(source: Path, target: Path, change: dict[str, bytes], extra: dict[str, bytes] | None = None) -> Path:
    """A copy of an archive with other content under some names."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, change.get(name, old.read(name)))
        for name, content in (extra or {}).items():
            new.writestr(name, content)
    return target


@pytest.fixture
def backup(run: Run, data: Path, tmp_path: Path) -> Path:
    (data / "files" / "2026").mkdir(parents=True)
    (data / "files" / "2026" / "drawing.pdf").write_bytes(b"drawing")
    target = tmp_path / "one.zip"
    done = run("backup", str(target))
    assert done.returncode == 0, done.stderr
    return target


def test_what_was_backed_up_comes_back(run: Run, data: Path, backup: Path) -> None:
    rename_boss(data, "later")
    (data / "files" / "2026" / "drawing.pdf").write_bytes(b"spoiled")
    done = run("restore", "--yes", str(backup))
    assert done.returncode == 0, done.stderr
    assert users(data) == ["boss"]
    assert (data / "files" / "2026" / "drawing.pdf").read_bytes() == b"drawing"


def test_the_replaced_data_is_kept(run: Run, data: Path, backup: Path) -> None:
    rename_boss(data, "later")
    run("restore", "--yes", str(backup))
    [kept] = data.glob("before-restore-*")
    with closing(sqlite3.connect(kept / "gongfang.sqlite3")) as connection:
        assert connection.execute("SELECT username FROM platform_user").fetchone() == ("later",)
    assert not list(data.glob(".restore-*"))


def test_a_backup_is_of_one_moment_while_a_writer_is_at_work(run: Run, data: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(data / "gongfang.sqlite3", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE platform_user SET name = 'half done'")
        assert run("backup", str(tmp_path / "b.zip")).returncode == 0
        writer.execute("ROLLBACK")
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        archive.extract("gongfang.sqlite3", tmp_path)
    with closing(sqlite3.connect(tmp_path / "gongfang.sqlite3")) as copy:
        assert copy.execute("SELECT name FROM platform_user").fetchall() == [("老板",)]


def test_a_restore_is_refused_while_the_database_is_in_use(run: Run, data: Path, backup: Path) -> None:
    with closing(sqlite3.connect(data / "gongfang.sqlite3")) as other:
        other.execute("SELECT count(*) FROM platform_user").fetchone()
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM platform_user").fetchone()
        done = run("restore", "--yes", str(backup))
    assert done.returncode == 1
    assert "stop the server" in done.stderr


@pytest.mark.parametrize("name", ["gongfang.sqlite3", "files/2026/drawing.pdf", "manifest.json"])
def test_a_damaged_backup_is_refused(run: Run, data: Path, backup: Path, tmp_path: Path, name: str) -> None:
    rename_boss(data, "later")
    bad = rewritten(backup, tmp_path / "bad.zip", {name: b"{}"})
    done = run("restore", "--yes", str(bad))
    assert done.returncode == 1 and "not a sound backup" in done.stderr
    assert users(data) == ["later"]


def test_a_file_outside_the_folder_is_refused(run: Run, backup: Path, tmp_path: Path) -> None:
    bad = rewritten(backup, tmp_path / "bad.zip", {}, {"../../escaped.txt": b"x"})
    done = run("restore", "--yes", str(bad))
    assert done.returncode == 1 and "outside" in done.stderr
    assert not (tmp_path / "escaped.txt").exists()


def test_something_else_is_no_backup(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_text("hello")
    assert "not a sound backup" in run("restore", "--yes", str(tmp_path / "x.zip")).stderr


def test_a_restore_without_consent_changes_nothing(run: Run, data: Path, backup: Path) -> None:
    rename_boss(data, "later")
    assert run("restore", str(backup)).returncode == 1
    assert users(data) == ["later"]


def test_a_backup_never_overwrites(run: Run, backup: Path) -> None:
    before = backup.read_bytes()
    assert run("backup", str(backup)).returncode == 1
    assert backup.read_bytes() == before


def test_only_the_newest_backups_are_kept(run: Run, data: Path) -> None:
    folder = data / "backups"
    folder.mkdir()
    for day in (1, 2, 3):
        (folder / f"gongfang-2026010{day}-000000.zip").touch()
    assert run("backup", "--keep", "2").returncode == 0
    names = sorted(path.name for path in folder.iterdir())
    assert names[0] == "gongfang-20260103-000000.zip" and len(names) == 2
