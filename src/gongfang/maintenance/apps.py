from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MaintenanceConfig(AppConfig):
    name = "gongfang.maintenance"
    label = "maintenance"
    verbose_name = _("Equipment")
    default_auto_field = "django.db.models.BigAutoField"
