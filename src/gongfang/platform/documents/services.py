"""Verbs on any document: comment."""

import re
import uuid

from gongfang.kernel.errors import N_, DomainError, Problem
from gongfang.platform.documents.models import Comment
from gongfang.platform.documents.registry import document_model
from gongfang.platform.identity.models import User
from gongfang.platform.identity.presets import EVERYBODY
from gongfang.platform.notifications.services import notify
from gongfang.platform.verbs import verb


@verb("platform.comment", N_("Comment"), roles=EVERYBODY)
def comment(*, actor: User, request_id: uuid.UUID, doc_type: str, document_id: int, text: str) -> Comment:
    """Say something about a document; @username tells that person."""
    model = document_model(doc_type)
    document = model._default_manager.filter(pk=document_id).first()
    if document is None or not text.strip():
        raise DomainError(Problem("empty_comment", "Write something about a document that exists."))
    row = Comment.objects.create(doc_type=doc_type, document_id=document_id, author=actor, text=text.strip()[:4000])
    named = {name.lower() for name in re.findall(r"@([\w.\-]+)", text)}
    for user in User.objects.filter(is_active=True):
        if user.username.lower() in named or user.name.lower() in named:
            notify(
                [user],
                title=f"{actor}: {document.number}",
                text=text.strip()[:200],
                doc_type=doc_type,
                document_id=document_id,
            )
    return row
