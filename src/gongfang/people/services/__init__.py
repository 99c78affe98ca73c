"""The verbs on people."""

from gongfang.people.services.employees import VIEW_EMPLOYEES, create_employee, edit_employee, employee_for
from gongfang.people.services.skills import (
    VIEW_SKILLS,
    correct_skill,
    create_skill,
    edit_skill,
    record_skill,
    remove_skill,
    warn_of_expiry,
)

__all__ = [
    "VIEW_EMPLOYEES", "VIEW_SKILLS", "correct_skill", "create_employee", "create_skill", "edit_employee", "edit_skill",
    "employee_for", "record_skill", "remove_skill", "warn_of_expiry",
]  # fmt: skip
