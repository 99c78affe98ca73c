"""Keep what a question is about beside the verb that asks, and read it again page by page."""

import json
import zlib
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from gongfang.kernel.errors import DomainError, Kind, Problem
from gongfang.kernel.previews import READ, Preview, PreviewColumn
from gongfang.platform.identity.models import User
from gongfang.platform.previews.models import KeptPreview

KEPT_FOR = timedelta(days=1)


def keep(actor: User, preview: Preview) -> str:
    """Keep it for a day, for this person alone; returns its id. What is older goes. Two statements."""
    rows = [[_text(value) for value in row] for row in preview.rows]
    body = json.dumps({"columns": [asdict(column) for column in preview.columns], "rows": rows}, ensure_ascii=False)
    KeptPreview.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()
    row = KeptPreview.objects.create(
        owner=actor, title=preview.title, rows=len(rows), body=zlib.compress(body.encode(), 1)
    )
    return str(row.pk)


def _text(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


@dataclass(frozen=True, slots=True)
class Read:
    """A kept preview as its owner may see it. rows: lists of values; sums: by place of the column."""

    title: str
    columns: list[PreviewColumn]
    rows: list[list[Any]]
    sums: dict[int, Decimal]


def read(user: User, preview_id: Any) -> Read:
    """What was kept; columns whose right the person lacks are left out. Raises DomainError(missing) for others and after a day."""
    kept = KeptPreview.objects.filter(pk=preview_id, owner=user, created_at__gte=timezone.now() - KEPT_FOR).first()
    if kept is None:
        problem = Problem("missing", "This preview is not yours or is gone already; ask again.")
        raise DomainError(problem, Kind.MISSING)
    found = json.loads(zlib.decompress(kept.body))
    every = [PreviewColumn(**column) for column in found["columns"]]
    shown = [(n, column) for n, column in enumerate(every) if not column.scope or user.sees(column.scope)]
    readers = [(n, READ.get(column.kind)) for n, column in shown]
    rows = [[reader(row[n]) if reader and row[n] else row[n] for n, reader in readers] for row in found["rows"]]
    sums = {
        place: sum((row[place] for row in rows), Decimal(0))
        for place, (_, column) in enumerate(shown)
        if column.total
    }  # fmt: skip
    return Read(kept.title, [column for _, column in shown], rows, sums)
