"""`run.py`: any Python can read it, only the standard library is needed, and a later start does nothing twice."""

import ast
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.arch.tree import ROOT

SCRIPT = ROOT / "run.py"


def test_an_old_python_can_read_it_and_is_refused_in_words() -> None:
    text = SCRIPT.read_text("utf-8")
    ast.parse(text, feature_version=(3, 7))
    code = f"import sys; sys.version_info = (3, 8, 1); exec(compile({text!r}, 'run.py', 'exec'))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "needs Python 3.11" in done.stderr and "3.8" in done.stderr


def test_it_needs_the_standard_library_only(tmp_path: Path) -> None:
    command = [sys.executable, "-I", "-S", str(SCRIPT), "--help"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "--empty" in done.stdout


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """run.py with a data folder of its own, where `gongfang` is only written down in `calls`."""
    monkeypatch.setenv("GONGFANG_DATA", str(tmp_path / "my data"))
    monkeypatch.delenv("GONGFANG_DATABASE_URL", raising=False)
    spec = importlib.util.spec_from_file_location("run_script", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    calls: list[str] = []
    module.calls = calls  # type: ignore[attr-defined]
    module.fails = False  # type: ignore[attr-defined]

    def run(command: list[str], environment: dict[str, str] | None = None, quiet: bool = False) -> bool:
        calls.append(" ".join(command[3:]))
        folder = Path((environment or {})["GONGFANG_DATA"])
        if command[3] == "setup":
            (folder / "gongfang.sqlite3").write_text(command[4])
            (folder / "files").mkdir(exist_ok=True)
        return not module.fails  # type: ignore[attr-defined]

    monkeypatch.setattr(module, "run", run)
    return module


def test_the_first_start_sets_up_and_the_second_does_nothing(script: ModuleType) -> None:
    script.ensure_data(empty=False)
    assert script.calls == ["setup --demo"]
    assert (script.DATA / "gongfang.sqlite3").read_text() == "--demo"
    assert (script.DATA / "files").is_dir() and not script.BUILDING.exists()
    script.ensure_data(empty=True)
    assert script.calls == ["setup --demo"]


def test_an_interrupted_first_start_leaves_nothing_and_begins_anew(script: ModuleType) -> None:
    script.fails = True
    with pytest.raises(script.Refusal):
        script.ensure_data(empty=True)
    assert not (script.DATA / "gongfang.sqlite3").exists()
    script.fails = False
    script.ensure_data(empty=True)
    assert script.calls == ["setup --empty", "setup --empty"]
    assert (script.DATA / "gongfang.sqlite3").exists()


def test_a_first_start_that_was_whole_is_only_moved_in(script: ModuleType) -> None:
    script.BUILDING.mkdir(parents=True)
    (script.BUILDING / "gongfang.sqlite3").write_text("finished")
    (script.BUILDING / "whole").touch()
    script.ensure_data(empty=False)
    assert script.calls == []
    assert (script.DATA / "gongfang.sqlite3").read_text() == "finished"
    assert sorted(path.name for path in script.DATA.iterdir()) == ["gongfang.sqlite3", "ready.json"]


def test_a_database_without_a_mark_is_never_replaced(script: ModuleType) -> None:
    script.DATA.mkdir()
    (script.DATA / "gongfang.sqlite3").write_text("restored")
    (script.DATA / "files").mkdir()
    seen = []
    script.set_up = lambda empty, environment: seen.append(environment["GONGFANG_DATA"])
    script.ensure_data(empty=False)
    assert seen == [str(script.DATA)]
    assert (script.DATA / "gongfang.sqlite3").read_text() == "restored"


def test_new_migrations_migrate_and_keep_the_data(script: ModuleType) -> None:
    script.ensure_data(empty=True)
    script.READY.write_text(json.dumps({"schema": "older"}))
    script.ensure_data(empty=True)
    assert script.calls == ["setup --empty", "migrate"]
    script.fails = True
    script.READY.write_text(json.dumps({"schema": "older"}))
    with pytest.raises(script.Refusal):
        script.ensure_data(empty=True)
    assert json.loads(script.READY.read_text()) == {"schema": "older"}


def test_a_port_in_use_is_refused_in_words(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    with script.socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("GONGFANG_PORT", str(taken.getsockname()[1]))
        with pytest.raises(script.Refusal, match="GONGFANG_PORT"):
            script.chosen_port()
    monkeypatch.setenv("GONGFANG_PORT", "99999")
    with pytest.raises(script.Refusal, match="99999"):
        script.chosen_port()
