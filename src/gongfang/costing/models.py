from django.db import models
from django.utils.translation import gettext_lazy as _

from gongfang.platform.bases import Document
from gongfang.platform.fields import MoneyField, PriceField


class VarianceKind(models.TextChoices):
    PRICE = "price", _("Price variance")
    USAGE = "usage", _("Usage variance")
    SUBSTITUTION = "substitution", _("Substitution variance")
    RATE = "rate", _("Rate variance")
    EFFICIENCY = "efficiency", _("Efficiency variance")
    YIELD = "yield", _("Yield variance")
    LOT = "lot", _("Lot size and standard variance")


class Element(models.TextChoices):
    MATERIAL = "material", _("Material")
    LABOUR = "labour", _("Labour")
    MACHINE = "machine", _("Machine")
    OVERHEAD = "overhead", _("Overhead")
    SUBCONTRACT = "subcontract", _("Subcontracting")
    NONE = "", _("All elements")


class Settlement(Document):
    """The end of one work order in the books: what is left in process goes to variances, by kind. Posted when it is made."""

    doc_type = "costing.settlement"
    prefix = "JS"

    order = models.ForeignKey(
        "production.WorkOrder", on_delete=models.PROTECT, related_name="settlements", verbose_name=_("work order")
    )
    posting = models.ForeignKey("ledger.Posting", on_delete=models.PROTECT, null=True, related_name="+")
    put_in = MoneyField(_("actual cost"), default=0, scope="cost")
    received_value = MoneyField(_("received value"), default=0, scope="cost")
    variance = MoneyField(_("variance"), default=0, scope="cost")

    class Meta:
        verbose_name = _("settlement")
        verbose_name_plural = _("settlements")
        ordering = ["-id"]


class SettlementLine(models.Model):
    """One variance. Positive: dearer than the standard."""

    document = models.ForeignKey(Settlement, on_delete=models.PROTECT, related_name="lines")
    line_no = models.PositiveIntegerField(_("line"))
    element = models.CharField(_("cost element"), max_length=12, choices=Element, blank=True)
    kind = models.CharField(_("kind"), max_length=14, choices=VarianceKind)
    amount = MoneyField(_("variance"), scope="cost")

    class Meta:
        verbose_name = _("variance")
        verbose_name_plural = _("variances")
        ordering = ["line_no"]

    def __str__(self) -> str:
        return f"{self.document_id}.{self.line_no}"


class CostVersion(models.Model):
    """A roll-up of standard costs: reckoned, looked at, then made the standard of its items."""

    code = models.CharField(_("version"), max_length=40, unique=True)
    made_at = models.DateTimeField(_("reckoned at"), auto_now_add=True)
    applied_at = models.DateTimeField(_("in force since"), null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("standard cost version")
        verbose_name_plural = _("standard cost versions")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.code


class StandardCost(models.Model):
    """What one unit of an item should cost, by element, in one version. previous: the standard before it."""

    version = models.ForeignKey(CostVersion, on_delete=models.CASCADE, related_name="costs", verbose_name=_("version"))
    item = models.ForeignKey("masterdata.Item", on_delete=models.PROTECT, related_name="+", verbose_name=_("item"))
    level = models.PositiveSmallIntegerField(_("low-level code"), default=0)
    material = PriceField(_("material"), default=0, scope="cost")
    labour = PriceField(_("labour"), default=0, scope="cost")
    machine = PriceField(_("machine"), default=0, scope="cost")
    overhead = PriceField(_("overhead"), default=0, scope="cost")
    subcontract = PriceField(_("subcontracting"), default=0, scope="cost")
    total = PriceField(_("total"), default=0, scope="cost")
    previous = PriceField(_("standard cost before"), default=0, scope="cost")

    class Meta:
        verbose_name = _("standard cost")
        verbose_name_plural = _("standard costs")
        ordering = ["item__code"]
        constraints = [models.UniqueConstraint(fields=["version", "item"], name="standard_cost_once")]

    def __str__(self) -> str:
        return f"{self.item_id} {self.total}"
