from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gongfang.platform.bases import Record
from gongfang.platform.fields import MoneyField, RatioField


class PartnerStatus(models.TextChoices):
    ACTIVE = "active", _("In use")
    BLOCKED = "blocked", _("Blocked")


class Partner(Record):
    """A customer, supplier or subcontractor; one company may be all three.

    payment_days: from invoice to due date. price_includes_tax, tax_rate: how its prices are entered. match_tolerance: by how much of the
    order's price its invoices may differ; empty: the company's.
    """

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("partner name"), max_length=120)
    short_name = models.CharField(_("short name"), max_length=40, blank=True)
    pinyin = models.CharField(_("pinyin initials"), max_length=120, blank=True, db_index=True, editable=False)
    is_customer = models.BooleanField(_("customer"), default=False)
    is_supplier = models.BooleanField(_("supplier"), default=False)
    is_subcontractor = models.BooleanField(_("subcontractor"), default=False)
    tax_no = models.CharField(_("tax number"), max_length=30, blank=True)
    contact = models.CharField(_("contact"), max_length=60, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    payment_days = models.PositiveIntegerField(_("payment days"), default=30)
    price_includes_tax = models.BooleanField(_("prices include tax"), default=True)
    tax_rate = RatioField(_("tax rate"), default=Decimal("0.13"))
    match_tolerance = RatioField(_("price tolerance of invoices"), null=True, blank=True)
    credit_limit = MoneyField(_("credit limit"), null=True, blank=True, scope="price")
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    status = models.CharField(_("status"), max_length=12, choices=PartnerStatus, default=PartnerStatus.ACTIVE)
    remark = models.CharField(_("remark"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        ordering = ["code"]
        indexes = [models.Index(fields=["name"], name="partner_name")]
        constraints = [
            models.CheckConstraint(condition=Q(tax_rate__gte=0, tax_rate__lt=1), name="partner_tax_rate_ratio"),
            models.CheckConstraint(
                condition=Q(match_tolerance__isnull=True) | Q(match_tolerance__gte=0, match_tolerance__lte=1),
                name="partner_match_tolerance_ratio",
            ),
            models.CheckConstraint(
                condition=Q(credit_limit__isnull=True) | Q(credit_limit__gte=0), name="partner_credit_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(is_customer=True) | Q(is_supplier=True) | Q(is_subcontractor=True),
                name="partner_has_a_side",
            ),
        ]

    def __str__(self) -> str:
        return self.short_name or self.name


class PartnerBank(models.Model):
    """An account that money is sent to or comes from."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="banks", verbose_name=_("partner"))
    bank = models.CharField(_("bank"), max_length=80)
    account = models.CharField(_("account number"), max_length=40)
    holder = models.CharField(_("account holder"), max_length=120, blank=True)
    is_default = models.BooleanField(_("default"), default=False)

    class Meta:
        verbose_name = _("bank account")
        verbose_name_plural = _("bank accounts")
        ordering = ["partner", "account"]
        constraints = [models.UniqueConstraint(fields=["partner", "account"], name="partner_bank_account_once")]

    def __str__(self) -> str:
        return f"{self.bank} {self.account}"
