from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gongfang.maintenance.models.equipment import Equipment
from gongfang.platform.bases import Record
from gongfang.platform.fields import QuantityField


class CheckPlan(Record):
    """What is looked at on a piece of equipment before work (点检), and how often."""

    equipment = models.ForeignKey(
        Equipment, on_delete=models.PROTECT, related_name="check_plans", verbose_name=_("equipment")
    )
    name = models.CharField(_("spot check"), max_length=80)
    every_days = models.PositiveIntegerField(_("every (days)"), default=1)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("spot check plan")
        verbose_name_plural = _("spot check plans")
        ordering = ["equipment__code", "name"]
        constraints = [
            models.UniqueConstraint(fields=["equipment", "name"], name="check_plan_once"),
            models.CheckConstraint(condition=Q(every_days__gt=0), name="check_plan_interval"),
        ]

    def __str__(self) -> str:
        return f"{self.equipment} {self.name}"


class CheckPoint(models.Model):
    """One thing to look at. lower, upper: limits of a measured one."""

    plan = models.ForeignKey(CheckPlan, on_delete=models.CASCADE, related_name="points")
    line_no = models.PositiveIntegerField(_("line"))
    name = models.CharField(_("check point"), max_length=80)
    requirement = models.CharField(_("requirement"), max_length=120, blank=True)
    is_measured = models.BooleanField(_("measured"), default=False)
    lower = QuantityField(_("lower limit"), null=True, blank=True)
    upper = QuantityField(_("upper limit"), null=True, blank=True)

    class Meta:
        verbose_name = _("check point")
        ordering = ["line_no"]
        constraints = [models.UniqueConstraint(fields=["plan", "line_no"], name="check_point_line")]

    def __str__(self) -> str:
        return self.name


class SpotCheck(Record):
    """A check that was done. is_ok: nothing was found; otherwise `order` is the repair that it asked for."""

    plan = models.ForeignKey(CheckPlan, on_delete=models.PROTECT, related_name="checks", verbose_name=_("spot check"))
    equipment = models.ForeignKey(
        Equipment, on_delete=models.PROTECT, related_name="checks", verbose_name=_("equipment")
    )
    on = models.DateField(_("date"), db_index=True)
    shift = models.CharField(_("shift"), max_length=20, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("checked by")
    )
    checked_at = models.DateTimeField(_("checked at"))
    is_ok = models.BooleanField(_("in order"), default=True)
    order = models.ForeignKey(
        "maintenance.MaintenanceOrder", on_delete=models.SET_NULL, null=True, blank=True, related_name="checks",
        verbose_name=_("maintenance order"),
    )  # fmt: skip
    remark = models.CharField(_("remark"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("spot check")
        verbose_name_plural = _("spot checks")
        ordering = ["-id"]
        indexes = [models.Index(fields=["plan", "on"], name="spot_check_plan_on")]

    def __str__(self) -> str:
        return f"{self.plan} {self.on}"


class SpotCheckLine(models.Model):
    """What was found at one point."""

    check_done = models.ForeignKey(SpotCheck, on_delete=models.CASCADE, related_name="lines")
    line_no = models.PositiveIntegerField(_("line"))
    name = models.CharField(_("check point"), max_length=80)
    requirement = models.CharField(_("requirement"), max_length=120, blank=True)
    is_ok = models.BooleanField(_("in order"), default=True)
    value = QuantityField(_("measured value"), null=True, blank=True)
    remark = models.CharField(_("remark"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("result of a spot check")
        ordering = ["line_no"]

    def __str__(self) -> str:
        return self.name
