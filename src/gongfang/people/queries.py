"""Reads for screens and neighbours."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from gongfang.people.models import Employee, EmployeeSkill, Skill
from gongfang.platform.identity.models import User

WARNING_DAYS = (90, 30, 7)


def employee_of(user: User) -> Employee | None:
    """The employee behind a user, or None."""
    return Employee.objects.filter(user=user).first()


def team_of(user: User) -> str:
    """The team of the employee behind a user, empty where there is none."""
    return Employee.objects.filter(user=user).values_list("team", flat=True).first() or ""


def teams() -> list[str]:
    """Teams with people who are employed, by name; one statement."""
    rows = Employee.objects.filter(is_active=True).exclude(team="")
    return list(rows.order_by("team").values_list("team", flat=True).distinct())


def employees(ids: Iterable[int]) -> dict[int, Employee]:
    """Employees by id; unknown ids are left out."""
    return Employee.objects.in_bulk(list(ids))


def active_employees() -> list[Employee]:
    """Whoever may be named in a report, by number."""
    return list(Employee.objects.filter(is_active=True).order_by("code"))


def holding(on: date) -> QuerySet[EmployeeSkill]:
    """What is known of everybody's skills on a day: of each person and skill the latest row up to it, valid or not."""
    later = EmployeeSkill.objects.filter(
        employee=OuterRef("employee"), skill=OuterRef("skill"), issued_on__gt=OuterRef("issued_on"), issued_on__lte=on
    )
    return EmployeeSkill.objects.filter(~Exists(later), issued_on__lte=on).select_related("employee", "skill")


def is_certified(row: EmployeeSkill, on: date) -> bool:
    """Whether a person may do such work alone on a day: high enough and not expired."""
    return row.level >= row.skill.level_needed and (row.expires_on is None or row.expires_on >= on)


def certified(on: date, skills: Collection[str] | None = None) -> dict[str, frozenset[int]]:
    """Skill code → ids of the active employees who may do such work on a day. skills: only these codes. One statement.

    A skill that nobody holds is not in the answer.
    """
    rows = holding(on).filter(employee__is_active=True)
    if skills is not None:
        rows = rows.filter(skill__code__in=list(skills))
    found: dict[str, set[int]] = {}
    for row in rows:
        if is_certified(row, on):
            found.setdefault(row.skill.code, set()).add(row.employee_id)
    return {code: frozenset(people) for code, people in sorted(found.items())}


def skill_names(codes: Collection[str]) -> dict[str, str]:
    """Skill code → its name, where it is on the list of skills; one statement."""
    return dict(Skill.objects.filter(code__in=list(codes)).values_list("code", "name"))


def uncertified(wanted: Collection[tuple[int, str]], on: date) -> set[tuple[int, str]]:
    """Those of (employee id, skill code) pairs without a valid certificate on a day. One statement."""
    rows = holding(on).filter(
        employee__in={employee for employee, _ in wanted}, skill__code__in={skill for _, skill in wanted}
    )
    return set(wanted) - {(row.employee_id, row.skill.code) for row in rows if is_certified(row, on)}


def expiring(today: date, days: int = WARNING_DAYS[0]) -> QuerySet[EmployeeSkill]:
    """Certificates of active people that expired or do so within some days and were not renewed, the first first."""
    return (
        holding(today)
        .filter(expires_on__lte=today + timedelta(days=days), employee__is_active=True, skill__is_active=True)
        .order_by("expires_on", "employee__code")
    )
