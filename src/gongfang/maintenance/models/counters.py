from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gongfang.maintenance.models.equipment import Equipment
from gongfang.platform.bases import Record
from gongfang.platform.fields import QuantityField


class CounterDevice(Record):
    """A counter on a machine that sends by HTTP or MQTT. token_hash: SHA-256 of its token; owner: for whom it acts.

    highest: the highest sequence number seen. received: how many of its messages are kept.
    """

    code = models.CharField(_("device code"), max_length=40, unique=True)
    equipment = models.ForeignKey(
        Equipment, on_delete=models.PROTECT, related_name="devices", verbose_name=_("equipment")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("responsible person")
    )
    token_hash = models.CharField(max_length=64, unique=True)
    highest = models.BigIntegerField(_("highest number seen"), default=-1)
    received = models.BigIntegerField(_("messages kept"), default=0)
    last_at = models.DateTimeField(_("last heard at"), null=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("counter device")
        verbose_name_plural = _("counter devices")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class Count(models.Model):
    """Strokes and run time of a piece of equipment, from a device's message, a work report, or by hand. Never changed.

    (device, sequence) is there once, so that a message sent again changes nothing; the order of arrival does not matter.
    """

    equipment = models.ForeignKey(Equipment, on_delete=models.PROTECT, related_name="counts")
    device = models.ForeignKey(CounterDevice, on_delete=models.PROTECT, null=True, related_name="counts")
    sequence = models.BigIntegerField(null=True)
    report_id = models.BigIntegerField(default=0, db_index=True)
    at = models.DateTimeField(_("at"))
    strokes = QuantityField(_("strokes"), default=0)
    run_minutes = QuantityField(_("minutes run"), default=0)
    received_at = models.DateTimeField(_("received at"), auto_now_add=True)

    class Meta:
        verbose_name = _("count")
        verbose_name_plural = _("counts")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["device", "sequence"], name="count_once_per_message"),
            models.CheckConstraint(
                condition=Q(device__isnull=True) | Q(sequence__isnull=False), name="count_of_a_device_is_numbered"
            ),
        ]
        indexes = [models.Index(fields=["equipment", "at"], name="count_equipment_at")]

    def __str__(self) -> str:
        return f"{self.equipment_id} {self.at}"
