"""What a question (`kind: confirm`) is about, row by row, before it is answered."""

import uuid
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext
from ninja import Query, Router, Schema

from gongfang.api.errors import REFUSALS
from gongfang.platform.previews.services import read

MOST = 5000


class PreviewOut(Schema):
    """columns: their titles. rows: a value for each column; amounts and quantities are exact decimals as text. sums: by title."""

    title: str
    count: int
    columns: list[str]
    sums: dict[str, Any]
    rows: list[list[Any]]


router = Router(tags=["previews"])


@router.get("/{preview_id}", response={200: PreviewOut, **REFUSALS}, summary="Rows of a preview")
def preview(
    request: HttpRequest, preview_id: uuid.UUID, offset: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST)] = MOST,
) -> Any:  # fmt: skip
    """Only whoever was asked reads it, for a day."""
    found = read(request.user, preview_id)  # type: ignore[arg-type]
    titles = [gettext(column.title) for column in found.columns]
    return {
        "title": gettext(found.title), "count": len(found.rows), "columns": titles,
        "sums": {titles[n]: total for n, total in found.sums.items()}, "rows": found.rows[offset : offset + limit],
    }  # fmt: skip
