from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gongfang.platform.bases import Document
from gongfang.platform.fields import MoneyField, QuantityField
from gongfang.quality.models.nonconformances import Grade, Nonconformance


class ComplaintStage(models.TextChoices):
    OPEN = "open", _("To answer")
    ANSWERED = "answered", _("Answered")
    CLOSED = "closed", _("Complaint closed")


class Complaint(Document):
    """What a customer complains about, what was answered, what it cost."""

    doc_type = "quality.complaint"
    prefix = "KS"
    lines_name = ""

    customer = models.ForeignKey(
        "masterdata.Partner", on_delete=models.PROTECT, related_name="+", verbose_name=_("customer")
    )
    item = models.ForeignKey("masterdata.Item", on_delete=models.PROTECT, related_name="+", verbose_name=_("item"))
    lot = models.ForeignKey(
        "ledger.Lot", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lot")
    )
    quantity = QuantityField(_("quantity"))
    source_number = models.CharField(_("delivery"), max_length=40, blank=True)
    defect = models.CharField(_("complaint"), max_length=300)
    grade = models.CharField(_("grade"), max_length=10, choices=Grade, default=Grade.MAJOR)
    stage = models.CharField(
        _("stage"), max_length=10, choices=ComplaintStage, default=ComplaintStage.OPEN, db_index=True
    )
    answer_due = models.DateField(_("answer by"), null=True, blank=True)
    answered_on = models.DateField(_("answered on"), null=True)
    answer = models.CharField(_("answer"), max_length=500, blank=True)
    cost = MoneyField(_("cost"), default=0, scope="cost")

    class Meta:
        verbose_name = _("complaint")
        verbose_name_plural = _("complaints")
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0, cost__gte=0), name="complaint_positive"),
        ]


class ActionStage(models.TextChoices):
    ACTING = "acting", _("Under way")
    VERIFYING = "verifying", _("Effect to be checked")
    CLOSED = "closed", _("Effective, closed")


class CorrectiveAction(Document):
    """A corrective or preventive action in eight steps (8D), with owners, dates and a check of its effect."""

    doc_type = "quality.action"
    prefix = "JZ"
    lines_name = "steps"

    title = models.CharField(_("subject"), max_length=120)
    problem = models.CharField(_("problem"), max_length=500)
    stage = models.CharField(_("stage"), max_length=10, choices=ActionStage, default=ActionStage.ACTING, db_index=True)
    nonconformance = models.ForeignKey(
        Nonconformance, on_delete=models.PROTECT, null=True, blank=True, related_name="actions",
        verbose_name=_("nonconformance report"),
    )  # fmt: skip
    complaint = models.ForeignKey(
        Complaint, on_delete=models.PROTECT, null=True, blank=True, related_name="actions", verbose_name=_("complaint")
    )
    leader = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("team leader")
    )
    due = models.DateField(_("due"))
    effect_due = models.DateField(_("check the effect on"), null=True, blank=True)
    effect = models.CharField(_("effect found"), max_length=300, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("effect checked by"),
    )
    closed_on = models.DateField(_("closed on"), null=True)
    rounds = models.PositiveIntegerField(_("rounds"), default=1)
    cost = MoneyField(_("cost"), default=0, scope="cost")

    class Meta:
        verbose_name = _("corrective action")
        verbose_name_plural = _("corrective actions")
        ordering = ("-id",)
        constraints = [models.CheckConstraint(condition=Q(cost__gte=0), name="action_cost_not_negative")]


class StepCode(models.TextChoices):
    D1 = "D1", _("D1 Team")
    D2 = "D2", _("D2 Describe the problem")
    D3 = "D3", _("D3 Contain it")
    D4 = "D4", _("D4 Root cause")
    D5 = "D5", _("D5 Choose the correction")
    D6 = "D6", _("D6 Carry it out")
    D7 = "D7", _("D7 Prevent it elsewhere")
    D8 = "D8", _("D8 Recognise the team")


class ActionStep(models.Model):
    """One step: who does what by when, and what came of it."""

    document = models.ForeignKey(CorrectiveAction, on_delete=models.CASCADE, related_name="steps")
    line_no = models.PositiveIntegerField(_("line"))
    code = models.CharField(_("step"), max_length=2, choices=StepCode)
    task = models.CharField(_("task"), max_length=300, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("owner"),
    )  # fmt: skip
    due = models.DateField(_("due"), null=True, blank=True)
    done_on = models.DateField(_("done on"), null=True, blank=True)
    result = models.CharField(_("result"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["line_no"]

    def __str__(self) -> str:
        return f"{self.document_id} {self.code}"
