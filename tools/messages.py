#!/usr/bin/env python3
"""User texts and their Chinese: extract, merge, compile and check, without GNU gettext.

    .venv/bin/python tools/messages.py                 every package
    .venv/bin/python tools/messages.py sales ledger    only these packages
    .venv/bin/python tools/messages.py --check         write nothing; exit 1 with what is missing or stale
    .venv/bin/python tools/messages.py --todo sales    print the msgids that still need a translation

Each package `src/gongfang/<package>` has one catalogue, `locale/zh_Hans/LC_MESSAGES/django.po` and `.mo`, both committed.
Found in Python: `_ gettext gettext_lazy ngettext pgettext N_ counted …`, `Problem(code, msgid)`, `fault(…, msgid)`; in templates: `{% translate %}`,
`{% blocktranslate %}`, `_("…")` inside tags. Script files are not read: pass texts to them from a template.
A run keeps every translation, drops what no source uses, and fills a new msgid from another package that has
translated the same words already. A translation may only use places (`{name}`, `%(name)s`) that its msgid has.
"""

from __future__ import annotations

import argparse
import gettext
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

SOURCE = Path(__file__).resolve().parent.parent / "src" / "gongfang"
LOCALE = "zh_Hans"
CATALOGUE = Path("locale") / LOCALE / "LC_MESSAGES" / "django.po"
TEMPLATE_SUFFIXES = {".html", ".txt", ".xml", ".svg"}
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "N_": None,
    "counted": (1, 2),
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
    "Problem": (2,),
    "fault": (5,),  # platform.exchange: sheet, row, column, code, msgid
    "BadCell": (2,),
    "refuse": (2,),
}
PLACE = re.compile(r"%\((\w+)\)[sdf]|\{(\w*)[^{}]*\}")
DATED_HEADERS = re.compile(
    rb'^"(POT-Creation-Date|PO-Revision-Date|Generated-By|Last-Translator|Language-Team|Report-Msgid-Bugs-To|Project-Id-Version): .*\n',
    re.MULTILINE,
)

Key = tuple[str, str | None]


def packages() -> list[Path]:
    """Every package that can hold texts, in name order."""
    return sorted(path.parent for path in SOURCE.glob("*/__init__.py"))


def key(message: Message) -> Key:
    """What gettext looks a message up by: its (singular) msgid and context."""
    return (message.id[0] if isinstance(message.id, tuple) else message.id, message.context)


def texts(message: Message) -> list[str]:
    """All forms of the translation."""
    return list(message.string) if isinstance(message.string, list | tuple) else [message.string]


def is_translated(message: Message) -> bool:
    return all(texts(message)) and not message.fuzzy


# ------------------------------------------------------------------------------------------------------------- extract
def python_source_of(template: Path) -> bytes:
    """A template's texts as gettext calls; indentation is dropped since Python's tokenizer would mind it."""
    calls = templatize(template.read_text("utf-8"), origin=str(template))
    return "\n".join(line.lstrip() for line in calls.splitlines()).encode()


def sources(package: Path) -> Iterator[tuple[Path, bytes]]:
    """(file, Python source holding its texts) of everything in a package that can show texts to people."""
    for path in sorted(package.rglob("*")):
        parts = path.relative_to(package).parts
        if not path.is_file() or {"static", "migrations", "locale", "__pycache__", "node_modules"} & set(parts):
            continue
        if path.suffix == ".py":
            yield path, path.read_bytes()
        elif path.suffix in TEMPLATE_SUFFIXES and "templates" in parts:
            yield path, python_source_of(path)


def extracted(package: Path) -> Catalog:
    """Every text of the package, untranslated."""
    catalog = new_catalog()
    for path, source in sources(package):
        name = path.relative_to(SOURCE).as_posix()
        for line, msgid, comments, context in extract(
            "python", io.BytesIO(source), KEYWORDS, ["Translators:"], {"encoding": "utf-8"}
        ):
            catalog.add(msgid, None, [(name, line)], auto_comments=comments, context=context)
    return catalog


def new_catalog() -> Catalog:
    return Catalog(
        locale=LOCALE, domain="django", project="gongfang", copyright_holder="", charset="utf-8", fuzzy=False
    )


# --------------------------------------------------------------------------------------------------------- read, write
def stored(package: Path) -> Catalog:
    """The committed catalogue of a package, or an empty one."""
    path = package / CATALOGUE
    if not path.exists():
        return new_catalog()
    with path.open("rb") as file:
        return read_po(file, locale=LOCALE, domain="django")


