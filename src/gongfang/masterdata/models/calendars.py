from django.db import models
from django.utils.translation import gettext_lazy as _

from gongfang.platform.fields import QuantityField


def monday_to_friday() -> list[int]:
    return [1, 2, 3, 4, 5]


class Calendar(models.Model):
    """Which days are worked. weekdays: ISO numbers, Monday 1. shifts: [{"name", "start": "08:00", "end": "17:00"}, …]."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("calendar name"), max_length=80)
    weekdays = models.JSONField(_("weekdays"), default=monday_to_friday)
    hours_per_day = QuantityField(_("hours per day"), default=8)
    shifts = models.JSONField(_("shifts"), default=list, blank=True)

    class Meta:
        verbose_name = _("calendar")
        verbose_name_plural = _("calendars")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(hours_per_day__gt=0, hours_per_day__lte=24), name="calendar_hours_of_a_day"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def weekday_text(self) -> str:
        """The weekdays as people write them: 1,2,3,4,5."""
        return ",".join(str(day) for day in self.weekdays)

    @property
    def shift_text(self) -> str:
        """The shifts as people write them: Day 08:00-17:00; Night 20:00-05:00."""
        return "; ".join(f"{shift['name']} {shift['start']}-{shift['end']}".strip() for shift in self.shifts)


class CalendarException(models.Model):
    """A holiday, or a day that is worked to make up for one."""

    calendar = models.ForeignKey(
        Calendar, on_delete=models.CASCADE, related_name="exceptions", verbose_name=_("calendar")
    )
    date = models.DateField(_("date"))
    is_working = models.BooleanField(_("worked"), default=False)
    name = models.CharField(_("holiday name"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("calendar exception")
        verbose_name_plural = _("calendar exceptions")
        ordering = ["calendar", "date"]
        constraints = [models.UniqueConstraint(fields=["calendar", "date"], name="calendar_exception_once")]

    def __str__(self) -> str:
        return f"{self.date} {self.name}"
