"""Who did reported work: people with their shares of the pieces and their minutes, and the pay they earn by the piece (多人分摊)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from gongfang.kernel.errors import Problem
from gongfang.kernel.money import ZERO, split, to_cents, to_micro
from gongfang.people.queries import employees
from gongfang.people.services import employee_for
from gongfang.platform.identity.models import User
from gongfang.platform.setwise import insert_rows
from gongfang.production.models import ReportLine, ReportPerson

if TYPE_CHECKING:
    from gongfang.production.services.reporting import ReportInput

MICRO = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class PersonInput:
    """Who took part (0: the person who reports); share of the pieces (weights are enough), minutes None: those of the operation."""

    employee_id: int
    share: Decimal = Decimal(1)
    minutes: Decimal | None = None


def named_people(actor: User, lines: Sequence["ReportInput"]) -> tuple[dict[int, Any], list["ReportInput"]]:
    """The employees of a report by id, and its lines with the person who reports where they say 0.

    0 among the employees stands for that person too: who did the lines that name nobody. Lines done outside are nobody's here.
    """
    ids = {person.employee_id for line in lines for person in line.people}
    found: dict[int, Any] = dict(employees(ids - {0})) if ids - {0} else {}
    if 0 in ids or not all(line.people or line.subcontractor_id for line in lines):
        found[0] = employee_for(actor)
    if 0 not in ids:
        return found, list(lines)
    own = found[0]
    found[own.pk] = own
    return found, [
        replace(line, people=tuple(one if one.employee_id else replace(one, employee_id=own.pk) for one in line.people))
        for line in lines
    ]


def people_problems(lines: Sequence["ReportInput"], known: Collection[int]) -> list[Problem]:
    """What is wrong with the people of the lines: nobody knows them, twice the same, no shares, time below zero."""
    found = []
    for index, line in enumerate(lines):
        where, ids = f"lines.{index}.people", [person.employee_id for person in line.people]
        if not set(ids) <= set(known):
            found.append(Problem("employee_unknown", "There is no such employee.", where=where))
        if len(set(ids)) < len(ids):
            found.append(Problem("person_twice", "The same person is named twice.", where=where))
        if any(person.share < 0 for person in line.people) or (ids and not any(one.share for one in line.people)):
            found.append(Problem("share_needed", "Shares are not below zero, and one at least is above.", where=where))
        if any(person.minutes is not None and person.minutes < 0 for person in line.people):
            found.append(Problem("negative", "Time cannot be below zero.", where=where))
    return found


def labour_minutes(line: "ReportInput", minutes: Decimal, crew: int) -> Decimal:
    """The time of all people together: each person's own where any is named, else that of the operation's crew."""
    if all(person.minutes is None for person in line.people):
        return minutes * crew
    return sum((minutes if one.minutes is None else one.minutes for one in line.people), ZERO)


def write_people(people: Mapping[int, Any], reported: Sequence[ReportLine], lines: Sequence["ReportInput"]) -> None:
    """Who did it, with their pieces to the sixth decimal and the pay they earn by the piece; work done outside earns nobody here any."""
    rows = []
    for row, line in zip(reported, lines, strict=True):
        if row.subcontractor_id:
            continue
        workers = line.people or (PersonInput(people[0].pk),)
        weights = [person.share for person in workers]
        paid = row.good + row.scrap_material
        shares = zip(
            split(row.good, weights, MICRO), split(paid, weights, MICRO), split(to_cents(paid * row.operation.piece_rate), weights), workers,
            strict=True,
        )  # fmt: skip
        for good, pieces, pay, person in shares:
            rows.append(
                ReportPerson(
                    line=row, employee_id=person.employee_id, share=to_micro(person.share / sum(weights, ZERO)),
                    minutes=row.minutes if person.minutes is None else person.minutes, good=good, paid_quantity=pieces,
                    piece_rate=row.operation.piece_rate, pay=pay,
                )
            )  # fmt: skip
    insert_rows(rows)
