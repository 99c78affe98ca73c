"""Imports go down only, the pure stays pure, and packages meet each other at their doors."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

from django.apps import apps

from tests.arch.tree import DOMAINS, HEIGHT, LAYERS, PACKAGE, ROOT, failures, imported, name_of, python_files, room

DOORS = {"services", "queries", "events"}
# Rooms that put packages together may also open these.
EXTRA_DOORS = {
    "config": {"handlers", "api", "screens", "urls", "apps", "ports"},
    "api": {"api"},
    "web": {"screens"},
}


def test_layers_and_purity_hold() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_layers_here_and_in_the_linter_are_the_same() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    layers = next(contract for contract in config["contracts"] if contract["id"] == "layers")["layers"]
    assert tuple(tuple(name.strip(" ()") for name in line.split("|")) for line in layers) == LAYERS


def wrong_doors(own: str, name: str) -> bool:
    parts = name.split(".")
    if parts[0] != "gongfang" or len(parts) < 3 or parts[1] not in DOMAINS or parts[1] == own:
        return False
    return parts[2] not in DOORS | EXTRA_DOORS.get(own, set())


def test_packages_meet_at_their_doors() -> None:
    found = [
        f"{name_of(path)}:{line} imports {name}"
        for path in python_files("src/gongfang/")
        for line, name in imported(path)
        if wrong_doors(room(path), name)
    ]
    failures(found, "another package may import only services, queries and events of a domain package:")


def test_doors_test_sees_a_wrong_door() -> None:
    assert wrong_doors("sales", "gongfang.masterdata.models.Item")
    assert not wrong_doors("masterdata", "gongfang.masterdata.models.Item")
    assert not wrong_doors("sales", "gongfang.masterdata.queries.items")


def test_no_foreign_key_points_up() -> None:
    found = []
    for model in apps.get_models():
        if not model.__module__.startswith("gongfang."):
            continue
        own = model.__module__.split(".")[1]
        for field in model._meta.get_fields(include_hidden=False):
            target = getattr(field, "related_model", None)
            if not getattr(field, "concrete", False) or target is None or not target.__module__.startswith("gongfang."):
                continue
            other = target.__module__.split(".")[1]
            if other != own and HEIGHT[other] >= HEIGHT[own]:
                found.append(f"{model._meta.label}.{field.name} → {target._meta.label}")
    failures(found, "a foreign key may point only to a package below:")


def test_every_room_has_its_place() -> None:
    rooms = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    failures(sorted(rooms - HEIGHT.keys()), "packages without a layer:")


def test_third_party_packages_are_declared_and_used() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    names = {line.split(">")[0].split("=")[0].split("[")[0].strip().lower() for line in declared}
    modules = {
        "django": "django", "ninja": "django-ninja", "environ": "django-environ", "django_htmx": "django-htmx",
        "axes": "django-axes", "python_calamine": "python-calamine", "rustpy_xlsxwriter": "rustpy-xlsxwriter",
        "xlsxwriter": "xlsxwriter", "barcode": "python-barcode", "paho": "paho-mqtt", "django_tasks": "django-tasks",
        "django_tasks_db": "django-tasks-db", "pydantic": "django-ninja", "asgiref": "django", "llvmlite": "numba",
    }  # fmt: skip
    used = set()
    for path in python_files("src/gongfang/"):
        for _, name in imported(path):
            top = name.split(".")[0]
            if top != "gongfang" and top not in sys.stdlib_module_names:
                used.add(modules.get(top, top))
    failures(sorted(used - names), "imported, but not in pyproject.toml:")


HEAVY = ("numba", "numpy", "scipy", "ortools", "pandas", "pypinyin", "typst")


def test_a_start_loads_nothing_heavy() -> None:
    """Each costs every command and every server process up to seconds; import them where they are used."""
    code = f"import json, sys\nfrom gongfang.cli.boot import boot\nboot()\nprint(json.dumps([m for m in {HEAVY} if m in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    failures(json.loads(done.stdout), "loaded at every start:")
