from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gongfang.masterdata.models.partners import Partner
from gongfang.masterdata.models.sites import Warehouse
from gongfang.masterdata.models.units import Unit
from gongfang.platform.bases import Record
from gongfang.platform.fields import PriceField, QuantityField, RatioField


class InventoryRole(models.TextChoices):
    RAW = "raw", _("Raw material")
    SEMI = "semi", _("Semi-finished")
    FINISHED = "finished", _("Finished goods")
    PACKAGING = "packaging", _("Packaging")
    CONSUMABLE = "consumable", _("Consumables")


class CostingMethod(models.TextChoices):
    MOVING_AVERAGE = "moving_average", _("Moving average")
    FIFO = "fifo", _("First in, first out")
    SPECIFIC = "specific", _("Each lot at its own cost")
    STANDARD = "standard", _("Standard cost")
    MONTH_AVERAGE = "month_average", _("Month-end weighted average")


class PickingOrder(models.TextChoices):
    """In which order lots and places are emptied (拣货策略)."""

    FEFO = "fefo", _("First expired, first out")
    FIFO = "fifo", _("First in, first out")
    LIFO = "lifo", _("Last in, first out")
    FEWEST = "fewest", _("Fewest places")
    CLEAR = "clear", _("Empty small places first")
    MANUAL = "manual", _("Chosen by hand")


class OverMode(models.TextChoices):
    """What is done about more than the tolerance allows."""

    FORBID = "forbid", _("Forbidden")
    WARN = "warn", _("Warn; the person may go on")
    APPROVE = "approve", _("Somebody has to accept it")


class ItemCategory(models.Model):
    """A branch of the category tree: what account the stock stands on, and the defaults of its items.

    The tolerances are shares over (or under) the ordered quantity; null: the company's setting. picking_rule,
    over_mode: blank likewise.
    """

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("category name"), max_length=80)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent")
    )
    inventory_role = models.CharField(
        _("inventory account"), max_length=12, choices=InventoryRole, default=InventoryRole.RAW
    )
    costing_method = models.CharField(
        _("costing method"), max_length=16, choices=CostingMethod, default=CostingMethod.MOVING_AVERAGE
    )
    picking_rule = models.CharField(_("picking rule"), max_length=8, choices=PickingOrder, blank=True)
    inspect_incoming = models.BooleanField(_("inspect on arrival"), default=False)
    over_receipt = RatioField(_("over-receipt tolerance"), null=True, blank=True)
    under_receipt = RatioField(_("under-receipt tolerance"), null=True, blank=True)
    over_issue = RatioField(_("over-issue tolerance"), null=True, blank=True)
    over_report = RatioField(_("over-report tolerance"), null=True, blank=True)
    over_delivery = RatioField(_("over-delivery tolerance"), null=True, blank=True)
    over_mode = models.CharField(_("beyond the tolerance"), max_length=8, choices=OverMode, blank=True)

    class Meta:
        verbose_name = _("item category")
        verbose_name_plural = _("item categories")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class ItemKind(models.TextChoices):
    RAW = "raw", _("Raw material")
    PART = "part", _("Purchased part")
    SEMI = "semi", _("Semi-finished")
    FINISHED = "finished", _("Finished product")
    CONSUMABLE = "consumable", _("Consumable")
    PACKAGING = "packaging", _("Packaging")
    TOOL = "tool", _("Tool")
    SERVICE = "service", _("Service")
    PHANTOM = "phantom", _("Phantom set")


class ItemSource(models.TextChoices):
    MAKE = "make", _("Make")
    BUY = "buy", _("Buy")
    SUBCONTRACT = "subcontract", _("Subcontract")
    TRANSFER = "transfer", _("Transfer")


class Tracking(models.TextChoices):
    NONE = "none", _("None")
    LOT = "lot", _("Lot")
    SERIAL = "serial", _("Serial number")


class LotRule(models.TextChoices):
    LOT_FOR_LOT = "lot_for_lot", _("Lot for lot")
    FIXED = "fixed", _("Fixed quantity")
    MINIMUM_MULTIPLE = "minimum_multiple", _("Minimum and multiple")
    PERIOD = "period", _("Days of supply")
    LEAST_UNIT_COST = "least_unit_cost", _("Least unit cost")
    PART_PERIOD = "part_period", _("Part-period balancing")
    SILVER_MEAL = "silver_meal", _("Silver-Meal")
    WAGNER_WHITIN = "wagner_whitin", _("Wagner-Whitin")


class ItemStatus(models.TextChoices):
    TRIAL = "trial", _("Trial")
    ACTIVE = "active", _("In use")
    BLOCKED = "blocked", _("Blocked")
    RETIRED = "retired", _("Retired")


