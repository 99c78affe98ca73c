from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gongfang.platform.fields import QuantityField


class Schedule(models.Model):
    """A finite schedule of open operations: a scenario until it is published, then what the shop works by.

    pins_of: the schedule whose pinned operations were kept. problem: what was solved, in the engine's own words, so that a dragged operation is checked against the same facts.
    objective_value, bound: minutes; no plan can be better than `bound`. levels: where objectives count in turn, each with name (late, setup,
    end), value and bound (null: nothing is proved); the first is the objective's. warnings: code, template and data of each.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    class Objective(models.TextChoices):
        TARDINESS = "total_weighted_tardiness", _("On time first")
        ON_TIME = "on_time", _("On time, then least set-up, then shortest")
        MAKESPAN = "makespan", _("Shortest overall")
        LATENESS = "max_lateness", _("Least lateness of the worst order")

    class Direction(models.TextChoices):
        FORWARD = "forward", _("As early as possible")
        BACKWARD = "backward", _("As late as due dates allow")

    name = models.CharField(_("schedule name"), max_length=80)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.RUNNING)
    objective = models.CharField(_("objective"), max_length=32, choices=Objective, default=Objective.TARDINESS)
    direction = models.CharField(_("begin"), max_length=8, choices=Direction, default=Direction.FORWARD)
    starts_at = models.DateTimeField(_("from"))
    frozen_hours = models.PositiveIntegerField(_("frozen zone (hours)"), default=0)
    seconds = models.PositiveIntegerField(_("seconds to search"), default=20)
    status = models.CharField(_("proof"), max_length=12, blank=True)
    objective_value = QuantityField(_("objective value (min)"), null=True)
    bound = QuantityField(_("proven bound (min)"), null=True)
    pins_of = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("keeps the pins of")
    )
    operation_count = models.PositiveIntegerField(_("operations"), default=0)
    late_count = models.PositiveIntegerField(_("late orders"), default=0)
    message = models.CharField(_("message"), max_length=1000, blank=True)
    problem = models.JSONField(default=dict)
    warnings = models.JSONField(default=list)
    levels = models.JSONField(default=list)
    is_published = models.BooleanField(_("published"), default=False, db_index=True)
    published_at = models.DateTimeField(_("published at"), null=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("made by")
    )
    created_at = models.DateTimeField(_("made at"), auto_now_add=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("finite schedule")
        verbose_name_plural = _("finite schedules")
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.name


class ScheduleSlot(models.Model):
    """Where and when an operation runs. is_fixed: started or frozen; is_pinned: put there by the planner.

    held: the tools and skills held for the same time, as `planning.holding` names them, one a line.
    """

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="slots")
    operation = models.ForeignKey(
        "production.WorkOrderOperation", on_delete=models.CASCADE, related_name="+", verbose_name=_("operation")
    )
    work_centre = models.ForeignKey(
        "masterdata.WorkCentre", on_delete=models.CASCADE, related_name="+", verbose_name=_("work centre")
    )
    starts_at = models.DateTimeField(_("planned start"))
    ends_at = models.DateTimeField(_("planned end"))
    held = models.TextField(blank=True)
    is_fixed = models.BooleanField(_("fixed"), default=False)
    is_pinned = models.BooleanField(_("pinned"), default=False)

    class Meta:
        verbose_name = _("scheduled operation")
        verbose_name_plural = _("scheduled operations")
        ordering = ("starts_at", "id")
        constraints = [
            models.UniqueConstraint(fields=["schedule", "operation"], name="schedule_slot_once"),
            models.CheckConstraint(condition=Q(ends_at__gte=F("starts_at")), name="schedule_slot_times"),
        ]

    def __str__(self) -> str:
        return f"{self.operation_id} {self.starts_at:%Y-%m-%d %H:%M}"

    @property
    def also(self) -> tuple[str, ...]:
        """What is held beside the work centre."""
        return tuple(self.held.splitlines())
