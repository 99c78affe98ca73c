from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from gongfang.platform.bases import Record


class RecallDrill(Record):
    """A trace of a lot as it was at a moment, kept as proof. milliseconds: how long the system took; finding: the whole result."""

    lot = models.ForeignKey("ledger.Lot", on_delete=models.PROTECT, related_name="+", verbose_name=_("lot"))
    traced_at = models.DateTimeField(_("traced at"))
    is_drill = models.BooleanField(_("drill"), default=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("done by")
    )
    milliseconds = models.PositiveIntegerField(_("system time (ms)"), default=0)
    is_balanced = models.BooleanField(_("mass balance holds"), default=True)
    lots = models.PositiveIntegerField(_("lots found"), default=0)
    customers = models.PositiveIntegerField(_("customers found"), default=0)
    finding = models.JSONField(_("result"), default=dict)

    class Meta:
        verbose_name = _("recall drill")
        verbose_name_plural = _("recall drills")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.lot} {self.traced_at:%Y-%m-%d}"
