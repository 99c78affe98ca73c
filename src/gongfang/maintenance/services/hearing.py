"""What counters send, read and taken: the same for HTTP and MQTT.

A text is a JSON object: {"token": "…", "seq": 12, "at": "2026-11-26T08:00:00+08:00", "strokes": 5, "run_minutes": 1}, or with
"messages": [ … ] several of them under one token. `at` left out: the time of arrival.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from gongfang.kernel.errors import DomainError, Kind, Problem
from gongfang.maintenance.models import CounterDevice
from gongfang.maintenance.rules import Message
from gongfang.maintenance.services.counting import BATCH_MAX, device_of_token, request_of, take_counts

TEXT_MAX = 200_000


@dataclass
class Heard:
    """How many messages were taken or known already, and why others were refused."""

    taken: int = 0
    refused: list[str] = field(default_factory=list)


def _number(entry: Mapping[str, Any], name: str) -> Decimal:
    try:
        value = Decimal(str(entry.get(name, 0)))
    except InvalidOperation as error:
        raise _unreadable(name) from error
    if not value.is_finite() or value != round(value, 6):
        raise _unreadable(name)
    return value


def _unreadable(where: str) -> DomainError:
    return DomainError(Problem("unreadable", "The message cannot be read: {part}.", where, part=where))


def message_of(entry: Any, now: datetime) -> Message:
    """One message from what was sent. Raises DomainError(unreadable)."""
    if not isinstance(entry, dict):
        raise _unreadable("messages")
    sequence = entry.get("seq")
    if not isinstance(sequence, int) or isinstance(sequence, bool):
        raise _unreadable("seq")
    at = now
    if entry.get("at") is not None:
        try:
            found = parse_datetime(str(entry["at"]))
        except ValueError as error:
            raise _unreadable("at") from error
        if found is None:
            raise _unreadable("at")
        at = timezone.make_aware(found) if timezone.is_naive(found) else found
    return Message(sequence, at, _number(entry, "strokes"), _number(entry, "run_minutes"))


def read(text: bytes | str, code: str = "") -> tuple[CounterDevice, list[Message]]:
    """The device behind a text and its messages. code: the device that the topic names. Raises DomainError."""
    try:
        data = json.loads(text) if len(text) <= TEXT_MAX else None
    except ValueError as error:
        raise _unreadable("JSON") from error
    if not isinstance(data, dict):
        raise _unreadable("JSON")
    device = device_of_token(str(data.get("token", "")), code)
    if device is None:
        raise DomainError(Problem("token_unknown", "This token belongs to no active device."), Kind.FORBIDDEN)
    entries = data.get("messages", [data])
    if not isinstance(entries, list):
        raise _unreadable("messages")
    now = timezone.now()
    return device, [message_of(entry, now) for entry in entries]


def take(device: CounterDevice, messages: list[Message]) -> CounterDevice:
    """Take messages of one device for the person who answers for it."""
    return take_counts(
        actor=device.owner, request_id=request_of(device, messages), device_id=device.pk, messages=messages
    )


def hear(texts: Iterable[tuple[str, bytes]]) -> Heard:
    """Take what arrived over MQTT: (device code of the topic, text) pairs, device by device in few transactions.

    What cannot be read or is refused is told and left; the rest is taken. Raises only what is worth trying again (the database
    is away), then nothing of it counts as heard: taking it again is safe.
    """
    heard = Heard()
    waiting: dict[int, list[Message]] = defaultdict(list)
    devices: dict[int, CounterDevice] = {}
    for code, text in texts:
        try:
            device, messages = read(text, code)
        except DomainError as refused:
            heard.refused.append(f"{code}: {refused}")
            continue
        devices[device.pk] = device
        waiting[device.pk] += messages
    for pk, messages in waiting.items():
        for start in range(0, len(messages), BATCH_MAX):
            _take_all(devices[pk], messages[start : start + BATCH_MAX], heard)
    return heard


def _take_all(device: CounterDevice, messages: list[Message], heard: Heard) -> None:
    """The batch as a whole; when something in it is refused, message by message."""
    try:
        take(device, messages)
    except DomainError as refused:
        if len(messages) == 1:
            heard.refused.append(f"{device.code}: {refused}")
            return
        for message in messages:
            _take_all(device, [message], heard)
    else:
        heard.taken += len(messages)
