from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gongfang.platform.bases import Document
from gongfang.platform.fields import MoneyField, QuantityField


class Disposition(models.TextChoices):
    RETURN = "return", _("Return to supplier")
    CONCESSION = "concession", _("Accept with concession")
    SCRAP = "scrap", _("Scrap")
    SORT = "sort", _("Sort and inspect again")
    REWORK = "rework", _("Rework")


class Grade(models.TextChoices):
    CRITICAL = "critical", _("Critical")
    MAJOR = "major", _("Major")
    MINOR = "minor", _("Minor")


class CauseKind(models.TextChoices):
    """The usual six (人机料法环测), and the drawing itself."""

    PEOPLE = "people", _("People")
    MACHINE = "machine", _("Machine")
    MATERIAL = "material", _("Material")
    METHOD = "method", _("Method")
    ENVIRONMENT = "environment", _("Environment")
    MEASUREMENT = "measurement", _("Measurement")
    DESIGN = "design", _("Design")


class Nonconformance(Document):
    """What failed, why, and what is done with it. Approval carries the disposition out.

    location: where the goods lie now; none where nothing is in stock. operation_ref: id of the operation of the work order whose
    pieces they are, 0 for none. rework_number: of the order that reworks them; rework_routing, rework_steps: how.
    """

    doc_type = "quality.nonconformance"
    prefix = "BH"
    lines_name = ""

    item = models.ForeignKey("masterdata.Item", on_delete=models.PROTECT, related_name="+", verbose_name=_("item"))
    lot = models.ForeignKey(
        "ledger.Lot", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lot")
    )
    partner = models.ForeignKey(
        "masterdata.Partner",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("supplier"),
    )
    location = models.ForeignKey(
        "ledger.Location", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("location")
    )
    inspection = models.ForeignKey(
        "quality.Inspection", on_delete=models.PROTECT, null=True, blank=True, related_name="nonconformances",
        verbose_name=_("inspection"),
    )  # fmt: skip
    operation_ref = models.BigIntegerField(default=0, db_index=True)
    operation = models.CharField(_("operation"), max_length=80, blank=True)
    source_number = models.CharField(_("from document"), max_length=40, blank=True)
    rework_routing = models.ForeignKey(
        "masterdata.Routing", on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("rework routing"),
    )  # fmt: skip
    rework_number = models.CharField(_("rework order"), max_length=40, blank=True)
    quantity = QuantityField(_("quantity"))
    defect = models.CharField(_("defect"), max_length=200)
    grade = models.CharField(_("grade"), max_length=10, choices=Grade, default=Grade.MAJOR)
    cause = models.CharField(_("cause"), max_length=12, choices=CauseKind, blank=True)
    responsible = models.CharField(_("responsible"), max_length=80, blank=True)
    disposition = models.CharField(_("disposition"), max_length=12, choices=Disposition, blank=True, db_index=True)
    loss_amount = MoneyField(_("loss"), default=0, scope="cost")

    class Meta:
        verbose_name = _("nonconformance report")
        verbose_name_plural = _("nonconformance reports")
        ordering = ("-id",)
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="nonconformance_positive")]


class ReworkStep(models.Model):
    """One step of the rework that was chosen: an operation of the routing done once more, or work of its own.

    operation_no: of the rework routing, else of the item's routing; null: free work. What is left empty is as there.
    """

    document = models.ForeignKey(Nonconformance, on_delete=models.CASCADE, related_name="rework_steps")
    line_no = models.PositiveIntegerField(_("line"))
    operation_no = models.PositiveIntegerField(_("operation number"), null=True, blank=True)
    name = models.CharField(_("work to be done"), max_length=60, blank=True)
    work_centre = models.ForeignKey(
        "masterdata.WorkCentre", on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("work centre"),
    )  # fmt: skip
    minutes = QuantityField(_("minutes per piece"), null=True, blank=True)
    setup_minutes = QuantityField(_("set-up (min)"), null=True, blank=True)

    class Meta:
        verbose_name = _("rework step")
        verbose_name_plural = _("rework steps")
        ordering = ["line_no"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(minutes__isnull=True) | Q(minutes__gte=0)) & (Q(setup_minutes__isnull=True) | Q(setup_minutes__gte=0)),
                name="rework_step_times",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.document_id}.{self.line_no}"
