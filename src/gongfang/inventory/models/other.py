from django.db import models
from django.utils.translation import gettext_lazy as _

from gongfang.inventory.models.lines import EnteredLine, NewLotLine, StockLine
from gongfang.platform.bases import Document, Record
from gongfang.platform.fields import MoneyField, PriceField


class OtherReceipt(Document):
    """Goods that come in without a purchase or production (其他入库单)."""

    class Purpose(models.TextChoices):
        FOUND = "found", _("Found in stock")
        GIFT = "gift", _("Received as a gift")
        SAMPLE = "sample", _("Sample returned")
        DISASSEMBLY = "disassembly", _("Left over")
        OPENING = "opening", _("Opening stock")

    doc_type = "inventory.other_receipt"
    prefix = "QR"

    warehouse = models.ForeignKey(
        "masterdata.Warehouse", on_delete=models.PROTECT, related_name="+", verbose_name=_("warehouse")
    )
    purpose = models.CharField(_("purpose"), max_length=16, choices=Purpose, default=Purpose.FOUND)

    class Meta:
        verbose_name = _("other receipt")


class OtherReceiptLine(NewLotLine, EnteredLine, StockLine):
    """One item received. lot_code: of the lot or serial, made when it is new. unit_cost: of one of the unit entered; null takes the
    present cost. came_on: of opening stock, the day on which the goods had come."""

    document = models.ForeignKey(OtherReceipt, on_delete=models.CASCADE, related_name="lines")
    lot_code = models.CharField(_("lot / serial"), max_length=60, blank=True)
    unit_cost = PriceField(_("unit cost"), null=True, blank=True, scope="cost")
    amount = MoneyField(_("amount"), null=True, blank=True, scope="cost")
    came_on = models.DateField(_("came on"), null=True, blank=True)

    class Meta(StockLine.Meta):
        verbose_name = _("other receipt line")


class OtherIssue(Document):
    """Goods that leave without a sale or a work order (其他出库单)."""

    class Purpose(models.TextChoices):
        WORKSHOP = "workshop", _("Workshop use")
        OFFICE = "office", _("Office use")
        RESEARCH = "research", _("Research")
        SAMPLE = "sample", _("Samples for customers")
        SCRAP = "scrap", _("Scrapped")
        GIFT = "gift", _("Given away")

    doc_type = "inventory.other_issue"
    prefix = "QC"

    warehouse = models.ForeignKey(
        "masterdata.Warehouse", on_delete=models.PROTECT, related_name="+", verbose_name=_("warehouse")
    )
    purpose = models.CharField(_("purpose"), max_length=16, choices=Purpose, default=Purpose.WORKSHOP)

    class Meta:
        verbose_name = _("other issue")


class OtherIssueLine(EnteredLine, StockLine):
    """One item issued."""

    document = models.ForeignKey(OtherIssue, on_delete=models.CASCADE, related_name="lines")
    amount = MoneyField(_("amount"), null=True, blank=True, scope="cost")

    class Meta(StockLine.Meta):
        verbose_name = _("other issue line")


class PurposeAccount(Record):
    """Which account the value of an other receipt or issue comes from or goes to, where it is not the usual one."""

    class Direction(models.TextChoices):
        RECEIPT = "receipt", _("Other receipt")
        ISSUE = "issue", _("Other issue")

    direction = models.CharField(_("direction"), max_length=8, choices=Direction)
    purpose = models.CharField(
        _("purpose"), max_length=16, choices=[*OtherReceipt.Purpose.choices, *OtherIssue.Purpose.choices]
    )
    account = models.ForeignKey("ledger.Account", on_delete=models.PROTECT, related_name="+", verbose_name=_("account"))

    class Meta:
        verbose_name = _("account of a purpose")
        ordering = ("direction", "purpose")
        constraints = [models.UniqueConstraint(fields=["direction", "purpose"], name="purpose_account_once")]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}"
