from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gongfang.finance.models.invoices import PurchaseInvoice
from gongfang.platform.bases import Document
from gongfang.platform.fields import MoneyField


class PaymentRequest(Document):
    """The buyer's or accountant's asking that a supplier be paid; approved by amount, then paid by the cashier."""

    doc_type = "finance.payment_request"
    prefix = "FQ"

    supplier = models.ForeignKey(
        "masterdata.Partner", on_delete=models.PROTECT, related_name="+", verbose_name=_("supplier")
    )
    pay_by = models.DateField(_("pay by"), db_index=True)
    amount = MoneyField(_("amount"), default=0, scope="cost")

    class Meta:
        verbose_name = _("payment request")
        verbose_name_plural = _("payment requests")
        ordering = ("-id",)


class PaymentRequestLine(models.Model):
    """How much of which invoice is to be paid."""

    document = models.ForeignKey(PaymentRequest, on_delete=models.CASCADE, related_name="lines")
    line_no = models.PositiveIntegerField(_("line"))
    invoice = models.ForeignKey(
        PurchaseInvoice, on_delete=models.PROTECT, related_name="requests", verbose_name=_("invoice")
    )
    amount = MoneyField(_("amount"), scope="cost")

    class Meta:
        verbose_name = _("payment request line")
        ordering = ("line_no",)
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="payment_request_line_positive")]

    def __str__(self) -> str:
        return f"{self.document_id}.{self.line_no}"
