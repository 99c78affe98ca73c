"""The approvals part of the to-do inbox, and a document's approval history."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from gongfang.platform.approvals.delegation import asks_substitute
from gongfang.platform.approvals.models import ApprovalTask
from gongfang.platform.bases import Document
from gongfang.platform.identity.models import Role, User


def to_decide(actor: User) -> QuerySet[ApprovalTask]:
    """Tasks that ask this person now."""
    tasks = ApprovalTask.objects.filter(state=ApprovalTask.State.PENDING).order_by("created_at")
    if "*" in actor.grants():
        return tasks
    own = Q(user=actor) | Q(user=None, role__in=actor.role_codes())
    return tasks.filter(own | asks_substitute(actor))


def decisions_on(document: Document) -> list[tuple[ApprovalTask, str]]:
    """All steps a document went through, in order of the rounds, with whom each asks, in words."""
    tasks = list(
        ApprovalTask.objects.filter(doc_type=document.doc_type, document_id=document.pk)
        .select_related("decided_by", "decided_for", "user")
        .order_by("pk")
    )
    asked = asked_in_words(tasks)
    return [(task, asked[task.pk]) for task in tasks]


def asked_in_words(tasks: Iterable[ApprovalTask]) -> dict[int, str]:
    """Whom each task asks, in the language of now: the person's name or the role's. One statement at most."""
    tasks = list(tasks)
    codes = {task.role for task in tasks if not task.user_id}
    names = dict(Role.objects.filter(code__in=codes).values_list("code", "name")) if codes else {}
    return {task.pk: str(task.user) if task.user_id else gettext(names.get(task.role, task.role)) for task in tasks}
