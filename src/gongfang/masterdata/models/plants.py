from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gongfang.masterdata.models.items import Item, ItemSource, LotRule
from gongfang.masterdata.models.partners import Partner
from gongfang.masterdata.models.sites import Plant, Warehouse
from gongfang.platform.fields import QuantityField


class ItemPlant(models.Model):
    """How an item comes to one plant of several, where that differs from the item (物料工厂数据).

    Blank or null takes the item's; a lot rule given here brings its own lot figures. source_plant: where transfers come from,
    lead_time_days is the way then. safety_stock null: the item's in the plant of its warehouse, none elsewhere.
    """

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="plants", verbose_name=_("item"))
    plant = models.ForeignKey(Plant, on_delete=models.PROTECT, related_name="+", verbose_name=_("plant"))
    source = models.CharField(_("source"), max_length=12, choices=ItemSource, blank=True)
    source_plant = models.ForeignKey(
        Plant, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("transferred from")
    )
    lead_time_days = models.PositiveIntegerField(_("lead time (working days)"), null=True, blank=True)
    safety_time_days = models.PositiveSmallIntegerField(_("safety time (days)"), null=True, blank=True)
    safety_stock = QuantityField(_("safety stock"), null=True, blank=True)
    lot_rule = models.CharField(_("lot rule"), max_length=20, choices=LotRule, blank=True)
    lot_quantity = QuantityField(_("lot quantity"), default=0)
    lot_minimum = QuantityField(_("minimum lot"), default=0)
    lot_multiple = QuantityField(_("lot multiple"), default=0)
    lot_maximum = QuantityField(_("maximum lot"), default=0)
    lot_days = models.PositiveIntegerField(_("lot days"), default=0)
    supplier = models.ForeignKey(
        Partner, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("supplier")
    )
    warehouse = models.ForeignKey(
        Warehouse, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("warehouse")
    )

    class Meta:
        verbose_name = _("item in a plant")
        verbose_name_plural = _("items by plant")
        ordering = ["item", "plant"]
        constraints = [
            models.UniqueConstraint(fields=["item", "plant"], name="item_plant_once"),
            models.CheckConstraint(
                condition=Q(lot_quantity__gte=0, lot_minimum__gte=0, lot_multiple__gte=0, lot_maximum__gte=0)
                & (Q(safety_stock__isnull=True) | Q(safety_stock__gte=0)),
                name="item_plant_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} · {self.plant}"
