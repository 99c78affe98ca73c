"""Skills and certificates of people: the matrix that the gate of the shop floor and the schedule read."""

import uuid
from datetime import date, datetime, time

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gongfang.kernel.errors import N_, Problem, refuse_if
from gongfang.people import rules
from gongfang.people.models import Employee, EmployeeSkill, Level, Skill
from gongfang.people.queries import WARNING_DAYS, expiring
from gongfang.platform.documents.editing import change, locked
from gongfang.platform.identity.models import User
from gongfang.platform.notifications.services import notify
from gongfang.platform.tasks.schedules import scheduled
from gongfang.platform.verbs import note, verb, view_permission

VIEW_SKILLS = view_permission("people.view_skills", {"hr", "supervisor", "owner", "planner", "engineer", "inspector"})


def _skill_problems(name: str, level_needed: int, valid_months: int, people_needed: int) -> list[Problem]:
    found = []
    if not name.strip():
        found.append(Problem("required", "Name the skill.", where="name"))
    if level_needed not in range(Level.LEARNING, Level.TEACHES + 1):
        found.append(Problem("level_unknown", "Choose a level from 1 to 4.", where="level_needed"))
    if valid_months < 0:
        found.append(Problem("negative", "Quantities and times cannot be negative.", where="valid_months"))
    if people_needed < 0:
        found.append(Problem("negative", "Quantities and times cannot be negative.", where="people_needed"))
    return found


@verb("people.create_skill", N_("New skill"), roles=("hr",))
def create_skill(
    *, actor: User, request_id: uuid.UUID, code: str, name: str, level_needed: int = Level.ALONE, valid_months: int = 0,
    people_needed: int = 0, remark: str = "",
) -> Skill:  # fmt: skip
    """Name something that people can be certified for."""
    found = _skill_problems(name, level_needed, valid_months, people_needed)
    if not code.strip():
        found.append(Problem("required", "A skill code is needed.", where="code"))
    elif Skill.objects.filter(code=code.strip()).exists():
        found.append(Problem("taken", "The skill code “{code}” is taken.", where="code", code=code.strip()))
    refuse_if(found)
    return Skill.objects.create(
        code=code.strip(), name=name.strip(), level_needed=level_needed, valid_months=valid_months, people_needed=people_needed,
        remark=remark,
    )  # fmt: skip


@verb("people.edit_skill", N_("Change skill"), roles=("hr",))
def edit_skill(
    *, actor: User, request_id: uuid.UUID, skill_id: int, name: str, level_needed: int = Level.ALONE, valid_months: int = 0,
    people_needed: int = 0, is_active: bool = True, remark: str = "", version: int | None = None,
) -> Skill:  # fmt: skip
    """Change a skill; its code stays, routings and orders name it."""
    skill = locked(Skill, skill_id, version=version)
    refuse_if(_skill_problems(name, level_needed, valid_months, people_needed))
    change(
        skill, name=name.strip(), level_needed=level_needed, valid_months=valid_months, people_needed=people_needed,
        is_active=is_active, remark=remark,
    )  # fmt: skip
    return skill


def _certificate_problems(
    employee_id: int, skill_id: int, level: int, issued_on: date, expires_on: date | None, own: int | None = None
) -> list[Problem]:
    found = []
    if not Employee.objects.filter(pk=employee_id).exists():
        found.append(Problem("employee_unknown", "There is no such employee.", where="employee"))
    if not Skill.objects.filter(pk=skill_id).exists():
        found.append(Problem("skill_unknown", "There is no such skill.", where="skill"))
    if level not in Level.values:
        found.append(Problem("level_out_of_range", "Choose a level from 0 to 4.", where="level"))
    if issued_on > timezone.localdate():
        found.append(Problem("in_the_future", "Nobody can be judged in the future.", where="issued_on"))
    if expires_on is not None and expires_on < issued_on:
        found.append(Problem("ends_before_it_begins", "The end must come after the beginning.", where="expires_on"))
    same_day = EmployeeSkill.objects.filter(employee=employee_id, skill=skill_id, issued_on=issued_on).exclude(pk=own)
    if same_day.exists():
        found.append(
            Problem(
                "same_day", "This skill of the person was judged on {day} already; change that entry.", where="issued_on",
                day=issued_on,
            )
        )  # fmt: skip
    return found