class Item(Record):
    """Anything that is bought, made, stored, sold or used up.

    lead_time_days: working days from order to stock. safety_time_days: so many days before the need planning lets it arrive. inspect_incoming, tolerances: null takes the category's.
    lot_*, pack_quantity (in one carton): in base units, 0 means none. standard_cost, sales_price: per base unit, without tax.
    costing_method, picking_rule: blank takes the category's. second_unit: counted beside the base unit (pieces and kg).
    """

    code = models.CharField(_("item code"), max_length=40, unique=True)
    name = models.CharField(_("item name"), max_length=120)
    spec = models.CharField(_("specification"), max_length=200, blank=True)
    drawing_no = models.CharField(_("drawing number"), max_length=60, blank=True)
    pinyin = models.CharField(_("pinyin initials"), max_length=120, blank=True, db_index=True, editable=False)
    category = models.ForeignKey(
        ItemCategory, on_delete=models.PROTECT, related_name="items", verbose_name=_("category")
    )
    kind = models.CharField(_("item kind"), max_length=12, choices=ItemKind, default=ItemKind.PART, db_index=True)
    source = models.CharField(_("source"), max_length=12, choices=ItemSource, default=ItemSource.BUY)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("unit"))
    tracking = models.CharField(_("tracking"), max_length=8, choices=Tracking, default=Tracking.NONE)
    costing_method = models.CharField(_("costing method"), max_length=16, choices=CostingMethod, blank=True)
    picking_rule = models.CharField(_("picking rule"), max_length=8, choices=PickingOrder, blank=True)
    second_unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("second unit")
    )
    shelf_life_days = models.PositiveIntegerField(_("shelf life (days)"), null=True, blank=True)
    lead_time_days = models.PositiveIntegerField(_("lead time (working days)"), default=0)
    safety_time_days = models.PositiveSmallIntegerField(_("safety time (days)"), default=0)
    safety_stock = QuantityField(_("safety stock"), default=0)
    lot_rule = models.CharField(_("lot rule"), max_length=20, choices=LotRule, default=LotRule.LOT_FOR_LOT)
    lot_quantity = QuantityField(_("lot quantity"), default=0)
    lot_minimum = QuantityField(_("minimum lot"), default=0)
    lot_multiple = QuantityField(_("lot multiple"), default=0)
    lot_maximum = QuantityField(_("maximum lot"), default=0)
    lot_days = models.PositiveIntegerField(_("lot days"), default=0)
    reorder_point = QuantityField(_("reorder point"), default=0)
    min_stock = QuantityField(_("minimum stock"), default=0)
    max_stock = QuantityField(_("maximum stock"), null=True, blank=True)
    planner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("planner"),
    )  # fmt: skip
    standard_cost = PriceField(_("standard cost"), default=0, scope="cost")
    sales_price = PriceField(_("sales price"), default=0, scope="price")
    tax_rate = RatioField(_("tax rate"), default=Decimal("0.13"))
    inspect_incoming = models.BooleanField(_("inspect on arrival"), null=True, blank=True)
    inspect_final = models.BooleanField(_("final inspection"), default=False)
    barcode = models.CharField(_("barcode"), max_length=60, blank=True, db_index=True)
    pack_quantity = QuantityField(_("carton quantity"), default=0)
    status = models.CharField(_("status"), max_length=12, choices=ItemStatus, default=ItemStatus.ACTIVE, db_index=True)
    default_warehouse = models.ForeignKey(
        Warehouse, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("warehouse")
    )
    default_supplier = models.ForeignKey(
        Partner, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("supplier")
    )
    over_receipt = RatioField(_("over-receipt tolerance"), null=True, blank=True)
    over_issue = RatioField(_("over-issue tolerance"), null=True, blank=True)
    over_report = RatioField(_("over-report tolerance"), null=True, blank=True)
    over_delivery = RatioField(_("over-delivery tolerance"), null=True, blank=True)
    over_mode = models.CharField(_("beyond the tolerance"), max_length=8, choices=OverMode, blank=True)
    remark = models.CharField(_("remark"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("item")
        verbose_name_plural = _("items")
        ordering = ["code"]
        indexes = [
            models.Index(fields=["name"], name="item_name"),
            models.Index(fields=["drawing_no"], name="item_drawing_no"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    safety_stock__gte=0, lot_quantity__gte=0, lot_minimum__gte=0, lot_multiple__gte=0,
                    lot_maximum__gte=0, reorder_point__gte=0, min_stock__gte=0, pack_quantity__gte=0,
                ),
                name="item_planning_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(max_stock__isnull=True) | Q(max_stock__gte=F("min_stock")), name="item_max_above_min"
            ),
            models.CheckConstraint(
                condition=Q(standard_cost__gte=0, sales_price__gte=0), name="item_prices_not_negative"
            ),
            models.CheckConstraint(condition=Q(tax_rate__gte=0, tax_rate__lt=1), name="item_tax_rate_ratio"),
            models.UniqueConstraint(fields=["barcode"], condition=~Q(barcode=""), name="item_barcode_once"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class ItemUnit(models.Model):
    """An alternative unit: 1 unit = numerator / denominator base units, exactly."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="units", verbose_name=_("item"))
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("unit"))
    numerator = models.PositiveBigIntegerField(_("numerator"), default=1)
    denominator = models.PositiveBigIntegerField(_("denominator"), default=1)

    class Meta:
        verbose_name = _("alternative unit")
        verbose_name_plural = _("alternative units")
        ordering = ["item", "unit"]
        constraints = [
            models.UniqueConstraint(fields=["item", "unit"], name="item_unit_once"),
            models.CheckConstraint(condition=Q(numerator__gt=0, denominator__gt=0), name="item_unit_factor_positive"),
        ]

    def __str__(self) -> str:
        return f"1 {self.unit} = {self.numerator}/{self.denominator}"


class ItemBarcode(models.Model):
    """A further barcode of an item, such as a supplier's or of a box (unit)."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="barcodes", verbose_name=_("item"))
    code = models.CharField(_("barcode"), max_length=60, unique=True)
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit")
    )

    class Meta:
        verbose_name = _("further barcode")
        verbose_name_plural = _("further barcodes")
        ordering = ["item", "code"]

    def __str__(self) -> str:
        return self.code
