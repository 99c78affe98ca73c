"""Who acts: the people of the company by role, and the luck of the days."""

import random
import uuid
from collections.abc import Sequence
from typing import Any, TypeVar

from gongfang.kernel.errors import DomainError, Kind, Problem
from gongfang.platform.approvals.queries import to_decide
from gongfang.platform.models import User

T = TypeVar("T")
NEEDED = (
    "owner", "sales", "planner", "buyer", "keeper", "supervisor", "operator", "inspector", "cost_accountant", "accountant", "cashier",
)  # fmt: skip

WELCOME = ("maintainer",)
"""Roles that a factory may lack."""


class Cast:
    """People by role; several of one role take turns."""

    def __init__(self) -> None:
        self.people: dict[str, list[User]] = {role: [] for role in NEEDED}
        users = User.objects.filter(is_active=True).prefetch_related("roles").order_by("id")
        for user in users:
            for role in user.roles.all():
                if role.code in self.people:
                    self.people[role.code].append(user)
                elif role.code in WELCOME:
                    self.people.setdefault(role.code, []).append(user)
                elif role.is_all:
                    self.people.setdefault("admin", []).append(user)
        missing = [role for role, people in self.people.items() if not people]
        if missing:
            raise DomainError(
                Problem(
                    "no_people",
                    "Nobody has the role: {roles}. Import the demo factory, or give the roles to people.",
                    roles=", ".join(missing),
                ),
                Kind.CONFLICT,
            )

    def one(self, role: str, turn: int = 0) -> User:
        people = self.people[role]
        return people[turn % len(people)]


def asked_of(person: User, doc_type: str) -> list[int]:
    """The documents of a type that wait for a person's decision, the oldest first."""
    tasks = to_decide(person).filter(doc_type=doc_type).order_by("pk")
    return list(dict.fromkeys(tasks.values_list("document_id", flat=True)))


class Luck:
    """Seeded chance. Request ids come from it too, so that the same seed gives the same rows."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def request_id(self) -> uuid.UUID:
        return uuid.UUID(int=self.random.getrandbits(128), version=4)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def number(self, low: int, high: int) -> int:
        return self.random.randint(low, high)

    def choice(self, rows: Sequence[T]) -> T:
        return rows[self.random.randrange(len(rows))]

    def sample(self, rows: Sequence[T], count: int) -> list[T]:
        return self.random.sample(list(rows), min(count, len(rows)))


class Factory:
    """What every scene of a day needs: the cast, the luck, the clock, and a tally for the report."""

    def __init__(self, cast: Cast, luck: Luck, clock: Any) -> None:
        self.cast, self.luck, self.clock = cast, luck, clock
        self.tally: dict[str, int] = {}
        self.refused: dict[str, int] = {}
        self.known: dict[type, Any] = {}

    def once(self, kind: type[T]) -> T:
        """What a scene reads once and keeps for all days."""
        if kind not in self.known:
            self.known[kind] = kind()
        return self.known[kind]  # type: ignore[no-any-return]

    def count(self, what: str, how_many: int = 1) -> None:
        self.tally[what] = self.tally.get(what, 0) + how_many

    def do(self, verb: Any, role: str, *, turn: int = 0, **arguments: Any) -> Any:
        """Let somebody of a role do a verb. A refusal is counted, as people who are refused go on with something else."""
        try:
            return verb(actor=self.cast.one(role, turn), request_id=self.luck.request_id(), **arguments)
        except DomainError as refusal:
            for code in refusal.codes:
                self.refused[code] = self.refused.get(code, 0) + 1
            return None

    def do_all(
        self, verb: Any, role: str, ids: Sequence[int], *, named: str = "document_ids", **arguments: Any
    ) -> list[int]:
        """Let somebody do a verb with many rows in one go; where that is refused, with each by itself. Returns those it was done with."""
        if not ids or self.do(verb, role, **{named: list(ids)}, **arguments) is not None:
            return list(ids)
        if len(ids) == 1:
            return []
        return [pk for pk in ids if self.do(verb, role, **{named: [pk]}, **arguments) is not None]
