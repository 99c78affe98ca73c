from django.db import models
from django.utils.translation import gettext_lazy as _

from gongfang.ledger.models.posting import StockMove
from gongfang.platform.bases import Document
from gongfang.platform.fields import MoneyField, QuantityField


class ValueAdjustment(Document):
    """Cost that comes after the goods (入库成本调整单): freight, duty, a late or dearer invoice, spread over receipts.

    basis: what it is spread by. account: role or code of the other side, by purpose. The share of what is gone follows the
    goods: to cost of sales, work in process or variance.
    """

    class Purpose(models.TextChoices):
        LANDED = "landed", _("Landed cost")
        INVOICE = "invoice", _("Invoice difference")
        CORRECTION = "correction", _("Correction")

    class Basis(models.TextChoices):
        VALUE = "value", _("By value")
        QUANTITY = "quantity", _("By quantity")
        WEIGHT = "weight", _("By weight")
        MANUAL = "manual", _("As entered")

    doc_type = "ledger.value_adjustment"
    prefix = "CT"

    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose, default=Purpose.LANDED)
    basis = models.CharField(_("spread"), max_length=10, choices=Basis, default=Basis.VALUE)
    partner = models.ForeignKey(
        "masterdata.Partner",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("partner"),
    )
    amount = MoneyField(_("amount"), default=0, scope="cost")

    class Meta:
        verbose_name = _("value adjustment")
        verbose_name_plural = _("value adjustments")


class ValueAdjustmentLine(models.Model):
    """One receipt that takes a share. weight: for the spread by weight; empty takes the second quantity. amount: its share."""

    document = models.ForeignKey(ValueAdjustment, on_delete=models.CASCADE, related_name="lines")
    line_no = models.PositiveIntegerField(_("line"))
    move = models.ForeignKey(StockMove, on_delete=models.PROTECT, related_name="+", verbose_name=_("receipt"))
    weight = QuantityField(_("weight"), null=True, blank=True)
    amount = MoneyField(_("share"), null=True, blank=True, scope="cost")

    class Meta:
        verbose_name = _("value adjustment line")
        ordering = ("line_no",)
        constraints = [models.UniqueConstraint(fields=["document", "move"], name="receipt_once_per_adjustment")]

    def __str__(self) -> str:
        return f"{self.document_id}.{self.line_no}"