def messages(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def merged(package: Path, known: dict[Key, set[tuple[str, ...]]]) -> Catalog:
    """The package's texts with the translations that exist: its own, else the one that all other packages agree on."""
    before = {key(message): message for message in messages(stored(package))}
    after = extracted(package)
    for message in messages(after):
        old = before.get(key(message))
        if old is not None and isinstance(old.id, tuple) == isinstance(message.id, tuple):
            message.string = old.string
            message.flags |= old.flags & {"fuzzy"}
            message.user_comments = old.user_comments
        elif len(others := known.get(key(message), set())) == 1 and not isinstance(message.id, tuple):
            message.string = next(iter(others))[0]
    return after


def known_translations() -> dict[Key, set[tuple[str, ...]]]:
    """msgid → the different translations that the packages give it."""
    known: dict[Key, set[tuple[str, ...]]] = {}
    for package in packages():
        for message in messages(stored(package)):
            if is_translated(message):
                known.setdefault(key(message), set()).add(tuple(texts(message)))
    return known


def po_bytes(catalog: Catalog) -> bytes:
    """The text of a .po file: sorted, without dates and line numbers, so that two branches merge."""
    catalog.header_comment = "# 工坊 Gongfang: made by tools/messages.py; only the msgstr lines are written by people."
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=120, sort_output=True, ignore_obsolete=True, include_lineno=False)
    return DATED_HEADERS.sub(b"", buffer.getvalue())


def compiled(path: Path) -> dict[object, str]:
    """What a .mo file says, without its header."""
    with path.open("rb") as file:
        catalog: dict[object, str] = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    return {msgid: text for msgid, text in catalog.items() if msgid}


def mo_bytes(catalog: Catalog) -> bytes:
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def wanted(catalog: Catalog) -> dict[object, str]:
    """What the .mo file of this catalogue must say, in the form that `compiled` gives."""
    found: dict[object, str] = gettext.GNUTranslations(io.BytesIO(mo_bytes(catalog)))._catalog  # type: ignore[attr-defined]
    return {msgid: text for msgid, text in found.items() if msgid}


def write(package: Path, catalog: Catalog) -> list[str]:
    """Write .po and .mo where their content changed; the names of what was written."""
    po = package / CATALOGUE
    mo = po.with_suffix(".mo")
    done = []
    if not messages(catalog):
        for path in (po, mo):
            if path.exists():
                path.unlink()
                done.append(f"removed {path.relative_to(SOURCE)}")
        return done
    po.parent.mkdir(parents=True, exist_ok=True)
    content = po_bytes(catalog)
    if not po.exists() or po.read_bytes() != content:
        po.write_bytes(content)
        done.append(f"wrote {po.relative_to(SOURCE)}")
    if not mo.exists() or compiled(mo) != wanted(catalog):
        mo.write_bytes(mo_bytes(catalog))
        done.append(f"wrote {mo.relative_to(SOURCE)}")
    return done


# --------------------------------------------------------------------------------------------------------------- check
def places(text: str) -> set[str]:
    return {first or second for first, second in PLACE.findall(text)}


def foreign_places(message: Message) -> set[str]:
    """Places in the translation that the msgid does not fill: rendering would fail."""
    ids = message.id if isinstance(message.id, tuple) else (message.id,)
    own = set().union(*(places(text) for text in ids))
    return set().union(*(places(text) for text in texts(message))) - own


def faults(package: Path) -> list[str]:
    """Why this package's texts are not complete in Chinese; empty when they are."""
    found, committed = extracted(package), stored(package)
    have = {key(message): message for message in messages(committed)}
    need = {key(message): message for message in messages(found)}
    name = package.name
    result = [f"{name}: not in the catalogue: {msgid[0]!r}" for msgid in need.keys() - have.keys()]
    result += [f"{name}: no longer used: {msgid[0]!r}" for msgid in have.keys() - need.keys()]
    for msgid, message in have.items():
        if not is_translated(message):
            result.append(f"{name}: not translated: {msgid[0]!r}")
        elif extra := foreign_places(message):
            result.append(f"{name}: the translation of {msgid[0]!r} uses unknown {', '.join(sorted(extra))}")
    mo = (package / CATALOGUE).with_suffix(".mo")
    if have and (not mo.exists() or compiled(mo) != wanted(committed)):
        result.append(f"{name}: {mo.name} is older than {CATALOGUE.name}")
    return sorted(result)


def all_faults(names: list[str] | None = None) -> list[str]:
    """The faults of the named packages, or of all."""
    return [fault for package in packages() if not names or package.name in names for fault in faults(package)]


def update(names: list[str]) -> int:
    known = known_translations()
    for package in packages():
        if names and package.name not in names:
            continue
        catalog = merged(package, known)
        for line in write(package, catalog):
            print(line)
        total = messages(catalog)
        missing = sum(not is_translated(message) for message in total)
        if total:
            print(f"{package.name}: {len(total)} texts, {missing} to translate")
    return 0


def todo(names: list[str]) -> int:
    for package in packages():
        if names and package.name not in names:
            continue
        for message in messages(merged(package, {})):
            if not is_translated(message):
                print(f"{package.name}\t{key(message)[0]!r}")
    return 0


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", nargs="*", help="package names; all when none is given")
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 when something is missing")
    parser.add_argument("--todo", action="store_true", help="print what still needs a translation")
    options = parser.parse_args(argv)
    unknown = set(options.packages) - {package.name for package in packages()}
    if unknown:
        parser.error(f"no such package: {', '.join(sorted(unknown))}")
    if options.check:
        found = all_faults(options.packages)
        print("\n".join(found) if found else "Every text has its Chinese.")
        return 1 if found else 0
    return todo(options.packages) if options.todo else update(options.packages)


if __name__ == "__main__":
    sys.exit(main())
