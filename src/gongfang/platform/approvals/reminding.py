"""Remind people of steps that wait too long, then the administrators: by the clock, each step once."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext, override

from gongfang.kernel.errors import N_
from gongfang.platform.approvals.delegation import substitutes_of
from gongfang.platform.approvals.models import ApprovalTask
from gongfang.platform.approvals.queries import asked_in_words
from gongfang.platform.identity.models import User
from gongfang.platform.notifications.services import notify_each
from gongfang.platform.settings import services as company_settings
from gongfang.platform.tasks.schedules import scheduled

REMIND_HOURS = company_settings.declare(
    "approvals.remind_hours", N_("Remind of an approval after hours (0: never)"), "int", 24
)
ESCALATE_HOURS = company_settings.declare(
    "approvals.escalate_hours", N_("Tell the administrator of an approval after hours (0: never)"), "int", 48
)
AT_ONCE = 2_000
NAMED = 5


@scheduled("platform.remind_approvals", N_("Remind of approvals that wait"), every=timedelta(minutes=30))
def remind_approvals(*, actor: User, now: datetime) -> str:
    """One message per person, however many steps wait; a constant number of statements. Returns what was done."""
    late = _late(company_settings.get(REMIND_HOURS), now, Q(reminded_at=None))
    asked = _asked(late)
    told = notify_each((user, *_reminder(user, tasks)) for user, tasks in asked.values())
    ApprovalTask.objects.filter(pk__in=[task.pk for task in late]).update(reminded_at=now)
    very_late = _late(company_settings.get(ESCALATE_HOURS), now, Q(escalated_at=None))
    raised = 0
    if very_late:
        admins = User.objects.filter(is_active=True, roles__is_all=True).distinct()
        raised = notify_each((admin, *_complaint(admin, very_late)) for admin in admins)
        ApprovalTask.objects.filter(pk__in=[task.pk for task in very_late]).update(escalated_at=now)
    return f"{len(late)} → {told}, {len(very_late)} → {raised}"


def waiting_since(tasks: QuerySet[ApprovalTask]) -> QuerySet[ApprovalTask]:
    """With `asked_at`: since when a step asks, which for a later step is when the one before it was decided."""
    before = ApprovalTask.objects.filter(
        doc_type=OuterRef("doc_type"), document_id=OuterRef("document_id"), order__lt=OuterRef("order"),
        state=ApprovalTask.State.APPROVED,
    ).order_by().values("document_id").annotate(last=Max("decided_at")).values("last")  # fmt: skip
    return tasks.annotate(asked_at=Greatest(F("created_at"), Coalesce(Subquery(before), F("created_at"))))


def _late(hours: int, now: datetime, untold: Q) -> list[ApprovalTask]:
    if not hours:
        return []
    pending = ApprovalTask.objects.filter(untold, state=ApprovalTask.State.PENDING)
    late = waiting_since(pending).filter(asked_at__lte=now - timedelta(hours=hours))
    return list(late.select_related("user").order_by("pk")[:AT_ONCE])


def _asked(tasks: Iterable[ApprovalTask]) -> dict[int, tuple[User, list[ApprovalTask]]]:
    """Each person whom some steps ask, with the steps: who is named or holds the role, and who stands in today."""
    tasks = list(tasks)
    holders: dict[str, list[User]] = defaultdict(list)
    roles = {task.role for task in tasks if not task.user_id}
    people = User.objects.filter(is_active=True, roles__code__in=roles).prefetch_related("roles").distinct()
    for user in people:
        for role in user.roles.all():
            holders[role.code].append(user)
    directly = {task.pk: [task.user] if task.user else holders[task.role] for task in tasks}
    standing = substitutes_of({user.pk: user for users in directly.values() for user in users}.values())
    found: dict[int, tuple[User, list[ApprovalTask]]] = {}
    for task in tasks:
        users = {user.pk: user for user in directly[task.pk]}
        users |= {other.pk: other for user in list(users.values()) for other in standing.get(user.pk, ())}
        for user in users.values():
            found.setdefault(user.pk, (user, []))[1].append(task)
    return found


def _numbers(tasks: list[ApprovalTask]) -> str:
    named = ", ".join(task.number for task in tasks[:NAMED])
    return named if len(tasks) <= NAMED else f"{named} … ({len(tasks)})"


def _reminder(user: User, tasks: list[ApprovalTask]) -> tuple[str, str]:
    with override(user.language):
        title = gettext("Approvals that still wait for you: {count}")
        return title.format(count=len(tasks)), _numbers(tasks)


def _complaint(admin: User, tasks: list[ApprovalTask]) -> tuple[str, str]:
    with override(admin.language):
        title = gettext("Approvals that nobody decides: {count}").format(count=len(tasks))
        who = sorted(set(asked_in_words(tasks).values()))
        return title, f"{_numbers(tasks)} · {', '.join(who)}"
