from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gongfang.maintenance.models.equipment import Equipment
from gongfang.platform.bases import Record
from gongfang.platform.fields import MoneyField


class CalibrationResult(models.TextChoices):
    PASSED = "passed", _("Passed")
    LIMITED = "limited", _("Usable with limits")
    FAILED = "failed", _("Failed")


class Calibration(Record):
    """A calibration of a measuring instrument; a failed one takes the instrument out of use."""

    equipment = models.ForeignKey(
        Equipment, on_delete=models.PROTECT, related_name="calibrations", verbose_name=_("measuring instrument")
    )
    on = models.DateField(_("calibrated on"))
    until = models.DateField(_("calibrated until"), null=True, blank=True)
    result = models.CharField(_("result"), max_length=8, choices=CalibrationResult, default=CalibrationResult.PASSED)
    certificate_no = models.CharField(_("certificate number"), max_length=60, blank=True)
    laboratory = models.CharField(_("calibrated by"), max_length=80, blank=True)
    cost = MoneyField(_("cost"), default=0, scope="cost")
    remark = models.CharField(_("remark"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("calibration")
        verbose_name_plural = _("calibrations")
        ordering = ["-on", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(until__isnull=True) | Q(until__gte=F("on")), name="calibration_forward"),
        ]

    def __str__(self) -> str:
        return f"{self.equipment} {self.on}"
