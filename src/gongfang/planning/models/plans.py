from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from gongfang.planning.models.scenarios import Scenario
from gongfang.platform.fields import QuantityField


def _plant(title: Any, on_delete: Any = models.SET_NULL) -> Any:
    """A plant of a run's row; null where the company has one."""
    return models.ForeignKey(
        "masterdata.Plant", on_delete=on_delete, null=True, related_name="+", db_index=False, verbose_name=title,
        db_constraint=False,
    )  # fmt: skip


class PlanRun(models.Model):
    """One run of MRP: what it saw and what it proposes. Disposable; only the current one is worked from.

    scenario: a what-if; such a run is never current and nothing of it is released.
    summary: figures to compare runs by (late starts, days late, stock value in cents by week); held: how work centres hold it back.
    kind: a net change begins with the plan before; changed_count: items whose suggestions are others than there, null where all was
    planned anew.
    """

    class Kind(models.TextChoices):
        REGENERATIVE = "regenerative", _("All items")
        NET_CHANGE = "net_change", _("Net change")
        FALLEN_BACK = "fallen_back", _("Net change, planned in full")

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    today = models.DateField(_("planned on"))
    horizon_days = models.PositiveIntegerField(_("horizon (days)"), default=120)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.RUNNING, db_index=True)
    is_current = models.BooleanField(_("current"), default=False, db_index=True)
    kind = models.CharField(_("kind of run"), max_length=12, choices=Kind, default=Kind.REGENERATIVE)
    changed_count = models.PositiveIntegerField(_("items changed"), null=True)
    scenario = models.ForeignKey(
        Scenario, on_delete=models.CASCADE, null=True, blank=True, related_name="runs", verbose_name=_("scenario")
    )
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
    summary = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("MRP run")
        verbose_name_plural = _("MRP runs")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"MRP {self.pk}"


class PlanMemory(models.Model):
    """The live plan as the engine left it, from which a net change begins: `engines.mrp.Remembered`, packed. Of the newest run only, and of
    none that is too large."""

    run = models.OneToOneField(PlanRun, on_delete=models.CASCADE, primary_key=True, related_name="memory")
    packed = models.BinaryField()

    class Meta:
        verbose_name = _("memory of a plan")

    def __str__(self) -> str:
        return f"MRP {self.run_id}"


