from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gongfang.masterdata.models.calendars import Calendar
from gongfang.masterdata.models.sites import Plant
from gongfang.platform.bases import Record
from gongfang.platform.fields import PriceField, QuantityField, RatioField


class WorkCentreKind(models.TextChoices):
    MACHINE = "machine", _("Machining")
    ASSEMBLY = "assembly", _("Assembly")
    TEST = "test", _("Testing")
    MANUAL = "manual", _("Manual work")
    OUTSIDE = "outside", _("Outside")


class WorkCentre(Record):
    """A group of like machines or places. Rates: currency per hour. efficiency: 1 is the time of the routing."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("work centre name"), max_length=80)
    plant = models.ForeignKey(Plant, on_delete=models.PROTECT, related_name="work_centres", verbose_name=_("plant"))
    workshop = models.CharField(_("workshop"), max_length=40, blank=True, db_index=True)
    kind = models.CharField(_("kind"), max_length=12, choices=WorkCentreKind, default=WorkCentreKind.MACHINE)
    machines = models.PositiveIntegerField(_("machines"), default=1)
    labour_rate = PriceField(_("labour rate"), default=0, scope="cost")
    machine_rate = PriceField(_("machine rate"), default=0, scope="cost")
    overhead_rate = PriceField(_("overhead rate"), default=0, scope="cost")
    calendar = models.ForeignKey(
        Calendar, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("calendar")
    )
    efficiency = RatioField(_("efficiency"), default=1)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("work centre")
        verbose_name_plural = _("work centres")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(machines__gt=0), name="work_centre_has_machines"),
            models.CheckConstraint(condition=Q(efficiency__gt=0), name="work_centre_efficiency_positive"),
            models.CheckConstraint(
                condition=Q(labour_rate__gte=0, machine_rate__gte=0, overhead_rate__gte=0),
                name="work_centre_rates_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class SetupChange(models.Model):
    """Minutes that a machine of a work centre stands between an operation of one set-up family and the next of another."""

    work_centre = models.ForeignKey(
        WorkCentre, on_delete=models.CASCADE, related_name="setup_changes", verbose_name=_("work centre")
    )
    from_family = models.CharField(_("from family"), max_length=40)
    to_family = models.CharField(_("to family"), max_length=40)
    minutes = QuantityField(_("change (min)"))

    class Meta:
        verbose_name = _("set-up change")
        verbose_name_plural = _("set-up changes")
        ordering = ["work_centre", "from_family", "to_family"]
        constraints = [
            models.UniqueConstraint(fields=["work_centre", "from_family", "to_family"], name="setup_change_once"),
            models.CheckConstraint(condition=Q(minutes__gte=0), name="setup_change_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.from_family} → {self.to_family}"
