from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlatformConfig(AppConfig):
    name = "gongfang.platform"
    label = "platform"
    verbose_name = _("Platform")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Load the platform's own verbs."""
        import gongfang.platform.approvals.services
        import gongfang.platform.attachments.services
        import gongfang.platform.documents.services
        import gongfang.platform.exchange.services
        import gongfang.platform.identity.services
        import gongfang.platform.settings.services  # noqa: F401
