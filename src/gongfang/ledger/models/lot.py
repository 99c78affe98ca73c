from django.db import models
from django.utils.translation import gettext_lazy as _


class Lot(models.Model):
    """A batch of one item, or (kind serial) one single piece of it."""

    class Kind(models.TextChoices):
        LOT = "lot", _("Lot")
        SERIAL = "serial", _("Serial number")

    class Status(models.TextChoices):
        FREE = "free", _("Usable")
        FROZEN = "frozen", _("Frozen")

    item = models.ForeignKey("masterdata.Item", on_delete=models.PROTECT, related_name="lots", verbose_name=_("item"))
    code = models.CharField(_("lot / serial"), max_length=60, db_index=True)
    kind = models.CharField(_("lot kind"), max_length=8, choices=Kind, default=Kind.LOT)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.FREE)
    made_on = models.DateField(_("made on"), null=True)
    expires_on = models.DateField(_("expires on"), null=True, db_index=True)
    supplier = models.ForeignKey(
        "masterdata.Partner", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("supplier")
    )
    supplier_code = models.CharField(_("supplier's lot"), max_length=60, blank=True)
    source_type = models.CharField(max_length=60, blank=True)
    source_id = models.BigIntegerField(default=0)
    source_number = models.CharField(_("from document"), max_length=40, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("lot")
        constraints = [models.UniqueConstraint(fields=["item", "code"], name="lot_once_per_item")]

    def __str__(self) -> str:
        return self.code