@verb("people.record_skill", N_("Record a skill"), roles=("hr",))
def record_skill(
    *, actor: User, request_id: uuid.UUID, employee_id: int, skill_id: int, level: int, issued_on: date | None = None,
    expires_on: date | None = None, certificate_no: str = "", assessor: str = "", remark: str = "",
) -> EmployeeSkill:  # fmt: skip
    """Write down what a person was judged to be able to do; it holds from that day on and what was before stays.

    expires_on: None is reckoned from the skill's months.
    """
    day = issued_on or timezone.localdate()
    if expires_on is None:
        expires_on = rules.until(
            day, Skill.objects.filter(pk=skill_id).values_list("valid_months", flat=True).first() or 0
        )
    refuse_if(_certificate_problems(employee_id, skill_id, level, day, expires_on))
    return EmployeeSkill.objects.create(
        employee_id=employee_id, skill_id=skill_id, level=level, issued_on=day, expires_on=expires_on,
        certificate_no=certificate_no, assessor=assessor, remark=remark,
    )  # fmt: skip


@verb("people.correct_skill", N_("Correct a skill of a person"), roles=("hr",))
def correct_skill(
    *, actor: User, request_id: uuid.UUID, employeeskill_id: int, level: int, issued_on: date, expires_on: date | None = None,
    certificate_no: str = "", assessor: str = "", remark: str = "", version: int | None = None,
) -> EmployeeSkill:  # fmt: skip
    """Correct an entry that was typed wrong; a renewed certificate or a new level is recorded anew."""
    row = locked(EmployeeSkill, employeeskill_id, version=version)
    refuse_if(_certificate_problems(row.employee_id, row.skill_id, level, issued_on, expires_on, row.pk))
    if expires_on != row.expires_on:
        row.told_days = None
        row.save(update_fields=["told_days"])
    change(
        row, level=level, issued_on=issued_on, expires_on=expires_on, certificate_no=certificate_no, assessor=assessor,
        remark=remark,
    )  # fmt: skip
    return row


@verb("people.remove_skill", N_("Remove a skill of a person"), roles=("hr",))
def remove_skill(*, actor: User, request_id: uuid.UUID, employeeskill_id: int) -> None:
    """Take away an entry that was made for the wrong person; the audit keeps what it said."""
    row = locked(EmployeeSkill, employeeskill_id)
    note(row, level=(row.level, None), issued_on=(row.issued_on, None), expires_on=(row.expires_on, None))
    row.delete()


@scheduled("people.warn_of_expiry", N_("Tell of certificates that expire"), at=time(7))
def warn_of_expiry(*, actor: User, now: datetime) -> str:
    """Tell personnel and supervisors 90, 30 and 7 days before a certificate ends and on the day; each step once."""
    today = timezone.localdate(now)
    due = []
    for row in expiring(today):
        assert row.expires_on is not None
        step = rules.step_reached((row.expires_on - today).days, row.told_days, WARNING_DAYS)
        if step is not None:
            row.told_days = step
            due.append(row)
    if due:
        people = User.objects.filter(is_active=True, roles__code__in=["hr", "supervisor"]).distinct()
        lines = [
            _("{person}: {skill} until {day}").format(person=row.employee, skill=row.skill, day=row.expires_on)
            for row in due[:10]
        ]
        notify(
            people, title=ngettext("{count} certificate expires or has expired", "{count} certificates expire or have expired", len(due)).format(count=len(due)), text="；".join(lines),
            url="/people/skill-records/?view=expiring",
        )  # fmt: skip
        EmployeeSkill.objects.bulk_update(due, ["told_days"], batch_size=500)
    return str(len(due))
