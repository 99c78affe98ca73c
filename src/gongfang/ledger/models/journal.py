from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gongfang.ledger.models.account import Account
from gongfang.ledger.models.cost_object import CostElement, CostObject
from gongfang.platform.bases import Document
from gongfang.platform.fields import MoneyField


class JournalEntry(Document):
    """A voucher written by hand. It gets its voucher number when it is approved."""

    doc_type = "ledger.journal"
    prefix = "PZ"

    summary = models.CharField(_("summary"), max_length=200)
    attachments = models.PositiveSmallIntegerField(_("pages attached"), default=0)
    total = MoneyField(_("amount"), default=0, scope="cost")

    class Meta:
        verbose_name = _("manual voucher")


class JournalLine(models.Model):
    """One line of a manual voucher."""

    document = models.ForeignKey(JournalEntry, on_delete=models.CASCADE, related_name="lines")
    line_no = models.PositiveIntegerField(_("line"))
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name=_("account"))
    summary = models.CharField(_("summary"), max_length=200, blank=True)
    debit = MoneyField(_("debit"), default=0, scope="cost")
    credit = MoneyField(_("credit"), default=0, scope="cost")
    partner = models.ForeignKey(
        "masterdata.Partner",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("partner"),
    )
    cost_object = models.ForeignKey(
        CostObject, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("cost object")
    )
    element = models.CharField(_("cost element"), max_length=16, choices=CostElement, blank=True)

    class Meta:
        verbose_name = _("manual voucher line")
        ordering = ("line_no",)
        constraints = [models.CheckConstraint(condition=Q(debit=0) | Q(credit=0), name="journal_one_side_only")]

    def __str__(self) -> str:
        return f"{self.document_id}.{self.line_no}"
