"""The pay list: verbs on employees."""

import uuid
from decimal import Decimal

from django.db.models import Max

from gongfang.kernel.errors import N_, Problem, refuse_if
from gongfang.people.models import Employee
from gongfang.platform.documents.editing import change, locked
from gongfang.platform.identity.models import User
from gongfang.platform.prepared import Prepared
from gongfang.platform.verbs import verb, view_permission

OF_USERS = Prepared(lambda ids: Employee.objects.filter(user__in=ids))
VIEW_EMPLOYEES = view_permission("people.view_employees", {"hr", "supervisor", "owner", "planner"})


def _problems(code: str, name: str, hourly_rate: Decimal, user_id: int | None, own: int | None = None) -> list[Problem]:
    found = []
    if not code.strip():
        found.append(Problem("required", "An employee number is needed.", where="code"))
    elif Employee.objects.filter(code=code.strip()).exclude(pk=own).exists():
        found.append(Problem("taken", "The employee number “{code}” is taken.", where="code", code=code))
    if not name.strip():
        found.append(Problem("required", "A name is needed.", where="name"))
    if hourly_rate < 0:
        found.append(Problem("negative", "Pay cannot be negative.", where="hourly_rate"))
    if user_id is not None and Employee.objects.filter(user_id=user_id).exclude(pk=own).exists():
        found.append(Problem("user_taken", "This user already is another employee.", where="user"))
    return found


@verb("people.create_employee", N_("New employee"), roles=("hr",))
def create_employee(
    *, actor: User, request_id: uuid.UUID, code: str, name: str, user_id: int | None = None, department: str = "",
    team: str = "", job: str = "", hourly_rate: Decimal = Decimal(0),
) -> Employee:  # fmt: skip
    """Put a person on the pay list."""
    refuse_if(_problems(code, name, hourly_rate, user_id))
    return Employee.objects.create(
        code=code.strip(), name=name.strip(), user_id=user_id, department=department, team=team, job=job,
        hourly_rate=hourly_rate,
    )  # fmt: skip


@verb("people.edit_employee", N_("Change employee"), roles=("hr",))
def edit_employee(
    *, actor: User, request_id: uuid.UUID, employee_id: int, code: str, name: str, user_id: int | None = None,
    department: str = "", team: str = "", job: str = "", hourly_rate: Decimal | None = None, is_active: bool = True,
    version: int | None = None,
) -> Employee:  # fmt: skip
    """Change what is known of a person. hourly_rate None: as it was (the sender may not see pay)."""
    employee = locked(Employee, employee_id, version=version)
    rate = employee.hourly_rate if hourly_rate is None else hourly_rate
    refuse_if(_problems(code, name, rate, user_id, employee.pk))
    change(
        employee, code=code.strip(), name=name.strip(), user_id=user_id, department=department, team=team, job=job,
        hourly_rate=rate, is_active=is_active,
    )  # fmt: skip
    return employee


def employee_for(user: User) -> Employee:
    """The employee behind a user who works on the floor; made on the first report, once however many come at the same time.

    Call it inside a verb. Locks the user where the employee has to be made.
    """
    found = next(iter(OF_USERS([user.pk])), None)
    if found is None:
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        found = Employee.objects.filter(user=user).first()
    if found is not None:
        return found
    code = user.username[:20]
    if Employee.objects.filter(code=code).exists():
        last = Employee.objects.aggregate(last=Max("pk"))["last"] or 0
        code = f"E{last + 1:05d}"
    return Employee.objects.create(code=code, name=user.name, user=user)
