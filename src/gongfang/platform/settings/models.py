from django.db import models
from django.utils.translation import gettext_lazy as _


class Setting(models.Model):
    """A value that differs from the default of its declaration."""

    key = models.CharField(_("key"), max_length=80, unique=True)
    value = models.JSONField(_("value"))
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("setting")

    def __str__(self) -> str:
        return self.key
