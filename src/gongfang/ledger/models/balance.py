from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gongfang.ledger.models.location import Location
from gongfang.platform.fields import MoneyField, PriceField, QuantityField


class Balance(models.Model):
    """What is present: the sum of the moves of an item in a location, per lot. A locked cache; `verify` recomputes it.

    lot_key: the lot's id, 0 without one (so that the key is never null). last_on: latest business date that touched it.
    second_quantity: in the item's second unit, where it has one.
    """

    item = models.ForeignKey(
        "masterdata.Item", on_delete=models.PROTECT, related_name="balances", verbose_name=_("item"), db_index=False
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
    second_quantity = QuantityField(_("second quantity"), default=0, db_default=0)
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
    lot_key: 0; the lot's id where an item is valued lot by lot. method: fixed with the first posting. price: standard cost in
    force, of items at standard. last_on: latest business date; what is posted before it is re-costed.
    """

    item = models.ForeignKey("masterdata.Item", on_delete=models.PROTECT, related_name="values", db_index=False)
    area = models.CharField(_("value pool"), max_length=16, choices=Location.Area)
    lot_key = models.BigIntegerField(default=0)
    quantity = QuantityField(_("quantity"), default=0)
    value = MoneyField(_("value"), default=0, scope="cost")
    account = models.ForeignKey("ledger.Account", on_delete=models.PROTECT, null=True, related_name="+")
    method = models.CharField(_("costing method"), max_length=16, default="", db_default="", blank=True)
    price = PriceField(_("standard cost"), default=0, db_default=0, scope="cost")
    last_on = models.DateField(_("last move"), null=True)

    class Meta:
        verbose_name = _("stock value")
        constraints = [
            models.UniqueConstraint(fields=["item", "area", "lot_key"], name="value_balance_key"),
            models.CheckConstraint(condition=Q(quantity__gte=0) & Q(value__gte=0), name="pool_not_negative"),
            models.CheckConstraint(condition=~Q(quantity=0) | Q(value=0), name="empty_pool_is_worth_nothing"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.area}"


class Layer(models.Model):
    """Goods of one receipt that are still there, of an item costed first in, first out; oldest first by id.

    A locked cache of the moves, like the balances: `verify` makes the layers anew. posting_key, line_no: of the receipt.
    """

    pool = models.ForeignKey(ValueBalance, on_delete=models.PROTECT, related_name="layers")
    on = models.DateField(_("date"))
    posting_key = models.BigIntegerField(default=0)
    line_no = models.PositiveIntegerField(default=0)
    quantity = QuantityField(_("quantity"))
    value = MoneyField(_("value"), default=0, scope="cost")

    class Meta:
        verbose_name = _("cost layer")
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0) & Q(value__gte=0), name="layer_holds_something"),
        ]

    def __str__(self) -> str:
        return f"{self.pool_id} {self.on}"


class StandardPrice(models.Model):
    """The standard cost of an item since a posting that revalued its stock. Append-only."""

    item = models.ForeignKey("masterdata.Item", on_delete=models.PROTECT, related_name="+")
    posting = models.ForeignKey("ledger.Posting", on_delete=models.PROTECT, related_name="+")
    on = models.DateField(_("date"))
    previous = PriceField(_("standard cost before"), default=0, scope="cost")
    price = PriceField(_("standard cost"), scope="cost")

    class Meta:
        verbose_name = _("standard cost in the ledger")
        constraints = [models.UniqueConstraint(fields=["item", "posting"], name="standard_price_once")]

    def __str__(self) -> str:
        return f"{self.item_id} {self.price}"
