"""The pay list, and what people are able to do."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gongfang.people import matrix, queries
from gongfang.people.models import EmployeeSkill, Level
from gongfang.people.services import VIEW_EMPLOYEES, VIEW_SKILLS
from gongfang.ui.screens import (
    Alert,
    AlertRow,
    Column,
    ExtraTab,
    Field,
    Filter,
    Page,
    Preset,
    Screen,
    Tab,
    Table,
    VerbButton,
)

EMPLOYEES = Screen(
    "people/employees",
    model="people.Employee", title=_("Employees"), one=_("Employee"), icon="users", order=10,
    view_permission=VIEW_EMPLOYEES,
    columns=["code", "name", "department", "team", "job", "hourly_rate", "user__username", Column("is_active", _("Employed"))],
    filters=["department", "team", Filter("is_active", _("Employed"))],
    search=["code", "name", "department", "team"],
    views=[Preset("active", _("Employed"), {"is_active": True})],
    header=["code", "name", Field("user"), "department", "team", "job", "hourly_rate", Field("is_active", _("Employed"), on_create=False)],
    lookup=["code", "name", "team"], label="{name}",
    create_verb="people.create_employee", edit_verb="people.edit_employee",
    teach=_("An employee is a person whose work is reported and paid. Link the user who logs in at the terminal."),
)  # fmt: skip
SKILLS = Screen(
    "people/skills",
    model="people.Skill", title=_("Skills"), one=_("Skill"), icon="certificate-2", order=30, view_permission=VIEW_SKILLS, number="code",
    columns=["code", "name", "level_needed", "valid_months", "people_needed", "is_active", "remark"],
    filters=["is_active"], search=["code", "name"], views=[Preset("active", _("In use"), {"is_active": True})],
    header=[
        Field("code", on_edit=False, help=_("What the operations of routings name.")), "name", Field("level_needed", choices=Level.choices[1:]),
        Field("valid_months", help=_("0: without end.")), Field("people_needed", help=_("How many certified people the company wants to have.")),
        Field("is_active", on_create=False), Field("remark", required=False, span=2),
    ],
    lookup=["code", "name", "level_needed"], label="{name}", create_verb="people.create_skill", edit_verb="people.edit_skill",
    tabs=[Tab("people", _("Who has it"), tables=lambda user, skill: _holders(skill), icon="users")],
    teach=_("A skill is what people can be certified for, such as welding. An operation of a routing asks for it by its code."),
)  # fmt: skip


def _chosen(user: Any, asked: Mapping[str, str]) -> Mapping[str, Any]:
    """Person and skill of the matrix cell that was clicked."""
    return {name: asked[name] for name in ("employee", "skill") if asked.get(name, "").isdigit()}


def _days_left(row: EmployeeSkill) -> int | None:
    return (row.expires_on - timezone.localdate()).days if row.expires_on else None


RECORDS = Screen(
    "people/skill-records",
    model="people.EmployeeSkill", title=_("Skill certificates"), one=_("Skill certificate"), icon="certificate", order=40, view_permission=VIEW_SKILLS,
    number="id", label="{employee__name} {skill__name}",
    columns=[
        Column("employee__code", _("Employee number")), Column("employee__name", _("Full name"), to="people/employees"), Column("employee__team", _("Team")),
        Column("skill__name", _("Skill"), to="people/skills"), Column("level", _("Skill level")), "issued_on", "expires_on",
        Column("left", _("Days left"), kind="number", value=_days_left, needs=["expires_on"], sortable=False), "certificate_no", "assessor",
    ],
    filters=["skill", "employee", "level", "expires_on", Filter("employee__team", title=_("Team"))],
    search=["employee__name", "employee__code", "skill__name", "skill__code", "certificate_no"], ordering=["employee__code", "skill__code", "-issued_on"],
    views=[Preset("expiring", _("By end"), {"employee__is_active": True}, sort="expires_on"), Preset("expired", _("Expired"), {"expires_on": "@past"})],
    header=[
        Field("employee", ref="people/employees", on_edit=False), Field("skill", ref="people/skills", on_edit=False), "level",
        Field("issued_on", default=lambda user: timezone.localdate()), Field("expires_on", required=False, help=_("Empty: by the months of the skill.")),
        Field("certificate_no", required=False), Field("assessor", required=False), Field("remark", required=False, span=2),
    ],
    related=["employee", "skill"], initial=_chosen, create_verb="people.record_skill", edit_verb="people.correct_skill",
    verbs=[VerbButton("people.remove_skill", _("Remove"), icon="trash", danger=True, primary=False, confirm=_("Remove this entry? The audit keeps what it said."))],
    row_class=lambda row: "late" if row.expires_on and row.expires_on < timezone.localdate() else "",
    teach=_("Who is able to do what, from level 0 to 4, and until when. A new judgement is a new entry; the latest one holds."),
)  # fmt: skip
MATRIX = Page("people/matrix", _("Skill matrix"), matrix.page, view_permission=VIEW_SKILLS, icon="grid-dots", order=20)
SCREENS = [EMPLOYEES, MATRIX, SKILLS, RECORDS]
HELD = [Column("level", _("Skill level")), "issued_on", "expires_on", "certificate_no", "assessor"]


def _holders(skill: Any) -> Table:
    rows = queries.holding(timezone.localdate()).filter(skill=skill).order_by("-level", "employee__code")
    who = [Column("employee__name", _("Full name"), to="people/employees"), Column("employee__team", _("Team"))]
    return Table([*who, *HELD], list(rows), empty=_("Nobody has it yet."))


def _of_person(user: Any, employee: Any) -> Table:
    rows = EmployeeSkill.objects.filter(employee=employee).select_related("skill")
    return Table(
        [Column("skill__code", _("Skill code")), Column("skill__name", _("Skill"), to="people/skills"), *HELD],
        list(rows), empty=_("Nothing is known of this person's skills."),
    )  # fmt: skip


EXTRA_TABS = [
    ExtraTab("people/employees", Tab("skills", _("Skills"), tables=_of_person, permission=VIEW_SKILLS, icon="certificate-2"))
]  # fmt: skip


def _expiring(user: Any) -> list[AlertRow]:
    today = timezone.localdate()
    return [
        AlertRow(
            gettext("{person}: “{skill}” until {day}").format(person=row.employee, skill=row.skill, day=row.expires_on),
            f"/people/skill-records/{row.pk}/", "red" if row.expires_on and row.expires_on < today else "orange", row.certificate_no,
        )
        for row in queries.expiring(today)[:10]
    ]  # fmt: skip


ALERTS = [
    Alert("certificates", _("Certificates that expire"), _expiring, "people.record_skill", "certificate", "/people/skill-records/?view=expiring")
]  # fmt: skip
