"""Data scope: which rows a person sees. The only place where querysets are narrowed."""

from typing import TypeVar

from django.db import models
from django.db.models import Q

from gongfang.platform.identity.models import User

M = TypeVar("M", bound=models.Model)


def scoped(rows: models.QuerySet[M], actor: User, *, warehouse: str = "", plant: str = "") -> models.QuerySet[M]:
    """Narrow rows to the person's warehouses and plants. warehouse, plant: paths to the code columns; rows without one stay."""
    for kind, path in (("warehouse", warehouse), ("plant", plant)):
        codes = actor.scope_codes(kind) if path else None
        if codes is not None:
            rows = rows.filter(Q(**{f"{path}__in": codes}) | Q(**{f"{path}__isnull": True}))
    return rows
