from django.db import models
from django.utils.translation import gettext_lazy as _

from gongfang.inventory.models.lines import EnteredLine, NewLotLine, StockLine
from gongfang.platform.bases import Document


class Custody(Document):
    """Goods of others that we take into our keeping or give back (代管收发单): consigned by a supplier, or a customer's material.

    They stand in a place of their owner beside ours, are counted and traced as ours are, and carry no value.
    """

    class Kind(models.TextChoices):
        RECEIVE = "receive", _("Taken in")
        GIVE_BACK = "give_back", _("Given back")

    class Ownership(models.TextChoices):
        CONSIGNED = "consigned", _("Consigned by supplier")
        CUSTOMER = "customer", _("Customer's material")

    doc_type = "inventory.custody"
    prefix = "DG"

    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.RECEIVE)
    ownership = models.CharField(_("ownership"), max_length=10, choices=Ownership, default=Ownership.CONSIGNED)
    partner = models.ForeignKey(
        "masterdata.Partner", on_delete=models.PROTECT, related_name="+", verbose_name=_("belongs to")
    )
    warehouse = models.ForeignKey(
        "masterdata.Warehouse", on_delete=models.PROTECT, related_name="+", verbose_name=_("warehouse")
    )
    delivery_note = models.CharField(_("delivery note"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("custody note")


class CustodyLine(NewLotLine, EnteredLine, StockLine):
    """One item. lot_code: of the lot or serial number that is taken in; lot: the one that is given back, or was taken in."""

    document = models.ForeignKey(Custody, on_delete=models.CASCADE, related_name="lines")
    lot_code = models.CharField(_("lot / serial"), max_length=60, blank=True)

    class Meta(StockLine.Meta):
        verbose_name = _("custody line")
