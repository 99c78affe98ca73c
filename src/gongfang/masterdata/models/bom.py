from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gongfang.masterdata.models.items import Item
from gongfang.masterdata.models.prices import FIRST_DAY
from gongfang.platform.bases import Record
from gongfang.platform.fields import QuantityField, RatioField


class BomStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    ACTIVE = "active", _("In use")
    RETIRED = "retired", _("Retired")


class IssueMethod(models.TextChoices):
    PUSH = "push", _("Issue by document")
    BACKFLUSH = "backflush", _("Backflush")
    RECEIPT = "receipt", _("Backflush at receipt")
    BULK = "bulk", _("Bulk (not issued)")


class OutputKind(models.TextChoices):
    CO = "co", _("Co-product")
    BY = "by", _("By-product")


class BomKind(models.TextChoices):
    PRIMARY = "primary", _("Primary")
    ALTERNATIVE = "alternative", _("Alternative")


class Bom(Record):
    """What goes into an item: one version of its bill of materials. Line quantities are per `base_quantity` of the item.

    An alternative is taken only where it is asked for. serial_from: the version holds from this lot or serial number on.
    yield_share: good share of what is begun; planning orders so much more.
    """

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="boms", verbose_name=_("item"))
    code = models.CharField(_("BOM version"), max_length=20, default="V1.0")
    is_default = models.BooleanField(_("default"), default=True)
    valid_from = models.DateField(_("valid from"), default=FIRST_DAY)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    base_quantity = QuantityField(_("per quantity"), default=1)
    yield_share = RatioField(_("good share"), default=1)
    kind = models.CharField(_("kind"), max_length=12, choices=BomKind, default=BomKind.PRIMARY)
    serial_from = models.CharField(_("from lot or serial number"), max_length=60, blank=True)
    status = models.CharField(_("status"), max_length=12, choices=BomStatus, default=BomStatus.ACTIVE)
    remark = models.CharField(_("remark"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("bill of materials")
        verbose_name_plural = _("bills of materials")
        ordering = ["item", "code"]
        constraints = [
            models.UniqueConstraint(fields=["item", "code"], name="bom_version_once"),
            models.UniqueConstraint(fields=["item"], condition=Q(is_default=True), name="bom_one_default"),
            models.CheckConstraint(condition=Q(base_quantity__gt=0), name="bom_base_quantity_positive"),
            models.CheckConstraint(condition=Q(yield_share__gt=0, yield_share__lte=1), name="bom_yield_ratio"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="bom_dates"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item.code} {self.code}"


class BomLine(models.Model):
    """One component. scrap: share lost, on top. is_fixed: per order, whatever its size. operation_no: where it is needed.

    offset_days: working days after the order's start on which it is needed.
    """

    bom = models.ForeignKey(Bom, on_delete=models.CASCADE, related_name="lines", verbose_name=_("BOM"))
    line_no = models.PositiveIntegerField(_("line"))
    component = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="used_in", verbose_name=_("component"))
    quantity = QuantityField(_("quantity"))
    is_fixed = models.BooleanField(_("fixed quantity"), default=False)
    scrap = RatioField(_("scrap share"), default=0)
    issue_method = models.CharField(_("issue method"), max_length=12, choices=IssueMethod, default=IssueMethod.PUSH)
    operation_no = models.PositiveIntegerField(_("operation"), null=True, blank=True)
    offset_days = models.PositiveSmallIntegerField(_("needed after (days)"), default=0)
    is_phantom = models.BooleanField(_("phantom"), default=False)
    designators = models.CharField(_("reference designators"), max_length=300, blank=True)
    remark = models.CharField(_("remark"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("BOM line")
        verbose_name_plural = _("BOM lines")
        ordering = ["bom", "line_no"]
        constraints = [
            models.UniqueConstraint(fields=["bom", "line_no"], name="bom_line_no_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="bom_line_quantity_positive"),
            models.CheckConstraint(condition=Q(scrap__gte=0, scrap__lt=1), name="bom_line_scrap_ratio"),
        ]

    def __str__(self) -> str:
        return f"{self.line_no} {self.component}"


class BomOutput(models.Model):
    """What else comes out of an order, per `base_quantity`. cost_share: of the order's cost (co-products)."""

    bom = models.ForeignKey(Bom, on_delete=models.CASCADE, related_name="outputs", verbose_name=_("BOM"))
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+", verbose_name=_("item"))
    quantity = QuantityField(_("quantity"))
    kind = models.CharField(_("kind"), max_length=4, choices=OutputKind, default=OutputKind.BY)
    cost_share = RatioField(_("cost share"), default=0)

    class Meta:
        verbose_name = _("further output")
        verbose_name_plural = _("further outputs")
        ordering = ["bom", "item"]
        constraints = [
            models.UniqueConstraint(fields=["bom", "item"], name="bom_output_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="bom_output_quantity_positive"),
            models.CheckConstraint(condition=Q(cost_share__gte=0, cost_share__lt=1), name="bom_output_share_ratio"),
        ]

    def __str__(self) -> str:
        return str(self.item)


class BomSubstitute(models.Model):
    """What may be used in place of the component of a line, by rank. ratio: so much of it for one of the component.

    use_up: taken first while there is stock of it. valid_from, valid_to: the days of need on which it may stand in, null: any; valid_to is
    the use-up date. is_successor: ordered for this use too, not only used as far as it is left over.
    """

    bom = models.ForeignKey(Bom, on_delete=models.CASCADE, related_name="substitutes", verbose_name=_("BOM"))
    line_no = models.PositiveIntegerField(_("line"))
    item = models.ForeignKey(
        Item, on_delete=models.PROTECT, related_name="substitutes_in", verbose_name=_("substitute")
    )
    rank = models.PositiveSmallIntegerField(_("rank"), default=1)
    ratio = QuantityField(_("ratio"), default=1)
    use_up = models.BooleanField(_("use up first"), default=False)
    valid_from = models.DateField(_("stands in from"), null=True, blank=True)
    valid_to = models.DateField(_("stands in until"), null=True, blank=True)
    is_successor = models.BooleanField(_("ordered too (successor)"), default=False)

    class Meta:
        verbose_name = _("substitute")
        verbose_name_plural = _("substitutes")
        ordering = ["bom", "line_no", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["bom", "line_no", "item"], name="bom_substitute_once"),
            models.CheckConstraint(condition=Q(ratio__gt=0), name="bom_substitute_ratio_positive"),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="bom_substitute_dates",
            ),
            models.CheckConstraint(condition=Q(use_up=False) | Q(is_successor=False), name="bom_substitute_one_way"),
        ]

    def __str__(self) -> str:
        return str(self.item)
