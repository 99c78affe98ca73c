from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gongfang.masterdata.queries import PickingOrder
from gongfang.platform.bases import Record
from gongfang.platform.fields import QuantityField


class PlaceRule(Record):
    """What holds for an item, for the items of a category or for all in a warehouse. The most exact rule counts, then by rank."""

    warehouse = models.ForeignKey(
        "masterdata.Warehouse", on_delete=models.PROTECT, related_name="+", verbose_name=_("warehouse")
    )
    category = models.ForeignKey(
        "masterdata.ItemCategory",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("category"),
    )
    item = models.ForeignKey(
        "masterdata.Item", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("item")
    )
    location = models.ForeignKey(
        "ledger.Location", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("bin")
    )
    rank = models.PositiveSmallIntegerField(_("rank"), default=10)

    class Meta:
        abstract = True
        ordering = ("warehouse", "rank", "pk")

    def __str__(self) -> str:
        return f"{self.get_strategy_display()}"  # type: ignore[attr-defined]


class PutAwayRule(PlaceRule):
    """Where goods that arrived go to (上架策略). location: the fixed bin."""

    class Strategy(models.TextChoices):
        FIXED = "fixed", _("Fixed bin")
        SAME_ITEM = "same_item", _("Bin that has the item already")
        EMPTY = "empty", _("Empty bin")

    strategy = models.CharField(_("strategy"), max_length=12, choices=Strategy, default=Strategy.SAME_ITEM)

    class Meta(PlaceRule.Meta):
        verbose_name = _("put-away rule")
        constraints = [
            models.CheckConstraint(
                condition=~Q(strategy="fixed") | Q(location__isnull=False), name="fixed_bin_is_named"
            ),
            models.CheckConstraint(
                condition=Q(item__isnull=True) | Q(category__isnull=True), name="put_away_item_or_category"
            ),
        ]


class PickingRule(PlaceRule):
    """In which order lots and places of a warehouse are emptied (拣货策略); goes before what the item says. location: only from there."""

    strategy = models.CharField(_("strategy"), max_length=12, choices=PickingOrder, default=PickingOrder.FEFO)

    class Meta(PlaceRule.Meta):
        verbose_name = _("picking rule")
        constraints = [
            models.CheckConstraint(
                condition=Q(item__isnull=True) | Q(category__isnull=True), name="picking_item_or_category"
            ),
        ]


class Package(Record):
    """A box, pallet or bin with a code of its own (包装): goods that are scanned and moved as one. It does not change the stock."""

    class Kind(models.TextChoices):
        BOX = "box", _("Box")
        PALLET = "pallet", _("Pallet")
        TOTE = "tote", _("Tote")

    class State(models.TextChoices):
        OPEN = "open", _("Packed")
        EMPTY = "empty", _("Unpacked")

    code = models.CharField(_("package code"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.BOX)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    location = models.ForeignKey(
        "ledger.Location", on_delete=models.PROTECT, related_name="+", verbose_name=_("location")
    )
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("in package")
    )
    remark = models.CharField(_("remark"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("package")
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.code


class PackageLine(models.Model):
    """What is in a package."""

    package = models.ForeignKey(Package, on_delete=models.CASCADE, related_name="lines")
    item = models.ForeignKey("masterdata.Item", on_delete=models.PROTECT, related_name="+", verbose_name=_("item"))
    lot = models.ForeignKey(
        "ledger.Lot", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lot / serial")
    )
    quantity = QuantityField(_("quantity"))

    class Meta:
        verbose_name = _("package line")
        ordering = ("pk",)
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="package_line_positive")]

    def __str__(self) -> str:
        return f"{self.package_id} {self.item_id}"
