from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gongfang.maintenance.models.equipment import Equipment
from gongfang.maintenance.models.orders import MaintenanceOrder
from gongfang.platform.bases import Record


class StopReason(models.TextChoices):
    BREAKDOWN = "breakdown", _("Breakdown")
    SETUP = "setup", _("Set-up and adjustment")
    MATERIAL = "material", _("Waiting for material")
    QUALITY = "quality", _("Waiting for quality")
    PEOPLE = "people", _("Nobody there")
    POWER = "power", _("No power, air or water")
    MAINTENANCE = "maintenance", _("Planned maintenance")
    NO_ORDER = "no_order", _("No order")
    OTHER = "other", _("Something else")


PLANNED_REASONS = frozenset({StopReason.MAINTENANCE, StopReason.NO_ORDER})
"""Stops that were meant: they shorten the planned time instead of the availability."""


class Downtime(Record):
    """Time in which a machine stood. ended_at: none while it still stands; one open stop per machine."""

    equipment = models.ForeignKey(
        Equipment, on_delete=models.PROTECT, related_name="downtimes", verbose_name=_("equipment")
    )
    work_centre = models.ForeignKey(
        "masterdata.WorkCentre", on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("work centre"),
    )  # fmt: skip
    reason = models.CharField(_("reason"), max_length=12, choices=StopReason, default=StopReason.BREAKDOWN)
    started_at = models.DateTimeField(_("from"), db_index=True)
    ended_at = models.DateTimeField(_("until"), null=True, blank=True)
    order = models.ForeignKey(
        MaintenanceOrder, on_delete=models.PROTECT, null=True, blank=True, related_name="downtimes",
        verbose_name=_("maintenance order"),
    )  # fmt: skip
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("noted by")
    )
    remark = models.CharField(_("remark"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("downtime")
        verbose_name_plural = _("downtimes")
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(fields=["equipment"], condition=Q(ended_at__isnull=True), name="downtime_one_open"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")), name="downtime_forward"
            ),
        ]
        indexes = [models.Index(fields=["work_centre", "started_at"], name="downtime_centre_at")]

    def __str__(self) -> str:
        return f"{self.equipment} {self.get_reason_display()}"
