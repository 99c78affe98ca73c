"""Employees, skills and who holds them as sheets of the exchange workbook."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone

from gongfang.kernel.errors import N_
from gongfang.people.models import Employee, EmployeeSkill, Skill
from gongfang.people.rules import until
from gongfang.platform.exchange.loading import upsert
from gongfang.platform.exchange.sheets import Column, Context, Fault, Row, Sheet, fault

FIELDS = ("name", "department", "team", "job", "hourly_rate", "is_active")
SKILL_FIELDS = ("code", "name", "level_needed", "valid_months", "people_needed", "remark")
CERTIFICATE_FIELDS = ("level", "issued_on", "expires_on", "certificate_no", "assessor", "remark")


def check(rows: Sequence[Row], context: Context) -> Iterable[Fault]:
    taken = dict(Employee.objects.exclude(user=None).values_list("user__username", "code"))
    for row in rows:
        user = row.get("user")
        if user and taken.setdefault(user, row["code"]) != row["code"]:
            yield fault(
                "employees",
                row,
                "user",
                "user_taken",
                "The user “{user}” belongs to employee {employee}.",
                user=user,
                employee=taken[user],
            )


def load(rows: Sequence[Row], context: Context) -> None:
    users = context.ids("users")
    records = [
        {
            "code": row["code"],
            **{name: row.values[name] for name in FIELDS},
            "user_id": users[row["user"]] if row.get("user") else None,
        }
        for row in rows
    ]
    upsert(Employee, records, columns=context.columns["employees"])


def export(context: Context) -> Iterable[Mapping[str, Any]]:
    for row in Employee.objects.select_related("user"):
        yield {
            "code": row.code,
            "user": row.user.username if row.user else None,
            **{name: getattr(row, name) for name in FIELDS},
        }


def load_skills(rows: Sequence[Row], context: Context) -> None:
    records = [{name: row.values[name] for name in SKILL_FIELDS} for row in rows]
    upsert(Skill, records, columns=context.columns["skills"])


def check_certificates(rows: Sequence[Row], context: Context) -> Iterable[Fault]:
    today = timezone.localdate()
    for row in rows:
        if row["issued_on"] > today:
            yield fault("employee_skills", row, "issued_on", "in_the_future", "Nobody can be judged in the future.")
        if row.get("expires_on") and row["expires_on"] < row["issued_on"]:
            yield fault(
                "employee_skills", row, "expires_on", "ends_before_it_begins", "The end must come after the beginning."
            )


def load_certificates(rows: Sequence[Row], context: Context) -> None:
    people, skills = context.ids("employees"), context.ids("skills")
    months = dict(Skill.objects.values_list("pk", "valid_months"))
    records = [
        {
            "employee_id": people[row["employee"]], "skill_id": skills[row["skill"]],
            **{name: row.values[name] for name in CERTIFICATE_FIELDS},
            "expires_on": row.get("expires_on") or until(row["issued_on"], months[skills[row["skill"]]]),
        }
        for row in rows
    ]  # fmt: skip
    upsert(
        EmployeeSkill, records, unique=("employee", "skill", "issued_on"), columns=context.columns["employee_skills"],
        always=("expires_on",),
    )  # fmt: skip


def export_certificates(context: Context) -> Iterable[Mapping[str, Any]]:
    for row in EmployeeSkill.objects.select_related("employee", "skill"):
        yield {
            "employee": row.employee.code, "skill": row.skill.code,
            **{name: getattr(row, name) for name in CERTIFICATE_FIELDS},
        }  # fmt: skip


SHEETS = [
    Sheet(
        "employees", N_("Employees"), unique=("code",), note=N_("The pay list; name the user where the person logs in."),
        columns=[
            Column("code", N_("Employee number"), required=True, max_length=20), Column("name", N_("Full name"), required=True, max_length=60),
            Column("user", N_("User name"), ref="users"), Column("department", N_("Department"), default="", max_length=60),
            Column("team", N_("Team"), default="", max_length=60), Column("job", N_("Position"), default="", max_length=60),
            Column("hourly_rate", N_("Hourly pay"), kind="price", minimum=0, default=Decimal(0), scope="pay"),
            Column("is_active", N_("Employed"), kind="bool", default=True),
        ],
        check=check, load=load, export=export, ids=lambda: Employee.objects.values_list("code", "pk"),
    ),
    Sheet(
        "skills", N_("Skills"), unique=("code",), note=N_("What people can be certified for; operations of routings name the code."),
        columns=[
            Column("code", N_("Skill code"), required=True, max_length=40), Column("name", N_("Skill name"), required=True, max_length=60),
            Column("level_needed", N_("Level needed"), kind="integer", minimum=1, maximum=4, default=3, note=N_("From which level on a person may do such work: 1 learning, 2 under guidance, 3 alone, 4 teaches others.")),
            Column("valid_months", N_("Valid for months"), kind="integer", minimum=0, maximum=600, default=0, note=N_("0: without end.")),
            Column("people_needed", N_("People wanted"), kind="integer", minimum=0, maximum=10000, default=0), Column("remark", N_("Remark"), default=""),
        ],
        load=load_skills, export=lambda context: Skill.objects.values(*SKILL_FIELDS), ids=lambda: Skill.objects.values_list("code", "pk"),
    ),
    Sheet(
        "employee_skills", N_("Skills of people"), unique=("employee", "skill", "issued_on"), note=N_("The skill matrix: one row for each person, skill and day of judgement; the latest holds."),
        columns=[
            Column("employee", N_("Employee number"), required=True, ref="employees"), Column("skill", N_("Skill code"), required=True, ref="skills"),
            Column("level", N_("Level"), kind="integer", required=True, minimum=0, maximum=4, note=N_("0 not trained, 1 learning, 2 under guidance, 3 alone, 4 teaches others.")),
            Column("issued_on", N_("Valid from"), kind="date", required=True), Column("expires_on", N_("Valid until"), kind="date", note=N_("Empty: by the months of the skill.")),
            Column("certificate_no", N_("Certificate number"), default="", max_length=60), Column("assessor", N_("Judged by"), default="", max_length=60), Column("remark", N_("Remark"), default=""),
        ],
        check=check_certificates, load=load_certificates, export=export_certificates,
    ),
]  # fmt: skip
