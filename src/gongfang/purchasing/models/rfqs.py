from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gongfang.platform.bases import Document, DocumentLine
from gongfang.platform.fields import PriceField, QuantityField, RatioField


class Rfq(Document):
    """The same question to several suppliers: what would it cost, and when would it come?"""

    doc_type = "purchasing.rfq"
    prefix = "XJ"

    answer_by = models.DateField(_("answers until"), null=True, blank=True)

    class Meta:
        verbose_name = _("request for quotation")
        verbose_name_plural = _("requests for quotation")
        ordering = ("-id",)


class RfqLine(DocumentLine):
    """quantity in base units; done: what was ordered of it."""

    document = models.ForeignKey(Rfq, on_delete=models.CASCADE, related_name="lines")
    item = models.ForeignKey("masterdata.Item", on_delete=models.PROTECT, related_name="+", verbose_name=_("item"))
    due_date = models.DateField(_("needed on"))
    warehouse = models.ForeignKey(
        "masterdata.Warehouse",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("deliver to"),
    )

    class Meta(DocumentLine.Meta):
        verbose_name = _("inquiry line")
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="rfq_line_positive"),
            models.UniqueConstraint(fields=["document", "item", "warehouse"], name="rfq_item_once_per_warehouse"),
            models.UniqueConstraint(
                fields=["document", "item"], condition=Q(warehouse=None), name="rfq_item_once_anywhere"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document_id}.{self.line_no}"


class RfqOffer(models.Model):
    """A supplier's answer for one item. price: per base unit, 0 while he has not answered. lead_days: calendar days to delivery.

    extra_cost: before tax per base unit, what comes on top until the goods stand in the store. awarded_quantity: how much this
    supplier is to get, where an item is split.
    """

    document = models.ForeignKey(Rfq, on_delete=models.CASCADE, related_name="offers")
    line_no = models.PositiveIntegerField(_("line"))
    supplier = models.ForeignKey(
        "masterdata.Partner", on_delete=models.PROTECT, related_name="+", verbose_name=_("supplier")
    )
    item = models.ForeignKey("masterdata.Item", on_delete=models.PROTECT, related_name="+", verbose_name=_("item"))
    price = PriceField(_("price"), scope="cost")
    tax_included = models.BooleanField(_("price includes tax"), default=True)
    tax_rate = RatioField(_("tax rate"), default=Decimal("0.13"))
    lead_days = models.PositiveIntegerField(_("lead time (days)"), default=0)
    extra_cost = PriceField(_("freight and other costs"), default=0, scope="cost")
    is_chosen = models.BooleanField(_("chosen"), default=False)
    awarded_quantity = QuantityField(_("awarded"), default=0)
    remark = models.CharField(_("remark"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        ordering = ["line_no"]
        constraints = [
            models.UniqueConstraint(fields=["document", "supplier", "item"], name="rfq_offer_once"),
            models.CheckConstraint(
                condition=Q(price__gte=0, extra_cost__gte=0, awarded_quantity__gte=0), name="rfq_offer_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.supplier} {self.item}"
