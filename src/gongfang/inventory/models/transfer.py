from django.db import models
from django.utils.translation import gettext_lazy as _

from gongfang.inventory.models.lines import EnteredLine, StockLine
from gongfang.platform.bases import Document


class Transfer(Document):
    """Goods from one warehouse to another, or from one stock status to another (调拨单).

    in_two_steps: what leaves is in transit until it is received (分步调拨). reason: why goods are frozen or freed.
    ship_on, due_on: when it has to leave and is expected there, as planned; the business date is when it is posted.
    """

    doc_type = "inventory.transfer"
    prefix = "DB"

    source = models.ForeignKey("ledger.Location", on_delete=models.PROTECT, related_name="+", verbose_name=_("from"))
    target = models.ForeignKey("ledger.Location", on_delete=models.PROTECT, related_name="+", verbose_name=_("to"))
    in_two_steps = models.BooleanField(_("in two steps (goods in transit)"), default=False)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    ship_on = models.DateField(_("send by"), null=True, blank=True)
    due_on = models.DateField(_("expected there"), null=True, blank=True)

    class Meta:
        verbose_name = _("transfer")


class TransferLine(EnteredLine, StockLine):
    """One item of a transfer. done_quantity: what arrived."""

    document = models.ForeignKey(Transfer, on_delete=models.CASCADE, related_name="lines")

    class Meta(StockLine.Meta):
        verbose_name = _("transfer line")
