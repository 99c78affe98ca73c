from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gongfang.inventory.models.lines import EnteredLine, NewLotLine, StockLine
from gongfang.platform.bases import Document
from gongfang.platform.fields import MoneyField, QuantityField


class Conversion(Document):
    """Goods that become other goods in the store, without a work order: assembly, disassembly, change of form (形态转换单).

    What comes out is worth exactly what went in; no cent is made or lost.
    """

    class Kind(models.TextChoices):
        ASSEMBLY = "assembly", _("Assembly")
        DISASSEMBLY = "disassembly", _("Disassembly")
        CONVERSION = "conversion", _("Change of form")

    doc_type = "inventory.conversion"
    prefix = "ZH"

    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.CONVERSION)
    warehouse = models.ForeignKey(
        "masterdata.Warehouse", on_delete=models.PROTECT, related_name="+", verbose_name=_("warehouse")
    )
    amount = MoneyField(_("amount"), default=0, scope="cost")

    class Meta:
        verbose_name = _("conversion")


class ConversionLine(EnteredLine, StockLine):
    """One item that goes in."""

    document = models.ForeignKey(Conversion, on_delete=models.CASCADE, related_name="lines")
    amount = MoneyField(_("amount"), null=True, blank=True, scope="cost")

    class Meta(StockLine.Meta):
        verbose_name = _("conversion line")


class ConversionOutput(NewLotLine, EnteredLine):
    """One item that comes out. share: its part of the value of what went in, as a weight; all zero: by quantity.

    second_quantity: in the item's second unit, as entered; null: by the item's factor.
    """

    document = models.ForeignKey(Conversion, on_delete=models.CASCADE, related_name="outputs")
    line_no = models.PositiveIntegerField(_("line"))
    item = models.ForeignKey("masterdata.Item", on_delete=models.PROTECT, related_name="+", verbose_name=_("item"))
    lot = models.ForeignKey(
        "ledger.Lot", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lot / serial")
    )
    lot_code = models.CharField(_("lot / serial"), max_length=60, blank=True)
    quantity = QuantityField(_("quantity"))
    second_quantity = QuantityField(_("second quantity"), null=True, blank=True)
    share = QuantityField(_("cost share"), default=0)
    amount = MoneyField(_("amount"), null=True, blank=True, scope="cost")
    remark = models.CharField(_("remark"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("conversion output")
        ordering = ("line_no",)
        constraints = [models.CheckConstraint(condition=Q(share__gte=0), name="conversion_share_not_negative")]

    def __str__(self) -> str:
        return f"{self.document_id} → {self.item_id}"
