from django.db import models
from django.utils.translation import gettext_lazy as _

from gongfang.platform.fields import QuantityField, RatioField


class Forecast(models.Model):
    """What an item is expected to sell, by week or month; with how it was computed and how good that was on the past.

    mase, rmsse: mean absolute, root mean square error in units of a naive forecast's (under 1 is better); bias: mean error per period.
    like, scale: while it is new, it is expected to sell so much of what that item sells. outliers: [period, ordered, reckoned with].
    """

    class Bucket(models.TextChoices):
        WEEK = "week", _("Week")
        MONTH = "month", _("Month")

    item = models.OneToOneField("masterdata.Item", on_delete=models.CASCADE, related_name="+", verbose_name=_("item"))
    bucket = models.CharField(_("period"), max_length=8, choices=Bucket, default=Bucket.WEEK)
    method = models.CharField(_("method"), max_length=40, blank=True)
    mase = QuantityField(_("MASE"), null=True)
    rmsse = QuantityField(_("RMSSE"), null=True)
    bias = QuantityField(_("bias"), null=True)
    like = models.ForeignKey(
        "masterdata.Item",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("like item"),
    )
    scale = RatioField(_("of its sales"), null=True)
    outliers = models.JSONField(default=list)
    remark = models.CharField(_("remark"), max_length=200, blank=True)
    computed_at = models.DateTimeField(_("computed at"), null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("forecast")
        verbose_name_plural = _("forecasts")
        ordering = ("item__code",)

    def __str__(self) -> str:
        return str(self.item)


class ForecastPeriod(models.Model):
    """One cell: `computed` is proposed (with its 80 % interval), `quantity` is planned with; None: not accepted yet."""

    forecast = models.ForeignKey(Forecast, on_delete=models.CASCADE, related_name="periods")
    start = models.DateField(_("period from"))
    computed = QuantityField(_("computed"), null=True)
    low = QuantityField(_("low"), null=True)
    high = QuantityField(_("high"), null=True)
    quantity = QuantityField(_("forecast quantity"), null=True)

    class Meta:
        verbose_name = _("forecast period")
        verbose_name_plural = _("forecast periods")
        ordering = ("forecast", "start")
        constraints = [
            models.UniqueConstraint(fields=["forecast", "start"], name="forecast_period_once"),
            models.CheckConstraint(
                condition=models.Q(quantity__isnull=True) | models.Q(quantity__gte=0), name="forecast_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.forecast_id} {self.start}"
