"""Versions of structures and routings that engineering changes make: when they hold, when the old ones end, and all of it taken back."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from gongfang.kernel.errors import Problem
from gongfang.masterdata.models import (
    Bom,
    EngineeringChange,
    EngineeringChangeLine,
    EngineeringChangeOperation,
    Routing,
)

LINES: tuple[tuple[Any, Any, str], ...] = (
    (Bom, EngineeringChangeLine, "bom"),
    (Routing, EngineeringChangeOperation, "routing"),
)
"""What has versions, the lines of a change that name one, and how they call it."""
Made = Mapping[Any, Mapping[int, Any]]
"""Bom or Routing → old version → the new one."""


def made_by(document: EngineeringChange) -> Made:
    """The versions that approval made; two statements."""
    return {
        model: {
            getattr(line, f"{name}_id"): line.made
            for line in lines.objects.filter(document=document, made__isnull=False).select_related("made__item")
        }
        for model, lines, name in LINES
    }


def items_in(made: Made) -> tuple[int, ...]:
    """The items whose versions these are."""
    return tuple(sorted({new.item_id for pairs in made.values() for new in pairs.values()}))


def begin_on(made: Made, day: date) -> None:
    """Let the new versions hold from a day to come on, and the old ones until the day before."""
    for model, pairs in made.items():
        model.objects.filter(pk__in=pairs).update(valid_to=day - timedelta(days=1))
        model.objects.filter(pk__in=[new.pk for new in pairs.values()]).update(status="active")


def hold_now(made: Made, serial: bool) -> None:
    """Let the new versions hold at once. serial: beside the old ones, for the lots and serial numbers that they name."""
    for model, pairs in made.items():
        if serial:
            model.objects.filter(pk__in=[new.pk for new in pairs.values()]).update(status="active")
            continue
        for old_id, new in pairs.items():
            was_default = model.objects.filter(pk=old_id, is_default=True).update(is_default=False)
            model.objects.filter(pk=new.pk).update(
                status="active", is_default=bool(was_default), valid_from=min(new.valid_from, timezone.localdate())
            )


def keep_old(made: Made) -> None:
    """Take back that the old versions end with the new ones: they end when they would have ended."""
    for model, pairs in made.items():
        for old_id, new in pairs.items():
            model.objects.filter(pk=old_id).update(valid_to=new.valid_to)


def take_back(made: Made) -> None:
    """Retire the new versions and let the old ones hold as before."""
    keep_old(made)
    for model, pairs in made.items():
        model.objects.filter(pk__in=[new.pk for new in pairs.values()]).update(status="retired", is_default=False)
        defaults = [old_id for old_id, new in pairs.items() if new.is_default]
        model.objects.filter(pk__in=defaults).update(is_default=True)


def version_problems(document: EngineeringChange) -> list[Problem]:
    """Versions that the change cannot begin from: replaced by another change, or not there on its day. Four statements."""
    found = []
    day = document.effective_on if document.effect == "date" else None
    for _model, lines, name in LINES:
        rows = list(lines.objects.filter(document=document).select_related(f"{name}__item").order_by("line_no"))
        versions = {getattr(row, f"{name}_id"): (n, getattr(row, name)) for n, row in reversed(list(enumerate(rows)))}
        replaced = {getattr(one, f"{name}_id"): one for one in _replacing(lines, name, versions)}
        field = "lines" if name == "bom" else "operations"
        for pk, (n, version) in sorted(versions.items(), key=lambda pair: pair[1][0]):
            where = f"{field}.{n}.{name}"
            if pk in replaced:
                found.append(
                    Problem("replaced_already", "{change} replaces {version} by {made}; change that version.", where=where,
                            change=replaced[pk].document.number, version=str(version), made=str(replaced[pk].made))
                )  # fmt: skip
            elif day and day > timezone.localdate() and not version.valid_from < day <= (version.valid_to or day):
                found.append(
                    Problem("not_held_then", "{version} does not hold the day before and on {day}; choose another day or version.",
                            where=where, version=str(version), day=day)
                )  # fmt: skip
    return found


def _replacing(lines: Any, name: str, versions: Collection[int]) -> Iterable[Any]:
    rows = lines.objects.filter(
        document__approval="approved", made__isnull=False, **{f"{name}__in": list(versions)}
    ).exclude(document__effect="serial")
    return rows.select_related("document", "made__item")


def built_upon(document: EngineeringChange) -> list[Problem]:
    """Later changes that began from the versions of this one and stand in the way of taking it back. Four statements."""
    found = []
    for (_model, pairs), (_, lines, name) in zip(made_by(document).items(), LINES, strict=True):
        rows = lines.objects.filter(
            document__approval="approved", **{f"{name}__in": [new.pk for new in pairs.values()]}
        ).select_related("document")
        found += [
            Problem("built_upon", "{change} was made from its new version; take it back first.", change=number)
            for number in sorted({row.document.number for row in rows})
        ]
    return found
