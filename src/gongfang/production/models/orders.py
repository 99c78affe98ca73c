from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gongfang.platform.bases import Document, DocumentLine
from gongfang.platform.fields import MoneyField, PriceField, QuantityField, RatioField
from gongfang.production.rules import STAGE_LABELS, Stage


class OrderStage(models.TextChoices):
    PLANNED = Stage.PLANNED.value, _("Planned")
    RELEASED = Stage.RELEASED.value, _("Released to shop")
    STARTED = Stage.STARTED.value, _("Started")
    PAUSED = Stage.PAUSED.value, _("Paused")
    COMPLETED = Stage.COMPLETED.value, _("Completed")
    CLOSED = Stage.CLOSED.value, _("Order closed")
    SETTLED = Stage.SETTLED.value, _("Cost settled")
    CANCELLED = Stage.CANCELLED.value, _("Cancelled")


class OrderKind(models.TextChoices):
    NORMAL = "normal", _("Normal")
    REWORK = "rework", _("Rework")
    DISASSEMBLY = "disassembly", _("Disassembly")
    TRIAL = "trial", _("Trial")


class WorkOrder(Document):
    """What is made, how much, by when; with BOM and routing as they were when it was made.

    over_issue, over_report: tolerances frozen from item, category or company. standard_*: cost of the planned quantity by the
    frozen BOM, routing, prices and rates. unit_cost: at which output is received. actual_*: put in so far; received_value:
    taken out by output; variance_value: written off by settlement. Work in process = Σ actual − received − variance.
    """

    doc_type = "production.work_order"
    prefix = "GD"
    lines_name = "materials"

    item = models.ForeignKey(
        "masterdata.Item", on_delete=models.PROTECT, related_name="work_orders", verbose_name=_("product")
    )
    quantity = QuantityField(_("planned quantity"))
    stage = models.CharField(_("stage"), max_length=12, choices=OrderStage, default=OrderStage.PLANNED, db_index=True)
    kind = models.CharField(_("kind"), max_length=12, choices=OrderKind, default=OrderKind.NORMAL)
    bom = models.ForeignKey(
        "masterdata.Bom", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("BOM")
    )
    routing = models.ForeignKey(
        "masterdata.Routing",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("routing"),
    )
    start = models.DateField(_("planned start"), db_index=True)
    due = models.DateField(_("due"), db_index=True)
    priority = models.PositiveSmallIntegerField(_("priority"), default=5)
    workshop = models.CharField(_("workshop"), max_length=40, blank=True)
    warehouse = models.ForeignKey(
        "masterdata.Warehouse", on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("receiving warehouse"),
    )  # fmt: skip
    customer = models.ForeignKey(
        "masterdata.Partner",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("customer"),
    )
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent order")
    )
    source_type = models.CharField(_("source"), max_length=60, blank=True)
    source_id = models.BigIntegerField(default=0)
    source_line = models.BigIntegerField(default=0)
    why = models.CharField(_("needs analysis"), max_length=1000, blank=True)
    lot_code = models.CharField(_("lot"), max_length=60, blank=True)
    cost_object = models.ForeignKey(
        "ledger.CostObject", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("cost object")
    )
    over_issue = RatioField(_("over-issue tolerance"), default=0)
    over_report = RatioField(_("over-report tolerance"), default=0)

    received_quantity = QuantityField(_("received into stock"), default=0)
    scrap_quantity = QuantityField(_("scrapped"), default=0)
    rework_quantity = QuantityField(_("rework"), default=0)
    actual_start = models.DateTimeField(_("actual start"), null=True)
    actual_end = models.DateTimeField(_("actual end"), null=True)
    closed_on = models.DateField(_("closed on"), null=True)
    pause_reason = models.CharField(_("reason of the pause"), max_length=200, blank=True)

    unit_cost = PriceField(_("standard unit cost"), default=0, scope="cost")
    standard_material = MoneyField(_("standard material"), default=0, scope="cost")
    standard_labour = MoneyField(_("standard labour"), default=0, scope="cost")
    standard_machine = MoneyField(_("standard machine"), default=0, scope="cost")
    standard_overhead = MoneyField(_("standard overhead"), default=0, scope="cost")
    standard_subcontract = MoneyField(_("standard subcontracting"), default=0, scope="cost")
    actual_material = MoneyField(_("actual material"), default=0, scope="cost")
    actual_labour = MoneyField(_("actual labour"), default=0, scope="cost")
    actual_machine = MoneyField(_("actual machine"), default=0, scope="cost")
    actual_overhead = MoneyField(_("actual overhead"), default=0, scope="cost")
    actual_subcontract = MoneyField(_("actual subcontracting"), default=0, scope="cost")
    received_value = MoneyField(_("received value"), default=0, scope="cost")
    variance_value = MoneyField(_("variance"), default=0, scope="cost")

    class Meta:
        verbose_name = _("work order")
        verbose_name_plural = _("work orders")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="work_order_quantity_positive"),
            models.CheckConstraint(condition=Q(received_quantity__gte=0), name="work_order_received_not_negative"),
            models.CheckConstraint(condition=Q(due__gte=F("start")), name="work_order_dates"),
        ]
        indexes = [
            models.Index(fields=["stage", "due"], name="work_order_stage_due"),
            models.Index(fields=["source_type", "source_id"], name="work_order_source"),
        ]

    @property
    def stage_label(self) -> str:
        return STAGE_LABELS[Stage(self.stage)]

    @property
    def open_quantity(self) -> Decimal:
        """What is still expected to come out."""
        if self.stage in (Stage.CLOSED, Stage.SETTLED, Stage.CANCELLED, Stage.COMPLETED) or self.kind == "disassembly":
            return Decimal(0)
        return max(self.quantity - self.received_quantity - self.scrap_quantity, Decimal(0))

    @property
    def put_in(self) -> Decimal:
        """All cost that went into the order."""
        return (
            self.actual_material
            + self.actual_labour
            + self.actual_machine
            + self.actual_overhead
            + self.actual_subcontract
        )

    @property
    def wip(self) -> Decimal:
        """What is still in process: put in − taken out − variance."""
        return self.put_in - self.received_value - self.variance_value

    @property
    def standard_total(self) -> Decimal:
        return (
            self.standard_material + self.standard_labour + self.standard_machine + self.standard_overhead
            + self.standard_subcontract
        )  # fmt: skip


