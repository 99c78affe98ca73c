from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gongfang.finance.models.invoices import PurchaseInvoice, SalesInvoice
from gongfang.platform.bases import Document
from gongfang.platform.fields import MoneyField


class MoneyDocument(Document):
    """Money in or out through one cash or bank account; what is not matched to invoices stays open with the partner."""

    account = models.ForeignKey(
        "ledger.Account", on_delete=models.PROTECT, related_name="+", verbose_name=_("cash or bank account")
    )
    bank_reference = models.CharField(_("bank reference"), max_length=60, blank=True)

    class Meta:
        abstract = True

    @property
    def unmatched_amount(self) -> Decimal:
        return self.amount - self.matched_amount  # type: ignore[attr-defined, no-any-return]


class Payment(MoneyDocument):
    """Money paid to a supplier."""

    doc_type = "finance.payment"
    prefix = "FK"

    supplier = models.ForeignKey(
        "masterdata.Partner", on_delete=models.PROTECT, related_name="+", verbose_name=_("supplier")
    )
    amount = MoneyField(_("amount"), scope="cost")
    matched_amount = MoneyField(_("matched"), default=0, scope="cost")

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ("-id",)


class PaymentLine(models.Model):
    """How much of a payment settles which invoice."""

    document = models.ForeignKey(Payment, on_delete=models.CASCADE, related_name="lines")
    line_no = models.PositiveIntegerField(_("line"))
    invoice = models.ForeignKey(
        PurchaseInvoice, on_delete=models.PROTECT, related_name="payments", verbose_name=_("invoice")
    )
    amount = MoneyField(_("amount"), scope="cost")

    class Meta:
        verbose_name = _("payment line")
        ordering = ("line_no",)
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="payment_line_amount")]

    def __str__(self) -> str:
        return f"{self.document_id}.{self.line_no}"


class Receipt(MoneyDocument):
    """Money received from a customer."""

    doc_type = "finance.receipt"
    prefix = "SK"

    customer = models.ForeignKey(
        "masterdata.Partner", on_delete=models.PROTECT, related_name="+", verbose_name=_("customer")
    )
    amount = MoneyField(_("amount"), scope="price")
    matched_amount = MoneyField(_("matched"), default=0, scope="price")

    class Meta:
        verbose_name = _("customer receipt")
        verbose_name_plural = _("customer receipts")
        ordering = ("-id",)


class ReceiptLine(models.Model):
    """How much of a customer's money settles which invoice."""

    document = models.ForeignKey(Receipt, on_delete=models.CASCADE, related_name="lines")
    line_no = models.PositiveIntegerField(_("line"))
    invoice = models.ForeignKey(
        SalesInvoice, on_delete=models.PROTECT, related_name="receipts", verbose_name=_("invoice")
    )
    amount = MoneyField(_("amount"), scope="price")

    class Meta:
        verbose_name = _("receipt line")
        ordering = ("line_no",)
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="receipt_line_amount")]

    def __str__(self) -> str:
        return f"{self.document_id}.{self.line_no}"
