from django.db import models
from django.utils.translation import gettext_lazy as _


class Plant(models.Model):
    """A factory site. Warehouses and work centres belong to one."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("plant name"), max_length=80)

    class Meta:
        verbose_name = _("plant")
        verbose_name_plural = _("plants")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class WarehouseKind(models.TextChoices):
    RAW = "raw", _("Raw material")
    SEMI = "semi", _("Semi-finished")
    FINISHED = "finished", _("Finished goods")
    MIXED = "mixed", _("Mixed")
    LINE = "line", _("Line side")
    INSPECTION = "inspection", _("Inspection")


class Warehouse(models.Model):
    """A store of a plant. Its locations belong to the ledger."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("warehouse name"), max_length=80)
    plant = models.ForeignKey(Plant, on_delete=models.PROTECT, related_name="warehouses", verbose_name=_("plant"))
    kind = models.CharField(_("kind"), max_length=12, choices=WarehouseKind, default=WarehouseKind.MIXED)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("warehouse")
        verbose_name_plural = _("warehouses")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name
