from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from gongfang.platform.fields import QuantityField


class PlanRun(models.Model):
    """One run of MRP: what it saw and what it proposes. Disposable; only the current one is worked from."""

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    today = models.DateField(_("planned on"))
    horizon_days = models.PositiveIntegerField(_("horizon (days)"), default=120)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.RUNNING, db_index=True)
    is_current = models.BooleanField(_("current"), default=False, db_index=True)
    started_at = models.DateTimeField(_("started at"), auto_now_add=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("started by")
    )
    item_count = models.PositiveIntegerField(_("items"), default=0)
    demand_count = models.PositiveIntegerField(_("demands"), default=0)
    supply_count = models.PositiveIntegerField(_("supplies"), default=0)
    order_count = models.PositiveIntegerField(_("suggestions"), default=0)
    exception_count = models.PositiveIntegerField(_("exceptions"), default=0)
    fault_count = models.PositiveIntegerField(_("data faults"), default=0)
    timings = models.JSONField(_("seconds"), default=dict)

    class Meta:
        verbose_name = _("MRP run")
        verbose_name_plural = _("MRP runs")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"MRP {self.pk}"


class PlanSource(models.Model):
    """A demand or supply as the run saw it, with the document line it came from."""

    class Side(models.TextChoices):
        DEMAND = "demand", _("Demand")
        SUPPLY = "supply", _("Supply")

    run = models.ForeignKey(PlanRun, on_delete=models.CASCADE, related_name="sources")
    side = models.CharField(_("side"), max_length=8, choices=Side)
    seq = models.PositiveIntegerField()
    item = models.ForeignKey("masterdata.Item", on_delete=models.CASCADE, related_name="+", verbose_name=_("item"))
    quantity = QuantityField(_("quantity"))
    on = models.DateField(_("date"))
    priority = models.PositiveIntegerField(_("priority"), default=1)
    doc_type = models.CharField(max_length=60)
    document_id = models.BigIntegerField()
    line_id = models.BigIntegerField(default=0)
    number = models.CharField(_("document"), max_length=40)
    partner = models.CharField(_("partner"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("demand or supply")
        indexes = [models.Index(fields=["run", "side", "seq"]), models.Index(fields=["run", "item"])]

    def __str__(self) -> str:
        return self.number


class PlannedOrder(models.Model):
    """A suggestion: make or buy so much by then. `quantity` is ordered, `good_quantity` of it arrives; `net_quantity` was short.

    seq: its row in the run; reason: figures that explain it.
    """

    class Kind(models.TextChoices):
        MAKE = "make", _("Make")
        BUY = "buy", _("Buy")
        SUBCONTRACT = "subcontract", _("Subcontract")

    class State(models.TextChoices):
        SUGGESTED = "suggested", _("Suggested")
        RELEASED = "released", _("Released")
        DISMISSED = "dismissed", _("Dismissed")

    run = models.ForeignKey(PlanRun, on_delete=models.CASCADE, related_name="orders", verbose_name=_("MRP run"))
    seq = models.PositiveIntegerField(_("suggestion"))
    item = models.ForeignKey("masterdata.Item", on_delete=models.CASCADE, related_name="+", verbose_name=_("item"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    quantity = QuantityField(_("quantity"))
    good_quantity = QuantityField(_("good quantity"))
    net_quantity = QuantityField(_("net need"))
    release_on = models.DateField(_("start by"))
    due_on = models.DateField(_("due"))
    need_on = models.DateField(_("needed on"))
    covers_to = models.DateField(_("covers needs to"))
    level = models.PositiveSmallIntegerField(_("level"), default=0)
    is_late = models.BooleanField(_("start is past"), default=False)
    supplier = models.ForeignKey(
        "masterdata.Partner", on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("supplier")
    )
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.SUGGESTED)
    doc_type = models.CharField(max_length=60, blank=True)
    document_id = models.BigIntegerField(null=True)
    document_number = models.CharField(_("released as"), max_length=40, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("suggestion")
        verbose_name_plural = _("suggestions")
        ordering = ("release_on", "id")
        constraints = [models.UniqueConstraint(fields=["run", "seq"], name="planned_order_seq")]
        indexes = [
            models.Index(fields=["run", "state", "release_on"]),
            models.Index(fields=["run", "item", "due_on"]),
        ]

    def __str__(self) -> str:
        return f"P{self.seq + 1}"


class PlanRequirement(models.Model):
    """What a suggestion needs of a component (order_seq), or a demand for a phantom passed on (demand_seq)."""

    run = models.ForeignKey(PlanRun, on_delete=models.CASCADE, related_name="requirements")
    seq = models.PositiveIntegerField()
    item = models.ForeignKey("masterdata.Item", on_delete=models.CASCADE, related_name="+", verbose_name=_("item"))
    quantity = QuantityField(_("quantity"))
    on = models.DateField(_("needed on"))
    order_seq = models.IntegerField(default=-1)
    demand_seq = models.IntegerField(default=-1)

    class Meta:
        verbose_name = _("requirement")
        indexes = [
            models.Index(fields=["run", "seq"]),
            models.Index(fields=["run", "item"]),
            models.Index(fields=["run", "order_seq"]),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.quantity}"


class PlanPeg(models.Model):
    """Who serves whom, level by level. supply_kind: stock, supply, order, byproduct; seqs point into the run's tables."""

    class SupplyKind(models.IntegerChoices):
        STOCK = 0, _("Stock")
        SUPPLY = 1, _("Open order")
        ORDER = 2, _("Suggestion")
        BYPRODUCT = 3, _("By-product")

    run = models.ForeignKey(PlanRun, on_delete=models.CASCADE, related_name="pegs")
    item = models.ForeignKey("masterdata.Item", on_delete=models.CASCADE, related_name="+")
    supply_kind = models.PositiveSmallIntegerField(choices=SupplyKind)
    supply_seq = models.IntegerField()
    demand_seq = models.IntegerField(default=-1)
    requirement_seq = models.IntegerField(default=-1)
    quantity = QuantityField()

    class Meta:
        verbose_name = _("pegging")
        indexes = [
            models.Index(fields=["run", "supply_kind", "supply_seq"]),
            models.Index(fields=["run", "demand_seq"]),
            models.Index(fields=["run", "requirement_seq"]),
            models.Index(fields=["run", "item"]),
        ]

    def __str__(self) -> str:
        return f"{self.supply_kind}:{self.supply_seq}"


class PlanException(models.Model):
    """What the planner should look at; `data fault` rows name what must be mended before the item can be planned."""

    KINDS: dict[str, Any] = {
        "past_due_release": _("Start is past"),
        "past_due_demand": _("Demand is past due"),
        "expedite": _("Expedite"),
        "defer": _("Defer"),
        "cancel": _("Cancel"),
        "below_safety_stock": _("Below safety stock"),
        "beyond_horizon": _("Beyond horizon"),
        "data_fault": _("Data fault"),
    }

    run = models.ForeignKey(PlanRun, on_delete=models.CASCADE, related_name="exceptions")
    kind = models.CharField(_("kind"), max_length=20, choices=list(KINDS.items()), db_index=True)
    item = models.ForeignKey("masterdata.Item", on_delete=models.CASCADE, related_name="+", verbose_name=_("item"))
    about = models.CharField(_("about"), max_length=10)
    subject_seq = models.IntegerField(default=-1)
    document = models.CharField(_("document"), max_length=40, blank=True)
    doc_type = models.CharField(max_length=60, blank=True)
    document_id = models.BigIntegerField(null=True)
    moved_from = models.DateField(_("from"), null=True)
    moved_to = models.DateField(_("to"), null=True)
    quantity = QuantityField(_("quantity"), null=True)
    fault = models.CharField(max_length=40, blank=True)

    class Meta:
        verbose_name = _("exception")
        verbose_name_plural = _("exceptions")
        ordering = ("id",)
        indexes = [models.Index(fields=["run", "kind"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.item_id}"
