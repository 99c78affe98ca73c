from django.db import models
from django.utils.translation import gettext_lazy as _


class CostObject(models.Model):
    """What work in process is collected on: a work order, a project."""

    kind = models.CharField(_("kind"), max_length=40)
    code = models.CharField(_("code"), max_length=60)
    title = models.CharField(_("title"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("cost object")
        constraints = [models.UniqueConstraint(fields=["kind", "code"], name="cost_object_once")]

    def __str__(self) -> str:
        return self.code


class CostElement(models.TextChoices):
    MATERIAL = "material", _("Material")
    LABOUR = "labour", _("Labour")
    MACHINE = "machine", _("Machine")
    OVERHEAD = "overhead", _("Overhead")
    SUBCONTRACT = "subcontract", _("Subcontracting")
