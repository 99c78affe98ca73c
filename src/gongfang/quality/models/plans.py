from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gongfang.platform.bases import Record
from gongfang.platform.fields import QuantityField, RatioField
from gongfang.quality.models.inspections import InspectionKind, Severity


class ChartKind(models.TextChoices):
    XBAR_R = "xbar_r", _("X̄-R")
    XBAR_S = "xbar_s", _("X̄-s")
    I_MR = "i_mr", _("I-MR")
    P = "p", _("p (share defective)")
    NP = "np", _("np (number defective)")
    C = "c", _("c (defects)")
    U = "u", _("u (defects per unit)")


class InspectionPlan(Record):
    """What to look at and how strictly, for an item (or a whole category) and, where named, one supplier.

    severity and the series_* columns: where the switching rules of GB/T 2828.1 stand for this series of lots.
    """

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=12, choices=InspectionKind, default=InspectionKind.INCOMING)
    item = models.ForeignKey(
        "masterdata.Item",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="inspection_plans",
        verbose_name=_("item"),
    )
    category = models.ForeignKey(
        "masterdata.ItemCategory",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("category"),
    )
    supplier = models.ForeignKey(
        "masterdata.Partner",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("supplier"),
    )
    level = models.CharField(_("inspection level"), max_length=4, default="II")
    aql = RatioField(_("AQL"), default=Decimal("0.010"))
    switches = models.BooleanField(_("switching rules"), default=True)
    severity = models.CharField(_("severity"), max_length=10, choices=Severity, default=Severity.NORMAL)
    every_minutes = models.PositiveIntegerField(_("patrol every (min)"), null=True, blank=True)
    series_recent = models.JSONField(_("latest lots"), default=list, blank=True)
    series_score = models.PositiveIntegerField(_("switching score"), default=0)
    series_refused = models.PositiveIntegerField(_("refused under tightened"), default=0)
    is_stopped = models.BooleanField(_("sampling discontinued"), default=False)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("inspection plan")
        verbose_name_plural = _("inspection plans")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(item__isnull=False) | Q(category__isnull=False), name="inspection_plan_has_object"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class PlanCharacteristic(models.Model):
    """One thing to look at. lower, upper: limits of a measured one."""

    document = models.ForeignKey(InspectionPlan, on_delete=models.CASCADE, related_name="characteristics")
    line_no = models.PositiveIntegerField(_("line"))
    characteristic = models.CharField(_("characteristic"), max_length=80)
    requirement = models.CharField(_("requirement"), max_length=120, blank=True)
    method = models.CharField(_("method"), max_length=80, blank=True)
    instrument = models.CharField(_("instrument"), max_length=40, blank=True)
    is_measured = models.BooleanField(_("measured"), default=False)
    lower = QuantityField(_("lower limit"), null=True, blank=True)
    upper = QuantityField(_("upper limit"), null=True, blank=True)
    chart = models.CharField(_("control chart"), max_length=8, choices=ChartKind, blank=True)
    subgroup = models.PositiveIntegerField(_("values per subgroup"), default=1)

    class Meta:
        verbose_name = _("characteristic")
        verbose_name_plural = _("characteristics")
        ordering = ["line_no"]

    def __str__(self) -> str:
        return self.characteristic
