"""The approvals part of the to-do inbox, and a document's approval history."""

from django.db.models import Q, QuerySet

from gongfang.platform.approvals.delegation import asks_substitute
from gongfang.platform.approvals.models import ApprovalTask
from gongfang.platform.bases import Document
from gongfang.platform.identity.models import User


def to_decide(actor: User) -> QuerySet[ApprovalTask]:
    """Tasks that ask this person now."""
    tasks = ApprovalTask.objects.filter(state=ApprovalTask.State.PENDING).order_by("created_at")
    if "*" in actor.grants():
        return tasks
    own = Q(user=actor) | Q(user=None, role__in=actor.role_codes())
    return tasks.filter(own | asks_substitute(actor))


def decisions_on(document: Document) -> list[ApprovalTask]:
    """All steps a document went through, in order of the rounds."""
    return list(
        ApprovalTask.objects.filter(doc_type=document.doc_type, document_id=document.pk)
        .select_related("decided_by", "decided_for", "user")
        .order_by("pk")
    )
