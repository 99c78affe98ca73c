"""Why a demand cannot be served sooner, in words that name the items, the work centres and the weeks."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from gongfang.kernel.errors import N_, Problem
from gongfang.planning.models import PlanPromise

CAPACITY = N_("Waits for hours of {centre} for {item}: they are gone from the week of {week} on.")
LEAD_TIME = N_("The lead time of {item} cannot be shorter.")
MATERIAL = N_("Waits for a supply of {item} that comes late.")
VERSION = N_(
    "Waits for the bill of materials of {item} that holds from {day} on: it could not be begun in time with the one before."
)
NEVER = N_("Cannot be made within the hours: no week of {centre} can hold an order of {item}.")
ONE_WEEK = N_("{centre} is full in the week of {first} ({item}: {hours} h).")
WEEKS = N_("{centre} is full from the week of {first} to that of {last} ({item}: {hours} h).")
NO_WEEK = N_("{centre} has in no week the {hours} h that {item} takes.")
MORE = N_("{count} more on the way are full for a shorter time.")
SHOWN = 6


def reasons(
    kind: str, item: Any, centre: Any, week: date | None, waiting: Sequence[Mapping[str, Any]] = (), *, is_never: bool = False
) -> list[Problem]:  # fmt: skip
    """The reasons; none where it is in time. waiting: every work centre without hours on the way, the longest full first."""
    if kind == "capacity" and waiting:
        more = [Problem("capacity", MORE, count=len(waiting) - SHOWN)] if len(waiting) > SHOWN else []
        return [*(_waits(one) for one in waiting[:SHOWN]), *more]
    if kind == "capacity":
        if is_never:
            return [Problem("never", NEVER, centre=str(centre or ""), item=str(item or ""))]
        return [Problem("capacity", CAPACITY, centre=str(centre or ""), item=str(item or ""), week=week or "")]
    if kind == "version":
        return [Problem("version", VERSION, item=str(item or ""), day=week or "")]
    if kind in ("lead_time", "material"):
        return [Problem(kind, LEAD_TIME if kind == "lead_time" else MATERIAL, item=str(item or ""))]
    return []


def _waits(one: Mapping[str, Any]) -> Problem:
    text = NO_WEEK if one["last"] is None else ONE_WEEK if one["first"] == one["last"] else WEEKS
    return Problem("capacity", text, **{**one, "hours": f"{Decimal(one['hours']):,}"})


def reasons_of(row: PlanPromise) -> list[Problem]:
    """The reasons of a promise (with `blamed` and `centre` read)."""
    return reasons(row.kind, row.blamed, row.centre, row.week, row.waiting, is_never=row.promised is None)
