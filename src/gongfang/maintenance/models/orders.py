from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gongfang.maintenance.models.equipment import Equipment
from gongfang.maintenance.models.plans import ServicePlan
from gongfang.platform.bases import Document
from gongfang.platform.fields import MoneyField, QuantityField


class OrderKind(models.TextChoices):
    REPAIR = "repair", _("Repair")
    PREVENTIVE = "preventive", _("Preventive maintenance")


class OrderStage(models.TextChoices):
    REPORTED = "reported", _("Reported")
    IN_REPAIR = "in_repair", _("Under repair")
    FINISHED = "finished", _("To accept")
    ACCEPTED = "accepted", _("Accepted by the shop")
    CANCELLED = "cancelled", _("Cancelled")


class MaintenanceOrder(Document):
    """A repair or a preventive maintenance: reported, worked on, handed back.

    stops_machine: the machine stands until it is finished (its downtime runs from the report on). source_call: id of the call
    for help it came from, 0 by hand. parts_value: of the spare parts issued net; it went to manufacturing overhead.
    """

    doc_type = "maintenance.order"
    prefix = "WX"
    lines_name = "parts"

    kind = models.CharField(_("kind"), max_length=12, choices=OrderKind, default=OrderKind.REPAIR)
    stage = models.CharField(_("stage"), max_length=12, choices=OrderStage, default=OrderStage.REPORTED, db_index=True)
    equipment = models.ForeignKey(
        Equipment, on_delete=models.PROTECT, related_name="orders", verbose_name=_("equipment")
    )
    plan = models.ForeignKey(
        ServicePlan, on_delete=models.PROTECT, null=True, blank=True, related_name="orders",
        verbose_name=_("maintenance plan"),
    )  # fmt: skip
    fault = models.CharField(_("fault or task"), max_length=300)
    cause = models.CharField(_("cause"), max_length=200, blank=True)
    work_done = models.CharField(_("what was done"), max_length=300, blank=True)
    stops_machine = models.BooleanField(_("the machine stands"), default=False)
    source_call = models.BigIntegerField(default=0, db_index=True)
    due = models.DateField(_("due"), null=True, blank=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("assigned to"),
    )  # fmt: skip
    reported_at = models.DateTimeField(_("reported at"))
    begun_at = models.DateTimeField(_("begun at"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    accepted_at = models.DateTimeField(_("accepted at"), null=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("accepted by")
    )
    labour_minutes = QuantityField(_("labour minutes"), default=0)
    parts_value = MoneyField(_("spare parts"), default=0, scope="cost")

    class Meta:
        verbose_name = _("maintenance order")
        verbose_name_plural = _("maintenance orders")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan"], condition=Q(stage__in=["reported", "in_repair", "finished"], plan__isnull=False),
                name="maintenance_plan_one_open_order",
            ),
            models.UniqueConstraint(
                fields=["source_call"], condition=Q(source_call__gt=0), name="maintenance_order_of_a_call"
            ),
            models.CheckConstraint(condition=Q(labour_minutes__gte=0), name="maintenance_labour_not_negative"),
        ]  # fmt: skip
        indexes = [models.Index(fields=["equipment", "reported_at"], name="maintenance_equipment_at")]


class SparePart(models.Model):
    """A spare part issued to an order; taken back by a reversing posting, then `is_returned`."""

    document = models.ForeignKey(MaintenanceOrder, on_delete=models.PROTECT, related_name="parts")
    line_no = models.PositiveIntegerField(_("line"))
    item = models.ForeignKey("masterdata.Item", on_delete=models.PROTECT, related_name="+", verbose_name=_("item"))
    warehouse = models.ForeignKey(
        "masterdata.Warehouse", on_delete=models.PROTECT, related_name="+", verbose_name=_("warehouse")
    )
    quantity = QuantityField(_("quantity"))
    value = MoneyField(_("amount"), default=0, scope="cost")
    posting = models.ForeignKey("ledger.Posting", on_delete=models.PROTECT, null=True, related_name="+")
    is_returned = models.BooleanField(_("taken back"), default=False)

    class Meta:
        verbose_name = _("spare part")
        ordering = ["line_no"]
        constraints = [
            models.UniqueConstraint(fields=["document", "line_no"], name="spare_part_line"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="spare_part_positive"),
        ]

    def __str__(self) -> str:
        return str(self.item)
