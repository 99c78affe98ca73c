"""What an operation holds beside its work centre: one of the moulds or tools that fit, and a person certified for its skill.

Equal tools (same uses, same place) are one resource with as many places. A skill has as many as people hold a valid certificate
today, shared out over the shifts of the work centres that need it; nobody certified, and it limits nothing but is told.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from gongfang.engines.scheduling.problem import Placed, Resource
from gongfang.kernel.errors import N_, Problem
from gongfang.maintenance import queries as maintenance
from gongfang.people import queries as people

TOOL, SKILL = "tool:", "skill:"
GROUPS_MAX = 6  # kinds of tool that one operation may choose between


@dataclass(frozen=True, slots=True)
class ToolGroup:
    """Equal moulds or tools. pieces_left: until the lives of all of them end; None: no limit."""

    resource: Resource
    codes: str
    work_centre_id: int | None
    pieces_left: Decimal | None
    is_usable: bool


@dataclass(frozen=True, slots=True)
class Holding:
    """groups: by item and operation number (None: any operation); skills: the resource of each limited skill."""

    groups: Mapping[tuple[int, int | None], Sequence[ToolGroup]]
    skills: Mapping[str, Resource]

    @property
    def resources(self) -> tuple[Resource, ...]:
        tools = {group.resource.id: group.resource for row in self.groups.values() for group in row}
        return (*(tools[key] for key in sorted(tools)), *(self.skills[code] for code in sorted(self.skills)))

    def tools_of(self, row: Any) -> list[ToolGroup]:
        """The tools that fit an operation; those that can work now, where there are any."""
        if row.is_subcontracted:
            return []
        key = row.document.item_id
        fitting = [*self.groups.get((key, row.operation_no), ()), *self.groups.get((key, None), ())]
        return [group for group in fitting if group.is_usable] or fitting

    def ways(self, row: Any, centre_id: int) -> list[tuple[str, ...]]:
        """What an operation may hold at a work centre, one of these: tools mounted there or nowhere go first."""
        skill = None if row.is_subcontracted else self.skills.get(row.skill)
        people = () if skill is None else (skill.id,)
        tools = self.tools_of(row)
        here = [group for group in tools if group.work_centre_id in (None, centre_id)] or tools
        if not here:
            return [people]
        return [(group.resource.id, *people) for group in here[:GROUPS_MAX]]


def holding_of(operations: Sequence[Any], on: date, shifts: Mapping[int, int]) -> Holding:
    """Read what open operations need. shifts: of each work centre. Two statements, however many operations."""
    needed: dict[str, int] = {}
    for row in operations:
        if row.skill and not row.is_subcontracted:
            needed[row.skill] = max(needed.get(row.skill, 1), shifts.get(row.work_centre_id, 1))
    able = people.certified(on, list(needed)) if needed else {}
    skills = {
        code: Resource(SKILL + code, max(len(able[code]) // count, 1))
        for code, count in needed.items()
        if able.get(code)
    }
    return Holding(_groups(maintenance.tools_for({row.document.item_id for row in operations})), skills)


def _groups(tools: Sequence[maintenance.FittingTool]) -> dict[tuple[int, int | None], list[ToolGroup]]:
    uses: dict[int, set[tuple[int, int | None]]] = defaultdict(set)
    known: dict[int, maintenance.FittingTool] = {}
    for tool in tools:
        uses[tool.equipment_id].add((tool.item_id, tool.operation_no))
        known[tool.equipment_id] = tool
    equal: dict[Any, list[maintenance.FittingTool]] = defaultdict(list)
    for pk, tool in known.items():
        equal[frozenset(uses[pk]), tool.work_centre_id, tool.is_usable].append(tool)
    found: dict[tuple[int, int | None], list[ToolGroup]] = defaultdict(list)
    for (fits, centre, usable), rows in equal.items():
        lives = [row.pieces_left for row in rows]
        limited = [life for life in lives if life is not None]
        group = ToolGroup(
            Resource(TOOL + "+".join(str(row.equipment_id) for row in rows), len(rows)),
            ", ".join(row.code for row in rows), centre, sum(limited, Decimal(0)) if len(limited) == len(lives) else None, usable,
        )  # fmt: skip
        for use in fits:
            found[use].append(group)
    return found


def warnings(holding: Holding, operations: Sequence[Any], plan: Sequence[Placed]) -> list[Problem]:
    """What the plan counts on and is not there: certified people, a usable tool, enough of a tool's life."""
    found: dict[Any, Problem] = {}
    for row in operations:
        if row.skill and row.skill not in holding.skills and not row.is_subcontracted:
            text = N_(
                "Nobody has a valid certificate for “{skill}”, which {order} needs; the schedule does not limit it."
            )
            found.setdefault(("skill", row.skill), Problem("nobody_certified", text, skill=row.skill, order=_name(row)))
        tools = holding.tools_of(row)
        if tools and not tools[0].is_usable:
            text = N_("{tool} cannot work now (under repair, or its life is over), but {order} is planned with it.")
            key = ("tool", tools[0].resource.id)
            found.setdefault(key, Problem("tool_not_ready", text, tool=tools[0].codes, order=_name(row)))
    return [*found.values(), *_lives(holding, operations, plan)]


def _lives(holding: Holding, operations: Sequence[Any], plan: Sequence[Placed]) -> Iterable[Problem]:
    """The first operation that each tool will not live through, by the order of the plan."""
    left = {
        group.resource.id: group.pieces_left
        for row in holding.groups.values()
        for group in row
        if group.pieces_left is not None and group.is_usable
    }
    codes = {group.resource.id: group.codes for row in holding.groups.values() for group in row}
    known = {str(row.pk): row for row in operations}
    for spot in sorted(plan, key=lambda spot: (spot.start, spot.ref)):
        row = known[spot.ref.operation]
        for tool in set(spot.also) & left.keys():
            before = left[tool]
            assert before is not None
            left[tool] = before - max(row.document.quantity - row.worked_quantity, Decimal(0))
            if left[tool] < 0:
                text = N_("{tool}: life left {left}, less than {order} needs: overhaul it before.")
                yield Problem(
                    "tool_life_ends", text, tool=codes[tool], left=f"{before.normalize():f}", order=_name(row)
                )
                del left[tool]


def _name(row: Any) -> str:
    return f"{row.document.number} {row.operation_no} {row.name}"


def names_of(ids: Collection[str]) -> dict[str, str]:
    """What people call the tools and skills of a plan; at most two statements."""
    tools = {one: [int(pk) for pk in one.removeprefix(TOOL).split("+")] for one in ids if one.startswith(TOOL)}
    skills = [one.removeprefix(SKILL) for one in ids if one.startswith(SKILL)]
    by_pk = maintenance.tool_names({pk for pks in tools.values() for pk in pks}) if tools else {}
    by_code = people.skill_names(skills) if skills else {}
    found = {one: ", ".join(by_pk.get(pk, "?") for pk in pks) for one, pks in tools.items()}
    return found | {SKILL + code: by_code.get(code) or code for code in skills}
