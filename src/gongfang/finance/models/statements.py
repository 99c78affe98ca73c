"""Statements of account 对账单: what a partner's account says of a period, and that the partner agreed."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gongfang.platform.bases import Document
from gongfang.platform.fields import MoneyField


class EntryKind(models.TextChoices):
    GOODS = "goods", _("Goods")
    RETURN = "return", _("Return")
    INVOICE = "invoice", _("Invoice")
    MONEY = "money", _("Payment in or out")
    OTHER = "other", _("Voucher")


class StatementDocument(Document):
    """The account of one partner over some days, as it stood when it was made. Confirming it is the execution.

    opening, closing: what is owed by invoices, before and after; more than nought to whoever delivers. waiting: delivered and not
    invoiced at the end, with tax; it is not part of closing. confirmed_amount: the partner's own balance, where it differs.
    """

    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    since = models.DateField(_("from"))
    until = models.DateField(_("until"), db_index=True)
    confirmed_on = models.DateField(_("confirmed on"), null=True, blank=True)
    confirmed_by = models.CharField(_("confirmed by"), max_length=60, blank=True)
    confirmation = models.CharField(_("what the difference comes from"), max_length=200, blank=True)

    class Meta:
        abstract = True

    @property
    def difference(self) -> Decimal | None:
        """What the partner's books say more than ours; None while nobody has said."""
        theirs: Decimal | None = self.confirmed_amount  # type: ignore[attr-defined]
        return None if theirs is None else theirs - self.closing  # type: ignore[attr-defined, no-any-return]


class StatementEntry(models.Model):
    """One document of a statement. goods: delivered, for information; charged and settled: what it adds to and takes off the balance."""

    line_no = models.PositiveIntegerField(_("line"))
    on = models.DateField(_("date"))
    kind = models.CharField(_("kind"), max_length=8, choices=EntryKind)
    source_type = models.CharField(max_length=60, blank=True)
    source_id = models.BigIntegerField(default=0)
    source_number = models.CharField(_("document"), max_length=40, blank=True)
    summary = models.CharField(_("summary"), max_length=200, blank=True)

    class Meta:
        abstract = True
        ordering = ("line_no",)

    def __str__(self) -> str:
        return f"{self.document_id}.{self.line_no}"  # type: ignore[attr-defined]


class CustomerStatement(StatementDocument):
    """What a customer owes us and why."""

    doc_type = "finance.customer_statement"
    prefix = "DZ"

    customer = models.ForeignKey(
        "masterdata.Partner", on_delete=models.PROTECT, related_name="+", verbose_name=_("customer")
    )
    opening = MoneyField(_("opening balance"), default=0, scope="price")
    charged = MoneyField(_("invoiced"), default=0, scope="price")
    settled = MoneyField(_("received"), default=0, scope="price")
    closing = MoneyField(_("closing balance"), default=0, scope="price")
    waiting = MoneyField(_("delivered, not invoiced"), default=0, scope="price")
    confirmed_amount = MoneyField(_("partner's balance"), null=True, blank=True, scope="price")

    class Meta:
        verbose_name = _("customer statement")
        verbose_name_plural = _("customer statements")
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="customer_statement_days"),
            models.CheckConstraint(
                condition=Q(closing=F("opening") + F("charged") - F("settled")), name="customer_statement_sum"
            ),
        ]


class CustomerStatementLine(StatementEntry):
    document = models.ForeignKey(CustomerStatement, on_delete=models.CASCADE, related_name="lines")
    goods = MoneyField(_("goods with tax"), default=0, scope="price")
    charged = MoneyField(_("invoiced"), default=0, scope="price")
    settled = MoneyField(_("received"), default=0, scope="price")
    balance = MoneyField(_("balance"), default=0, scope="price")

    class Meta(StatementEntry.Meta):
        verbose_name = _("statement line")


class SupplierStatement(StatementDocument):
    """What we owe a supplier and why."""

    doc_type = "finance.supplier_statement"
    prefix = "YD"

    supplier = models.ForeignKey(
        "masterdata.Partner", on_delete=models.PROTECT, related_name="+", verbose_name=_("supplier")
    )
    opening = MoneyField(_("opening balance"), default=0, scope="cost")
    charged = MoneyField(_("invoiced"), default=0, scope="cost")
    settled = MoneyField(_("paid"), default=0, scope="cost")
    closing = MoneyField(_("closing balance"), default=0, scope="cost")
    waiting = MoneyField(_("received, not invoiced"), default=0, scope="cost")
    confirmed_amount = MoneyField(_("partner's balance"), null=True, blank=True, scope="cost")

    class Meta:
        verbose_name = _("supplier statement")
        verbose_name_plural = _("supplier statements")
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="supplier_statement_days"),
            models.CheckConstraint(
                condition=Q(closing=F("opening") + F("charged") - F("settled")), name="supplier_statement_sum"
            ),
        ]


class SupplierStatementLine(StatementEntry):
    document = models.ForeignKey(SupplierStatement, on_delete=models.CASCADE, related_name="lines")
    goods = MoneyField(_("goods with tax"), default=0, scope="cost")
    charged = MoneyField(_("invoiced"), default=0, scope="cost")
    settled = MoneyField(_("paid"), default=0, scope="cost")
    balance = MoneyField(_("balance"), default=0, scope="cost")

    class Meta(StatementEntry.Meta):
        verbose_name = _("statement line")
