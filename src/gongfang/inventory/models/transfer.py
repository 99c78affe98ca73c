from django.db import models
from django.utils.translation import gettext_lazy as _

from gongfang.inventory.models.lines import StockLine
from gongfang.platform.bases import Document


class Transfer(Document):
    """Goods from one warehouse to another, or from one stock status to another (调拨单)."""

    doc_type = "inventory.transfer"
    prefix = "DB"

    source = models.ForeignKey("ledger.Location", on_delete=models.PROTECT, related_name="+", verbose_name=_("from"))
    target = models.ForeignKey("ledger.Location", on_delete=models.PROTECT, related_name="+", verbose_name=_("to"))

    class Meta:
        verbose_name = _("transfer")


class TransferLine(StockLine):
    """One item of a transfer."""

    document = models.ForeignKey(Transfer, on_delete=models.CASCADE, related_name="lines")

    class Meta(StockLine.Meta):
        verbose_name = _("transfer line")
