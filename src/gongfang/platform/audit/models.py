from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditRow(models.Model):
    """One verb that was done. Each row carries the hash of the one before, so that a changed or missing row shows.

    The id is drawn from the locked tail, so it has no gaps: the chain's order is the order of the ids.
    """

    id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(_("when"))
    actor_id = models.BigIntegerField(_("user id"), null=True)
    actor_name = models.CharField(_("who"), max_length=150)
    verb = models.CharField(_("verb"), max_length=80, db_index=True)
    request_id = models.UUIDField(_("request"), null=True)
    summary = models.CharField(_("what"), max_length=300, blank=True)
    changes = models.JSONField(_("changes"), default=list)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("audit row")
        indexes = [models.Index(fields=["at"]), models.Index(fields=["actor_id", "at"])]

    def __str__(self) -> str:
        return f"{self.id} {self.verb}"


class AuditSubject(models.Model):
    """Which rows an audit row is about: the history tab of a document reads here."""

    audit = models.ForeignKey(AuditRow, on_delete=models.PROTECT, related_name="subjects")
    model = models.CharField(max_length=80)
    object_id = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["model", "object_id"])]

    def __str__(self) -> str:
        return f"{self.model} {self.object_id}"


class AuditTail(models.Model):
    """The end of the chain: locked last in every transaction, so the order of locks stays one."""

    last_id = models.BigIntegerField(default=0)
    last_hash = models.CharField(max_length=64, default="0" * 64)

    def __str__(self) -> str:
        return str(self.last_id)
