"""Calibration of measuring instruments."""

import uuid
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Problem, refuse_if
from gongfang.maintenance.models import Calibration, Equipment, EquipmentKind, EquipmentState
from gongfang.platform.documents.editing import change, locked
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb


@verb("maintenance.record_calibration", N_("Record a calibration"), roles=("maintainer", "inspector"))
def record_calibration(
    *, actor: User, request_id: uuid.UUID, equipment_id: int, on: date | None = None, until: date | None = None,
    result: str = "passed", certificate_no: str = "", laboratory: str = "", cost: Decimal = Decimal(0), remark: str = "",
) -> Calibration:  # fmt: skip
    """Write down a calibration. until: None reckons from the instrument's interval. A failed one takes it out of use."""
    instrument = locked(Equipment, equipment_id)
    day = on or timezone.localdate()
    if until is None and result != "failed" and instrument.calibration_days:
        until = day + timedelta(days=instrument.calibration_days)
    problems = []
    if instrument.kind != EquipmentKind.INSTRUMENT:
        problems.append(
            Problem("no_instrument", "{equipment} is no measuring instrument.", "equipment", equipment=instrument.code)
        )
    if result not in ("passed", "limited", "failed"):
        problems.append(Problem("result_unknown", "There is no such result.", "result"))
    if day > timezone.localdate():
        problems.append(Problem("in_the_future", "A calibration cannot lie in the future.", "on"))
    if result != "failed" and until is None:
        problems.append(Problem("until_missing", "Say until when it holds.", "until"))
    if until is not None and until < day:
        problems.append(Problem("ends_before_it_begins", "The end must come after the beginning.", "until"))
    if cost < 0:
        problems.append(Problem("negative", "Quantities and times cannot be negative.", "cost"))
    refuse_if(problems)
    if remark and len(remark) > 200:
        raise DomainError(Problem("too_long", "At most {most} characters.", "remark", most=200))
    row = Calibration.objects.create(
        equipment=instrument, on=day, until=None if result == "failed" else until, result=result, certificate_no=certificate_no[:60],
        laboratory=laboratory[:80], cost=cost, remark=remark,
    )  # fmt: skip
    if result == "failed":
        change(instrument, calibrated_until=None, state=EquipmentState.IDLE)
    else:
        change(instrument, calibrated_until=until, state=EquipmentState.IN_USE)
    return row
