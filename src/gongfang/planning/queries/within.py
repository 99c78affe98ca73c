"""Why a demand cannot be served sooner, in words that name the item, the work centre and the week."""

from datetime import date
from typing import Any

from gongfang.kernel.errors import N_, Problem
from gongfang.planning.models import PlanPromise

CAPACITY = N_("Waits for hours of {centre} for {item}: they are gone from the week of {week} on.")
LEAD_TIME = N_("The lead time of {item} cannot be shorter.")
MATERIAL = N_("Waits for a supply of {item} that comes late.")
NEVER = N_("Cannot be made within the hours: no week of {centre} can hold an order of {item}.")


def reason(kind: str, item: Any, centre: Any, week: date | None, *, is_never: bool = False) -> Problem | None:
    """The reason; None where it is in time."""
    if kind == "capacity":
        if is_never:
            return Problem("never", NEVER, centre=str(centre or ""), item=str(item or ""))
        return Problem("capacity", CAPACITY, centre=str(centre or ""), item=str(item or ""), week=week or "")
    if kind in ("lead_time", "material"):
        return Problem(kind, LEAD_TIME if kind == "lead_time" else MATERIAL, item=str(item or ""))
    return None


def reason_of(row: PlanPromise) -> Problem | None:
    """The reason of a promise (with `blamed` and `centre` read)."""
    return reason(row.kind, row.blamed, row.centre, row.week, is_never=row.promised is None)
