from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gongfang.maintenance.models.equipment import Equipment
from gongfang.platform.bases import Record
from gongfang.platform.fields import QuantityField


class ServicePlan(Record):
    """Preventive maintenance that comes again: after days, run hours or strokes, whichever is first.

    last_on, last_run_minutes, last_strokes: where date and counters stood when it was done last. lead_days: how long before the
    day the order is made.
    """

    equipment = models.ForeignKey(
        Equipment, on_delete=models.PROTECT, related_name="service_plans", verbose_name=_("equipment")
    )
    name = models.CharField(_("maintenance"), max_length=80)
    task = models.TextField(_("what is done"), blank=True)
    every_days = models.PositiveIntegerField(_("every (days)"), null=True, blank=True)
    every_hours = QuantityField(_("every (run hours)"), null=True, blank=True)
    every_strokes = QuantityField(_("every (strokes)"), null=True, blank=True)
    lead_days = models.PositiveIntegerField(_("make the order (days before)"), default=3)
    minutes = QuantityField(_("expected minutes"), default=0)
    last_on = models.DateField(_("last done on"))
    last_run_minutes = QuantityField(_("minutes run when last done"), default=0)
    last_strokes = QuantityField(_("strokes when last done"), default=0)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("assigned to"),
    )  # fmt: skip
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("maintenance plan")
        verbose_name_plural = _("maintenance plans")
        ordering = ["equipment__code", "name"]
        constraints = [
            models.UniqueConstraint(fields=["equipment", "name"], name="service_plan_once"),
            models.CheckConstraint(
                condition=Q(every_days__gt=0) | Q(every_hours__gt=0) | Q(every_strokes__gt=0),
                name="service_plan_interval",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.equipment} {self.name}"


class ServicePart(models.Model):
    """A spare part that the maintenance usually needs."""

    plan = models.ForeignKey(ServicePlan, on_delete=models.CASCADE, related_name="parts")
    item = models.ForeignKey("masterdata.Item", on_delete=models.PROTECT, related_name="+", verbose_name=_("item"))
    quantity = QuantityField(_("quantity"))

    class Meta:
        verbose_name = _("spare part of a plan")
        constraints = [
            models.UniqueConstraint(fields=["plan", "item"], name="service_part_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="service_part_positive"),
        ]

    def __str__(self) -> str:
        return str(self.item)
