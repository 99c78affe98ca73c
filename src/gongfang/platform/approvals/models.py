from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ApprovalFlow(models.Model):
    """Steps that a document type goes through, where its conditions hold; the first matching flow by priority is taken.

    conditions: [{"field": "total", "op": ">=", "value": "10000"}], all of which must hold on the document.
    """

    doc_type = models.CharField(_("document type"), max_length=60, db_index=True)
    name = models.CharField(_("name"), max_length=80)
    priority = models.PositiveSmallIntegerField(_("priority"), default=10)
    conditions = models.JSONField(_("conditions"), default=list, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("approval flow")
        ordering = ("priority", "id")

    def __str__(self) -> str:
        return self.name

    def _condition(self, place: int, key: str) -> str:
        return str(self.conditions[place][key]) if len(self.conditions) > place else ""

    @property
    def condition_field(self) -> str:
        return self._condition(0, "field")

    @property
    def condition_op(self) -> str:
        return self._condition(0, "op")

    @property
    def condition_value(self) -> str:
        return self._condition(0, "value")

    @property
    def second_field(self) -> str:
        return self._condition(1, "field")

    @property
    def second_op(self) -> str:
        return self._condition(1, "op")

    @property
    def second_value(self) -> str:
        return self._condition(1, "value")


class ApprovalStep(models.Model):
    """One step of a flow: somebody of a role, or a named person."""

    flow = models.ForeignKey(ApprovalFlow, on_delete=models.CASCADE, related_name="steps")
    order = models.PositiveSmallIntegerField(_("order"))
    role = models.CharField(_("role"), max_length=40, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    needs_all = models.BooleanField(_("everybody of the role must approve"), default=False)
    is_active = models.BooleanField(_("switched on"), default=True)

    class Meta:
        ordering = ("order", "id")

    def __str__(self) -> str:
        return f"{self.order} {self.role}"


class ApprovalTask(models.Model):
    """What one step asked of people for one document, and what they decided: the history of the flow."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting for an earlier step")
        PENDING = "pending", _("To decide")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    doc_type = models.CharField(max_length=60)
    document_id = models.BigIntegerField()
    number = models.CharField(max_length=40)
    order = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=40, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    needs_all = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_for = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    comment = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["doc_type", "document_id"]), models.Index(fields=["state", "role"])]

    def __str__(self) -> str:
        return f"{self.number} {self.order} {self.state}"
