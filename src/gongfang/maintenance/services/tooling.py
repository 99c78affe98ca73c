"""Moulds and tools at work: may work go on with them, and what it took of their life. Asked by production through its port."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import F, Q

from gongfang.kernel.errors import Problem
from gongfang.maintenance.models import Count, Equipment, EquipmentKind, EquipmentState, ToolUse
from gongfang.maintenance.rules import Tool, is_near_end, strokes_for, tool_problem
from gongfang.platform.identity.models import User
from gongfang.platform.notifications.services import notify
from gongfang.platform.prepared import Prepared


@dataclass(frozen=True, slots=True)
class ToolWork:
    """Work at an operation. pieces: good and scrap; machine: what the report names, perhaps the mould's own code."""

    item_id: int
    operation_no: int
    work_centre_id: int
    pieces: Decimal = Decimal(0)
    machine: str = ""
    where: str = ""


USES = Prepared(lambda ids: ToolUse.objects.filter(item__in=ids))


def _tools_at(works: Iterable[ToolWork]) -> dict[ToolWork, Equipment]:
    """Work → the mould or tool it is done with: the one it names, else the one mounted there.

    One statement where no mould or tool makes the items, else two.
    """
    works = list(works)
    if not USES(sorted({work.item_id for work in works})):
        return {}
    rows = Equipment.objects.filter(
        kind__in=[EquipmentKind.MOULD, EquipmentKind.TOOL], uses__item__in={work.item_id for work in works}
    ).annotate(use_item=F("uses__item_id"), use_no=F("uses__operation_no"))
    rows = rows.filter(
        Q(work_centre__in={work.work_centre_id for work in works}) | Q(code__in={work.machine for work in works if work.machine})
    ).exclude(state=EquipmentState.RETIRED).order_by("code")  # fmt: skip
    by_item: dict[int, list[Equipment]] = defaultdict(list)
    for row in rows:
        by_item[row.use_item].append(row)
    found = {}
    for work in works:
        fitting = [row for row in by_item[work.item_id] if row.use_no in (None, work.operation_no)]
        named = [row for row in fitting if row.code == work.machine]
        mounted = [row for row in fitting if row.work_centre_id == work.work_centre_id]
        if chosen := named or mounted:
            found[work] = chosen[0]
    return found


def tool_facts(row: Equipment) -> Tool:
    usable = row.state in (EquipmentState.IN_USE, EquipmentState.IDLE)
    return Tool(str(row), row.used_strokes, row.life_strokes, row.warn_share, usable)


def tool_problems(works: Sequence[ToolWork]) -> dict[ToolWork, Problem | None]:
    """Work done with a mould or tool → why it cannot go on: at its limit or under repair. Two statements at most."""
    return {work: tool_problem(tool_facts(row), work.where) for work, row in _tools_at(works).items()}


def count_tools(works: Sequence[ToolWork], *, report_id: int, at: datetime) -> None:
    """Count the strokes that reported pieces took (negative pieces: a report taken back). A mould with a counter of its own
    counts by that one. Tells the maintainers when a life comes to its end. Call it inside a verb; constant statements."""
    strokes: dict[int, Decimal] = defaultdict(Decimal)
    for work, row in _tools_at(works).items():
        strokes[row.pk] += strokes_for(work.pieces, row.cavities)
    strokes = defaultdict(Decimal, {pk: value for pk, value in strokes.items() if value})
    if not strokes:
        return
    rows = list(
        Equipment.objects.select_for_update(of=("self",)).filter(pk__in=strokes)
        .exclude(devices__is_active=True).order_by("pk")
    )  # fmt: skip
    Count.objects.bulk_create(Count(equipment=row, report_id=report_id, at=at, strokes=strokes[row.pk]) for row in rows)
    for row in rows:
        was_near = is_near_end(tool_facts(row))
        row.strokes += strokes[row.pk]
        if is_near_end(tool_facts(row)) and not was_near:
            warn_of_end(row)
    Equipment.objects.bulk_update(rows, ["strokes"])


def warn_of_end(row: Equipment) -> None:
    """Tell the maintainers that a mould or tool is near its limit."""
    notify(
        User.objects.filter(is_active=True, roles__code="maintainer").distinct(),
        title=f"{row} {row.used_strokes.normalize():f} / {(row.life_strokes or Decimal(0)).normalize():f}",
        url=f"/maintenance/moulds/{row.pk}/",
    )
