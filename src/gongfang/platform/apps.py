import sqlite3
from typing import Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.utils.translation import gettext_lazy as _

from gongfang.platform.statements import plan_once


def _take_many_parameters(connection: Any, **kwargs: Any) -> None:
    """Let SQLite have as many parameters as it really takes: Django assumes 999 and would split inserts into many statements."""
    if connection.vendor == "sqlite":
        connection.features.max_query_params = connection.connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)


class PlatformConfig(AppConfig):
    name = "gongfang.platform"
    label = "platform"
    verbose_name = _("Platform")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Load the platform's own verbs."""
        connection_created.connect(_take_many_parameters)
        connection_created.connect(plan_once)
        import gongfang.platform.approvals.reminding
        import gongfang.platform.approvals.services
        import gongfang.platform.approvals.substituting
        import gongfang.platform.attachments.services
        import gongfang.platform.documents.services
        import gongfang.platform.exchange.services
        import gongfang.platform.identity.services
        import gongfang.platform.settings.services
        import gongfang.platform.statistics  # noqa: F401
