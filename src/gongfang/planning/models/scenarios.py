from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gongfang.platform.fields import QuantityField


class Scenario(models.Model):
    """A what-if: changes laid over what MRP sees. Planning it writes a run of its own and touches nothing else."""

    name = models.CharField(_("scenario name"), max_length=80, unique=True)
    note = models.CharField(_("note"), max_length=400, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("made by")
    )
    created_at = models.DateTimeField(_("made at"), auto_now_add=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("scenario")
        verbose_name_plural = _("scenarios")
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.name


class ScenarioChange(models.Model):
    """One thing that is otherwise. Without an item it holds for all; what each kind reads stands beside it."""

    class Kind(models.TextChoices):
        DEMAND = "demand", _("Further demand")  # item, quantity, on
        DEMAND_SHARE = "demand_share", _("Demand in %")  # percent of the present one
        STOCK = "stock", _("Stock more or less")  # item, quantity
        LEAD_TIME = "lead_time", _("Lead time longer or shorter")  # days
        CAPACITY = "capacity", _("Capacity in %")  # work centre, percent

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="changes")
    line_no = models.PositiveIntegerField(_("line"), default=1)
    kind = models.CharField(_("what changes"), max_length=16, choices=Kind)
    item = models.ForeignKey(
        "masterdata.Item", on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("item")
    )
    work_centre = models.ForeignKey(
        "masterdata.WorkCentre", on_delete=models.CASCADE, null=True, blank=True, related_name="+",
        verbose_name=_("work centre"),
    )  # fmt: skip
    on = models.DateField(_("date"), null=True, blank=True)
    quantity = QuantityField(_("quantity"), null=True, blank=True)
    percent = models.PositiveIntegerField(_("percent"), null=True, blank=True)
    days = models.IntegerField(_("days"), null=True, blank=True)

    class Meta:
        verbose_name = _("change of a scenario")
        verbose_name_plural = _("changes of a scenario")
        ordering = ("line_no", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(percent__isnull=True) | Q(percent__lte=1000), name="scenario_change_percent"
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
