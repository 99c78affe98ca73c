from django.db import models
from django.utils.translation import gettext_lazy as _


class Unit(models.Model):
    """A unit of measure. precision: decimals that a quantity in this unit is entered, rounded and shown with."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("unit name"), max_length=40)
    precision = models.PositiveSmallIntegerField(_("decimals"), default=0)

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["code"]
        constraints = [models.CheckConstraint(condition=models.Q(precision__lte=6), name="unit_precision_to_6")]

    def __str__(self) -> str:
        return self.name
