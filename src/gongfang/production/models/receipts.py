from django.db import models
from django.utils.translation import gettext_lazy as _

from gongfang.platform.bases import Document
from gongfang.platform.fields import MoneyField, QuantityField
from gongfang.production.models.orders import WorkOrder, WorkOrderOutput


class OutputReceipt(Document):
    """Output of one or many orders, taken into stock. Posted when it is made; taken back as a whole."""

    doc_type = "production.output_receipt"
    prefix = "SR"

    posting = models.ForeignKey("ledger.Posting", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("production receipt")
        verbose_name_plural = _("production receipts")
        ordering = ["-id"]


class OutputReceiptLine(models.Model):
    """Output of one order in one lot. output: None for the product itself. second_quantity: in its second unit, as entered; null: by
    the item's factor."""

    document = models.ForeignKey(OutputReceipt, on_delete=models.PROTECT, related_name="lines")
    line_no = models.PositiveIntegerField(_("line"))
    order = models.ForeignKey(
        WorkOrder, on_delete=models.PROTECT, related_name="receipt_lines", verbose_name=_("work order")
    )
    output = models.ForeignKey(
        WorkOrderOutput, on_delete=models.PROTECT, null=True, blank=True, related_name="receipt_lines",
        verbose_name=_("further output"),
    )  # fmt: skip
    item = models.ForeignKey("masterdata.Item", on_delete=models.PROTECT, related_name="+", verbose_name=_("item"))
    lot = models.ForeignKey(
        "ledger.Lot", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lot")
    )
    warehouse = models.ForeignKey(
        "masterdata.Warehouse", on_delete=models.PROTECT, related_name="+", verbose_name=_("warehouse")
    )
    quantity = QuantityField(_("quantity"))
    second_quantity = QuantityField(_("second quantity"), null=True, blank=True)
    value = MoneyField(_("value"), default=0, scope="cost")

    class Meta:
        verbose_name = _("receipt line")
        verbose_name_plural = _("receipt lines")
        ordering = ["line_no"]

    def __str__(self) -> str:
        return f"{self.document_id}.{self.line_no}"


class LotUse(models.Model):
    """Lot genealogy: which lots an order took in (net of returns) and which came out of it."""

    class Role(models.TextChoices):
        CONSUMED = "consumed", _("Consumed")
        PRODUCED = "produced", _("Produced")

    order = models.ForeignKey(
        WorkOrder, on_delete=models.PROTECT, related_name="lot_uses", verbose_name=_("work order")
    )
    lot = models.ForeignKey("ledger.Lot", on_delete=models.PROTECT, related_name="+", verbose_name=_("lot"))
    role = models.CharField(_("role"), max_length=10, choices=Role)
    quantity = QuantityField(_("quantity"), default=0)

    class Meta:
        verbose_name = _("lot in an order")
        constraints = [
            models.UniqueConstraint(fields=["order", "role", "lot"], name="lot_use_once"),
        ]
        indexes = [models.Index(fields=["lot", "role"], name="lot_use_by_lot")]

    def __str__(self) -> str:
        return f"{self.order_id} {self.role} {self.lot_id}"
