from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gongfang.ledger.models.account import Account
from gongfang.ledger.models.cost_object import CostElement, CostObject
from gongfang.ledger.models.period import Period
from gongfang.ledger.models.posting import Posting
from gongfang.platform.fields import MoneyField


class Voucher(models.Model):
    """An accounting voucher, numbered without gaps per month (记-0001). Append-only; taken back by a red one."""

    class Kind(models.TextChoices):
        NORMAL = "normal", _("Ordinary")
        CARRY_FORWARD = "carry_forward", _("Profit carry-forward")
        YEAR_END = "year_end", _("Year end")

    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="vouchers", verbose_name=_("period"))
    word = models.CharField(_("word"), max_length=4, default="记")
    number = models.PositiveIntegerField(_("number"))
    on = models.DateField(_("date"), db_index=True)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind, default=Kind.NORMAL)
    summary = models.CharField(_("summary"), max_length=200, blank=True)
    amount = MoneyField(_("amount"), default=0, scope="cost")
    posting = models.OneToOneField(Posting, on_delete=models.PROTECT, related_name="voucher")

    class Meta:
        verbose_name = _("voucher")
        constraints = [models.UniqueConstraint(fields=["period", "word", "number"], name="voucher_number")]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        """记-0001, as people call it."""
        return f"{self.word}-{self.number:04d}"


class VoucherLine(models.Model):
    """One debit or credit. Red figures are negative amounts on the same side."""

    voucher = models.ForeignKey(Voucher, on_delete=models.PROTECT, related_name="lines")
    line_no = models.PositiveIntegerField(_("line"))
    on = models.DateField(_("date"))
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="lines", verbose_name=_("account"))
    summary = models.CharField(_("summary"), max_length=200, blank=True)
    debit = MoneyField(_("debit"), default=0, scope="cost")
    credit = MoneyField(_("credit"), default=0, scope="cost")
    partner = models.ForeignKey(
        "masterdata.Partner", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("partner")
    )
    cost_object = models.ForeignKey(
        CostObject, on_delete=models.PROTECT, null=True, related_name="lines", verbose_name=_("cost object")
    )
    element = models.CharField(_("cost element"), max_length=16, choices=CostElement, blank=True)

    class Meta:
        verbose_name = _("voucher line")
        constraints = [models.CheckConstraint(condition=Q(debit=0) | Q(credit=0), name="one_side_only")]
        indexes = [models.Index(fields=["account", "on"])]

    def __str__(self) -> str:
        return f"{self.voucher_id}.{self.line_no}"


class AccountBalance(models.Model):
    """Debits and credits of an account in one month, per partner and cost object. A locked cache of the voucher lines."""

    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="balances")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="balances")
    partner_key = models.BigIntegerField(default=0)
    cost_object_key = models.BigIntegerField(default=0)
    element = models.CharField(max_length=16, blank=True)
    debit = MoneyField(default=0, scope="cost")
    credit = MoneyField(default=0, scope="cost")

    class Meta:
        verbose_name = _("account balance")
        constraints = [
            models.UniqueConstraint(
                fields=["period", "account", "partner_key", "cost_object_key", "element"], name="account_balance_key"
            )
        ]
        indexes = [
            models.Index(fields=["account"]),
            models.Index(fields=["cost_object_key"], condition=~Q(cost_object_key=0), name="balance_by_cost_object"),
        ]

    def __str__(self) -> str:
        return f"{self.period_id} {self.account_id}"
