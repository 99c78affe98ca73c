"""What the database knows about the size of its tables: without it SQLite begins joins at the wrong table once they have grown."""

from datetime import datetime, time

from django.db import connection

from gongfang.kernel.errors import N_
from gongfang.platform.identity.models import User
from gongfang.platform.tasks.schedules import scheduled

LOOKED_AT = 10_000  # rows of an index


@scheduled("platform.refresh_statistics", N_("Let the database know how its tables have grown"), at=time(3))
def refresh_statistics(*, actor: User | None, now: datetime) -> str:
    """Every night, and after an upgrade. PostgreSQL keeps its own; SQLite looks at a part of each index, since writers wait meanwhile."""
    if connection.vendor != "sqlite":
        return ""
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA analysis_limit = {LOOKED_AT}")
        cursor.execute("ANALYZE")
        cursor.execute("SELECT count(*) FROM sqlite_stat1")
        return str(cursor.fetchone()[0])
