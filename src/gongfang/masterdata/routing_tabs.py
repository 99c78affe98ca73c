"""What a routing shows beside its own fields: its operations as a graph, and how versions differ."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongfang.masterdata.models import Routing, RoutingAlternative, RoutingOperation
from gongfang.masterdata.rules.routing import way
from gongfang.ui.present import number_text
from gongfang.ui.screens import Column, Tab, Table

BOX, GAP = (300, 74), (28, 34)  # a box of the drawing and the room between two, across and down
COMPARED = (
    "name", "work_centre", "setup_minutes", "run_minutes", "queue_minutes", "move_minutes", "crew", "piece_rate", "overlap_quantity", "skill",
    "setup_family", "inspection", "is_subcontracted", "subcontractor", "subcontract_price", "predecessors", "instruction",
)  # fmt: skip
OF_COST = {"piece_rate", "subcontract_price"}
OTHERS = 10  # versions that one is held against, the latest first


def usual_lot(item: Any) -> Decimal:
    """The lot that set-up is spread over: the fixed or smallest lot of the item, else one."""
    return Decimal(item.lot_quantity or item.lot_minimum or 1)


def drawing(user: Any, routing: Routing) -> dict[str, Any]:
    """The operations as boxes, those that may be done beside each other on one height, arrows for what waits for what."""
    steps = list(routing.operations.select_related("work_centre", "subcontractor").order_by("operation_no"))
    lot = usual_lot(routing.item)
    worked = {step.operation_no: step.setup_minutes + step.run_minutes * lot for step in steps}
    waited = {step.operation_no: step.queue_minutes + step.move_minutes for step in steps}
    laid = way({step.operation_no: step.predecessors for step in steps}, {n: worked[n] + waited[n] for n in worked})
    others: dict[int, list[str]] = defaultdict(list)
    for row in routing.alternatives.select_related("work_centre"):
        others[row.operation_no].append(str(row.work_centre))
    places = _places(laid.stage)
    beside = len(laid.longest) < len(steps)
    return {
        "beside": beside,
        "boxes": [
            {"step": step, "x": places[step.operation_no][0], "y": places[step.operation_no][1], "minutes": worked[step.operation_no],
             "others": "、".join(others[step.operation_no]), "decides": beside and step.operation_no in laid.longest}
            for step in steps
        ],
        "arrows": [_arrow(places[before], places[after]) for before, after in laid.arrows],
        "width": max((x for x, _y in places.values()), default=0) + BOX[0],
        "height": max((y for _x, y in places.values()), default=0) + BOX[1],
        "lot": lot, "unit": routing.item.unit.name, "work": sum(worked.values(), Decimal(0)), "way": laid.minutes,
    }  # fmt: skip


def _places(stage: Any) -> dict[int, tuple[int, int]]:
    """Operation → left and top of its box."""
    rows: dict[int, list[int]] = defaultdict(list)
    for number in sorted(stage):
        rows[stage[number]].append(number)
    return {
        number: (n * (BOX[0] + GAP[0]), depth * (BOX[1] + GAP[1]))
        for depth, numbers in rows.items()
        for n, number in enumerate(numbers)
    }


def _arrow(before: tuple[int, int], after: tuple[int, int]) -> str:
    """From the middle of the lower edge of one box to that of the upper edge of another, around the corner in between."""
    x, y = before[0] + BOX[0] // 2, before[1] + BOX[1]
    to_x, to_y = after[0] + BOX[0] // 2, after[1]
    bend = to_y - GAP[1] // 2
    return f"M{x} {y} V{bend} H{to_x} V{to_y}" if x != to_x else f"M{x} {y} V{to_y}"


def compared(user: Any, routing: Routing) -> list[Table]:
    """How this version differs from each other version of the item, latest first. Four statements."""
    versions = list(
        Routing.objects.filter(item=routing.item).exclude(pk=routing.pk).order_by("-valid_from", "-pk")[:OTHERS]
    )
    steps = _steps([routing, *versions])
    names = [name for name in COMPARED if name not in OF_COST or user.may("see.cost")]
    columns = [
        Column("no", _("Operation"), kind="number"), Column("name", _("Operation name")), Column("what", _("What differs")),
        Column("before", _("There")), Column("after", _("Here")),
    ]  # fmt: skip
    return [
        Table(columns, list(_differences(steps[other.pk], steps[routing.pk], names)),
              title=_("Against {version}").format(version=other.code), empty=_("The same operations."))
        for other in versions
    ] or [Table([], [], empty=_("There is no other version."))]  # fmt: skip


Steps = dict[int, dict[str, str]]


def _steps(routings: list[Routing]) -> dict[int, Steps]:
    """Version → operation → what it says, as text; two statements."""
    found: dict[int, Steps] = {routing.pk: {} for routing in routings}
    rows = RoutingOperation.objects.filter(routing__in=routings).select_related("work_centre", "subcontractor")
    for row in rows:
        found[row.routing_id][row.operation_no] = {name: _text(row, name) for name in COMPARED}
    others: dict[tuple[int, int], list[str]] = defaultdict(list)
    for one in RoutingAlternative.objects.filter(routing__in=routings).select_related("work_centre").order_by("rank"):
        others[one.routing_id, one.operation_no].append(str(one.work_centre))
    for routing_id, steps in found.items():
        for number, step in steps.items():
            step["alternatives"] = "、".join(others[routing_id, number])
    return found


def _text(row: RoutingOperation, name: str) -> str:
    if name == "predecessors":
        return row.predecessor_text
    if name == "inspection":
        return "" if row.inspection == "none" else row.get_inspection_display()
    value = getattr(row, name)
    if isinstance(value, bool):
        return _("Yes") if value else ""
    if isinstance(value, Decimal):
        return number_text(value, "quantity")
    return "" if value is None else str(value)


def _differences(before: Steps, after: Steps, names: Iterable[str]) -> Iterable[dict[str, Any]]:
    titles = {name: str(RoutingOperation._meta.get_field(name).verbose_name) for name in COMPARED}
    titles["alternatives"] = _("Alternative work centres")
    for number in sorted({*before, *after}):
        old, new = before.get(number), after.get(number)
        if old is None or new is None:
            there, here = ("" if side is None else f"{side['name']} · {side['work_centre']}" for side in (old, new))
            what = _("Operation added") if old is None else _("Operation left out")
            yield {"no": number, "name": (new or old or {})["name"], "what": what, "before": there, "after": here}
            continue
        for name in (*names, "alternatives"):
            if old[name] != new[name]:
                yield {"no": number, "name": new["name"], "what": titles[name], "before": old[name], "after": new[name]}


ROUTING_TABS = [
    Tab("way", gettext_lazy("Flow"), template="masterdata/_way.html", context=drawing, icon="sitemap"),
    Tab("compare", gettext_lazy("Compare versions"), tables=compared, icon="git-compare"),
]
