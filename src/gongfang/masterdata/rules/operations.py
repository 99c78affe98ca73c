"""Engineering changes of routings: what is wrong with one, and the operations after it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gongfang.kernel.errors import Problem
from gongfang.masterdata.rules.routing import OperationFacts, numbers_in, routing_problems

TIMES = ("setup_minutes", "run_minutes", "piece_rate")


@dataclass(frozen=True, slots=True)
class OperationChange:
    """One change of one operation. values: field → what it becomes; a field that stays is not in it. name: of the routing."""

    routing_id: int
    item_id: int
    action: str
    operation_no: int
    values: Mapping[str, Any]
    name: str = ""


def operation_problems(
    lines: Sequence[OperationChange], routings: Mapping[int, Sequence[Mapping[str, Any]]]
) -> list[Problem]:
    """What is missing or contradicts itself in changes of operations. routings: the operations of each as they are now."""
    problems = []
    for n, line in enumerate(lines):
        numbers = {row["operation_no"] for row in routings[line.routing_id]}
        problems += _line_problems(line, numbers, f"operations.{n}.")
    if not problems:
        for routing_id, rows in routings.items():
            own = [line for line in lines if line.routing_id == routing_id]
            problems += _result_problems(changed_operations(rows, own), lines.index(own[0]))
    return problems


def _line_problems(line: OperationChange, numbers: set[int], at: str) -> list[Problem]:
    found = []
    values = line.values
    if line.action == "add" and line.operation_no in numbers:
        found.append(
            Problem("number_twice", "Operation {number} is there twice.", where=at + "operation_no", number=line.operation_no)
        )  # fmt: skip
    if line.action != "add" and line.operation_no not in numbers:
        found.append(
            Problem("operation_absent", "{routing} has no operation {number}.", where=at + "operation_no", routing=line.name, number=line.operation_no)
        )  # fmt: skip
    if line.action == "add" and not values.get("name"):
        found.append(Problem("name_needed", "Say what is done.", where=at + "name"))
    if line.action == "add" and not values.get("work_centre_id"):
        found.append(Problem("centre_needed", "Say where it is done.", where=at + "work_centre"))
    if line.action == "change" and not values:
        found.append(Problem("nothing_changes", "Say what becomes different.", where=at + "name"))
    found += [
        Problem("negative_time", "Times cannot be negative.", where=at + name)
        for name in TIMES
        if values.get(name, Decimal(0)) < 0
    ]
    if values.get("crew", 1) < 1:
        found.append(Problem("no_crew", "An operation needs at least one person.", where=at + "crew"))
    try:
        numbers_in(values.get("predecessors"))
    except ValueError:
        found.append(
            Problem("bad_predecessors", "Predecessors are operation numbers, such as “10, 20”.", where=at + "predecessors")
        )  # fmt: skip
    return found


def _result_problems(rows: Sequence[Mapping[str, Any]], line: int) -> list[Problem]:
    """What is wrong with a routing after its changes, told at the first line that changes it."""
    facts = [
        OperationFacts(
            row["operation_no"],
            tuple(row["predecessors"]),
            row.get("is_subcontracted", False),
            row.get("subcontractor_id"),
        )
        for row in rows
    ]
    return [
        Problem(one.code, one.template, where=f"operations.{line}.operation_no", **one.data) for one in routing_problems(facts)
    ]  # fmt: skip


def changed_operations(rows: Sequence[Mapping[str, Any]], changes: Sequence[OperationChange]) -> list[dict[str, Any]]:
    """The operations after the changes, by number. What waited for a removed one waits for what that one waited for."""
    after = {row["operation_no"]: dict(row) for row in rows}
    for change in changes:
        number = change.operation_no
        if change.action == "remove":
            for other, before in relinked({pk: row["predecessors"] for pk, row in after.items()}, number).items():
                after[other]["predecessors"] = before
            after.pop(number, None)
            continue
        row = after.setdefault(number, {"operation_no": number, "predecessors": []})
        row |= change.values
        row["predecessors"] = list(numbers_in(row["predecessors"]))
    return [after[number] for number in sorted(after)]


def relinked(predecessors: Mapping[int, Sequence[int]], removed: int) -> dict[int, list[int]]:
    """Operation → what it waits for once another is gone, where that has to be said anew. Without a word it is the one before."""
    own = list(predecessors.get(removed, ()))
    earlier = [number for number in predecessors if number < removed]
    before = own or ([max(earlier)] if earlier else [])
    found = {}
    for number, named in predecessors.items():
        if removed in named:
            found[number] = list(dict.fromkeys([*(one for one in named if one != removed), *before]))
        elif not named and own and number == min((one for one in predecessors if one > removed), default=0):
            found[number] = before
    return found