class MaterialMethod(models.TextChoices):
    PUSH = "push", _("Issue by document")
    BACKFLUSH = "backflush", _("Backflush")
    RECEIPT = "receipt", _("Backflush at receipt")
    BULK = "bulk", _("Bulk (not issued)")


class WorkOrderMaterial(DocumentLine):
    """A component of the order. quantity: required, in base units; done_quantity: issued less returned.

    fixed, per_piece: what `quantity` was reckoned from (scrap included), the standard of usage. value: of what is issued net.
    staged_quantity: brought to the line for this order and not yet used. allowed_substitutes: [item id, ratio as text, use up] by rank.
    """

    document = models.ForeignKey(
        WorkOrder, on_delete=models.CASCADE, related_name="materials", verbose_name=_("work order")
    )
    item = models.ForeignKey("masterdata.Item", on_delete=models.PROTECT, related_name="+", verbose_name=_("component"))
    fixed = QuantityField(_("fixed quantity"), default=0)
    per_piece = QuantityField(_("per piece"), default=0)
    scrap = RatioField(_("scrap share"), default=0)
    issue_method = models.CharField(
        _("issue method"), max_length=12, choices=MaterialMethod, default=MaterialMethod.PUSH
    )
    operation_no = models.PositiveIntegerField(_("operation"), null=True, blank=True)
    offset_days = models.PositiveSmallIntegerField(_("needed after (days)"), default=0)
    warehouse = models.ForeignKey(
        "masterdata.Warehouse",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("warehouse"),
    )
    substitute_for = models.ForeignKey(
        "self",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="substitutes",
        verbose_name=_("in place of"),
    )
    issued_quantity = QuantityField(_("issued"), default=0)
    returned_quantity = QuantityField(_("returned"), default=0)
    staged_quantity = QuantityField(_("at the line"), default=0)
    allowed_substitutes = models.JSONField(_("substitutes"), default=list, blank=True)
    outside_quantity = QuantityField(_("at the subcontractor's"), default=0)
    standard_price = PriceField(_("standard price"), default=0, scope="cost")
    value = MoneyField(_("value issued"), default=0, scope="cost")

    class Meta(DocumentLine.Meta):
        verbose_name = _("component")
        verbose_name_plural = _("components")
        constraints = [
            models.CheckConstraint(condition=Q(done_quantity__gte=0), name="material_net_issue_not_negative"),
        ]
        indexes = [models.Index(fields=["item", "execution"], name="material_item_execution")]

    def __str__(self) -> str:
        return f"{self.line_no} {self.item}"


class OperationState(models.TextChoices):
    OPEN = "open", _("Not started")
    STARTED = "started", _("Started")
    DONE = "done", _("Done")


