"""Machine counters: devices with tokens, their messages taken once each, in whatever order they come."""

import hashlib
import hmac
import secrets
import uuid
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.maintenance.models import Count, CounterDevice, Equipment
from gongfang.maintenance.rules import Message, is_near_end, message_problems
from gongfang.maintenance.services.equipment import KEEPERS
from gongfang.maintenance.services.tooling import tool_facts, warn_of_end
from gongfang.masterdata.services.records import changed, created
from gongfang.platform.documents.editing import locked
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import note, verb

BATCH_MAX = 1000
CLOCK_LEEWAY = timedelta(hours=24)
FIELDS = ("code", "equipment", "owner", "is_active")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@verb("maintenance.create_device", N_("Create counter device"), roles=KEEPERS)
def create_device(*, actor: User, request_id: uuid.UUID, token: str = "", **values: Any) -> CounterDevice:
    """Register a counter. token: the secret it will show (at least 20 characters); empty: make one with “New token”."""
    secret = token.strip() or secrets.token_urlsafe(24)
    refuse_if(_token_problems(secret))
    return created(CounterDevice, {"owner": actor.pk} | values, FIELDS, token_hash=_digest(secret))


@verb("maintenance.change_device", N_("Change counter device"), roles=KEEPERS)
def change_device(
    *, actor: User, request_id: uuid.UUID, device_id: int, version: int | None = None, **values: Any
) -> CounterDevice:
    """Change a counter, or switch it off."""
    device = locked(CounterDevice, device_id, version=version)
    changed(device, values, FIELDS)
    return device


@verb("maintenance.renew_token", N_("New token"), roles=KEEPERS)
def renew_token(*, actor: User, request_id: uuid.UUID, device_id: int, token: str) -> CounterDevice:
    """Give a counter another secret; the old one stops working at once."""
    device = locked(CounterDevice, device_id)
    refuse_if(_token_problems(token.strip()))
    device.token_hash = _digest(token.strip())
    device.save(update_fields=["token_hash"])
    note(device, token_hash=("•", "•"))
    return device


def _token_problems(token: str) -> list[Problem]:
    if len(token) < 20:
        return [Problem("token_short", "A token has at least {least} characters.", "token", least=20)]
    if CounterDevice.objects.filter(token_hash=_digest(token)).exists():
        return [Problem("token_taken", "Choose another token.", "token")]
    return []


def device_of_token(token: str, code: str = "") -> CounterDevice | None:
    """The active device that shows this token (and, where given, this code), or None. One statement."""
    device = (
        CounterDevice.objects.select_related("owner").filter(token_hash=_digest(token), is_active=True).first()
        if token
        else None
    )
    if device is None or not device.owner.is_active:
        return None
    return device if not code or hmac.compare_digest(device.code, code) else None


def request_of(device: CounterDevice, messages: Sequence[Message]) -> uuid.UUID:
    """The request id of a batch: the same messages sent again are the same request."""
    text = ";".join(f"{m.sequence},{m.at.isoformat()},{m.strokes},{m.run_minutes}" for m in messages)
    return uuid.uuid5(uuid.NAMESPACE_OID, f"gongfang.counter:{device.pk}:{_digest(text)}")


@verb("maintenance.take_counts", N_("Take counts of a device"), roles=KEEPERS)
def take_counts(*, actor: User, request_id: uuid.UUID, device_id: int, messages: Sequence[Message]) -> CounterDevice:
    """Take the messages of a device, each once by its sequence number; those known are passed over, whatever they say.

    The total does not depend on the order of arrival. Constant statements for any number of messages (at most 1,000).
    """
    if not 0 < len(messages) <= BATCH_MAX:
        raise DomainError(Problem("batch_size", "Send between 1 and {most} messages.", "messages", most=BATCH_MAX))
    refuse_if(message_problems(messages))
    now = timezone.now()
    if any(message.at > now + CLOCK_LEEWAY for message in messages):
        raise DomainError(Problem("in_the_future", "The clock of the device is wrong.", "messages"))
    device = CounterDevice.objects.select_for_update(of=("self",)).filter(pk=device_id, is_active=True).first()
    if device is None:
        raise DomainError(Problem("device_unknown", "There is no such device, or it is switched off."), Kind.MISSING)
    equipment = Equipment.objects.select_for_update(of=("self",)).get(pk=device.equipment_id)
    given = {message.sequence: message for message in reversed(messages)}
    known = set(Count.objects.filter(device=device, sequence__in=given).values_list("sequence", flat=True))
    fresh = [message for sequence, message in sorted(given.items()) if sequence not in known]
    Count.objects.bulk_create(
        (
            Count(
                equipment=equipment, device=device, sequence=message.sequence, at=message.at, strokes=message.strokes,
                run_minutes=message.run_minutes,
            )
            for message in fresh
        ),
        batch_size=BATCH_MAX,
    )  # fmt: skip
    CounterDevice.objects.filter(pk=device.pk).update(
        highest=Greatest(F("highest"), max(given)), received=F("received") + len(fresh), last_at=now
    )
    was_near = is_near_end(tool_facts(equipment))
    equipment.strokes += sum((message.strokes for message in fresh), Decimal(0))
    equipment.run_minutes += sum((message.run_minutes for message in fresh), Decimal(0))
    Equipment.objects.filter(pk=equipment.pk).update(strokes=equipment.strokes, run_minutes=equipment.run_minutes)
    if is_near_end(tool_facts(equipment)) and not was_near:
        warn_of_end(equipment)
    device.refresh_from_db()
    return device


@verb("maintenance.count_by_hand", N_("Enter a counter by hand"), roles=(*KEEPERS, "supervisor"))
def count_by_hand(
    *,
    actor: User,
    request_id: uuid.UUID,
    equipment_id: int,
    strokes: Decimal = Decimal(0),
    run_hours: Decimal = Decimal(0),
) -> Equipment:
    """Add what a counter without network shows since it was read last."""
    equipment = Equipment.objects.select_for_update(of=("self",)).filter(pk=equipment_id).first()
    if equipment is None:
        title = str(Equipment._meta.verbose_name)
        raise DomainError(Problem("missing", "There is no {title} {id}.", title=title, id=equipment_id), Kind.MISSING)
    minutes = run_hours * 60
    refuse_if(message_problems([Message(0, timezone.now(), strokes, minutes)]))
    if not strokes and not run_hours:
        raise DomainError(Problem("not_positive", "Enter a quantity above 0.", where="strokes"))
    Count.objects.create(equipment=equipment, at=timezone.now(), strokes=strokes, run_minutes=minutes)
    before = (equipment.strokes, equipment.run_minutes)
    equipment.strokes += strokes
    equipment.run_minutes += minutes
    equipment.save(update_fields=["strokes", "run_minutes"])
    note(equipment, strokes=(before[0], equipment.strokes), run_minutes=(before[1], equipment.run_minutes))
    return equipment