class PlanSource(models.Model):
    """A demand or supply as the run saw it, with the document line it came from."""

    class Side(models.TextChoices):
        DEMAND = "demand", _("Demand")
        SUPPLY = "supply", _("Supply")

    run = models.ForeignKey(
        PlanRun, on_delete=models.CASCADE, related_name="sources", db_index=False, db_constraint=False
    )
    side = models.CharField(_("side"), max_length=8, choices=Side)
    seq = models.PositiveIntegerField()
    item = models.ForeignKey(
        "masterdata.Item", on_delete=models.CASCADE, related_name="+", verbose_name=_("item"), db_index=False, db_constraint=False
    )  # fmt: skip
    quantity = QuantityField(_("quantity"))
    on = models.DateField(_("date"))
    priority = models.PositiveIntegerField(_("priority"), default=1)
    doc_type = models.CharField(max_length=60)
    document_id = models.BigIntegerField()
    line_id = models.BigIntegerField(default=0)
    number = models.CharField(_("document"), max_length=40)
    plant = _plant(_("plant"))
    partner = models.CharField(_("partner"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("demand or supply")
        indexes = [models.Index(fields=["run", "side", "seq"]), models.Index(fields=["run", "item"])]

    def __str__(self) -> str:
        return self.number


class PlannedOrder(models.Model):
    """A suggestion: make or buy so much by then. `quantity` is ordered, `good_quantity` of it arrives; `net_quantity` was short.

    plant: where it comes in, null where the company has one plant; source_plant: where it is transferred from.
    seq: its row in the run. Millions are written at once: only what the pages search by is indexed, and no row's references are checked
    one by one (as in all tables of a run; they are written from what was read in the same breath).
    """

    class Kind(models.TextChoices):
        MAKE = "make", _("Make")
        BUY = "buy", _("Buy")
        SUBCONTRACT = "subcontract", _("Subcontract")
        TRANSFER = "transfer", _("Transfer")

    class State(models.TextChoices):
        SUGGESTED = "suggested", _("Suggested")
        FIRMED = "firmed", _("Firmed")
        RELEASED = "released", _("Released")
        DISMISSED = "dismissed", _("Dismissed")

    run = models.ForeignKey(
        PlanRun,
        on_delete=models.CASCADE,
        related_name="orders",
        db_index=False,
        verbose_name=_("MRP run"),
        db_constraint=False,
    )
    seq = models.PositiveIntegerField(_("suggestion"))
    item = models.ForeignKey(
        "masterdata.Item",
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        verbose_name=_("item"),
        db_constraint=False,
    )
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
        "masterdata.Partner",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("supplier"),
        db_constraint=False,
    )
    plant = _plant(_("plant"))
    source_plant = _plant(_("transferred from"))
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

    @property
    def number(self) -> str:
        """How people name it: P1, P2 …, by the run's order."""
        return str(self)


class PlanItem(models.Model):
    """An item's part of a run, packed: its requirements, and who serves whom (see `planning.packing`).

    A plan has tens of millions of such figures; nobody searches them in SQL, and packed by item they are written in seconds.
    plant: null where the company has one. on_hand: stock that the run counted on. components: items that its orders or
    demands need, packed: in its own plant, or where it is transferred from.
    """

    run = models.ForeignKey(PlanRun, on_delete=models.CASCADE, related_name="items", db_constraint=False)
    item = models.ForeignKey(
        "masterdata.Item", on_delete=models.CASCADE, related_name="+", verbose_name=_("item"), db_constraint=False
    )
    plant = _plant(_("plant"), models.CASCADE)
    on_hand = QuantityField(_("on hand"), default=0)
    lead_time_days = models.PositiveIntegerField(_("lead time (working days)"), default=0)
    first_requirement = models.BigIntegerField(default=0)
    requirements = models.BinaryField(default=bytes)
    pegs = models.BinaryField(default=bytes)
    components = models.BinaryField(default=bytes)

    class Meta:
        verbose_name = _("item of a run")
        verbose_name_plural = _("items of a run")
        constraints = [
            models.UniqueConstraint(
                fields=["run", "item"], condition=models.Q(plant__isnull=True), name="plan_item_once"
            ),
            models.UniqueConstraint(
                fields=["run", "item", "plant"],
                condition=models.Q(plant__isnull=False),
                name="plan_item_once_in_a_plant",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.item_id}"


class PlanException(models.Model):
    """What the planner should look at; `data fault` rows name what must be mended before the item (null: all of them) can be planned
    right, and the row to mend where that is not the item.
    """

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

    run = models.ForeignKey(
        PlanRun, on_delete=models.CASCADE, related_name="exceptions", db_index=False, db_constraint=False
    )
    kind = models.CharField(_("kind"), max_length=20, choices=list(KINDS.items()))
    item = models.ForeignKey(
        "masterdata.Item",
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        verbose_name=_("item"),
        db_constraint=False,
    )
    about = models.CharField(_("about"), max_length=10)
    subject_seq = models.IntegerField(default=-1)
    document = models.CharField(_("document"), max_length=40, blank=True)
    doc_type = models.CharField(max_length=60, blank=True)
    document_id = models.BigIntegerField(null=True)
    moved_from = models.DateField(_("from"), null=True)
    moved_to = models.DateField(_("to"), null=True)
    quantity = QuantityField(_("quantity"), null=True)
    plant = _plant(_("plant"))
    fault = models.CharField(max_length=40, blank=True)
    handled_as = models.CharField(_("done"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("exception")
        verbose_name_plural = _("exceptions")
        ordering = ("id",)
        indexes = [models.Index(fields=["run", "kind"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.item_id}"