class WorkOrderOperation(models.Model):
    """A step of the order. Times in minutes (set-up per order, run per piece); rates per hour, frozen. minutes: spent so far.

    alternatives: ids of work centres that can do it too, by rank. skill: code of what a person must be certified for.
    overlap_quantity: good pieces after which the next operation may begin. It is given out to a person or to a team, which keeps it.
    """

    document = models.ForeignKey(
        WorkOrder, on_delete=models.CASCADE, related_name="operations", verbose_name=_("work order")
    )
    operation_no = models.PositiveIntegerField(_("operation number"))
    name = models.CharField(_("operation"), max_length=60)
    work_centre = models.ForeignKey(
        "masterdata.WorkCentre", on_delete=models.PROTECT, related_name="+", verbose_name=_("work centre")
    )
    state = models.CharField(
        _("state"), max_length=10, choices=OperationState, default=OperationState.OPEN, db_index=True
    )
    setup_minutes = QuantityField(_("set-up (min)"), default=0)
    run_minutes = QuantityField(_("run (min per unit)"), default=0)
    queue_minutes = QuantityField(_("queue (min)"), default=0)
    move_minutes = QuantityField(_("move (min)"), default=0)
    crew = models.PositiveIntegerField(_("crew"), default=1)
    labour_rate = PriceField(_("labour rate"), default=0, scope="cost")
    machine_rate = PriceField(_("machine rate"), default=0, scope="cost")
    overhead_rate = PriceField(_("overhead rate"), default=0, scope="cost")
    piece_rate = PriceField(_("piece rate"), default=0, scope="pay")
    inspection = models.CharField(_("inspection"), max_length=10, default="none")
    released_quantity = QuantityField(_("released by inspection"), default=0)
    first_passed = models.BooleanField(_("first piece passed"), default=False)
    is_subcontracted = models.BooleanField(_("subcontracted"), default=False)
    subcontractor = models.ForeignKey(
        "masterdata.Partner", on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("subcontractor"),
    )  # fmt: skip
    subcontract_price = PriceField(_("subcontract price"), default=0, scope="cost")
    predecessors = models.JSONField(_("predecessors"), default=list, blank=True)
    overlap_quantity = QuantityField(_("overlap quantity"), default=0)
    skill = models.CharField(_("skill"), max_length=40, blank=True)
    alternatives = models.JSONField(_("alternative work centres"), default=list, blank=True)
    instruction = models.TextField(_("instruction"), blank=True)

    planned_start = models.DateTimeField(_("planned start"), null=True)
    planned_end = models.DateTimeField(_("planned end"), null=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("assigned to"),
    )  # fmt: skip
    team = models.CharField(_("team"), max_length=60, blank=True)
    machine = models.CharField(_("machine"), max_length=40, blank=True)
    acknowledged_at = models.DateTimeField(_("acknowledged at"), null=True)
    started_at = models.DateTimeField(_("started at"), null=True)

    good_quantity = QuantityField(_("good"), default=0)
    scrap_material = QuantityField(_("scrap, material's fault"), default=0)
    scrap_worker = QuantityField(_("scrap, worker's fault"), default=0)
    rework_quantity = QuantityField(_("rework"), default=0)
    minutes = QuantityField(_("minutes spent"), default=0)
    labour_minutes = QuantityField(_("labour minutes spent"), default=0)
    labour_value = MoneyField(_("labour cost"), default=0, scope="cost")
    machine_value = MoneyField(_("machine cost"), default=0, scope="cost")
    overhead_value = MoneyField(_("overhead cost"), default=0, scope="cost")
    subcontract_value = MoneyField(_("subcontract cost"), default=0, scope="cost")

    class Meta:
        verbose_name = _("operation")
        verbose_name_plural = _("operations")
        ordering = ["operation_no"]
        constraints = [
            models.UniqueConstraint(fields=["document", "operation_no"], name="work_order_operation_once"),
            models.CheckConstraint(
                condition=Q(good_quantity__gte=0, scrap_material__gte=0, scrap_worker__gte=0),
                name="work_order_operation_counts",
            ),
        ]
        indexes = [models.Index(fields=["work_centre", "state"], name="operation_dispatch")]

    def __str__(self) -> str:
        return f"{self.operation_no} {self.name}"

    @property
    def given_to(self) -> str:
        """Who is to do it, as lists show it: a person or a team, and the machine."""
        return " ".join(filter(None, (str(self.assigned_to or self.team), self.machine)))

    @property
    def is_given(self) -> bool:
        return bool(self.assigned_to_id or self.team or self.machine)

    @property
    def holds(self) -> bool:
        """Whether its pieces go on only once an inspection has released them."""
        return self.inspection in ("process", "final")

    @property
    def onward_quantity(self) -> Decimal:
        """Good pieces that may go on: all of them, or what inspection has released."""
        return min(self.good_quantity, self.released_quantity) if self.holds else self.good_quantity

    @property
    def scrap_quantity(self) -> Decimal:
        return self.scrap_material + self.scrap_worker

    @property
    def worked_quantity(self) -> Decimal:
        """Pieces that are through: good or scrap."""
        return self.good_quantity + self.scrap_quantity


class OutputKind(models.TextChoices):
    CO = "co", _("Co-product")
    BY = "by", _("By-product")


class WorkOrderOutput(models.Model):
    """What comes out besides the product. unit_cost: at which it takes cost out of the order."""

    document = models.ForeignKey(
        WorkOrder, on_delete=models.CASCADE, related_name="outputs", verbose_name=_("work order")
    )
    item = models.ForeignKey("masterdata.Item", on_delete=models.PROTECT, related_name="+", verbose_name=_("item"))
    kind = models.CharField(_("kind"), max_length=4, choices=OutputKind, default=OutputKind.BY)
    quantity = QuantityField(_("planned quantity"))
    received_quantity = QuantityField(_("received"), default=0)
    cost_share = RatioField(_("cost share"), default=0)
    unit_cost = PriceField(_("standard unit cost"), default=0, scope="cost")

    class Meta:
        verbose_name = _("further output")
        verbose_name_plural = _("further outputs")
        constraints = [models.UniqueConstraint(fields=["document", "item"], name="work_order_output_once")]

    def __str__(self) -> str:
        return str(self.item)
