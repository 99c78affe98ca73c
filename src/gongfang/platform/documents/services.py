"""Verbs on any document: comment."""

import re
import uuid

from gongfang.kernel.errors import N_, DomainError, Problem, refuse_if
from gongfang.platform.documents.models import Comment, NumberRule
from gongfang.platform.documents.registry import document_model
from gongfang.platform.identity.models import User
from gongfang.platform.identity.presets import ADMIN, EVERYBODY
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


@verb("platform.save_number_rule", N_("Save number rule"), roles=(ADMIN,))
def save_number_rule(
    *,
    actor: User,
    request_id: uuid.UUID,
    doc_type: str,
    prefix: str,
    date_format: str = "",
    width: int = 4,
    rule_id: int | None = None,
) -> NumberRule:
    """Say how numbers of a document type look from now on; numbers already drawn stay."""
    document_model(doc_type)
    problems = []
    if not re.fullmatch(r"[A-Za-z0-9\-]{1,12}", prefix):
        problems.append(Problem("bad_prefix", "A prefix has 1 to 12 letters, digits or hyphens.", where="prefix"))
    if not re.fullmatch(r"(%[Yymd]|-)*", date_format):
        problems.append(Problem("bad_date_format", "The date part is made of %Y %y %m %d.", where="date_format"))
    if not 3 <= int(width) <= 9:
        problems.append(Problem("bad_width", "A serial has 3 to 9 digits.", where="width"))
    refuse_if(problems)
    rule, _ = NumberRule.objects.update_or_create(
        doc_type=doc_type, defaults={"prefix": prefix, "date_format": date_format, "width": int(width)}
    )
    return rule
