"""How goods that came before their invoice stand in the books, and the runs that turn estimates round at the month's edge."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gongfang.platform.bases import Document, Record
from gongfang.platform.fields import MoneyField


class EstimateMethod(models.TextChoices):
    MONTH_START = "month_start", _("Reverse at the start of the month")
    SINGLE = "single", _("Reverse when the invoice comes")
    DIFFERENCE = "difference", _("Book the difference when the invoice comes")


class EstimatePolicy(Record):
    """Which of the three ways holds from a day on; the rows are the company's history."""

    valid_from = models.DateField(_("valid from"), unique=True)
    method = models.CharField(_("method"), max_length=12, choices=EstimateMethod)
    remark = models.CharField(_("remark"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("estimate method")
        verbose_name_plural = _("estimate methods")
        ordering = ("-valid_from",)

    def __str__(self) -> str:
        return f"{self.valid_from} {self.get_method_display()}"


class EstimateKind(models.TextChoices):
    REVERSE = "reverse", _("Reversal at the month's start")
    RESTATE = "restate", _("Estimate at the month's end")


class EstimateRun(Document):
    """All receipts that wait for their invoice, taken off the estimates (on the first) or put back (at the month's end)."""

    doc_type = "finance.estimate_run"
    prefix = "ZG"

    kind = models.CharField(_("kind"), max_length=8, choices=EstimateKind)
    amount = MoneyField(_("amount"), default=0, scope="cost")

    class Meta:
        verbose_name = _("estimate run")
        verbose_name_plural = _("estimate runs")
        ordering = ("-id",)


class EstimateRunLine(models.Model):
    """One receipt line, or the fee of one subcontract receipt, of a run. amount: before tax, what moved between 220202 and 220203."""

    document = models.ForeignKey(EstimateRun, on_delete=models.CASCADE, related_name="lines")
    line_no = models.PositiveIntegerField(_("line"))
    receipt_line = models.ForeignKey(
        "purchasing.ReceiptLine",
        on_delete=models.PROTECT,
        null=True,
        related_name="estimate_lines",
        verbose_name=_("receipt line"),
    )
    fee_receipt = models.ForeignKey(
        "production.SubcontractReceipt",
        on_delete=models.PROTECT,
        null=True,
        related_name="estimate_lines",
        verbose_name=_("subcontract receipt"),
    )
    supplier = models.ForeignKey(
        "masterdata.Partner", on_delete=models.PROTECT, related_name="+", verbose_name=_("supplier")
    )
    amount = MoneyField(_("amount"), scope="cost")

    class Meta:
        verbose_name = _("estimate line")
        ordering = ("line_no",)
        constraints = [
            models.UniqueConstraint(fields=["document", "receipt_line"], name="estimate_line_once"),
            models.UniqueConstraint(fields=["document", "fee_receipt"], name="estimate_fee_once"),
            models.CheckConstraint(
                condition=Q(receipt_line=None, fee_receipt__isnull=False)
                | Q(receipt_line__isnull=False, fee_receipt=None),
                name="estimate_of_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document_id}.{self.line_no}"
