from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gongfang.ledger.models.location import Location
from gongfang.platform.fields import MoneyField, QuantityField


class Posting(models.Model):
    """One act on the ledgers: goods and money together. Append-only; `reverses` names the one it takes back."""

    reason = models.CharField(_("reason"), max_length=60, db_index=True)
    source_type = models.CharField(max_length=60, blank=True)
    source_id = models.BigIntegerField(default=0)
    source_number = models.CharField(_("document"), max_length=40, blank=True)
    on = models.DateField(_("date"), db_index=True)
    recorded_at = models.DateTimeField(_("recorded at"), auto_now_add=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    partner = models.ForeignKey(
        "masterdata.Partner", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("partner")
    )
    summary = models.CharField(_("summary"), max_length=200, blank=True)
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="reversed_by")

    class Meta:
        verbose_name = _("posting")
        indexes = [models.Index(fields=["source_type", "source_id"])]

    def __str__(self) -> str:
        return f"{self.source_number or self.reason} #{self.pk}"


class StockMove(models.Model):
    """Goods from one location to another, with their value. Append-only; taken back by a row of negative quantity.

    A row of quantity 0 changes value only. source_account / target_account: the credit and the debit that its value makes.
    source_line: the document line it belongs to. is_fixed: its value was given, not reckoned from the pool it leaves.
    kind: what a row of value alone is. "added": cost added to the receipt `adjusts` afterwards; "recost": what its method now
    says `adjusts` is worth, less what was booked; "residue": put into a pool to keep it sound, by the row `residue_of` of
    the same posting or by `adjusts`; "reprice": a standard cost set anew. second_quantity: in the item's second unit.
    came_on: the day on which goods of the opening had come, where that is known and before the books.
    """

    class Kind(models.TextChoices):
        MOVE = "", _("Move")
        ADDED = "added", _("Added cost")
        RECOST = "recost", _("Re-costed")
        RESIDUE = "residue", _("Rounding and variance")
        REPRICE = "reprice", _("Standard cost change")

    posting = models.ForeignKey(Posting, on_delete=models.PROTECT, related_name="moves")
    line_no = models.PositiveIntegerField(_("line"))
    on = models.DateField(_("date"))
    item = models.ForeignKey(
        "masterdata.Item", on_delete=models.PROTECT, related_name="moves", verbose_name=_("item"), db_index=False
    )
    lot = models.ForeignKey(
        "ledger.Lot", on_delete=models.PROTECT, null=True, related_name="moves", verbose_name=_("lot"), db_index=False
    )
    source = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="moves_out", verbose_name=_("from"))
    target = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="moves_in", verbose_name=_("to"))
    quantity = QuantityField(_("quantity"))
    value = MoneyField(_("move value"), default=0, scope="cost")
    source_account = models.ForeignKey(
        "ledger.Account", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    target_account = models.ForeignKey(
        "ledger.Account", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    partner = models.ForeignKey(
        "masterdata.Partner", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("partner"), db_index=False
    )  # fmt: skip
    cost_object = models.ForeignKey(
        "ledger.CostObject", on_delete=models.PROTECT, null=True, related_name="moves", verbose_name=_("cost object"),
        db_index=False,
    )  # fmt: skip
    element = models.CharField(_("cost element"), max_length=16, blank=True)
    source_line = models.BigIntegerField(default=0)
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="reversed_by")
    kind = models.CharField(_("kind of move"), max_length=8, choices=Kind, default=Kind.MOVE, db_default="", blank=True)
    is_fixed = models.BooleanField(default=False, db_default=False)
    adjusts = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="adjustments", db_index=False)
    residue_of = models.PositiveIntegerField(default=0, db_default=0)
    second_quantity = QuantityField(_("second quantity"), default=0, db_default=0)
    came_on = models.DateField(_("came on"), null=True)

    class Meta:
        verbose_name = _("stock move")
        constraints = [
            models.CheckConstraint(condition=~Q(source=models.F("target")), name="move_goes_somewhere"),
            models.CheckConstraint(
                condition=Q(quantity__gte=0) | Q(reverses__isnull=False), name="only_a_reversal_is_negative"
            ),
        ]
        indexes = [
            models.Index(fields=["item", "on"]),
            models.Index(fields=["on"]),
            models.Index(fields=["lot"], condition=Q(lot__isnull=False), name="ledger_stockmove_by_lot"),
            models.Index(fields=["adjusts"], condition=Q(adjusts__isnull=False), name="ledger_stockmove_adjusts"),
            models.Index(fields=["partner"], condition=Q(partner__isnull=False), name="ledger_stockmove_by_partner"),
            models.Index(
                fields=["cost_object"], condition=Q(cost_object__isnull=False), name="ledger_stockmove_by_object"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.posting_id}.{self.line_no}"
