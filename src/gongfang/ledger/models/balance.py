from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gongfang.ledger.models.location import Location
from gongfang.platform.fields import MoneyField, QuantityField


class Balance(models.Model):
    """What is present: the sum of the moves of an item in a location, per lot. A locked cache; `verify` recomputes it.

    lot_key: the lot's id, 0 without one (so that the key is never null). last_on: latest business date that touched it.
    """

    item = models.ForeignKey(
        "masterdata.Item", on_delete=models.PROTECT, related_name="balances", verbose_name=_("item")
    )
    location = models.ForeignKey(
        Location, on_delete=models.PROTECT, related_name="balances", verbose_name=_("location")
    )
    lot = models.ForeignKey(
        "ledger.Lot", on_delete=models.PROTECT, null=True, related_name="balances", verbose_name=_("lot")
    )
    lot_key = models.BigIntegerField(default=0)
    quantity = QuantityField(_("on hand"), default=0)
    reserved = QuantityField(_("reserved"), default=0)
    may_be_negative = models.BooleanField(default=False)
    last_on = models.DateField(_("last move"), null=True)

    class Meta:
        verbose_name = _("stock on hand")
        constraints = [
            models.UniqueConstraint(fields=["item", "location", "lot_key"], name="balance_key"),
            models.CheckConstraint(condition=Q(reserved__gte=0), name="reserved_not_negative"),
            models.CheckConstraint(
                condition=Q(may_be_negative=True) | Q(quantity__gte=F("reserved")), name="reserved_within_on_hand"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} @ {self.location_id}"


class ValueBalance(models.Model):
    """What an item's stock in a value pool is worth. Quantity zero means value zero.

    account: where that value stands in the general ledger; it changes only while the pool is empty.
    lot_key: 0; the lot's id where an item is valued lot by lot.
    """

    item = models.ForeignKey("masterdata.Item", on_delete=models.PROTECT, related_name="values")
    area = models.CharField(_("value pool"), max_length=16, choices=Location.Area)
    lot_key = models.BigIntegerField(default=0)
    quantity = QuantityField(_("quantity"), default=0)
    value = MoneyField(_("value"), default=0, scope="cost")
    account = models.ForeignKey("ledger.Account", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("stock value")
        constraints = [
            models.UniqueConstraint(fields=["item", "area", "lot_key"], name="value_balance_key"),
            models.CheckConstraint(condition=Q(quantity__gte=0) & Q(value__gte=0), name="pool_not_negative"),
            models.CheckConstraint(condition=~Q(quantity=0) | Q(value=0), name="empty_pool_is_worth_nothing"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.area}"
