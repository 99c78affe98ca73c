"""Two runs beside each other: which suggestions came, went, moved or changed, and what it means in lateness and stock."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from gongfang.kernel.errors import Problem
from gongfang.masterdata import queries as masterdata
from gongfang.planning.models import PlannedOrder, PlanRun
from gongfang.planning.queries.within import reasons
from gongfang.planning.rules import Lot, changes_between

SHOWN_MAX = 500


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One difference. what: added, removed, moved or changed; before, after: quantity, start and due of either side."""

    what: str
    item_code: str
    item_name: str
    unit: str
    kind: str
    before: Lot | None
    after: Lot | None
    plant: str = ""

    @property
    def days(self) -> int | None:
        """Days later (negative: earlier)."""
        return (self.after.due - self.before.due).days if self.before and self.after else None


@dataclass(frozen=True, slots=True)
class LateRow:
    """A customer's line or a forecast that is late within the hours in a what-if or as things are now. promised: None is never."""

    number: str
    partner: str
    doc_type: str
    document_id: int
    item_code: str
    item_name: str
    due: date
    live: date | None
    here: date | None
    live_days: int | None
    here_days: int | None
    why: Sequence[Problem] = ()

    @property
    def is_worse(self) -> bool:
        return self.here_days is None or (self.live_days is not None and self.here_days > self.live_days)


def late_demands(run: PlanRun) -> list[LateRow] | None:
    """Who would be late within the hours in a run of a what-if that changes capacity, against the live plan; the worst first. None:
    the run knows nothing of it. Two statements.
    """
    if "late_here" not in run.summary:
        return None
    sides = [
        {(one["doc_type"], one["document_id"], one["line_id"], one["item_id"], one["due"]): one for one in run.summary[name]}
        for name in ("late_live", "late_here")
    ]  # fmt: skip
    told = [one.get("why", {}) for side in sides for one in side.values()]
    blamed = {why["item"] for why in told if why.get("item")}
    items = masterdata.items_by_ids({key[3] for side in sides for key in side} | blamed)
    centres = masterdata.inside_centres({why["centre"] for why in told if why.get("centre")})
    rows = []
    for key in sides[0].keys() | sides[1].keys():
        one = sides[1].get(key) or sides[0][key]
        due = date.fromisoformat(one["due"])
        (live, live_days), (here, here_days) = (_promise(side.get(key), due) for side in sides)
        item = items[key[3]]
        rows.append(
            LateRow(one["number"], one["partner"], key[0], key[1], item.code, item.name, due, live, here, live_days, here_days, _why(one, items, centres))
        )  # fmt: skip
    never = 10**6
    return sorted(
        rows, key=lambda row: (-(never if row.here_days is None else row.here_days), row.due, row.number, row.item_code)
    )


def _why(one: dict[str, Any], items: Mapping[int, Any], centres: Mapping[int, Any]) -> Sequence[Problem]:
    why = one.get("why", {})
    week = date.fromisoformat(why["week"]) if why.get("week") else None
    return reasons(
        why.get("kind", ""), items.get(why.get("item") or 0), centres.get(why.get("centre") or 0), week, one.get("waiting", ()),
        is_never=not one["promised"],
    )  # fmt: skip


def _promise(one: dict[str, Any] | None, due: date) -> tuple[date | None, int | None]:
    """(promised day, days late); what is not late is promised for its day, what can never be had has neither."""
    if one is None:
        return due, 0
    return (date.fromisoformat(one["promised"]), one["days"]) if one["promised"] else (None, None)


@dataclass(frozen=True, slots=True)
class Comparison:
    """counts: by what; rows: the first 500, the greatest move first; weeks: (Monday, cents before, cents after)."""

    first: PlanRun
    second: PlanRun
    counts: dict[str, int]
    rows: list[ChangeRow]
    weeks: list[tuple[date, int, int]]

    @property
    def peaks(self) -> tuple[Decimal, Decimal]:
        """Mean stock value of both, in money."""
        sides = [[week[side] for week in self.weeks] for side in (1, 2)]
        first, second = (Decimal(sum(side)) / max(len(side), 1) / 100 for side in sides)
        return first.quantize(Decimal("0.01")), second.quantize(Decimal("0.01"))


def compare(first: PlanRun, second: PlanRun) -> Comparison:
    """Compare two runs, plant by plant; four statements. O(n log n) in their suggestions."""
    before, after = _lots(first), _lots(second)
    found: list[tuple[_Key, str, Lot | None, Lot | None]] = []
    counts = {"added": 0, "removed": 0, "moved": 0, "changed": 0, "same": 0}
    for key in before.keys() | after.keys():
        for what, old, new in changes_between(before.get(key, []), after.get(key, [])):
            counts[what] += 1
            if what != "same":
                found.append((key, what, old, new))
    found.sort(key=lambda row: (-_size(row[2], row[3]), row[0], row[1]))
    shown = found[:SHOWN_MAX]
    items = masterdata.items_by_ids({row[0][0] for row in shown})
    plants = {plant.pk: plant.name for plant in masterdata.plants()}
    kinds = dict(PlannedOrder.Kind.choices)
    rows = [
        ChangeRow(
            what,
            items[pk].code,
            items[pk].name,
            items[pk].unit.name,
            str(kinds[kind]),
            old,
            new,
            plants.get(plant, "") if plant else "",
        )
        for (pk, plant, kind), what, old, new in shown
    ]
    return Comparison(first, second, counts, rows, _weeks(first, second))


_Key = tuple[int, int, str]
"""Item, plant (0: the only one), kind."""


def _lots(run: PlanRun) -> dict[_Key, list[Lot]]:
    found: dict[_Key, list[Lot]] = defaultdict(list)
    rows: Iterable[tuple[int, int | None, str, Decimal, date, date]] = (
        PlannedOrder.objects.filter(run=run).order_by("item", "due_on", "seq")
        .values_list("item_id", "plant_id", "kind", "quantity", "release_on", "due_on").iterator(chunk_size=5000)
    )  # fmt: skip
    for item, plant, kind, quantity, release, due in rows:
        found[item, plant or 0, kind].append(Lot(quantity, release, due))
    return found


def _size(old: Lot | None, new: Lot | None) -> int:
    """How much a difference weighs in the list: whole orders first, then the days moved."""
    return 10_000 if old is None or new is None else abs((new.due - old.due).days)


def _weeks(first: PlanRun, second: PlanRun) -> list[tuple[date, int, int]]:
    one, two = first.summary.get("stock_cents", []), second.summary.get("stock_cents", [])
    monday = second.today - timedelta(days=second.today.weekday())
    return [(monday + timedelta(weeks=n), old, new) for n, (old, new) in enumerate(zip(one, two, strict=False))]
