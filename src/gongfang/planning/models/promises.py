from django.db import models
from django.utils.translation import gettext_lazy as _

from gongfang.planning.models.plans import PlanRun
from gongfang.platform.fields import QuantityField


class PlanPromise(models.Model):
    """When a demand of the live plan can be served within the hours of the work centres, and why not sooner. Disposable like the plan.

    promised null: it can never be served whole. kind: what it waits for, empty where it is in time; blamed, centre, week: the item, and
    the work centre whose hours are gone from that week (Monday) on; waiting: all of them, as `finite.plain_waiting` writes them. order: the sales order that asks for it.
    """

    class Kind(models.TextChoices):
        CAPACITY = "capacity", _("Hours")
        LEAD_TIME = "lead_time", _("Lead time")
        MATERIAL = "material", _("Material")
        VERSION = "version", _("Bill of materials")

    run = models.ForeignKey(
        PlanRun, on_delete=models.CASCADE, related_name="promises", db_index=False, db_constraint=False
    )
    doc_type = models.CharField(max_length=60)
    document_id = models.BigIntegerField()
    line_id = models.BigIntegerField(default=0)
    order = models.ForeignKey(
        "sales.SalesOrder", on_delete=models.CASCADE, null=True, related_name="+", verbose_name=_("sales order"),
        db_constraint=False,
    )  # fmt: skip
    number = models.CharField(_("demand"), max_length=40, blank=True)
    partner = models.CharField(_("partner"), max_length=120, blank=True)
    item = models.ForeignKey(
        "masterdata.Item", on_delete=models.CASCADE, related_name="+", verbose_name=_("item"), db_constraint=False
    )
    quantity = QuantityField(_("quantity"))
    due = models.DateField(_("due"))
    promised = models.DateField(_("can be had on"), null=True)
    late_days = models.IntegerField(_("days late"), default=0)
    short = QuantityField(_("short of"), default=0)
    kind = models.CharField(_("waits for"), max_length=12, choices=Kind, blank=True)
    blamed = models.ForeignKey(
        "masterdata.Item", on_delete=models.CASCADE, null=True, related_name="+", db_index=False, db_constraint=False
    )
    centre = models.ForeignKey(
        "masterdata.WorkCentre", on_delete=models.CASCADE, null=True, related_name="+", db_index=False,
        verbose_name=_("work centre"), db_constraint=False,
    )  # fmt: skip
    week = models.DateField(_("week"), null=True)
    waiting = models.JSONField(default=list)

    class Meta:
        verbose_name = _("promise within capacity")
        verbose_name_plural = _("promises within capacity")
        ordering = ("id",)
        indexes = [models.Index(fields=["run", "late_days"], name="plan_promise_late")]

    def __str__(self) -> str:
        return f"{self.number} {self.item_id}"
