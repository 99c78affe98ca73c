"""Sizes, names, errors, clocks and numbers: the habits that a reader relies on."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.arch.tree import ROOT, failures, name_of, parsed, python_files, room, tracked

FILE_LINES = 500
FUNCTION_LINES = 60
# What is longer today, with its length. It may only shrink; an entry that is not needed any more must go.
LONGER_FILES: dict[str, int] = {}
LONGER_FUNCTIONS: dict[str, int] = {}

ROOMS_WITHOUT_A_NAME = {"utils", "helpers", "misc", "common", "util", "helper"}
WRITTEN = ("src/", "tests/", "tools/", "benchmarks/", "run.py")


def ratchet(found: dict[str, int], allowed: dict[str, int], limit: int, what: str) -> None:
    grown = [f"{name}: {size} lines" for name, size in found.items() if size > max(limit, allowed.get(name, 0))]
    failures(sorted(grown), f"{what} is longer than {limit} lines:")
    spare = [
        f"{name}: now {found.get(name, 0)}, allowed {size}"
        for name, size in allowed.items()
        if found.get(name, 0) < size
    ]
    failures(sorted(spare), f"lower (or drop) the allowance in {name_of(Path(__file__))}:")


def test_files_stay_short() -> None:
    sizes = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in python_files(*WRITTEN)}
    ratchet(sizes, LONGER_FILES, FILE_LINES, "a file")


def test_functions_stay_short() -> None:
    sizes = {}
    for path in python_files("src/", "tools/", "run.py"):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
                sizes[f"{name_of(path)}:{node.name}"] = (node.end_lineno or node.lineno) - first + 1
    ratchet(sizes, LONGER_FUNCTIONS, FUNCTION_LINES, "a function")


def test_rooms_have_names() -> None:
    found = [name_of(path) for path in tracked() if ROOMS_WITHOUT_A_NAME & {path.stem, path.parent.name}]
    failures([name for name in found if "/static/" not in name], "say what is in it:")


def swallows(handler: ast.ExceptHandler) -> bool:
    """Whether a handler takes every error and does not raise again."""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    broad = any(kind is None or ast.unparse(kind) in {"Exception", "BaseException"} for kind in kinds)
    return broad and not any(isinstance(node, ast.Raise) for node in ast.walk(handler))


def test_errors_are_named() -> None:
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in python_files("src/", "tools/", "run.py")
        if not name_of(path).startswith("src/gongfang/platform/tasks")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ExceptHandler) and swallows(node)
    ]
    failures(found, "catch the errors that are meant (only the task runner may take all):")


CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "datetime.fromtimestamp", "time.time"}


def test_pure_code_has_no_clock() -> None:
    found = []
    for path in python_files("src/gongfang/"):
        pure = (
            room(path) in {"kernel", "engines"}
            or path.stem in {"rules", "events"}
            or path.parent.name in {"rules", "events"}
        )
        for node in ast.walk(parsed(path)) if pure else ():
            if isinstance(node, ast.Call) and ".".join(ast.unparse(node.func).split(".")[-2:]) in CLOCKS:
                found.append(f"{name_of(path)}:{node.lineno}: {ast.unparse(node)}")
    failures(found, "the date comes in as an argument:")


def naive(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    name = ".".join(ast.unparse(node.func).split(".")[-2:])
    without_zone = not node.args and not any(word.arg == "tz" for word in node.keywords)
    return name in {"datetime.utcnow", "date.today", "datetime.today"} or (name == "datetime.now" and without_zone)


def test_no_naive_datetimes() -> None:
    found = [
        f"{name_of(path)}:{node.lineno}: {ast.unparse(node)}"
        for path in python_files("src/gongfang/")
        for node in ast.walk(parsed(path))
        if naive(node)
    ]
    failures(found, "take django.utils.timezone.now() or localdate():")


EXACT = {"models", "rules", "services", "queries", "posting"}


def is_exact(path: Path) -> bool:
    """Whether a file is one of those where quantities and money live."""
    if "tasks" in path.parts:  # a share of progress is no quantity
        return False
    return room(path) not in {"engines", "ui"} and bool(EXACT & {path.stem, *path.parts})


def floats(tree: ast.AST) -> list[ast.expr]:
    found: list[ast.expr] = []
    for node in ast.walk(tree):
        if (
            (isinstance(node, ast.Constant) and isinstance(node.value, float))
            or (isinstance(node, ast.Name) and node.id == "float")
            or (isinstance(node, ast.Attribute) and node.attr == "FloatField")
        ):
            found.append(node)
    return found


def test_no_float_near_quantity_or_money() -> None:
    found = [
        f"{name_of(path)}:{node.lineno}: {ast.unparse(node)}"
        for path in python_files("src/gongfang/")
        if is_exact(path)
        for node in floats(parsed(path))
        if "isinstance" not in path.read_text("utf-8").splitlines()[node.lineno - 1]
    ]
    failures(found, "quantities and money are Decimal:")


def test_the_checks_see_what_they_look_for() -> None:
    assert len(floats(ast.parse("x = 0.5\ny: float = models.FloatField()"))) == 3
    assert naive(ast.parse("datetime.now()", mode="eval").body)
    assert not naive(ast.parse("datetime.now(UTC)", mode="eval").body)
    handler = ast.parse("try:\n  x()\nexcept Exception:\n  pass").body[0]
    assert isinstance(handler, ast.Try) and swallows(handler.handlers[0])


PLACES = re.compile(
    "|".join(
        [
            "/" + "work/",
            "/" + "root/",
            r"/" + r"home/[a-z]",
            "py" + r"pi\.org",
            "python" + "hosted",
            "npm" + r"js\.(?:org|com)",
        ]
    )
)
MAY_NAME_A_HOST = ("src/gongfang/ui/static/vendor/",)


def test_no_place_of_one_machine_is_written_down() -> None:
    found = []
    for path in tracked():
        name = name_of(path)
        if name.startswith(MAY_NAME_A_HOST) or path.suffix in {
            ".woff2",
            ".ttf",
            ".mo",
            ".png",
            ".xlsx",
            ".ico",
            ".wasm",
        }:
            continue
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1):
            if match := PLACES.search(line):
                found.append(f"{name}:{number}: {match.group()}")
    failures(found, "a path or package host of one machine:")


def test_no_large_files() -> None:
    found = [
        f"{name_of(path)}: {path.stat().st_size >> 10} KiB" for path in tracked() if path.stat().st_size > 2_500_000
    ]
    failures(found, "too large for the repository:")


@pytest.mark.parametrize("arguments", [["check"], ["format", "--check"]], ids=["lint", "format"])
def test_ruff(arguments: list[str]) -> None:
    command = [sys.executable, "-m", "ruff", *arguments, "--no-cache", "src", "tests", "tools", "run.py"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_types_are_proved_where_the_reasoning_lives() -> None:
    done = subprocess.run([sys.executable, "-m", "mypy"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
