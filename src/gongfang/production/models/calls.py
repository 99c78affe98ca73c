from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from gongfang.production.models.orders import WorkOrderOperation


class HelpKind(models.TextChoices):
    MATERIAL = "material", _("Material")
    QUALITY = "quality", _("Quality")
    MACHINE = "machine", _("Machine")
    HELP = "help", _("Other help")


class CallState(models.TextChoices):
    OPEN = "open", _("Called")
    COMING = "coming", _("On the way")
    SOLVED = "solved", _("Solved")


class HelpCall(models.Model):
    """Andon: somebody at a work place calls for material, quality, the maintainer or the supervisor."""

    kind = models.CharField(_("kind"), max_length=10, choices=HelpKind)
    state = models.CharField(_("state"), max_length=8, choices=CallState, default=CallState.OPEN, db_index=True)
    work_centre = models.ForeignKey(
        "masterdata.WorkCentre", on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("work centre"),
    )  # fmt: skip
    operation = models.ForeignKey(
        WorkOrderOperation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="calls",
        verbose_name=_("operation"),
    )
    level = models.PositiveIntegerField(_("escalated to level"), default=0)
    text = models.CharField(_("what is wrong"), max_length=200, blank=True)
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("called by")
    )
    raised_at = models.DateTimeField(_("called at"), auto_now_add=True)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("taken by")
    )
    taken_at = models.DateTimeField(_("taken at"), null=True)
    solved_at = models.DateTimeField(_("solved at"), null=True)
    answer = models.CharField(_("what was done"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("call for help")
        verbose_name_plural = _("calls for help")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"


class EscalationRule(models.Model):
    """Whom a call reaches when nobody has come after some minutes. level: 1 is the first step up."""

    kind = models.CharField(_("kind"), max_length=10, choices=HelpKind)
    level = models.PositiveIntegerField(_("level"), default=1)
    after_minutes = models.PositiveIntegerField(_("after (min)"), default=10)
    role = models.CharField(_("role told"), max_length=40)

    class Meta:
        verbose_name = _("escalation rule")
        verbose_name_plural = _("escalation rules")
        ordering = ["kind", "level"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "level"], name="escalation_level_once"),
            models.CheckConstraint(condition=models.Q(level__gt=0, after_minutes__gt=0), name="escalation_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.level}"
