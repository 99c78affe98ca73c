from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gongfang.masterdata.queries import OverMode
from gongfang.platform.bases import Document, DocumentLine
from gongfang.platform.fields import MoneyField, PriceField, QuantityField, RatioField


class SalesOrder(Document):
    """What a customer asked for. It drives planning, production and shipment.

    credit_passed_by: who let it pass although the customer's credit limit is exceeded.
    """

    doc_type = "sales.order"
    prefix = "XS"

    customer = models.ForeignKey(
        "masterdata.Partner", on_delete=models.PROTECT, related_name="sales_orders", verbose_name=_("customer")
    )
    salesperson = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("salesperson"),
    )
    warehouse = models.ForeignKey(
        "masterdata.Warehouse",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("ship from"),
    )
    customer_reference = models.CharField(_("customer's order number"), max_length=60, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    price_includes_tax = models.BooleanField(_("prices include tax"), default=True)
    payment_days = models.PositiveIntegerField(_("payment days"), default=30)
    promised_date = models.DateField(_("promised date"), null=True, blank=True)
    priority = models.PositiveSmallIntegerField(_("priority"), default=5)
    delivery_address = models.CharField(_("delivery address"), max_length=200, blank=True)
    net_amount = MoneyField(_("net amount"), default=0, scope="price")
    tax_amount = MoneyField(_("tax"), default=0, scope="price")
    total_amount = MoneyField(_("total amount"), default=0, scope="price")
    revision = models.PositiveIntegerField(_("revision"), default=0)
    credit_passed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("credit passed by"),
    )

    class Meta:
        verbose_name = _("sales order")
        verbose_name_plural = _("sales orders")
        ordering = ("-id",)


class PricedLine(DocumentLine):
    """quantity is in base units, unit_quantity and price in the ordered unit."""

    item = models.ForeignKey("masterdata.Item", on_delete=models.PROTECT, related_name="+", verbose_name=_("item"))
    unit = models.ForeignKey("masterdata.Unit", on_delete=models.PROTECT, related_name="+", verbose_name=_("unit"))
    unit_quantity = QuantityField(_("ordered"))
    price = PriceField(_("price"), default=0, scope="price")
    discount = RatioField(_("discount"), default=0)
    tax_rate = RatioField(_("tax rate"), default=Decimal("0.13"))
    net_price = PriceField(_("price before tax"), default=0, scope="price")
    net_amount = MoneyField(_("net amount"), default=0, scope="price")
    tax_amount = MoneyField(_("tax"), default=0, scope="price")
    total_amount = MoneyField(_("total amount"), default=0, scope="price")

    class Meta(DocumentLine.Meta):
        abstract = True

    def __str__(self) -> str:
        return f"{self.document_id}.{self.line_no}"  # type: ignore[attr-defined]


class SalesOrderLine(PricedLine):
    """done = shipped − returned for replacement. over_delivery: share that may be shipped in excess, over_mode: what is done beyond; null or
    blank: the item's."""

    document = models.ForeignKey(SalesOrder, on_delete=models.CASCADE, related_name="lines")
    promised_date = models.DateField(_("promised date"), db_index=True)
    over_delivery = RatioField(_("over-delivery tolerance"), null=True, blank=True)
    over_mode = models.CharField(_("beyond the tolerance"), max_length=8, choices=OverMode, blank=True)
    shipped_quantity = QuantityField(_("shipped"), default=0)
    returned_quantity = QuantityField(_("returned"), default=0)
    invoiced_quantity = QuantityField(_("invoiced"), default=0)

    class Meta(PricedLine.Meta):
        verbose_name = _("sales order line")
        indexes = [models.Index(fields=["item", "execution"], name="so_line_open")]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0, unit_quantity__gt=0, price__gte=0), name="so_line_positive"
            ),
            models.CheckConstraint(
                condition=Q(shipped_quantity__gte=0, returned_quantity__gte=0, done_quantity__gte=0),
                name="so_line_executed",
            ),
            models.CheckConstraint(condition=Q(discount__gte=0, discount__lte=1), name="so_line_discount"),
            models.CheckConstraint(condition=Q(tax_rate__gte=0, tax_rate__lt=1), name="so_line_tax_rate"),
        ]


class Quotation(Document):
    """What we offer a customer, until when. An accepted one becomes an order."""

    doc_type = "sales.quotation"
    prefix = "BJ"

    customer = models.ForeignKey(
        "masterdata.Partner", on_delete=models.PROTECT, related_name="quotations", verbose_name=_("customer")
    )
    salesperson = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("salesperson"),
    )
    price_includes_tax = models.BooleanField(_("prices include tax"), default=True)
    valid_until = models.DateField(_("valid until"))
    net_amount = MoneyField(_("net amount"), default=0, scope="price")
    tax_amount = MoneyField(_("tax"), default=0, scope="price")
    total_amount = MoneyField(_("total amount"), default=0, scope="price")

    class Meta:
        verbose_name = _("quotation")
        verbose_name_plural = _("quotations")
        ordering = ("-id",)


class QuotationLine(PricedLine):
    """done: what was ordered of it. lead_days: calendar days from order to delivery."""

    document = models.ForeignKey(Quotation, on_delete=models.CASCADE, related_name="lines")
    lead_days = models.PositiveIntegerField(_("delivery in days"), default=30)

    class Meta(PricedLine.Meta):
        verbose_name = _("quotation line")
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0, unit_quantity__gt=0, price__gte=0), name="quotation_line_positive"
            )
        ]
