"""Operations of finite schedules as a list: what is pinned is seen and let go, on the page and by REST."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from gongfang.kernel.errors import Problem
from gongfang.planning.models import ScheduleSlot
from gongfang.planning.queries import VIEW_FLOOR
from gongfang.ui.screens import Column, Field, Filter, Preset, Screen, VerbButton


def slots(user: Any) -> Any:
    """Of schedules that are solved."""
    return ScheduleSlot.objects.filter(schedule__state="done").select_related(
        "schedule", "operation__document__item", "work_centre"
    )


def why_not_pinned(slot: ScheduleSlot) -> list[Problem]:
    """Why it cannot be let go."""
    if slot.is_pinned:
        return []
    return [Problem("not_pinned", "It is not pinned: it started, is frozen, or was placed by the search.")]


SLOTS = Screen(
    "planning/slots", model="planning.ScheduleSlot", title=_("Scheduled operations"), one=_("Scheduled operation"), icon="timeline-event", order=66,
    menu=False, view_permission=VIEW_FLOOR, queryset=slots, number="id",
    columns=[
        Column("schedule__name", _("Schedule")), Column("operation__document__number", _("Work order"), to="production/orders"),
        "operation__operation_no", Column("operation__name", _("Operation")), Column("work_centre__code", _("Work centre")),
        "starts_at", "ends_at", Column("is_pinned", _("Pinned")), Column("is_fixed", _("Begun or frozen")),
    ],
    filters=[Filter("schedule", _("Schedule")), Filter("work_centre", _("Work centre")), Filter("is_pinned", _("Pinned")), Filter("is_fixed", _("Begun or frozen")), "starts_at"], search=["operation__document__number", "operation__name"],
    views=[Preset("pinned", _("Pinned"), {"is_pinned": "1"})], ordering=["starts_at"],
    header=[
        Field("schedule", readonly=True), Field("operation", readonly=True), Field("work_centre", readonly=True), Field("starts_at", readonly=True),
        Field("ends_at", readonly=True), Field("is_pinned", _("Pinned"), readonly=True), Field("is_fixed", _("Begun or frozen"), readonly=True),
    ],
    verbs=[VerbButton("planning.unpin_operations", _("Unpin"), icon="pin", possible=why_not_pinned, batch=True, opens="document")],
    related=["schedule", "operation", "work_centre"], label="{operation__name}",
    teach=_("What finite schedules hold: operation by operation, with its machine and times. Operations that you moved are pinned; unpin them to let the next schedule place them."),
)  # fmt: skip
