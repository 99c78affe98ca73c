from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gongfang.masterdata.models.items import Item
from gongfang.masterdata.models.partners import Partner
from gongfang.platform.fields import PriceField, QuantityField, RatioField

FIRST_DAY = date(2000, 1, 1)


class SupplierPrice(models.Model):
    """What a supplier asks for an item (or a subcontractor for the work on it), from a quantity and a day on.

    price: per base unit. lead_time_days: working days. share: of the demand this supplier is to get.
    """

    supplier = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="supplier_prices", verbose_name=_("supplier")
    )
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="supplier_prices", verbose_name=_("item"))
    price = PriceField(_("price"), scope="cost")
    tax_included = models.BooleanField(_("tax included"), default=True)
    min_quantity = QuantityField(_("from quantity"), default=0)
    multiple = QuantityField(_("multiple"), default=0)
    lead_time_days = models.PositiveIntegerField(_("lead time (working days)"), default=0)
    valid_from = models.DateField(_("valid from"), default=FIRST_DAY)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    share = RatioField(_("share"), default=1)

    class Meta:
        verbose_name = _("supplier price")
        verbose_name_plural = _("supplier prices")
        ordering = ["item", "supplier", "min_quantity", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "item", "min_quantity", "valid_from"], name="supplier_price_once"
            ),
            models.CheckConstraint(
                condition=Q(price__gte=0, min_quantity__gte=0, multiple__gte=0), name="supplier_price_not_negative"
            ),
            models.CheckConstraint(condition=Q(share__gte=0, share__lte=1), name="supplier_price_share_ratio"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="supplier_price_dates"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.supplier} {self.item}"


class CustomerPrice(models.Model):
    """What a customer pays for an item, from a quantity and a day on; no customer: everybody's list price."""

    customer = models.ForeignKey(
        Partner, on_delete=models.PROTECT, null=True, blank=True, related_name="customer_prices",
        verbose_name=_("customer"),
    )  # fmt: skip
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="customer_prices", verbose_name=_("item"))
    price = PriceField(_("price"), scope="price")
    tax_included = models.BooleanField(_("tax included"), default=True)
    min_quantity = QuantityField(_("from quantity"), default=0)
    valid_from = models.DateField(_("valid from"), default=FIRST_DAY)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        verbose_name = _("sales price")
        verbose_name_plural = _("sales prices")
        ordering = ["item", "customer", "min_quantity", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "item", "min_quantity", "valid_from"], name="customer_price_once"
            ),
            models.UniqueConstraint(
                fields=["item", "min_quantity", "valid_from"],
                condition=Q(customer__isnull=True),
                name="customer_price_list_once",
            ),
            models.CheckConstraint(condition=Q(price__gte=0, min_quantity__gte=0), name="customer_price_not_negative"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="customer_price_dates"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer or _('List price')} {self.item}"
