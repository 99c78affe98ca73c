"""A story told with faults: every verb that posts is first broken at each of its statements, one after another, then goes through.

with Breaking(monkeypatch) as breaking:
    story()
breaking.sites       which functions were seen calling the posting door
"""

import ast
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from itertools import count
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from gongfang.kernel.errors import DomainError
from gongfang.ledger.services import writing
from gongfang.platform import verbs

SOURCE = Path(verbs.__file__).resolve().parents[1]
DOOR = ("post", "post_all", "reverse", "reverse_all", "add_costs", "reprice", "average_month")
INSIDE = tuple(
    f"gongfang.ledger.services.{name}" for name in ("posting", "reversing", "adding", "recosting", "standards")
)
Site = tuple[str, str]


class Cut(DatabaseError):
    """The fault that is put in."""


class At:
    """Lets n statements through and breaks the next."""

    def __init__(self, n: int) -> None:
        self.left = n

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            if self.left == 0:
                raise Cut("the wire was cut")
            self.left -= 1
        return execute(sql, params, many, context)


def contents() -> bytes:
    """The whole database, every table of it."""
    return connection.connection.serialize()  # type: ignore[no-any-return]


@cache
def door_sites() -> set[Site]:
    """(module, function) of every call of the posting door in the program, by its source."""
    found = set()
    for path in SOURCE.rglob("*.py"):
        module = "gongfang." + ".".join(path.relative_to(SOURCE).with_suffix("").parts)
        if module not in INSIDE and _acts(module):
            found |= {(module, name) for name in _callers(ast.parse(path.read_text("utf-8")), "")}
    return found


def _acts(module: str) -> bool:
    return bool({"services", "handlers", "exchange"} & set(module.split(".")))


def _callers(node: ast.AST, function: str) -> Iterator[str]:
    """The innermost function around each call of the door."""
    for child in ast.iter_child_nodes(node):
        if _calls_door(child):
            yield function
        yield from _callers(child, child.name if isinstance(child, ast.FunctionDef) else function)


def _calls_door(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    if isinstance(called, ast.Attribute):
        return called.attr in DOOR and isinstance(called.value, ast.Name) and called.value.id == "ledger"
    return isinstance(called, ast.Name) and called.id in DOOR


class Breaking:
    """Each verb that posts from a package is broken once. A verb that twice did not is left in peace.

    wanted: where the package calls the posting door; sites: where it was seen to.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, package: str) -> None:
        self.wanted = {site for site in door_sites() if site[0].startswith(f"gongfang.{package}.")}
        self.patch, self.plain, self.broken = monkeypatch, verbs._once, 0
        self.sites: set[Site] = set()
        self.verbs: set[str] = set()
        self._seen: set[Site] = set()
        self._quiet: Counter[str] = Counter()

    def __enter__(self) -> "Breaking":
        self.patch.setattr(verbs, "_once", self._once)
        for name in INSIDE:
            self.patch.setattr(f"{name}.write", self._noting(writing.write))
        return self

    def __exit__(self, *error: object) -> None:
        self.patch.undo()

    def tell(self, story: Callable[[], None]) -> None:
        """Tell a story and take all of it back."""
        with transaction.atomic():
            story()
            transaction.set_rollback(True)

    def _noting(self, write: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*args: Any, **kwargs: Any) -> Any:
            frame: FrameType | None = sys._getframe(1)
            while frame:
                site = (frame.f_globals["__name__"], frame.f_code.co_name)
                if site[0].startswith("gongfang.") and _acts(site[0]):
                    self._seen.add(site)
                frame = frame.f_back
            return write(*args, **kwargs)

        return noted

    def _once(self, name: str, function: Callable[..., Any], kwargs: dict[str, Any]) -> Any:
        if self._quiet[name] >= 2 or name in self.verbs:
            return self.plain(name, function, kwargs)
        self._rehearse(name, function, kwargs)
        if not self._seen:
            return self.plain(name, function, kwargs)
        self.sites |= self._seen
        self.verbs.add(name)
        before = contents()
        for n in count():
            try:
                with connection.execute_wrapper(At(n)):
                    result = self.plain(name, function, kwargs)
            except Cut:
                assert contents() == before, f"{name}: statement {n} left something behind"
                continue
            self.broken += n
            return result

    def _rehearse(self, name: str, function: Callable[..., Any], kwargs: dict[str, Any]) -> None:
        """Note from where it posts. Nothing of it stays."""
        self._seen = set()
        with transaction.atomic():
            try:
                self.plain(name, function, kwargs)
            except DomainError:
                self._seen = set()
            transaction.set_rollback(True)
        self._seen &= self.wanted
        self._quiet[name] += not self._seen
