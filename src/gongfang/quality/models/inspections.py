from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gongfang.platform.bases import Document
from gongfang.platform.fields import QuantityField, RatioField


class InspectionKind(models.TextChoices):
    INCOMING = "incoming", _("Incoming inspection")
    FIRST = "first", _("First-piece inspection")
    PROCESS = "process", _("In-process inspection")
    PATROL = "patrol", _("Patrol inspection")
    FINAL = "final", _("Final inspection")
    OUTGOING = "outgoing", _("Outgoing inspection")


class Severity(models.TextChoices):
    NORMAL = "normal", _("Normal")
    TIGHTENED = "tightened", _("Tightened")
    REDUCED = "reduced", _("Reduced")


class Inspection(Document):
    """One item (and lot) to be judged. What passes moves to the store, what fails to the blocked place, in one posting.

    source_*: the document line it was made for. location: where the goods wait; none where nothing lies in stock yet (goods
    still on a work order), then the decision moves nothing. accepted + rejected + concession = quantity once decided.
    series_before: where the switching rules stood before this lot was judged, with the plan's id; empty where they do not apply.
    operation_ref: id of the operation of a work order whose pieces these are, 0 for none; operation: its name, as on paper.
    """

    doc_type = "quality.inspection"
    prefix = "JY"
    lines_name = "results"

    kind = models.CharField(_("kind"), max_length=12, choices=InspectionKind, db_index=True)
    item = models.ForeignKey(
        "masterdata.Item", on_delete=models.PROTECT, related_name="inspections", verbose_name=_("item")
    )
    lot = models.ForeignKey(
        "ledger.Lot", on_delete=models.PROTECT, null=True, blank=True, related_name="inspections", verbose_name=_("lot")
    )
    partner = models.ForeignKey(
        "masterdata.Partner",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="inspections",
        verbose_name=_("supplier"),
    )
    warehouse = models.ForeignKey(
        "masterdata.Warehouse",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("warehouse"),
    )
    location = models.ForeignKey(
        "ledger.Location", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("location")
    )
    source_type = models.CharField(max_length=60, blank=True)
    source_id = models.BigIntegerField(default=0)
    source_line = models.BigIntegerField(default=0)
    source_number = models.CharField(_("from document"), max_length=40, blank=True)
    operation_ref = models.BigIntegerField(default=0, db_index=True)
    operation = models.CharField(_("operation"), max_length=80, blank=True)
    machine = models.CharField(_("machine"), max_length=80, blank=True)
    quantity = QuantityField(_("to inspect"))
    accepted_quantity = QuantityField(_("accepted"), default=0)
    rejected_quantity = QuantityField(_("rejected"), default=0)
    concession_quantity = QuantityField(_("accepted with concession"), default=0)
    severity = models.CharField(_("severity"), max_length=10, choices=Severity, default=Severity.NORMAL)
    level = models.CharField(_("inspection level"), max_length=4, default="II")
    aql = RatioField(_("AQL"), default=Decimal("0.010"))
    sample_size = QuantityField(_("sample size"), default=0)
    accept_limit = models.PositiveIntegerField(_("acceptance number Ac"), default=0)
    sample_defects = QuantityField(_("defective in the sample"), default=0)
    inspector = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("inspector"),
    )
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    series_before = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        verbose_name = _("inspection")
        verbose_name_plural = _("inspections")
        ordering = ("-id",)
        indexes = [
            models.Index(fields=["source_type", "source_id"], name="inspection_source"),
            models.Index(fields=["item", "partner", "decided_on"], name="inspection_series"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    quantity__gt=0, accepted_quantity__gte=0, rejected_quantity__gte=0, concession_quantity__gte=0
                ),
                name="inspection_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=F("accepted_quantity") + F("rejected_quantity") + F("concession_quantity")),
                name="inspection_within_quantity",
            ),
        ]

    @property
    def accept_text(self) -> str:
        """The acceptance number for the page: 0 says something here."""
        return str(self.accept_limit)

    @property
    def usable_quantity(self) -> Decimal:
        """What may be used: accepted, with or without concession."""
        return self.accepted_quantity + self.concession_quantity


class InspectionResult(models.Model):
    """One characteristic that was looked at: limits, how many of how many were bad, the values measured."""

    document = models.ForeignKey(Inspection, on_delete=models.CASCADE, related_name="results")
    line_no = models.PositiveIntegerField(_("line"))
    characteristic = models.CharField(_("characteristic"), max_length=80)
    requirement = models.CharField(_("requirement"), max_length=120, blank=True)
    method = models.CharField(_("method"), max_length=80, blank=True)
    is_measured = models.BooleanField(_("measured"), default=False)
    lower = QuantityField(_("lower limit"), null=True, blank=True)
    upper = QuantityField(_("upper limit"), null=True, blank=True)
    sample_size = QuantityField(_("sample size"), default=0)
    defects = QuantityField(_("defective"), default=0)
    values = models.JSONField(_("measured values"), default=list, blank=True)
    instrument = models.CharField(_("instrument"), max_length=40, blank=True)
    signals = models.JSONField(_("run rules broken"), default=list, blank=True)
    remark = models.CharField(_("remark"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("inspection result")
        verbose_name_plural = _("inspection results")
        ordering = ["line_no"]
        constraints = [
            models.CheckConstraint(condition=Q(defects__gte=0, sample_size__gte=0), name="result_not_negative"),
        ]

    def __str__(self) -> str:
        return self.characteristic

    @property
    def signals_text(self) -> str:
        """The run rules that the values completed, as their codes."""
        return " ".join(self.signals)

    @property
    def values_text(self) -> str:
        """The measured values as people type them."""
        return " ".join(str(value) for value in self.values)
