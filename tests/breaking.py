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
        self.left, self.fired = n, False

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not self.fired and not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            if self.left == 0:
                self.fired = True
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


@cache
def posting_verbs(package: str) -> set[str]:
    """Verbs of a package from which its calls of the door are reached, as its source names what it calls; states by their hooks.

    A verb that goes through another's state (`TRANSFERS.approve`) reaches what that state's hook reaches.
    """
    calls: dict[Site, set[str]] = {}
    acts: dict[str, Site] = {}
    for path in (SOURCE / package).rglob("*.py"):
        module = "gongfang." + ".".join(path.relative_to(SOURCE).with_suffix("").parts)
        for node in ast.parse(path.read_text("utf-8")).body if _acts(module) else ():
            if isinstance(node, ast.FunctionDef):
                calls[module, node.name] = _names(node)
                acts |= {verb: (module, node.name) for verb in _verb_of(node)}
            elif isinstance(node, ast.Assign) and _is_call(node.value, "Lifecycle"):
                for verb, hook in _hooks(node.value).items():
                    act = f"{node.targets[0].id}.{verb.split('.')[1].partition('_')[0]}"  # type: ignore[attr-defined]
                    calls[module, act], acts[verb] = {hook}, (module, act)
    homes: dict[str, set[Site]] = {}
    for site in calls:
        homes.setdefault(site[1], set()).add(site)
    # A name means what its own module calls so, else whatever in the package is called so.
    leads = {
        site: {
            one for name in called for one in ([(site[0], name)] if (site[0], name) in calls else homes.get(name, ()))
        }
        for site, called in calls.items()
    }
    reached = {site for site in door_sites() if site[0].split(".")[1] == package}
    while more := {site for site, others in leads.items() if site not in reached and others & reached}:
        reached |= more
    return {verb for verb, site in acts.items() if site in reached}


def _is_call(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def _verb_of(function: ast.FunctionDef) -> list[str]:
    return [one.args[0].value for one in function.decorator_list if _is_call(one, "verb")]  # type: ignore[attr-defined]


def _hooks(call: ast.Call) -> dict[str, str]:
    """Verb of a state → the function it runs."""
    given = {word.arg: word.value for word in call.keywords}
    noun = f"{given['package'].value}.{{}}_{given['noun'].value}"  # type: ignore[attr-defined]
    return {
        noun.format(name[3:]): given[name].id  # type: ignore[attr-defined]
        for name in ("on_approve", "on_unapprove")
        if isinstance(given.get(name), ast.Name)
    }


def _names(function: ast.FunctionDef) -> set[str]:
    """What a function mentions: names, attributes, and `STATE.act`."""
    found = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
            owner = getattr(node.value, "id", "") or getattr(node.value, "attr", "")
            if owner.isupper():
                found.add(f"{owner}.{node.attr}")
    return found


class Breaking:
    """Each verb that posts from a package is broken once, and again where it posts from where none was seen to. A verb that twice did
    not post is left in peace.

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
        if (name in self.verbs and self.sites >= self.wanted) or (name not in self.verbs and self._quiet[name] >= 2):
            return self.plain(name, function, kwargs)
        self._rehearse(name, function, kwargs)
        if self._seen <= (self.sites if name in self.verbs else set()):
            return self.plain(name, function, kwargs)
        self.sites |= self._seen
        self.verbs.add(name)
        before = contents()
        for n in count():
            at = At(n)
            try:
                with transaction.atomic():
                    with connection.execute_wrapper(at):
                        result = self.plain(name, function, kwargs)
                    transaction.set_rollback(at.fired)  # a check of a constraint was cut, which Django lets pass
            except (Cut, DomainError):  # or takes for a refusal
                if not at.fired:
                    raise
            if at.fired:
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
