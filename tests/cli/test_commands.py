"""Every command explains itself, fails in sentences and with an exit status."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from gongfang.cli.main import COMMANDS, main
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


@pytest.mark.parametrize(
    ("words", "told"),
    [
        *((f"solve schedule x.json --seconds {bad}", "number of seconds from 0") for bad in ("nan", "inf", "-1", "1e9", "x")),
        *((f"solve schedule x.json --workers {bad}", "whole number from 1 to 256") for bad in ("0", "-2", "1.5", "9" * 5000)),
        ("serve --port 70000", "whole number from 0 to 65535"), ("serve --processes 0", "whole number from 1"),
        ("serve --threads -1", "whole number from 1"), ("simulate --days 0", "whole number from 1"),
        ("simulate --days 3 --seed -1", "whole number from 0"), ("plan --horizon 0", "whole number from 1 to 1000"),
        ("setup --demo --days -1", "whole number from 0"), ("backup --keep 0", "whole number from 1"),
    ],
)  # fmt: skip
def test_a_number_out_of_range_is_refused_before_anything_begins(
    words: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words.split())
    out, errors = capsys.readouterr()
    assert (ended.value.code, out) == (2, "")
    assert f"must be a {told}" in errors


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


def test_verify_names_the_row_that_was_tampered_with(run: Run, data: Path) -> None:
    assert run("verify").returncode == 0
    with closing(sqlite3.connect(data / "gongfang.sqlite3")) as connection, connection:
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'platform_auditrow'"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE platform_auditrow SET actor_name = 'somebody else' WHERE id = 1")
    done = run("verify", "--json")
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert not found["ok"]
    assert [(fault["check"], fault["row"]) for fault in found["faults"]] == [("platform.audit", "platform_auditrow 1")]


PROBLEM = {
    "format": "gongfang/mrp-problem/1", "today": "2026-01-05", "horizon_days": 60, "calendar": None,
    "items": [{"id": "A", "procurement": "buy", "lead_time_days": 2, "on_hand": 10, "lot": {"rule": "lot_for_lot"}}],
    "bom": [], "demands": [{"id": "D", "item": "A", "qty": 25, "due": "2026-02-02", "priority": 1}], "supplies": [],
}  # fmt: skip


def test_solve_mrp_plans_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text(json.dumps(PROBLEM))
    done = gongfang(tmp_path, "solve", "mrp", str(tmp_path / "p.json"))
    assert done.returncode == 0, done.stderr
    orders = json.loads(done.stdout)["planned_orders"]
    assert [(order["item"], order["qty"], order["due"]) for order in orders] == [("A", 15, "2026-02-02")]


def test_solve_refuses_a_faulty_file_and_prints_nothing(tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text(json.dumps(PROBLEM | {"bom": [{"parent": "A", "component": "Z", "qty": -1}]}))
    done = gongfang(tmp_path, "solve", "mrp", str(tmp_path / "p.json"))
    assert (done.returncode, done.stdout) == (2, "")
    assert "$.bom[0]" in done.stderr
