from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gongfang.ledger.models.location import Location
from gongfang.platform.fields import QuantityField


class Reservation(models.Model):
    """Goods kept for one document line. The sum of the hard ones per balance is that balance's `reserved`.

    A soft one is a promise: it is shown and counted against what is free to promise, but goods may still leave.
    """

    class Kind(models.TextChoices):
        HARD = "hard", _("Hard")
        SOFT = "soft", _("Soft")

    source_type = models.CharField(max_length=60)
    source_id = models.BigIntegerField()
    source_line = models.BigIntegerField(default=0)
    source_number = models.CharField(_("for document"), max_length=40, blank=True)
    item = models.ForeignKey("masterdata.Item", on_delete=models.PROTECT, related_name="+", verbose_name=_("item"))
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+", verbose_name=_("location"))
    lot = models.ForeignKey("ledger.Lot", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("lot"))
    lot_key = models.BigIntegerField(default=0)
    quantity = QuantityField(_("reserved"))
    kind = models.CharField(_("kind"), max_length=4, choices=Kind, default=Kind.HARD, db_default="hard")
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("reservation")
        constraints = [
            models.UniqueConstraint(
                fields=["source_type", "source_id", "source_line", "item", "location", "lot_key", "kind"],
                name="reservation_key",
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="reservation_positive"),
        ]
        indexes = [
            models.Index(fields=["item", "location", "lot_key"]),
            models.Index(fields=["source_line", "source_type"], name="reservation_of_line"),
        ]

    def __str__(self) -> str:
        return f"{self.source_number} {self.item_id}"
