from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class TaskRun(models.Model):
    """One run of a long job, for the people who wait for it."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    job = models.CharField(_("job"), max_length=80, db_index=True)
    title = models.CharField(_("title"), max_length=200)
    arguments = models.JSONField(default=dict)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.QUEUED, db_index=True)
    progress = models.PositiveSmallIntegerField(_("progress (%)"), default=0)
    message = models.CharField(_("message"), max_length=300, blank=True)
    log = models.TextField(_("log"), blank=True)
    result = models.JSONField(default=dict)
    cancel_requested = models.BooleanField(default=False)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("task")
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.shown_title

    @property
    def shown_title(self) -> str:
        """The title in the reader's language: the job's own, unless whoever started it gave another."""
        return gettext(self.title)

    @property
    def shown_message(self) -> str:
        """What it says of itself, in the reader's language where that is one of our sentences."""
        return gettext(self.message) if self.message else ""

    @property
    def is_over(self) -> bool:
        return self.state in (self.State.DONE, self.State.FAILED, self.State.CANCELLED)


class ScheduleState(models.Model):
    """When something that happens by the clock ran last and is due again; the row is the lock between workers."""

    name = models.CharField(_("schedule"), max_length=80, unique=True)
    due_at = models.DateTimeField(_("due at"), db_index=True)
    last_at = models.DateTimeField(_("last run"), null=True)
    last_message = models.CharField(_("last result"), max_length=300, blank=True)
    has_failed = models.BooleanField(_("failed"), default=False)
    runs = models.PositiveIntegerField(_("runs"), default=0)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("schedule")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
