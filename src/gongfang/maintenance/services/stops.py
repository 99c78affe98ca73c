"""Downtime: begun and ended as it happens, or written down afterwards."""

import uuid
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.maintenance.models import Downtime, Equipment, MaintenanceOrder, StopReason
from gongfang.platform.documents.editing import change, locked
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb

WRITERS = ("maintainer", "supervisor", "operator")


def open_stop(
    actor: User,
    equipment: Equipment,
    reason: str,
    at: datetime,
    order: MaintenanceOrder | None = None,
    remark: str = "",
) -> Downtime:
    """Let a machine stand from now on; a stop that already lasts goes on and takes over the order. Call it in a verb."""
    running = Downtime.objects.select_for_update().filter(equipment=equipment, ended_at=None).first()
    if running is not None:
        if order is not None and running.order_id is None:
            change(running, order=order)
        return running
    return Downtime.objects.create(
        equipment=equipment, work_centre_id=equipment.work_centre_id, reason=reason, started_at=at, order=order, noted_by=actor,
        remark=remark[:200],
    )  # fmt: skip


def close_stop(equipment: Equipment, at: datetime) -> None:
    """End the stop that lasts, if there is one."""
    running = Downtime.objects.select_for_update().filter(equipment=equipment, ended_at=None).first()
    if running is not None:
        change(running, ended_at=max(at, running.started_at))


def _known_reason(reason: str) -> list[Problem]:
    return [] if reason in StopReason.values else [Problem("reason_unknown", "There is no such reason.", "reason")]


@verb("maintenance.begin_stop", N_("Machine stands"), roles=WRITERS)
def begin_stop(
    *, actor: User, request_id: uuid.UUID, equipment_id: int, reason: str = "breakdown", remark: str = ""
) -> Downtime:
    """A machine stands from now on."""
    refuse_if(_known_reason(reason))
    equipment = locked(Equipment, equipment_id)
    if Downtime.objects.filter(equipment=equipment, ended_at=None).exists():
        raise DomainError(
            Problem("stands_already", "{equipment} stands already.", "equipment", equipment=equipment.code),
            Kind.CONFLICT,
        )
    return open_stop(actor, equipment, reason, timezone.now(), remark=remark)


@verb("maintenance.end_stop", N_("Machine runs again"), roles=WRITERS)
def end_stop(*, actor: User, request_id: uuid.UUID, downtime_id: int) -> Downtime:
    """A machine runs again."""
    stop = locked(Downtime, downtime_id)
    if stop.ended_at is not None:
        raise DomainError(Problem("runs_already", "This stop has ended already."), Kind.CONFLICT)
    change(stop, ended_at=timezone.now())
    return stop


@verb("maintenance.record_stop", N_("Write down a stop"), roles=WRITERS)
def record_stop(
    *, actor: User, request_id: uuid.UUID, equipment_id: int, reason: str, started_at: datetime, ended_at: datetime,
    remark: str = "",
) -> Downtime:  # fmt: skip
    """Write down a stop that is over. Refused where it overlaps another one of the machine."""
    equipment = locked(Equipment, equipment_id)
    refuse_if(_known_reason(reason) + span_problems(equipment, started_at, ended_at))
    return Downtime.objects.create(
        equipment=equipment, work_centre_id=equipment.work_centre_id, reason=reason, started_at=started_at, ended_at=ended_at,
        noted_by=actor, remark=remark[:200],
    )  # fmt: skip


@verb("maintenance.change_stop", N_("Change a stop"), roles=("maintainer", "supervisor"))
def change_stop(
    *, actor: User, request_id: uuid.UUID, downtime_id: int, reason: str | None = None, started_at: datetime | None = None,
    ended_at: datetime | None = None, remark: str | None = None, version: int | None = None,
) -> Downtime:  # fmt: skip
    """Give a stop another reason or mend its times."""
    stop = locked(Downtime, downtime_id, version=version)
    begun, ended = started_at or stop.started_at, ended_at or stop.ended_at
    refuse_if(_known_reason(reason or stop.reason) + span_problems(stop.equipment, begun, ended, stop.pk))
    values = {"reason": reason, "started_at": started_at, "ended_at": ended_at, "remark": remark}
    change(stop, **{name: value for name, value in values.items() if value is not None})
    return stop


def span_problems(
    equipment: Equipment, started_at: datetime, ended_at: datetime | None, pk: int | None = None
) -> list[Problem]:
    """Reasons against the times of a stop."""
    now = timezone.now()
    if started_at > now or (ended_at is not None and ended_at > now):
        return [Problem("in_the_future", "A stop cannot lie in the future.", "started_at")]
    if ended_at is not None and ended_at <= started_at:
        return [Problem("ends_before_it_begins", "The end must come after the beginning.", "ended_at")]
    rivals = (
        Downtime.objects.filter(equipment=equipment)
        .filter(Q(ended_at=None) | Q(ended_at__gt=started_at))
        .exclude(pk=pk)
    )
    if ended_at is not None:
        rivals = rivals.filter(started_at__lt=ended_at)
    rival = rivals.order_by("started_at").first()
    if rival is not None:
        return [
            Problem(
                "stops_overlap", "{equipment} stood at that time already ({reason}).", "started_at", equipment=equipment.code,
                reason=rival.get_reason_display(),
            )
        ]  # fmt: skip
    return []
