from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gongfang.platform.bases import Document
from gongfang.platform.fields import QuantityField
from gongfang.production.models.orders import WorkOrder, WorkOrderOperation
from gongfang.production.models.reports import ReportLine


class OrderChange(Document):
    """A change of quantity or dates of a running order that somebody has to approve; approval makes it."""

    doc_type = "production.order_change"
    prefix = "GB"

    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="changes", verbose_name=_("work order"))
    reason = models.CharField(_("reason"), max_length=200)
    old_quantity = QuantityField(_("quantity before"))
    old_start = models.DateField(_("start before"))
    old_due = models.DateField(_("due before"))
    quantity = QuantityField(_("new quantity"))
    start = models.DateField(_("new start"))
    due = models.DateField(_("new due date"))

    class Meta:
        verbose_name = _("change of a work order")
        verbose_name_plural = _("changes of work orders")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="order_change_quantity_positive"),
            models.CheckConstraint(condition=Q(due__gte=F("start")), name="order_change_dates"),
        ]


class AppliedChange(models.Model):
    """An engineering change that was brought into a running order, with what it replaced, so that it can be taken back.

    before, after: {"materials", "operations"} → id → field → value as text or JSON, of rows that were changed. made: the same → ids of new
    rows. gone: operations that were taken out, as they were.
    """

    order = models.ForeignKey(
        WorkOrder, on_delete=models.CASCADE, related_name="applied_changes", verbose_name=_("work order")
    )
    change = models.ForeignKey(
        "masterdata.EngineeringChange", on_delete=models.PROTECT, related_name="+", verbose_name=_("engineering change")
    )
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    made = models.JSONField(default=dict)
    gone = models.JSONField(default=list)
    applied_at = models.DateTimeField(_("applied at"), auto_now_add=True)

    class Meta:
        verbose_name = _("engineering change of a work order")
        constraints = [models.UniqueConstraint(fields=["order", "change"], name="applied_change_once")]

    def __str__(self) -> str:
        return f"{self.order_id} {self.change_id}"


class HoldReason(models.TextChoices):
    MATERIAL = "material", _("Material short")
    MACHINE = "machine", _("Machine down")
    QUALITY = "quality", _("Quality")
    PEOPLE = "people", _("People")
    CUSTOMER = "customer", _("Customer's wish")
    CHANGE = "change", _("Engineering change")
    OTHER = "other", _("Other")


class OrderPause(models.Model):
    """One time that an order was held: since when, why, by whom, and how it went on."""

    order = models.ForeignKey(WorkOrder, on_delete=models.CASCADE, related_name="pauses", verbose_name=_("work order"))
    kind = models.CharField(_("kind"), max_length=10, choices=HoldReason, default=HoldReason.OTHER)
    reason = models.CharField(_("reason"), max_length=200)
    began_at = models.DateTimeField(_("held since"))
    began_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("held by")
    )
    ended_at = models.DateTimeField(_("resumed at"), null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("resumed by")
    )
    answer = models.CharField(_("what was done"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("hold of an order")
        verbose_name_plural = _("holds of orders")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["order"], condition=Q(ended_at=None), name="order_pause_open_once")
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.reason}"


class OperationTime(models.Model):
    """A stretch of work at an operation by the clock. line: the report that counted it; undone, it may be counted again."""

    operation = models.ForeignKey(
        WorkOrderOperation, on_delete=models.CASCADE, related_name="times", verbose_name=_("operation")
    )
    employee = models.ForeignKey(
        "people.Employee", on_delete=models.PROTECT, related_name="+", verbose_name=_("employee")
    )
    began_at = models.DateTimeField(_("began at"))
    ended_at = models.DateTimeField(_("ended at"), null=True)
    line = models.ForeignKey(
        ReportLine, on_delete=models.SET_NULL, null=True, related_name="times", verbose_name=_("work report")
    )

    class Meta:
        verbose_name = _("time at an operation")
        verbose_name_plural = _("times at operations")
        constraints = [
            models.UniqueConstraint(
                fields=["operation", "employee"], condition=Q(ended_at=None), name="operation_time_open_once"
            )
        ]
        indexes = [models.Index(fields=["operation", "line"], name="operation_time_open")]

    def __str__(self) -> str:
        return f"{self.operation_id} {self.employee_id}"

    @property
    def minutes(self) -> Decimal:
        """Whole seconds as minutes; 0 while it runs."""
        if self.ended_at is None:
            return Decimal(0)
        return (Decimal(int((self.ended_at - self.began_at).total_seconds())) / 60).quantize(Decimal("0.000001"))
