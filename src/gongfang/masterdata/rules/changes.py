"""Engineering changes: what is wrong with one, and the lines of a bill of materials after it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from gongfang.kernel.errors import Problem


@dataclass(frozen=True, slots=True)
class ChangeFacts:
    """One line of a change as the rules see it. present: component ids of the bill of materials that is changed."""

    bom_id: int
    item_id: int
    action: str
    component_id: int | None
    replacement_id: int | None
    quantity: Decimal | None
    present: frozenset[int]
    name: str = ""


def change_problems(
    effect: str, effective_on: date | None, serial_from: str, lines: Sequence[ChangeFacts], operations: bool = False
) -> list[Problem]:
    """What is missing or contradicts itself in an engineering change. operations: it changes operations too."""
    problems = []
    if effect == "date" and effective_on is None:
        problems.append(Problem("date_needed", "Say from which day the change takes effect.", where="effective_on"))
    if effect == "serial" and not serial_from.strip():
        problems.append(
            Problem(
                "serial_needed", "Say from which lot or serial number the change takes effect.", where="serial_from"
            )
        )
    if effect == "use_up" and not any(line.action == "replace" for line in lines):
        problems.append(
            Problem("nothing_to_use_up", "Only a replaced component can be used up; choose a date.", where="effect")
        )
    if not lines and not operations:
        problems.append(Problem("no_lines", "Enter at least one line.", where="lines"))
    for n, line in enumerate(lines):
        problems += _line_problems(line, f"lines.{n}.")
    return problems


def _line_problems(line: ChangeFacts, at: str) -> list[Problem]:
    found = []
    if line.action in ("replace", "remove", "quantity") and line.component_id not in line.present:
        found.append(Problem("component_absent", "{bom} has no such component.", where=at + "component", bom=line.name))
    new = line.replacement_id if line.action in ("replace", "add") else None
    if line.action in ("replace", "add") and new is None:
        found.append(Problem("replacement_needed", "Choose the new component.", where=at + "replacement"))
    if new is not None and (new == line.item_id or new == line.component_id):
        found.append(
            Problem(
                "contains_itself", "{item} cannot be a component of itself.", where=at + "replacement", item=line.name
            )
        )
    if line.action in ("add", "quantity") and line.quantity is None:
        found.append(Problem("quantity_needed", "Say how much.", where=at + "quantity"))
    if line.quantity is not None and line.quantity <= 0:
        found.append(Problem("not_positive", "The quantity must be above zero.", where=at + "quantity"))
    return found


@dataclass(frozen=True, slots=True)
class StructureLine:
    """A line of a bill of materials: the component, its quantity, and all else that goes along unchanged."""

    component_id: int
    quantity: Decimal
    rest: Mapping[str, object]


def changed_lines(lines: Sequence[StructureLine], changes: Sequence[ChangeFacts]) -> list[StructureLine]:
    """The lines after the changes, in their old order, new ones last."""
    result = list(lines)
    for change in changes:
        if change.action == "add":
            assert change.replacement_id is not None and change.quantity is not None
            result.append(StructureLine(change.replacement_id, change.quantity, {}))
            continue
        after = []
        for line in result:
            if line.component_id != change.component_id:
                after.append(line)
            elif change.action == "replace":
                assert change.replacement_id is not None
                after.append(
                    replace(line, component_id=change.replacement_id, quantity=change.quantity or line.quantity)
                )
            elif change.action == "quantity":
                assert change.quantity is not None
                after.append(replace(line, quantity=change.quantity))
        result = after
    return result


def next_version(code: str, taken: Sequence[str]) -> str:
    """The version code after one: V1.0 → V1.1; a number at its end is counted up until it is free."""
    head, tail = code, ""
    while head and head[-1].isdigit():
        head, tail = head[:-1], head[-1] + tail
    number = int(tail or 0)
    while True:
        number += 1
        found = f"{head}{number}" if tail else f"{code}.{number}"
        if found not in taken:
            return found[:20]
