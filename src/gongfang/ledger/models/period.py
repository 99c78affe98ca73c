from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Period(models.Model):
    """An accounting month. Its row is locked last in a posting: it gives voucher numbers without gaps and refuses when closed."""

    class State(models.TextChoices):
        OPEN = "open", _("Not closed")
        CLOSED = "closed", _("Month closed")

    year = models.PositiveSmallIntegerField(_("year"))
    month = models.PositiveSmallIntegerField(_("month"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    last_number = models.PositiveIntegerField(_("last voucher"), default=0)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("closed by")
    )
    closed_at = models.DateTimeField(_("closed at"), null=True)
    averaged_at = models.DateTimeField(_("month average reckoned at"), null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("period")
        ordering = ("-year", "-month")
        constraints = [models.UniqueConstraint(fields=["year", "month"], name="period_once")]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        """2026-11, as people call it."""
        return f"{self.year}-{self.month:02d}"
