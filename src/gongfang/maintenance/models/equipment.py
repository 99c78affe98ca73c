from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gongfang.platform.bases import Record
from gongfang.platform.fields import QuantityField, RatioField


class EquipmentKind(models.TextChoices):
    MACHINE = "machine", _("Machine")
    MOULD = "mould", _("Mould")
    TOOL = "tool", _("Tool")
    INSTRUMENT = "instrument", _("Measuring instrument")
    FACILITY = "facility", _("Facility")


class EquipmentState(models.TextChoices):
    IN_USE = "in_use", _("In use")
    IDLE = "idle", _("Idle")
    IN_REPAIR = "in_repair", _("Under repair")
    RETIRED = "retired", _("Scrapped or sold")


class Equipment(Record):
    """A machine, mould, tool, instrument or facility; a tree by `parent`.

    strokes, run_minutes: counted since it is here, the sum of its counts. life_strokes: what a mould or tool may do from
    `life_start` (the strokes when it was last overhauled) on; at the limit work with it is refused. cavities: pieces per
    stroke. work_centre: where a machine stands or a mould is mounted. calibrated_until: last day an instrument may be used.
    """

    code = models.CharField(_("equipment code"), max_length=40, unique=True)
    name = models.CharField(_("equipment name"), max_length=80)
    kind = models.CharField(
        _("kind"), max_length=12, choices=EquipmentKind, default=EquipmentKind.MACHINE, db_index=True
    )
    state = models.CharField(
        _("state"), max_length=12, choices=EquipmentState, default=EquipmentState.IN_USE, db_index=True
    )
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )
    work_centre = models.ForeignKey(
        "masterdata.WorkCentre", on_delete=models.PROTECT, null=True, blank=True, related_name="equipment",
        verbose_name=_("work centre"),
    )  # fmt: skip
    model_no = models.CharField(_("model and size"), max_length=80, blank=True)
    maker = models.CharField(_("maker"), max_length=80, blank=True)
    serial_no = models.CharField(_("factory number"), max_length=60, blank=True)
    acquired_on = models.DateField(_("in use since"), null=True, blank=True)
    place = models.CharField(_("place"), max_length=80, blank=True)
    keeper = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("responsible person"),
    )  # fmt: skip
    strokes = QuantityField(_("strokes counted"), default=0)
    run_minutes = QuantityField(_("minutes run"), default=0)
    cavities = models.PositiveIntegerField(_("pieces per stroke"), default=1)
    life_strokes = QuantityField(_("life in strokes"), null=True, blank=True)
    life_start = QuantityField(_("strokes at the last overhaul"), default=0)
    warn_share = RatioField(_("warn from this share of life"), default=Decimal("0.9"))
    calibration_days = models.PositiveIntegerField(_("calibrate every (days)"), null=True, blank=True)
    calibrated_until = models.DateField(_("calibrated until"), null=True, blank=True, db_index=True)
    remark = models.CharField(_("remark"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("equipment")
        verbose_name_plural = _("equipment")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(cavities__gt=0), name="equipment_cavities_positive"),
            models.CheckConstraint(
                condition=Q(life_strokes__isnull=True) | Q(life_strokes__gt=0), name="equipment_life_positive"
            ),
            models.CheckConstraint(
                condition=Q(warn_share__gt=0, warn_share__lte=Decimal(1)), name="equipment_warn_share"
            ),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="equipment_not_its_own_part"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def used_strokes(self) -> Decimal:
        """Strokes since the last overhaul."""
        return self.strokes - self.life_start

    @property
    def left_strokes(self) -> Decimal | None:
        """Strokes left of its life; None where it has no limit."""
        return None if self.life_strokes is None else self.life_strokes - self.used_strokes

    @property
    def life_share(self) -> Decimal | None:
        """Share of its life that is used; above 1 once it is over."""
        return None if self.life_strokes is None else self.used_strokes / self.life_strokes


class ToolUse(models.Model):
    """What a mould or tool makes: an item, at one of its operations or at any."""

    equipment = models.ForeignKey(Equipment, on_delete=models.CASCADE, related_name="uses", verbose_name=_("equipment"))
    item = models.ForeignKey("masterdata.Item", on_delete=models.PROTECT, related_name="+", verbose_name=_("item"))
    operation_no = models.PositiveIntegerField(_("operation number"), null=True, blank=True)

    class Meta:
        verbose_name = _("use of a mould or tool")
        constraints = [
            models.UniqueConstraint(fields=["equipment", "item", "operation_no"], name="tool_use_once"),
            models.UniqueConstraint(
                fields=["equipment", "item"], condition=Q(operation_no__isnull=True), name="tool_use_any_operation_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.equipment_id} {self.item_id}"
