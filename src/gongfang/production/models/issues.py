from django.db import models
from django.utils.translation import gettext_lazy as _

from gongfang.platform.bases import Document
from gongfang.platform.fields import MoneyField, QuantityField
from gongfang.production.models.orders import WorkOrder, WorkOrderMaterial


class IssueKind(models.TextChoices):
    NORMAL = "normal", _("Normal")
    SUPPLEMENT = "supplement", _("Supplement")
    BACKFLUSH = "backflush", _("Backflush")
    OUTSIDE = "outside", _("Used at a subcontractor")


class Issue(Document):
    """Materials given to one or many orders. Posted when it is made; taken back as a whole."""

    doc_type = "production.issue"
    prefix = "LL"

    kind = models.CharField(_("kind"), max_length=12, choices=IssueKind, default=IssueKind.NORMAL)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    posting = models.ForeignKey("ledger.Posting", on_delete=models.PROTECT, null=True, related_name="+")
    report = models.ForeignKey(
        "production.Report",
        on_delete=models.PROTECT,
        null=True,
        related_name="backflushes",
        verbose_name=_("work report"),
    )
    receipt = models.ForeignKey(
        "production.OutputReceipt",
        on_delete=models.PROTECT,
        null=True,
        related_name="backflushes",
        verbose_name=_("production receipt"),
    )

    class Meta:
        verbose_name = _("material issue")
        verbose_name_plural = _("material issues")
        ordering = ["-id"]


class MaterialLine(models.Model):
    """A quantity of one component in base units, with the value it moved. partner: whose place it was taken from, else the warehouse's."""

    line_no = models.PositiveIntegerField(_("line"))
    material = models.ForeignKey(
        WorkOrderMaterial, on_delete=models.PROTECT, related_name="%(class)ss", verbose_name=_("component")
    )
    order = models.ForeignKey(
        WorkOrder, on_delete=models.PROTECT, related_name="%(class)ss", verbose_name=_("work order")
    )
    item = models.ForeignKey("masterdata.Item", on_delete=models.PROTECT, related_name="+", verbose_name=_("item"))
    lot = models.ForeignKey(
        "ledger.Lot", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lot")
    )
    warehouse = models.ForeignKey(
        "masterdata.Warehouse", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("warehouse")
    )
    partner = models.ForeignKey(
        "masterdata.Partner", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("subcontractor")
    )
    quantity = QuantityField(_("quantity"))
    value = MoneyField(_("value"), default=0, scope="cost")

    class Meta:
        abstract = True


class IssueLine(MaterialLine):
    """second_quantity: in the component's second unit, as entered; null: the share of what was there.

    owner: the customer whose material it is; null: ours. A customer's material carries no cost. location: the very place that was asked
    for; null: any of the warehouse.
    """

    document = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="lines")
    location = models.ForeignKey(
        "ledger.Location", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("location")
    )
    owner = models.ForeignKey(
        "masterdata.Partner", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("belongs to")
    )
    second_quantity = QuantityField(_("second quantity"), null=True, blank=True)

    class Meta:
        verbose_name = _("issue line")
        verbose_name_plural = _("issue lines")
        ordering = ["line_no"]

    def __str__(self) -> str:
        return f"{self.document_id}.{self.line_no}"


class MaterialReturn(Document):
    """Materials that came back from orders, good ones into the store, bad ones into the blocked stock."""

    doc_type = "production.material_return"
    prefix = "TL"

    reason = models.CharField(_("reason"), max_length=200, blank=True)
    posting = models.ForeignKey("ledger.Posting", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("material return")
        verbose_name_plural = _("material returns")
        ordering = ["-id"]


class MaterialReturnLine(MaterialLine):
    """second_quantity: in the component's second unit, as entered; null: by the item's factor."""

    document = models.ForeignKey(MaterialReturn, on_delete=models.PROTECT, related_name="lines")
    second_quantity = QuantityField(_("second quantity"), null=True, blank=True)
    is_good = models.BooleanField(_("usable"), default=True)

    class Meta:
        verbose_name = _("return line")
        verbose_name_plural = _("return lines")
        ordering = ["line_no"]

    def __str__(self) -> str:
        return f"{self.document_id}.{self.line_no}"
