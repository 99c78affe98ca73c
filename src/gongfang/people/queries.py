"""Reads for screens and neighbours."""

from collections.abc import Iterable

from gongfang.people.models import Employee
from gongfang.platform.identity.models import User


def employee_of(user: User) -> Employee | None:
    """The employee behind a user, or None."""
    return Employee.objects.filter(user=user).first()


def employees(ids: Iterable[int]) -> dict[int, Employee]:
    """Employees by id; unknown ids are left out."""
    return Employee.objects.in_bulk(list(ids))


def active_employees() -> list[Employee]:
    """Whoever may be named in a report, by number."""
    return list(Employee.objects.filter(is_active=True).order_by("code"))
