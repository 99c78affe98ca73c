"""Is the system well? Asked by run.py, proxies and monitors; needs no log-in and tells no secret."""

from django.db import connection
from django.http import HttpRequest, JsonResponse

import gongfang
from gongfang.platform.tasks.services import pending_count


def healthz(request: HttpRequest) -> JsonResponse:
    """200 with the version, the database in use and how many tasks wait; an error of the database becomes a 500."""
    return JsonResponse(
        {
            "status": "ok",
            "version": gongfang.__version__,
            "database": "postgresql" if connection.vendor == "postgresql" else "sqlite",
            "pending_tasks": pending_count(),
        }
    )
