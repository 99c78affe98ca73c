from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gongfang.masterdata.models.bom import BomStatus
from gongfang.masterdata.models.items import Item
from gongfang.masterdata.models.partners import Partner
from gongfang.masterdata.models.prices import FIRST_DAY
from gongfang.masterdata.models.workcentres import WorkCentre
from gongfang.platform.bases import Record
from gongfang.platform.fields import PriceField, QuantityField, RatioField


class OperationInspection(models.TextChoices):
    NONE = "none", _("None")
    FIRST = "first", _("First piece")
    PROCESS = "process", _("In process")
    FINAL = "final", _("Final")


class Routing(Record):
    """How an item is made: one version of its sequence of operations. serial_from: it holds from this lot or serial number on."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="routings", verbose_name=_("item"))
    code = models.CharField(_("routing version"), max_length=20, default="V1.0")
    is_default = models.BooleanField(_("default"), default=True)
    valid_from = models.DateField(_("valid from"), default=FIRST_DAY)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    serial_from = models.CharField(_("from lot or serial number"), max_length=60, blank=True)
    status = models.CharField(_("status"), max_length=12, choices=BomStatus, default=BomStatus.ACTIVE)
    remark = models.CharField(_("remark"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("routing")
        verbose_name_plural = _("routings")
        ordering = ["item", "code"]
        constraints = [
            models.UniqueConstraint(fields=["item", "code"], name="routing_version_once"),
            models.UniqueConstraint(fields=["item"], condition=Q(is_default=True), name="routing_one_default"),
        ]

    def __str__(self) -> str:
        return f"{self.item.code} {self.code}"


class RoutingOperation(models.Model):
    """One step. Times in minutes: set-up per order, run per unit. predecessors: operation numbers; empty: the one before.

    piece_rate: pay per good unit. subcontract_price: per unit, without tax. overlap_quantity: good pieces after which the next
    operation may begin (0: the first is enough on the floor, the plan waits for all). skill: code of what a person must be
    certified for. setup_family: what the machine is set up for (a colour, a material, a mould); between two families it takes the
    work centre's set-up change.
    """

    routing = models.ForeignKey(Routing, on_delete=models.CASCADE, related_name="operations", verbose_name=_("routing"))
    operation_no = models.PositiveIntegerField(_("operation number"))
    name = models.CharField(_("operation"), max_length=60)
    work_centre = models.ForeignKey(
        WorkCentre, on_delete=models.PROTECT, related_name="operations", verbose_name=_("work centre")
    )
    setup_minutes = QuantityField(_("set-up (min)"), default=0)
    run_minutes = QuantityField(_("run (min per unit)"), default=0)
    queue_minutes = QuantityField(_("queue (min)"), default=0)
    move_minutes = QuantityField(_("move (min)"), default=0)
    crew = models.PositiveIntegerField(_("crew"), default=1)
    piece_rate = PriceField(_("piece rate"), default=0, scope="cost")
    inspection = models.CharField(
        _("inspection"), max_length=10, choices=OperationInspection, default=OperationInspection.NONE
    )
    is_subcontracted = models.BooleanField(_("subcontracted"), default=False)
    subcontractor = models.ForeignKey(
        Partner, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("subcontractor")
    )
    subcontract_price = PriceField(_("subcontract price"), default=0, scope="cost")
    overlap_quantity = QuantityField(_("overlap quantity"), default=0)
    skill = models.CharField(_("skill"), max_length=40, blank=True)
    setup_family = models.CharField(_("set-up family"), max_length=40, blank=True)
    predecessors = models.JSONField(_("predecessors"), default=list, blank=True)
    instruction = models.TextField(_("instruction"), blank=True)

    class Meta:
        verbose_name = _("operation")
        verbose_name_plural = _("operations")
        ordering = ["routing", "operation_no"]
        constraints = [
            models.UniqueConstraint(fields=["routing", "operation_no"], name="routing_operation_no_once"),
            models.CheckConstraint(
                condition=Q(setup_minutes__gte=0, run_minutes__gte=0, queue_minutes__gte=0, move_minutes__gte=0),
                name="routing_operation_times_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(piece_rate__gte=0, subcontract_price__gte=0), name="routing_operation_prices_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operation_no} {self.name}"

    @property
    def predecessor_text(self) -> str:
        """The predecessors as people write them: 10,20."""
        return ",".join(str(number) for number in self.predecessors)


class RoutingAlternative(models.Model):
    """Another work centre that can do an operation. time_factor: its time against that of the routing."""

    routing = models.ForeignKey(
        Routing, on_delete=models.CASCADE, related_name="alternatives", verbose_name=_("routing")
    )
    operation_no = models.PositiveIntegerField(_("operation number"))
    work_centre = models.ForeignKey(
        WorkCentre, on_delete=models.PROTECT, related_name="+", verbose_name=_("work centre")
    )
    rank = models.PositiveSmallIntegerField(_("rank"), default=1)
    time_factor = RatioField(_("time factor"), default=1)

    class Meta:
        verbose_name = _("alternative work centre")
        verbose_name_plural = _("alternative work centres")
        ordering = ["routing", "operation_no", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["routing", "operation_no", "work_centre"], name="routing_alternative_once"),
            models.CheckConstraint(condition=Q(time_factor__gt=0), name="routing_alternative_factor_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.operation_no} {self.work_centre}"
