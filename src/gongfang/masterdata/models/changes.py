from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gongfang.masterdata.models.bom import Bom
from gongfang.masterdata.models.items import Item
from gongfang.masterdata.models.routing import OperationInspection, Routing
from gongfang.masterdata.models.workcentres import WorkCentre
from gongfang.platform.bases import Document
from gongfang.platform.fields import PriceField, QuantityField


class Effectivity(models.TextChoices):
    DATE = "date", _("From a date")
    SERIAL = "serial", _("From a lot or serial number")
    USE_UP = "use_up", _("When the old stock is used up")


class ChangeAction(models.TextChoices):
    REPLACE = "replace", _("Replace component")
    ADD = "add", _("Add component")
    REMOVE = "remove", _("Remove component")
    QUANTITY = "quantity", _("Change quantity")


class OperationAction(models.TextChoices):
    CHANGE = "change", _("Change operation")
    ADD = "add", _("Add operation")
    REMOVE = "remove", _("Remove operation")


class EngineeringChange(Document):
    """What is to be made differently, why, and from when on. Approval makes new versions of the bills of materials and routings.

    effective_on: for `date`. serial_from: for `serial`, the first lot or serial number made the new way. effected_at: since when
    the new versions hold.
    """

    doc_type = "masterdata.engineering_change"
    prefix = "BC"

    title = models.CharField(_("title"), max_length=120)
    reason = models.CharField(_("reason"), max_length=500)
    effect = models.CharField(_("takes effect"), max_length=8, choices=Effectivity, default=Effectivity.DATE)
    effective_on = models.DateField(_("effective on"), null=True, blank=True)
    serial_from = models.CharField(_("first lot or serial number"), max_length=60, blank=True)
    effected_at = models.DateTimeField(_("in effect since"), null=True)

    class Meta:
        verbose_name = _("engineering change")
        verbose_name_plural = _("engineering changes")
        ordering = ["-id"]


class EngineeringChangeLine(models.Model):
    """One change of one bill of materials. quantity: per its base quantity; None keeps that of the component replaced.

    made: the version that approval made of `bom`.
    """

    document = models.ForeignKey(EngineeringChange, on_delete=models.CASCADE, related_name="lines")
    line_no = models.PositiveIntegerField(_("line"))
    bom = models.ForeignKey(Bom, on_delete=models.PROTECT, related_name="changes", verbose_name=_("BOM"))
    action = models.CharField(_("change"), max_length=8, choices=ChangeAction, default=ChangeAction.REPLACE)
    component = models.ForeignKey(
        Item, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("component")
    )
    replacement = models.ForeignKey(
        Item, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("new component")
    )
    quantity = QuantityField(_("new quantity"), null=True, blank=True)
    made = models.ForeignKey(
        Bom, on_delete=models.PROTECT, null=True, related_name="made_by_changes", verbose_name=_("new version")
    )

    class Meta:
        verbose_name = _("line of an engineering change")
        ordering = ["line_no"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__isnull=True) | Q(quantity__gt=0), name="change_quantity_positive")
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.document_id}.{self.line_no}"


class EngineeringChangeOperation(models.Model):
    """One change of one operation of a routing. What is left empty stays as it is.

    predecessors: operation numbers as people write them. made: the version that approval made of `routing`.
    """

    document = models.ForeignKey(EngineeringChange, on_delete=models.CASCADE, related_name="operations")
    line_no = models.PositiveIntegerField(_("line"))
    routing = models.ForeignKey(Routing, on_delete=models.PROTECT, related_name="changes", verbose_name=_("routing"))
    action = models.CharField(_("change"), max_length=8, choices=OperationAction, default=OperationAction.CHANGE)
    operation_no = models.PositiveIntegerField(_("operation number"))
    name = models.CharField(_("operation"), max_length=60, blank=True)
    work_centre = models.ForeignKey(
        WorkCentre, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("work centre")
    )
    setup_minutes = QuantityField(_("set-up (min)"), null=True, blank=True)
    run_minutes = QuantityField(_("run (min per unit)"), null=True, blank=True)
    crew = models.PositiveIntegerField(_("crew"), null=True, blank=True)
    piece_rate = PriceField(_("piece rate"), null=True, blank=True, scope="cost")
    inspection = models.CharField(_("inspection"), max_length=10, choices=OperationInspection, blank=True)
    predecessors = models.CharField(_("predecessors"), max_length=60, blank=True)
    instruction = models.TextField(_("instruction"), blank=True)
    made = models.ForeignKey(
        Routing, on_delete=models.PROTECT, null=True, related_name="made_by_changes", verbose_name=_("new version")
    )

    class Meta:
        verbose_name = _("operation of an engineering change")
        ordering = ["line_no"]

    def __str__(self) -> str:
        return f"{self.document_id}.{self.line_no}"
