from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gongfang.platform.bases import Document, DocumentLine
from gongfang.platform.fields import MoneyField, PriceField, RatioField


class Blanket(Document):
    """A quantity agreed with a supplier over months at a fixed price; orders call it off until nothing remains."""

    doc_type = "purchasing.blanket"
    prefix = "KJ"

    supplier = models.ForeignKey(
        "masterdata.Partner", on_delete=models.PROTECT, related_name="+", verbose_name=_("supplier")
    )
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), db_index=True)
    price_includes_tax = models.BooleanField(_("prices include tax"), default=True)
    total_amount = MoneyField(_("total amount"), default=0, scope="cost")

    class Meta:
        verbose_name = _("blanket order")
        verbose_name_plural = _("blanket orders")
        ordering = ("-id",)
        constraints = [models.CheckConstraint(condition=Q(valid_to__gte=F("valid_from")), name="blanket_dates")]


class BlanketLine(DocumentLine):
    """quantity in base units; done: called off; price per base unit."""

    document = models.ForeignKey(Blanket, on_delete=models.CASCADE, related_name="lines")
    item = models.ForeignKey("masterdata.Item", on_delete=models.PROTECT, related_name="+", verbose_name=_("item"))
    price = PriceField(_("price"), scope="cost")
    tax_rate = RatioField(_("tax rate"), default=Decimal("0.13"))

    class Meta(DocumentLine.Meta):
        verbose_name = _("blanket order line")
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0, price__gt=0), name="blanket_line_positive"),
            models.CheckConstraint(
                condition=Q(done_quantity__gte=0, done_quantity__lte=F("quantity")), name="blanket_line_called"
            ),
            models.UniqueConstraint(fields=["document", "item"], name="blanket_item_once"),
        ]

    def __str__(self) -> str:
        return f"{self.document_id}.{self.line_no}"
