"""What must be complete: Chinese texts, migrations, pins, vendored files."""

import hashlib
import importlib.util
import json
import re
import tomllib
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from tests.arch.tree import PACKAGE, ROOT, failures

VENDOR = PACKAGE / "ui" / "static" / "vendor"


def tool(name: str) -> Any:
    """A script of `tools/` as a module."""
    spec = importlib.util.spec_from_file_location(f"tool_{name}", ROOT / "tools" / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_text_has_its_chinese() -> None:
    failures(tool("messages").all_faults(), "run tools/messages.py and translate:")


@pytest.mark.django_db
def test_migrations_are_complete() -> None:
    said = StringIO()
    try:
        call_command("makemigrations", "--check", "--dry-run", "--verbosity", "1", stdout=said)
    except SystemExit:
        pytest.fail(f"models changed without a migration:\n{said.getvalue()}")


def vendored() -> dict[str, str]:
    """Path below the vendor folder → checksum, as the manifest says."""
    folder_of = {package: folder for folder, (package, *_) in tool("vendor").PACKAGES.items()}
    entries = json.loads((VENDOR / "MANIFEST.json").read_text("utf-8"))
    return {
        f"{folder_of[entry['name']]}/{file}": digest for entry in entries for file, digest in entry["files"].items()
    }


def test_vendored_files_are_the_ones_of_the_manifest() -> None:
    stated = vendored()
    there = {
        path.relative_to(VENDOR).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "MANIFEST.json"
    }
    failures(sorted(there.keys() - stated.keys()), "not in the manifest (tools/vendor.py brings files in):")
    failures(sorted(stated.keys() - there.keys()), "in the manifest, but not there:")
    failures(sorted(name for name in there if there[name] != stated[name]), "changed after it was vendored:")


def test_every_vendored_package_has_a_licence() -> None:
    entries = json.loads((VENDOR / "MANIFEST.json").read_text("utf-8"))
    failures([entry["name"] for entry in entries if "LICENSE" not in entry["files"]], "without its licence:")


@pytest.mark.parametrize("name", ["base.txt", "dev.txt"])
def test_pins_are_exact_hashed_and_name_no_host(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text("utf-8")
    assert "://" not in text and "--index" not in text and "--find-links" not in text
    for block in re.split(r"\n(?=\S)", text.strip()):
        assert re.match(r"^[a-z0-9._-]+==\S+", block), block.splitlines()[0]
        assert "--hash=sha256:" in block, block.splitlines()[0]


def test_every_dependency_is_pinned() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))

    def names(lines: list[str]) -> set[str]:
        return {re.split(r"[\[<>=;]", line)[0].strip().lower().replace("_", "-") for line in lines}

    for file, wanted in {
        "base.txt": names(config["project"]["dependencies"]) | names(config["dependency-groups"]["build"]),
        "dev.txt": names(config["dependency-groups"]["dev"]),
    }.items():
        pinned = set(re.findall(r"^([a-z0-9._-]+)==", (ROOT / "requirements" / file).read_text("utf-8"), re.MULTILINE))
        failures(sorted(wanted - pinned), f"run tools/requirements.py; not in {file}:")


def test_both_lists_pin_the_same_versions() -> None:
    pins = {}
    for name in ("base.txt", "dev.txt"):
        text = (ROOT / "requirements" / name).read_text("utf-8")
        pins[name] = set(re.findall(r"^[a-z0-9._-]+==[^\\\n]+", text, re.MULTILINE))
    failures(sorted(pins["base.txt"] - pins["dev.txt"]), "dev.txt must hold all of base.txt:")


def test_one_text_has_one_translation() -> None:
    """All catalogues are merged at run time, so the same words must mean the same in every package."""
    from babel.messages.pofile import read_po

    found: dict[tuple[str | None, str], dict[str, list[str]]] = {}
    for path in sorted((ROOT / "src" / "gongfang").glob("*/locale/zh_Hans/LC_MESSAGES/django.po")):
        with path.open("rb") as file:
            for message in read_po(file):
                if message.id and isinstance(message.id, str) and message.string:
                    texts = found.setdefault((message.context, message.id), {})
                    texts.setdefault(str(message.string), []).append(path.parts[-5])
    clashes = {key: texts for key, texts in found.items() if len(texts) > 1}
    assert not clashes, f"the same text is translated in two ways: {clashes}"


COUNTED = re.compile(
    r"(?<!At most )(?<!most )(?<!than )(?<!1 and )(?<!0 to )(?<!last )(?<!newest )(?<!exactly )(?<!of )(?<!over )(?<!all )(?<!–)"
    r"(?:\{\w+\}|%\(\w+\)s) (?:good |more |different |data |new |open |working )?"
    r"(?:cells|days|decimals|faults|hours|inspections|items|jobs|lines|lots|machines|migrations|minutes|operations|orders|people|pieces|plans"
    r"|receipts|reports|rows|settings|subgroups|suggestions|tasks|weeks)\b"
)
ALWAYS_MANY = {
    "{quantity} {unit} has not been used for {days} days (limit {limit}).",
    "{quantity} {unit} has not been used for {days} days: dead after {limit}.",
    "“{value}” stands for {count} rows here; name it more exactly, by its code or with its item.",
    "{number}, {operation}: {minutes} minutes are more than a month. Enter the time in minutes.",
}  # never said of one


def test_a_text_that_counts_has_a_form_for_one() -> None:
    """“1 orders” is read by nobody: ngettext, `{% blocktranslate count %}`, `counted` for problems, or words that need no plural."""
    messages = tool("messages")
    single = [
        f"{package.name}: {message.id}"
        for package in messages.packages()
        for message in messages.messages(messages.stored(package))
        if isinstance(message.id, str) and COUNTED.search(message.id) and message.id not in ALWAYS_MANY
    ]
    failures(single, "give it a second form:")
