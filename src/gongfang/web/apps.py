from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebConfig(AppConfig):
    name = "gongfang.web"
    label = "web"
    verbose_name = _("Pages")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import gongfang.web.importing.jobs  # noqa: F401  (a worker without pages runs them too)
