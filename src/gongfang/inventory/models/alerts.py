from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from gongfang.inventory.rules.alerting import explanation
from gongfang.kernel.errors import Counted
from gongfang.platform.bases import Record
from gongfang.platform.fields import MoneyField, QuantityField


class AlertKind(models.TextChoices):
    NEGATIVE = "negative", _("Below zero")
    SHORTAGE = "shortage", _("Shortage")
    REORDER = "reorder", _("Reorder")
    EXCESS = "excess", _("Excess")
    EXPIRY = "expiry", _("Expiring")
    SLOW = "slow", _("Slow moving")
    DEAD = "dead", _("Dead stock")
    FROZEN = "frozen", _("Frozen too long")


class AlertAction(models.TextChoices):
    NONE = "none", _("Look into it")
    REQUISITION = "requisition", _("Requisition")
    MAKE = "make", _("Work order")
    TRANSFER = "transfer", _("Transfer")
    SCRAP = "scrap", _("Scrap")
    SALE = "sale", _("Offer for sale")
    COUNT = "count", _("Count sheet")
    REPORT = "report", _("Nonconformance report")


class AlertRule(Record):
    """When somebody is told about stock, and what is proposed (预警规则). The most exact rule of a kind counts for an item.

    warehouse: null looks at all stores together. quantity: the limit; null takes the item's own (safety stock, reorder point,
    maximum). days: for expiry how long before, for slow, dead and frozen how long since. is_automatic: the replenishment run
    acts by itself up to `limit` in value.
    """

    kind = models.CharField(_("alert"), max_length=12, choices=AlertKind)
    warehouse = models.ForeignKey(
        "masterdata.Warehouse",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("warehouse"),
    )
    category = models.ForeignKey(
        "masterdata.ItemCategory",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("category"),
    )
    item = models.ForeignKey(
        "masterdata.Item", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("item")
    )
    quantity = QuantityField(_("limit"), null=True, blank=True)
    days = models.PositiveIntegerField(_("days"), null=True, blank=True)
    action = models.CharField(_("proposed action"), max_length=12, choices=AlertAction, default=AlertAction.NONE)
    source_warehouse = models.ForeignKey(
        "masterdata.Warehouse",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("from warehouse"),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who is told"),
    )
    is_automatic = models.BooleanField(_("automatic"), default=False)
    limit = MoneyField(_("automatic up to"), null=True, blank=True, scope="cost")
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("alert rule")
        ordering = ("kind", "pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(item__isnull=True) | Q(category__isnull=True), name="alert_item_or_category"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}"


class StockAlert(Record):
    """One thing that is not as it should be with an item's stock. warehouse_key, lot_key: 0 without one, so that the key is never null.

    detail: the figures of the explanation. proposed: quantity of the action. document_*: what was made of it.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        HANDLED = "handled", _("Handled")
        PUT_OFF = "put_off", _("Put off")
        GONE = "gone", _("Settled")

    kind = models.CharField(_("alert"), max_length=12, choices=AlertKind, db_index=True)
    rule = models.ForeignKey(AlertRule, on_delete=models.PROTECT, related_name="alerts", verbose_name=_("rule"))
    item = models.ForeignKey("masterdata.Item", on_delete=models.PROTECT, related_name="+", verbose_name=_("item"))
    warehouse = models.ForeignKey(
        "masterdata.Warehouse", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("warehouse")
    )
    warehouse_key = models.BigIntegerField(default=0)
    lot = models.ForeignKey(
        "ledger.Lot", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("lot / serial")
    )
    lot_key = models.BigIntegerField(default=0)
    quantity = QuantityField(_("present"))
    threshold = QuantityField(_("limit"), default=0)
    proposed = QuantityField(_("proposed"), default=0)
    value = MoneyField(_("value"), default=0, scope="cost")
    action = models.CharField(_("proposed action"), max_length=12, choices=AlertAction)
    detail = models.JSONField(default=dict)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("owner")
    )
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN, db_index=True)
    put_off_until = models.DateField(_("put off until"), null=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    document_type = models.CharField(max_length=60, blank=True)
    document_id = models.BigIntegerField(default=0)
    document_number = models.CharField(_("document"), max_length=40, blank=True)
    seen_at = models.DateTimeField(_("last seen"))
    ended_at = models.DateTimeField(_("settled at"), null=True)

    class Meta:
        verbose_name = _("stock alert")
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "item", "warehouse_key", "lot_key"], condition=~Q(state="gone"), name="one_live_alert"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.item_id}"

    @property
    def why(self) -> str:
        """The sentence that explains it, in the reader's language."""
        template, values = explanation(self.kind, self.detail)
        if isinstance(template, Counted):
            return ngettext(template, template.many, template.number(values)).format(**values)
        return gettext(template).format(**values)
