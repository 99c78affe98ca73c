"""Who stands in for whom: while a person is away, a substitute sees and decides the steps that ask that person.

The permissions to see, approve and reject are lent with it, no figures of a field scope and nothing else. A substitute decides
nothing that the person away has made or submitted, and does not hand on: a substitute's substitute is asked nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils import timezone

from gongfang.platform.approvals.models import ApprovalTask
from gongfang.platform.identity.models import Delegation, User


@dataclass(frozen=True, slots=True)
class Absent:
    """A person away today, as a substitute sees them."""

    user: User
    role_codes: frozenset[str]
    is_all: bool

    def is_asked_by(self, task: ApprovalTask) -> bool:
        return task.user_id == self.user.pk if task.user_id else self.is_all or task.role in self.role_codes


def absent_for(substitute: User, on: date | None = None) -> list[Absent]:
    """Whom a person stands in for on a day. Two statements, once per instance and day."""
    on = on or timezone.localdate()
    cached: dict[date, list[Absent]] = substitute.__dict__.setdefault("_absent_for", {})
    if on not in cached:
        rows = Delegation.objects.filter(substitute=substitute).on(on)
        people = User.objects.filter(pk__in=rows.values("user_id")).prefetch_related("roles").order_by("pk")
        cached[on] = [
            Absent(
                user,
                frozenset(role.code for role in user.roles.all()),
                any(role.is_all for role in user.roles.all()),
            )
            for user in people
        ]
    return cached[on]


def asked_for(task: ApprovalTask, actor: User, makers: Iterable[int | None] = ()) -> User | None:
    """For whom a substitute may decide a step; makers: who made the document and cannot be stood in for."""
    for absent in absent_for(actor):
        if absent.is_asked_by(task) and absent.user.pk not in makers:
            return absent.user
    return None


def asks_substitute(actor: User) -> Q:
    """Tasks that ask somebody for whom this person stands in."""
    found = Q(pk__in=[])
    for absent in absent_for(actor):
        roles = Q(user=None) if absent.is_all else Q(user=None, role__in=absent.role_codes)
        found |= Q(user=absent.user) | roles
    return found


def substitutes_of(users: Iterable[User], on: date | None = None) -> dict[int, list[User]]:
    """Who stands in for each of some people on a day. One statement."""
    on = on or timezone.localdate()
    found: dict[int, list[User]] = {}
    rows = (
        Delegation.objects.filter(user__in=list(users), substitute__is_active=True).on(on).select_related("substitute")
    )
    for row in rows:
        found.setdefault(row.user_id, []).append(row.substitute)
    return found
