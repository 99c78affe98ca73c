from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from gongfang.platform.bases import Record
from gongfang.platform.fields import PriceField


class Employee(Record):
    """A person on the pay list; `user` where the person also logs in. hourly_rate: pay per hour of time work."""

    code = models.CharField(_("employee number"), max_length=20, unique=True)
    name = models.CharField(_("employee name"), max_length=60)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="employee",
        verbose_name=_("user"),
    )  # fmt: skip
    department = models.CharField(_("department"), max_length=60, blank=True)
    team = models.CharField(_("team"), max_length=60, blank=True)
    job = models.CharField(_("position"), max_length=60, blank=True)
    hourly_rate = PriceField(_("hourly pay"), default=0, scope="pay")
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("employee")
        verbose_name_plural = _("employees")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name
