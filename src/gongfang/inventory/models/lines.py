from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from gongfang.platform.bases import DocumentLine
from gongfang.platform.fields import QuantityField


class NewLotLine(models.Model):
    """The dates of a lot that a line makes. Left empty: made on the day of the document, expiring by the item's shelf life."""

    made_on = models.DateField(_("made on"), null=True, blank=True)
    expires_on = models.DateField(_("expires on"), null=True, blank=True)

    class Meta:
        abstract = True


class EnteredLine(models.Model):
    """What a person entered: so much of a unit, where `quantity` is in base units. Null: written by the program in base units."""

    unit = models.ForeignKey(
        "masterdata.Unit", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit")
    )
    unit_quantity = QuantityField(_("quantity"), null=True, blank=True)

    class Meta:
        abstract = True


class StockLine(DocumentLine):
    """A line that names goods in stock. lot left empty on goods kept by lot: chosen by the picking rules.

    second_quantity: in the item's second unit, as entered; null: the share of what is there, or by the item's factor.
    """

    item = models.ForeignKey("masterdata.Item", on_delete=models.PROTECT, related_name="+", verbose_name=_("item"))
    lot = models.ForeignKey(
        "ledger.Lot", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lot / serial")
    )
    second_quantity = QuantityField(_("second quantity"), null=True, blank=True)

    class Meta:
        abstract = True
        ordering: ClassVar[list[str]] = ["line_no"]
