from django.db import models
from django.utils.translation import gettext_lazy as _


class Account(models.Model):
    """An account of the general ledger. Codes nest 4-2-2-2; only leaves are posted to.

    direction: the side its balance normally stands on. dims: what each line must say besides, space separated
    ("partner", "cost_object"). is_controlled: moved only by the stock ledger, closed to manual vouchers.
    """

    class Kind(models.TextChoices):
        ASSET = "asset", _("Asset")
        LIABILITY = "liability", _("Liability")
        EQUITY = "equity", _("Equity")
        COST = "cost", _("Cost")
        PROFIT = "profit", _("Profit and loss")

    class Direction(models.TextChoices):
        DEBIT = "debit", _("Debit")
        CREDIT = "credit", _("Credit")

    code = models.CharField(_("account code"), max_length=20, unique=True)
    name = models.CharField(_("account name"), max_length=80)
    kind = models.CharField(_("account kind"), max_length=10, choices=Kind)
    direction = models.CharField(_("balance side"), max_length=6, choices=Direction)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    is_leaf = models.BooleanField(_("can be posted to"), default=True)
    dims = models.CharField(_("dimensions"), max_length=60, blank=True)
    is_controlled = models.BooleanField(_("moved by stock only"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("account")
        ordering = ("code",)

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class AccountRole(models.Model):
    """Which account plays a part in automatic postings ("grni", "cogs"): postings name the part, never the code."""

    role = models.CharField(_("role"), max_length=40, unique=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="played", verbose_name=_("account"))

    class Meta:
        verbose_name = _("account role")
        ordering = ("role",)

    def __str__(self) -> str:
        return f"{self.role} → {self.account_id}"
