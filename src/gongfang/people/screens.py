"""The pay list."""

from django.utils.translation import gettext_lazy as _

from gongfang.people.services import VIEW_EMPLOYEES
from gongfang.ui.screens import Field, Preset, Screen

EMPLOYEES = Screen(
    "people/employees",
    model="people.Employee", title=_("Employees"), one=_("Employee"), icon="users", order=10,
    view_permission=VIEW_EMPLOYEES,
    columns=["code", "name", "department", "team", "job", "hourly_rate", "user__username", "is_active"],
    filters=["department", "team", "is_active"],
    search=["code", "name", "department", "team"],
    views=[Preset("active", _("Active"), {"is_active": True})],
    header=["code", "name", Field("user"), "department", "team", "job", "hourly_rate", Field("is_active", on_create=False)],
    lookup=["code", "name", "team"], label="{name}",
    create_verb="people.create_employee", edit_verb="people.edit_employee",
    teach=_("An employee is a person whose work is reported and paid. Link the user who logs in at the terminal."),
)  # fmt: skip
SCREENS = [EMPLOYEES]
