"""Every command explains itself, fails in sentences and with an exit status."""

import subprocess
import sys
from pathlib import Path

import pytest

from gongfang.cli.main import COMMANDS
from tests.cli.conftest import PASSWORD, Run, gongfang, users


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str, tmp_path: Path) -> None:
    done = gongfang(tmp_path, name, "--help")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"usage: gongfang {name}")


def test_help_loads_no_django(tmp_path: Path) -> None:
    code = (
        "import sys, contextlib\nfrom gongfang.cli.main import main\n"
        "with contextlib.suppress(SystemExit): main(['--help'])\n"
        "sys.exit(sum(name in sys.modules for name in ('django', 'numpy', 'granian')))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("words", [(), ("nonsense",), ("user",), ("user", "password"), ("simulate", "--days", "x")])
def test_a_wrong_call_exits_2_without_traceback(words: tuple[str, ...], tmp_path: Path) -> None:
    done = gongfang(tmp_path, *words)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_missing_file_is_named(run: Run) -> None:
    done = run("restore", "nowhere.zip", "--yes")
    assert done.returncode == 1
    assert done.stderr.strip() == "There is no file nowhere.zip."


def test_users_are_added_changed_and_listed(run: Run) -> None:
    assert run("user", "add", "li.na", "--name", "李娜", "--role", "planner", stdin=PASSWORD).returncode == 0
    assert run("user", "role", "li.na", "keeper", "buyer").returncode == 0
    assert run("user", "password", "li.na", "--password-stdin", stdin="Andere-8842\n").returncode == 0
    lines = run("user", "list").stdout.splitlines()
    assert [line.split() for line in lines] == [["boss", "老板", "admin"], ["li.na", "李娜", "buyer,", "keeper"]]


@pytest.mark.parametrize(
    ("words", "stdin", "reason"),
    [
        (("user", "add", "boss"), PASSWORD, "taken"),
        (("user", "add", "x", "--role", "king"), PASSWORD, "king"),
        (("user", "add", "x"), "short", "too short"),
        (("user", "password", "nobody"), PASSWORD, "nobody"),
        (("user", "role", "boss", "planner"), "", "administrator"),
        (("user", "add", "x", "--as", "ghost"), PASSWORD, "ghost"),
    ],
)
def test_refusals_are_sentences_and_change_nothing(
    run: Run, data: Path, words: tuple[str, ...], stdin: str, reason: str
) -> None:
    done = run(*words, stdin=stdin)
    assert done.returncode == 1
    assert reason in done.stderr and "Traceback" not in done.stderr
    assert users(data) == ["boss"]


def test_the_first_user_must_be_administrator(tmp_path: Path) -> None:
    assert gongfang(tmp_path, "migrate").returncode == 0
    done = gongfang(tmp_path, "user", "add", "x", "--role", "planner", stdin=PASSWORD)
    assert done.returncode == 1 and "administrator" in done.stderr


def test_a_chinese_terminal_is_answered_in_chinese(run: Run) -> None:
    assert "没有" in run("user", "password", "nobody", stdin=PASSWORD, LANG="zh_CN.UTF-8").stderr


def test_migrate_tells_when_nothing_is_to_do(run: Run, tmp_path: Path) -> None:
    assert run("migrate", "--check").returncode == 0
    assert gongfang(tmp_path / "new", "migrate", "--check").returncode == 1
