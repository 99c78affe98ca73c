"""What-if: changes as data, planned in a run of their own that nothing is released from."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.masterdata import queries as masterdata
from gongfang.planning.models import Scenario, ScenarioChange
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import note, verb

ROLES = ("planner", "owner", "supervisor")
NEEDED = {
    "demand": ("item_id", "quantity", "on"),
    "demand_share": ("percent",),
    "stock": ("item_id", "quantity"),
    "lead_time": ("days",),
    "capacity": ("percent",),
}


@dataclass(frozen=True, slots=True)
class ChangeInput:
    """One change as entered; see `ScenarioChange` for what each kind reads."""

    kind: str
    item_id: int | None = None
    work_centre_id: int | None = None
    on: date | None = None
    quantity: Decimal | None = None
    percent: int | None = None
    days: int | None = None
    id: int | None = None


def locked_scenario(scenario_id: int) -> Scenario:
    """The scenario, locked. Raises DomainError(missing)."""
    row = Scenario.objects.select_for_update().filter(pk=scenario_id).first()
    if row is None:
        raise DomainError(Problem("scenario_gone", "There is no such scenario any more."), Kind.MISSING)
    return row


def _problems(changes: Sequence[ChangeInput]) -> list[Problem]:
    found = [] if changes else [Problem("no_lines", "Enter at least one line.", "changes")]
    known = masterdata.items_by_ids({one.item_id for one in changes if one.item_id})
    for index, one in enumerate(changes):
        if one.kind not in NEEDED:
            found.append(Problem("bad_kind", "Choose what changes.", f"changes.{index}.kind"))
            continue
        for name in NEEDED[one.kind]:
            if getattr(one, name) is None:
                where = f"changes.{index}.{name.removesuffix('_id')}"
                found.append(Problem("figure_needed", "This change needs a value here.", where))
        if one.item_id and one.item_id not in known:
            found.append(Problem("item_unknown", "There is no such item.", f"changes.{index}.item"))
        if one.kind == "demand" and one.quantity is not None and one.quantity <= 0:
            found.append(Problem("not_positive", "Enter a quantity above 0.", f"changes.{index}.quantity"))
        if one.percent is not None and not 0 <= one.percent <= 1000:
            found.append(Problem("bad_percent", "Enter 0 to 1,000 %.", f"changes.{index}.percent"))
        if one.days is not None and not -1000 <= one.days <= 1000:
            found.append(Problem("bad_days", "Enter at most 1,000 days.", f"changes.{index}.days"))
    return found


def _save(scenario: Scenario, changes: Sequence[ChangeInput]) -> None:
    refuse_if(_problems(changes))
    scenario.changes.all().delete()
    ScenarioChange.objects.bulk_create(
        ScenarioChange(
            scenario=scenario, line_no=number, kind=one.kind, item_id=one.item_id, work_centre_id=one.work_centre_id,
            on=one.on, quantity=one.quantity, percent=one.percent, days=one.days,
        )
        for number, one in enumerate(changes, 1)
    )  # fmt: skip


def _check_name(name: str, but: int = 0) -> None:
    problems = [] if name.strip() else [Problem("name_needed", "Give it a name.", "name")]
    if Scenario.objects.filter(name=name.strip()).exclude(pk=but).exists():
        problems.append(Problem("name_taken", "There is a scenario of this name already.", "name"))
    refuse_if(problems)


@verb("planning.create_scenario", N_("New scenario"), roles=ROLES)
def create_scenario(
    *, actor: User, request_id: uuid.UUID, name: str, changes: Sequence[ChangeInput], note: str = ""
) -> Scenario:
    """Describe a what-if."""
    _check_name(name)
    scenario = Scenario.objects.create(name=name.strip(), note=note, created_by=actor)
    _save(scenario, changes)
    return scenario


@verb("planning.change_scenario", N_("Change scenario"), roles=ROLES)
def change_scenario(
    *, actor: User, request_id: uuid.UUID, scenario_id: int, name: str, changes: Sequence[ChangeInput], note: str = "",
    version: int | None = None,
) -> Scenario:  # fmt: skip
    """Describe it anew; plan it again to see the effect."""
    scenario = locked_scenario(scenario_id)
    if version is not None and scenario.version != version:
        raise DomainError(
            Problem(
                "stale",
                "{subject} was changed by somebody else meanwhile. Reload the page and enter the change again.",
                subject=str(scenario),
            ),
            Kind.CONFLICT,
        )
    _check_name(name, scenario.pk)
    _noted(scenario, name=(scenario.name, name.strip()), note=(scenario.note, note))
    scenario.name, scenario.note, scenario.version = name.strip(), note, scenario.version + 1
    scenario.save()
    _save(scenario, changes)
    return scenario


_noted = note


@verb("planning.delete_scenario", N_("Delete scenario"), roles=ROLES)
def delete_scenario(*, actor: User, request_id: uuid.UUID, scenario_id: int) -> None:
    """Forget a what-if and its plan."""
    locked_scenario(scenario_id).delete()
