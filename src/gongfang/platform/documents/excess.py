"""More than was ordered, let pass by somebody with the right: who, and why. Of arrivals, receipts and shipments alike."""

from typing import TypeVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from gongfang.kernel.errors import DomainError, Kind, Problem
from gongfang.platform.bases import Document
from gongfang.platform.documents.editing import change
from gongfang.platform.identity.models import User


class ExcessDocument(Document):
    """A document whose lines may go beyond the tolerance of their orders once somebody accepts it."""

    excess_accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("excess accepted by")
    )  # fmt: skip
    excess_reason = models.CharField(_("why the excess is accepted"), max_length=200, blank=True)

    class Meta:
        abstract = True


D = TypeVar("D", bound=ExcessDocument)


def accept(document: D, actor: User, reason: str) -> D:
    """Note on a locked draft who accepts the excess, and why. New lines ask anew: `withdraw`."""
    if not reason.strip():
        raise DomainError(Problem("reason_missing", "Give the reason.", "reason"))
    if document.approval in ("approved", "void"):
        raise DomainError(Problem("decided", "{number} is approved or void.", number=document.number), Kind.CONFLICT)
    change(document, excess_accepted_by=actor, excess_reason=reason.strip()[:200])
    return document


def withdraw(document: ExcessDocument) -> None:
    """Forget on a locked draft that its excess was accepted, because its lines are others now."""
    change(document, excess_accepted_by=None, excess_reason="")
