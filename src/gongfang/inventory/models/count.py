from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gongfang.inventory.models.lines import StockLine
from gongfang.platform.bases import Document, Record
from gongfang.platform.fields import MoneyField, PriceField, QuantityField, RatioField


class CountMode(models.TextChoices):
    MOVING = "moving", _("Goods may move meanwhile")
    FROZEN = "frozen", _("Nothing moves meanwhile")


class CountPlan(Record):
    """What is counted, how often and by whom (盘点方案). Each run makes count sheets for its people.

    tolerance: share of the book quantity up to which a difference is not counted again; null: nothing is. next_on: null stops it.
    """

    class Method(models.TextChoices):
        FULL = "full", _("Everything")
        ABC = "abc", _("Cycle by ABC class")
        LOCATION = "location", _("Location by location")
        RANDOM = "random", _("Random sample")

    name = models.CharField(_("plan name"), max_length=80, unique=True)
    method = models.CharField(_("method"), max_length=12, choices=Method, default=Method.FULL)
    warehouse = models.ForeignKey(
        "masterdata.Warehouse", on_delete=models.PROTECT, related_name="+", verbose_name=_("warehouse")
    )
    location_prefix = models.CharField(_("locations beginning with"), max_length=60, blank=True)
    mode = models.CharField(_("while counting"), max_length=8, choices=CountMode, default=CountMode.MOVING)
    is_blind = models.BooleanField(_("blind (book quantity hidden)"), default=True)
    tolerance = RatioField(_("recount beyond"), null=True, blank=True)
    other_person = models.BooleanField(_("recount by another person"), default=False)
    sample_size = models.PositiveIntegerField(_("sample size"), default=20)
    a_days = models.PositiveIntegerField(_("A every (days)"), default=30)
    b_days = models.PositiveIntegerField(_("B every (days)"), default=90)
    c_days = models.PositiveIntegerField(_("C every (days)"), default=180)
    lines_a_sheet = models.PositiveIntegerField(_("lines a sheet"), default=200)
    interval_days = models.PositiveIntegerField(_("every (days)"), default=30)
    days_to_count = models.PositiveIntegerField(_("days to count"), default=3)
    next_on = models.DateField(_("next on"), null=True, blank=True)
    last_on = models.DateField(_("last on"), null=True, blank=True, editable=False)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("count plan")
        ordering = ("name",)
        constraints = [
            models.CheckConstraint(
                condition=Q(lines_a_sheet__gte=1, interval_days__gte=1, sample_size__gte=1), name="count_plan_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CountPlanPerson(models.Model):
    """Somebody who counts for a plan; sheets are dealt out in turn."""

    plan = models.ForeignKey(CountPlan, on_delete=models.CASCADE, related_name="people")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("person")
    )

    class Meta:
        verbose_name = _("counter")
        constraints = [models.UniqueConstraint(fields=["plan", "user"], name="counter_once_per_plan")]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.user_id}"


class StockCount(Document):
    """A count of one location (盘点单). What is compared is the book quantity of the moment each line was counted; only
    differences are posted, so that goods may move meanwhile, or nothing moves in the place until it is over.

    round: 1 the first count, 2 the recount of what was beyond the tolerance. line_count … loss_value: how it came out, written
    when it is approved.
    """

    doc_type = "inventory.count"
    prefix = "PD"

    location = models.ForeignKey(
        "ledger.Location", on_delete=models.PROTECT, related_name="+", verbose_name=_("location")
    )
    is_blind = models.BooleanField(_("blind (book quantity hidden)"), default=False)
    plan = models.ForeignKey(
        CountPlan, on_delete=models.PROTECT, null=True, blank=True, related_name="counts", verbose_name=_("plan")
    )
    mode = models.CharField(_("while counting"), max_length=8, choices=CountMode, default=CountMode.MOVING)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who counts"),
    )
    due_on = models.DateField(_("count by"), null=True, blank=True)
    tolerance = RatioField(_("recount beyond"), null=True, blank=True)
    other_person = models.BooleanField(_("recount by another person"), default=False)
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    line_count = models.PositiveIntegerField(_("lines counted"), default=0)
    right_count = models.PositiveIntegerField(_("lines right"), default=0)
    book_value = MoneyField(_("value by the books"), default=0, scope="cost")
    gain_value = MoneyField(_("value found"), default=0, scope="cost")
    loss_value = MoneyField(_("value missing"), default=0, scope="cost")

    class Meta:
        verbose_name = _("stock count")

    @property
    def is_holding(self) -> bool:
        """Whether nothing may move in its place now."""
        return self.mode == CountMode.FROZEN and self.approval in ("draft", "submitted", "rejected")


class StockCountLine(StockLine):
    """One item (and lot) that was counted. quantity: by the books at the moment it was counted; counted: what was found, null
    until then; recounted: what was found the second time, and then counts.
    """

    document = models.ForeignKey(StockCount, on_delete=models.CASCADE, related_name="lines")
    counted = QuantityField(_("counted"), null=True, blank=True)
    counted_at = models.DateTimeField(_("counted at"), null=True, blank=True)
    counted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("counted by"),
    )
    needs_recount = models.BooleanField(_("count again"), default=False)
    recounted = QuantityField(_("counted again"), null=True, blank=True)
    recounted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("counted again by"),
    )
    unit_cost = PriceField(_("unit cost"), default=0, scope="cost")

    class Meta(StockLine.Meta):
        verbose_name = _("count line")
        constraints = [models.UniqueConstraint(fields=["document", "item", "lot"], name="counted_once")]

    @property
    def found(self):  # type: ignore[no-untyped-def]
        """What counts: the recount where there was one."""
        return self.counted if self.recounted is None else self.recounted

    @property
    def difference(self):  # type: ignore[no-untyped-def]
        """Found less by the books; None until counted."""
        return None if self.found is None else self.found - self.quantity

    @property
    def book_shown(self):  # type: ignore[no-untyped-def]
        """The book quantity as a counter sees it: hidden in a blind count until it is approved."""
        return None if self.document.is_blind and self.document.is_editable else self.quantity

    @property
    def difference_shown(self):  # type: ignore[no-untyped-def]
        """The difference, hidden in the same way."""
        return None if self.document.is_blind and self.document.is_editable else self.difference
