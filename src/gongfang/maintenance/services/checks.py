"""Spot checks: what is looked at, done at the machine, a fault turned into a repair at once."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Problem, refuse_if
from gongfang.maintenance.models import CheckPlan, SpotCheck, SpotCheckLine
from gongfang.maintenance.rules import Finding, Point, check_problems, is_fine
from gongfang.maintenance.services.equipment import KEEPERS
from gongfang.maintenance.services.orders import new_order
from gongfang.masterdata.services.records import changed, created, save_children
from gongfang.platform.documents.editing import locked
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb

PLAN_FIELDS = ("equipment", "name", "every_days", "is_active")
POINT_FIELDS = ("name", "requirement", "is_measured", "lower", "upper")
AT_THE_MACHINE = ("maintainer", "operator", "supervisor")


def _limits(points: Sequence[Mapping[str, Any]] | None) -> list[Problem]:
    return [
        Problem("bad_limits", "The lower limit is above the upper one.", f"points.{index}.upper")
        for index, point in enumerate(points or ())
        if point.get("lower") is not None and point.get("upper") is not None and point["lower"] > point["upper"]
    ]


@verb("maintenance.create_check_plan", N_("Create spot check plan"), roles=KEEPERS)
def create_check_plan(
    *, actor: User, request_id: uuid.UUID, points: Sequence[Mapping[str, Any]] = (), **values: Any
) -> CheckPlan:
    """Say what is looked at on a piece of equipment, and how often."""
    refuse_if(_limits(points))
    if not points:
        raise DomainError(Problem("no_lines", "Enter at least one line.", where="points"))
    plan = created(CheckPlan, values, PLAN_FIELDS)
    save_children(plan, "points", points, POINT_FIELDS, numbered="line_no")
    return plan


@verb("maintenance.change_check_plan", N_("Change spot check plan"), roles=KEEPERS)
def change_check_plan(
    *, actor: User, request_id: uuid.UUID, plan_id: int, points: Sequence[Mapping[str, Any]] | None = None,
    version: int | None = None, **values: Any,
) -> CheckPlan:  # fmt: skip
    """Change what is looked at."""
    refuse_if(_limits(points))
    plan = locked(CheckPlan, plan_id, version=version)
    changed(plan, values, PLAN_FIELDS)
    save_children(plan, "points", points, POINT_FIELDS, numbered="line_no")
    return plan


@verb("maintenance.record_check", N_("Spot check done"), roles=AT_THE_MACHINE)
def record_check(
    *, actor: User, request_id: uuid.UUID, plan_id: int, findings: Sequence[Finding], on: date | None = None, shift: str = "",
    stops_machine: bool = False,
) -> SpotCheck:  # fmt: skip
    """Write down a check, one finding per point in the order of the plan. What is not in order is reported for repair.

    stops_machine: the fault found makes the machine stand.
    """
    plan = CheckPlan.objects.select_related("equipment").filter(pk=plan_id).first()
    if plan is None:
        title = str(CheckPlan._meta.verbose_name)
        raise DomainError(Problem("missing", "There is no {title} {id}.", title=title, id=plan_id))
    points = list(plan.points.all())
    facts = [Point(point.name, point.is_measured, point.lower, point.upper) for point in points]
    refuse_if(check_problems(facts, findings))
    fine = [is_fine(fact, finding) for fact, finding in zip(facts, findings, strict=True)]
    check = SpotCheck.objects.create(
        plan=plan, equipment=plan.equipment, on=on or timezone.localdate(), shift=shift[:20], checked_by=actor, checked_at=timezone.now(),
        is_ok=all(fine),
    )  # fmt: skip
    SpotCheckLine.objects.bulk_create(
        SpotCheckLine(
            check_done=check, line_no=line_no, name=point.name, requirement=point.requirement, is_ok=ok, value=finding.value,
            remark=finding.remark[:200],
        )
        for line_no, (point, finding, ok) in enumerate(zip(points, findings, fine, strict=True), start=1)
    )  # fmt: skip
    if not check.is_ok:
        bad = [
            f"{point.name} {finding.remark or (finding.value if finding.value is not None else '')}".strip()
            for point, finding, ok in zip(points, findings, fine, strict=True)
            if not ok
        ]
        check.order = new_order(actor, plan.equipment, fault="; ".join(bad)[:300], stops_machine=stops_machine)
        check.save(update_fields=["order"])
    return check
