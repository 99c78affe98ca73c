from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gongfang.planning.models.plans import PlannedOrder
from gongfang.platform.fields import QuantityField


class FirmOrder(models.Model):
    """A suggestion that the planner decided on: every later run keeps its quantity and dates and plans what it needs."""

    class State(models.TextChoices):
        OPEN = "open", _("Kept firm")
        RELEASED = "released", _("Released")
        CANCELLED = "cancelled", _("Cancelled")

    item = models.ForeignKey("masterdata.Item", on_delete=models.PROTECT, related_name="+", verbose_name=_("item"))
    kind = models.CharField(_("kind"), max_length=12, choices=PlannedOrder.Kind)
    quantity = QuantityField(_("quantity"))
    release_on = models.DateField(_("start by"))
    due_on = models.DateField(_("due"))
    supplier = models.ForeignKey(
        "masterdata.Partner",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("supplier"),
    )
    plant = models.ForeignKey(
        "masterdata.Plant", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("plant")
    )
    source_plant = models.ForeignKey(
        "masterdata.Plant",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("transferred from"),
    )
    why = models.CharField(_("needed for"), max_length=400, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.OPEN, db_index=True)
    doc_type = models.CharField(max_length=60, blank=True)
    document_id = models.BigIntegerField(null=True)
    document_number = models.CharField(_("released as"), max_length=40, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("made by")
    )
    created_at = models.DateTimeField(_("made at"), auto_now_add=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("firm planned order")
        verbose_name_plural = _("firm planned orders")
        ordering = ("release_on", "id")
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="firm_order_quantity_positive"),
            models.CheckConstraint(condition=Q(due_on__gte=F("release_on")), name="firm_order_dates"),
        ]

    def __str__(self) -> str:
        return f"F{self.pk}"


class MasterItem(models.Model):
    """An item of the master production schedule, with its fences in calendar days from today.

    Within the demand fence only orders count, no forecast; within the planning fence MRP plans nothing new: the planner does.
    """

    item = models.OneToOneField("masterdata.Item", on_delete=models.CASCADE, related_name="+", verbose_name=_("item"))
    demand_fence_days = models.PositiveIntegerField(_("demand time fence (days)"), default=0)
    planning_fence_days = models.PositiveIntegerField(_("planning time fence (days)"), default=0)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("master scheduled item")
        verbose_name_plural = _("master scheduled items")
        ordering = ("item__code",)
        constraints = [
            models.CheckConstraint(
                condition=Q(planning_fence_days__gte=F("demand_fence_days"), planning_fence_days__lte=1000),
                name="master_item_fences",
            )
        ]

    def __str__(self) -> str:
        return str(self.item)
