"""The skill matrix: people by team against skills, with what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET

from gongfang.masterdata.queries import skills_asked
from gongfang.people import queries
from gongfang.people.models import Employee, EmployeeSkill, Level, Skill

PEOPLE_MAX, SKILLS_MAX = 300, 60


@dataclass(frozen=True, slots=True)
class Need:
    """A skill with how many may do it, how many are wanted, and how many operations ask for it."""

    skill: Skill
    certified: int
    operations: int

    @property
    def gap(self) -> int:
        """How many more are wanted; one at least where an operation asks for it."""
        return max(max(self.skill.people_needed, 1 if self.operations else 0) - self.certified, 0)


def _tone(row: EmployeeSkill | None, on: date) -> str:
    """certified, soon (ends within the first warning), ended, or learning."""
    if row is None or row.level == Level.UNTRAINED:
        return ""
    if row.expires_on is not None and row.expires_on < on:
        return "ended"
    if row.level < row.skill.level_needed:
        return "learning"
    return "soon" if row.expires_on and row.expires_on <= on + timedelta(days=queries.WARNING_DAYS[0]) else "certified"


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _lines(people: Sequence[Employee], skills: Sequence[Skill], on: date) -> list[dict[str, Any]]:
    held = {(row.employee_id, row.skill_id): row for row in queries.holding(on).filter(employee__in=people)}
    lines = []
    for person in people:
        cells = [
            {"skill": skill, "row": held.get((person.pk, skill.pk)), "tone": _tone(held.get((person.pk, skill.pk)), on)}
            for skill in skills
        ]
        able = sum(cell["tone"] in ("certified", "soon") for cell in cells)
        lines.append({"person": person, "cells": cells, "able": able})
    return lines


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """On a day, by default today; of one team or of all. Constant statements."""
    on = _day(request.GET.get("on", "")) or timezone.localdate()
    team = request.GET.get("team", "")
    everybody = Employee.objects.filter(is_active=True)
    people = everybody.filter(team=team) if team else everybody
    people = list(people.order_by("team", "code")[:PEOPLE_MAX])
    skills = list(Skill.objects.filter(is_active=True).order_by("code")[:SKILLS_MAX])
    asked, able = skills_asked(), queries.certified(on)
    known = {skill.code for skill in skills}
    context = {
        "lines": _lines(people, skills, on), "on": on, "team": team, "skills": skills, "levels": Level.choices,
        "teams": sorted(set(everybody.exclude(team="").values_list("team", flat=True))),
        "needs": [Need(skill, len(able.get(skill.code, ())), asked.get(skill.code, 0)) for skill in skills],
        "unknown": sorted(code for code in asked if code not in known), "may_record": request.user.may("people.record_skill"),
    }  # fmt: skip
    return render(request, "people/matrix.html", context)
