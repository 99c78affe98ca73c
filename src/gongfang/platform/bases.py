"""Abstract models that documents and master records build on."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from gongfang.kernel.states import Approval, Execution
from gongfang.platform.fields import QuantityField


class ApprovalState(models.TextChoices):
    DRAFT = Approval.DRAFT.value, _("Draft")
    SUBMITTED = Approval.SUBMITTED.value, _("In approval")
    APPROVED = Approval.APPROVED.value, _("Approved")
    REJECTED = Approval.REJECTED.value, _("Rejected")
    VOID = Approval.VOID.value, _("Void")


class ExecutionState(models.TextChoices):
    OPEN = Execution.OPEN.value, _("Not started")
    PARTIAL = Execution.PARTIAL.value, _("Partial")
    DONE = Execution.DONE.value, _("Done")
    CLOSED = Execution.CLOSED.value, _("Closed")


class Record(models.Model):
    """A master record: who made it and when, and a version that shows a stale screen."""

    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    class Meta:
        abstract = True


class Document(Record):
    """A numbered business document with two axes of state.

    doc_type, prefix: the type's stable code and the prefix of its numbers. `lines_name`: the related name of its lines.
    """

    doc_type: ClassVar[str] = ""
    prefix: ClassVar[str] = ""
    lines_name: ClassVar[str] = "lines"

    number = models.CharField(_("number"), max_length=40, unique=True)
    business_date = models.DateField(_("date"), db_index=True)
    approval = models.CharField(
        _("approval"), max_length=12, choices=ApprovalState, default=ApprovalState.DRAFT, db_index=True
    )
    execution = models.CharField(
        _("execution"), max_length=12, choices=ExecutionState, default=ExecutionState.OPEN, db_index=True
    )
    remark = models.CharField(_("remark"), max_length=500, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("made by")
    )
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, verbose_name=_("submitted by")
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(_("approved at"), null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.number

    @property
    def is_editable(self) -> bool:
        return self.approval in (ApprovalState.DRAFT, ApprovalState.REJECTED)


class DocumentLine(models.Model):
    """A line with a quantity in base units and what has happened to it. Each document adds its own foreign key `document`."""

    line_no = models.PositiveIntegerField(_("line"))
    quantity = QuantityField(_("quantity"))
    done_quantity = QuantityField(_("done"), default=0)
    execution = models.CharField(_("execution"), max_length=12, choices=ExecutionState, default=ExecutionState.OPEN)
    remark = models.CharField(_("remark"), max_length=200, blank=True)

    class Meta:
        abstract = True
        ordering: ClassVar[list[str]] = ["line_no"]

    @property
    def open_quantity(self):  # type: ignore[no-untyped-def]
        """What is still to be done; 0 on a closed line."""
        if self.execution == ExecutionState.CLOSED:
            return self.quantity * 0
        return max(self.quantity - self.done_quantity, self.quantity * 0)
